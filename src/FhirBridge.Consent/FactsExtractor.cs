using System.Collections.Immutable;
using FhirBridge.Consent.Facts;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Consent;

/// <summary>What the facts of a contribution need besides its content.</summary>
public sealed record FactsContext
{
    /// <summary>Network reference of the contribution.</summary>
    public required string Reference { get; init; }

    /// <summary>Network reference of the unified resource it is a part of; null for pass-through types.</summary>
    public string? Unified { get; init; }

    /// <summary><c>Organization/{member}</c>, or the person's reference.</summary>
    public required string Custodian { get; init; }

    /// <summary>
    /// Turns a reference as written, without its version, into a stored reference; null when it leads nowhere. A reference by business
    /// identifier alone is asked for as <c>{type}?identifier={system}|{value}</c>.
    /// </summary>
    public required Func<string, string?> Resolve { get; init; }

    /// <summary>When the source last updated it (not when it arrived here); null when not known.</summary>
    public DateTimeOffset? SourceUpdated { get; init; }

    /// <summary>Authors known from Provenance, with whom they act for, as stored references.</summary>
    public ImmutableArray<string> ProvenanceAuthors { get; init; } = [];

    /// <summary>When an author's Provenance says that it was made, where the resource has no date of its own; null when not known.</summary>
    public DateTimeOffset? ProvenanceDate { get; init; }

    /// <summary>Time zone for dates without time.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;
}

/// <summary>
/// Extracts what consent decides on, once, when a contribution is written. A reference that leads nowhere is kept in a form that equals
/// no stored reference, so that an unknown patient, author or source makes a decision harder, never easier.
/// </summary>
public static class FactsExtractor
{
    private const string Nowhere = "unresolved:";

    /// <summary>The facts of a resource.</summary>
    public static RecordFacts Extract(FhirElement resource, FactsContext context)
    {
        var type = resource.Type ?? resource.Name;
        string Stored(string asked) => context.Resolve(asked) ?? Nowhere + asked;
        ImmutableArray<string> At(IEnumerable<string> paths) => [.. paths.SelectMany(p => Follow(resource, p)).Select(r => Target(r, Stored)).OfType<string>().Distinct()];

        return new RecordFacts
        {
            Type = type,
            Reference = context.Reference,
            Unified = context.Unified,
            Custodian = context.Custodian,
            Patients = type == "Patient" ? [context.Unified ?? context.Reference] : [.. At(FactsTable.Patients(type)).Where(r => FactsTable.IsPatient(type, r))],
            Authors = [.. At(FactsTable.Authors(type)).Concat(context.ProvenanceAuthors).Distinct()],
            Labels = [.. resource.Descendants().Where(e => e.Name == "security" && e.Parent.Name == "meta").Select(ReadCoding).OfType<Coding>().Distinct()],
            Profiles = [.. new MetaView(resource["meta"]).Profile],
            Primary = [.. FactsTable.Primary(type).SelectMany(p => Follow(resource, p)).SelectMany(c => c.Children("coding")).Select(ReadCoding).OfType<Coding>().Distinct()],
            Codes = [.. resource.Descendants().Where(IsCoding).Select(ReadCoding).OfType<Coding>().Distinct()],
            Dates = Dates(resource, type, context),
            References = [.. resource.Descendants().Where(IsReference).Select(r => References.Asked(new(r))).OfType<string>().Select(context.Resolve).OfType<string>().Distinct()],
            CreatedAsPartOf = At(FactsTable.CreatedAsPartOf),
            DerivedFrom = [.. At(FactsTable.DerivedFrom(type)).Where(r => !FactsTable.IsDirectory(r))],
            Controllers = At(FactsTable.Controllers(type)),
        };
    }

    // The authored date, else the clinical time, else what the author's Provenance says; and the source's last update.
    private static ImmutableArray<Interval> Dates(FhirElement resource, string type, FactsContext context)
    {
        var dates = Read(FactsTable.AuthoredDates(type));
        if (dates.Count == 0) dates = Read(FactsTable.ClinicalDates);
        if (dates.Count == 0 && context.ProvenanceDate is { } made) dates.Add(Instant(made));
        if (context.SourceUpdated is { } updated) dates.Add(Instant(updated));
        return [.. dates.Distinct()];

        List<Interval> Read(IEnumerable<string> names) =>
            [.. names.SelectMany(n => resource.Children(n)).Select(e => Date(e, context.TimeZone)).OfType<Interval>()];
    }

    private static Interval Instant(DateTimeOffset at) => new(at.ToUniversalTime(), at.ToUniversalTime().AddTicks(1));

    private static Interval? Date(FhirElement e, TimeZoneInfo zone)
    {
        if (e.HasValue) return FhirDates.TryParse(e.Value, zone, out var date) ? date : null;
        return (e["start"].HasValue || e["end"].HasValue) && new PeriodView(e).TryInterval(zone, out var period) ? period : null;
    }

    // Elements at a dotted path of definition names.
    private static IEnumerable<FhirElement> Follow(FhirElement from, string path) =>
        path.Split('.').Aggregate((IEnumerable<FhirElement>)[from], (at, name) => at.SelectMany(e => e.Children(name)));

    // The stored reference of a Reference; a contained target or a display stands for somebody nobody knows. A backbone of the same name
    // (Procedure.performer) is no Reference.
    private static string? Target(FhirElement reference, Func<string, string> stored) =>
        References.Asked(new(reference)) is { } asked ? stored(asked)
            : reference["reference"].Exists || reference["display"].Exists || reference["identifier"].Exists ? Nowhere + (reference.Text("reference") ?? reference.Text("display")) : null;

    private static bool IsReference(FhirElement e) => e["reference"].HasValue || (e["identifier"].Exists && e["identifier"].Index < 0 && e["type"].HasValue);

    private static bool IsCoding(FhirElement e) => e.Name == "coding" || (e["code"].HasValue && e["system"].HasValue && !e["value"].Exists);

    private static Coding? ReadCoding(FhirElement e) => new CodingView(e).ToCoding();
}
