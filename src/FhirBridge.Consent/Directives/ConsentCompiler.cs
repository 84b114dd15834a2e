using System.Collections.Immutable;
using FhirBridge.Consent.Facts;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Directives;

/// <summary>Compiles the sources of one record into its snapshot (consent.md §3).</summary>
internal static class ConsentCompiler
{
    public static ConsentSnapshot Compile(RecordId record, string version, IEnumerable<CounselSource> sources, CareRelations network, ConsentOptions options)
    {
        var directives = ImmutableArray.CreateBuilder<ConsentDirective>();
        var relations = new RelationsReader(options.TimeZone);
        foreach (var source in sources)
        {
            if (source.Facts.Type != "Consent") relations.Read(source);
            else if (IsCandidate(source, record)) directives.Add(CompileOne(source, options));
        }

        return new ConsentSnapshot(record, version, directives.ToImmutable(), network.With(relations.Build()));
    }

    /// <summary>True when the scope is patient privacy: the other scopes never authorise or block access (consent.md §3.1).</summary>
    public static bool IsPrivacy(FhirElement consent) =>
        consent["scope"].Children("coding").Any(c => c.Text("system") == Vocabulary.ConsentScope && c.Text("code") == "patient-privacy");

    private static bool IsCandidate(CounselSource source, RecordId record) =>
        source.Resource.Text("status") == "active" && IsPrivacy(source.Resource)
        && (source.Facts.Patients.Contains(record.Reference)
            || (References.Asked(source.Resource["patient"]) is { } patient && source.Resolve(patient) == record.Reference));

    private static ConsentDirective CompileOne(CounselSource source, ConsentOptions options)
    {
        try
        {
            return Read(source, options);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // One consent that breaks the compiler must not take the others with it, nor lose its denies (consent.md §12).
            return new ConsentDirective
            {
                Reference = source.Facts.Reference,
                Broken = true,
                HasDeny = source.Resource.Descendants().Any(d => d.Name == "type" && d.Value == "deny"),
            };
        }
    }

    private static ConsentDirective Read(CounselSource source, ConsentOptions options)
    {
        var consent = source.Resource;
        var asPcf = consent["meta"].Children("profile").Any(p => p.Value is { } v && v.StartsWith(Vocabulary.PcfProfiles, StringComparison.Ordinal));
        var reader = new ProvisionReader(source.Resolve, options.TimeZone, asPcf);
        var root = reader.Read(consent);
        var nodes = root?.All().ToList() ?? [];
        return new ConsentDirective
        {
            Reference = source.Facts.Reference,
            Root = root,
            Impediments = [.. Impediments(source, reader, options)],
            Unresolved = [.. reader.Unresolved],
            Untyped = reader.Untyped,
            HasDeny = nodes.Any(n => n.Type == ProvisionType.Deny),
            Performers = [.. consent.Children("performer").Select(References.Asked).OfType<string>().Select(source.Resolve).OfType<string>()],
            Signed = FhirDates.TryParse(consent.Text("dateTime"), options.TimeZone, out var signed) ? signed.Start : null,
            Boundaries = [.. nodes.Select(n => n.Period?.Period).OfType<Interval>().SelectMany(Ends)],
        };
    }

    // Everything that takes a consent's permits away and leaves its denies.
    private static IEnumerable<string> Impediments(CounselSource source, ProvisionReader reader, ConsentOptions options)
    {
        foreach (var fault in reader.Faults) yield return fault.Expression is null ? fault.Diagnostics : $"{fault.Expression}: {fault.Diagnostics}";
        if (source.Imported && !options.TrustedSources.Any(m => new MemberId(m).Reference == source.Facts.Custodian))
        {
            yield return "imported from a member that is not a trusted source of consents";
        }

        if (options.RequireVerification && !source.Resource.Children("verification").Any(v => v.Text("verified") == "true"))
        {
            yield return "not verified, which the network demands of a permit";
        }

        foreach (var policy in UnknownPolicies(source.Resource, options)) yield return $"made under a policy that the network does not know: {policy}";
    }

    private static IEnumerable<string> UnknownPolicies(FhirElement consent, ConsentOptions options)
    {
        foreach (var policy in consent.Children("policy"))
        {
            if (policy.Text("uri") is { } uri && !Vocabulary.IsRecognisedPolicy(uri, options)) yield return uri;
        }

        var rule = consent["policyRule"];
        if (!rule.Exists) yield break;
        var codings = rule.Children("coding").ToList();
        if (!codings.Any(c => c.Text("code") is { } code && (Known(code) || Known($"{c.Text("system")}|{code}"))))
        {
            yield return codings.Count == 0 ? rule.Text("text") ?? "policyRule" : $"{codings[0].Text("system")}|{codings[0].Text("code")}";
        }

        bool Known(string policy) => Vocabulary.IsRecognisedPolicy(policy, options);
    }

    private static IEnumerable<DateTimeOffset> Ends(Interval period)
    {
        if (period.Start is { } start) yield return start;
        if (period.End is { } end) yield return end;
    }
}
