using FhirBridge.Fhir;

namespace FhirBridge.Consent.Decisions;

/// <summary>Instants at which a decision on a record may change by the passing of time alone.</summary>
internal static class Validity
{
    /// <summary>Starts and ends of every period in the snapshot; more than bear on one caller, which only makes a grant shorter-lived.</summary>
    public static IEnumerable<DateTimeOffset> Boundaries(ConsentSnapshot snapshot) =>
        snapshot.Directives.SelectMany(d => d.Boundaries).Concat(Periods(snapshot.Relations).SelectMany(Ends));

    private static IEnumerable<Interval> Periods(CareRelations relations) =>
        relations.CareTeams.SelectMany(t => t.Participants.Select(p => p.Period))
            .Concat(relations.RelatedPersons.Select(r => r.Period))
            .Concat(relations.Groups.SelectMany(g => g.Members.Select(m => m.Period)))
            .Concat(relations.Roles.Select(r => r.Period));

    private static IEnumerable<DateTimeOffset> Ends(Interval period)
    {
        if (period.Start is { } start) yield return start;
        if (period.End is { } end) yield return end;
    }
}
