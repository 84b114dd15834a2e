using System.Collections.Immutable;
using FhirBridge.Consent.Facts;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

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
    public static bool IsPrivacy(ConsentView consent) => consent.Scope.Has(Vocabulary.ConsentScope, "patient-privacy");

    private static bool IsCandidate(CounselSource source, RecordId record)
    {
        var consent = new ConsentView(source.Resource);
        return consent.Status == "active" && IsPrivacy(consent)
            && (source.Facts.Patients.Contains(record.Reference)
                || (References.Asked(consent.Patient) is { } patient && source.Resolve(patient) == record.Reference));
    }

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
        var consent = new ConsentView(source.Resource);
        var asPcf = consent.Meta.Profile.Any(p => p.StartsWith(Vocabulary.PcfProfiles, StringComparison.Ordinal));
        var reader = new ProvisionReader(source.Resolve, options.TimeZone, asPcf);
        var root = reader.Read(consent);
        var nodes = root?.All().ToList() ?? [];
        return new ConsentDirective
        {
            Reference = source.Facts.Reference,
            Root = root,
            Impediments = [.. Impediments(source, consent, reader, options)],
            Unresolved = [.. reader.Unresolved],
            Untyped = reader.Untyped,
            HasDeny = nodes.Any(n => n.Type == ProvisionType.Deny),
            Performers = [.. consent.Performer.Select(References.Asked).OfType<string>().Select(source.Resolve).OfType<string>()],
            Signed = FhirDates.TryParse(consent.DateTime, options.TimeZone, out var signed) ? signed.Start : null,
            Boundaries = [.. nodes.Select(n => n.Period?.Period).OfType<Interval>().SelectMany(Ends)],
        };
    }

    // Everything that takes a consent's permits away and leaves its denies.
    private static IEnumerable<string> Impediments(CounselSource source, ConsentView consent, ProvisionReader reader, ConsentOptions options)
    {
        foreach (var fault in reader.Faults) yield return fault.Expression is null ? fault.Diagnostics : $"{fault.Expression}: {fault.Diagnostics}";
        if (source.Imported && !options.TrustedSources.Any(m => new MemberId(m).Reference == source.Facts.Custodian))
        {
            yield return "imported from a member that is not a trusted source of consents";
        }

        if (options.RequireVerification && !consent.Verification.Any(v => v.Verified == true))
        {
            yield return "not verified, which the network demands of a permit";
        }

        foreach (var policy in UnknownPolicies(consent, options)) yield return $"made under a policy that the network does not know: {policy}";
    }

    private static IEnumerable<string> UnknownPolicies(ConsentView consent, ConsentOptions options)
    {
        foreach (var policy in consent.Policy)
        {
            if (policy.Uri is { } uri && !Vocabulary.IsRecognisedPolicy(uri, options)) yield return uri;
        }

        var rule = consent.PolicyRule;
        if (!rule.Exists) yield break;
        var codings = rule.Coding.ToList();
        if (!codings.Any(c => c.Code is { } code && (Known(code) || Known($"{c.System}|{code}"))))
        {
            yield return codings.Count == 0 ? rule.Text ?? "policyRule" : $"{codings[0].System}|{codings[0].Code}";
        }

        bool Known(string policy) => Vocabulary.IsRecognisedPolicy(policy, options);
    }

    private static IEnumerable<DateTimeOffset> Ends(Interval period)
    {
        if (period.Start is { } start) yield return start;
        if (period.End is { } end) yield return end;
    }
}
