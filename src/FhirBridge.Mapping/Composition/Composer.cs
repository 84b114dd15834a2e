
namespace FhirBridge.Mapping;

/// <summary>
/// Composes the shared record of one person from the contributions that the caller may see (design.md §8). Pure: the answer depends on the
/// set of contributions alone, not on their order, on repetition, on the clock, or on anything that is not among them.
/// </summary>
public static class Composer
{
    /// <summary>All unified resources of the record: Patient, CarePlan, CareTeam, Goal, and DetectedIssue for conflicts; by type, then id.</summary>
    /// <param name="recordId">The network's Patient id.</param>
    /// <param name="contributions">
    /// Contributions of that record that the caller may see. Those whose <see cref="VisibleContribution.Unified"/> is not a unified resource of
    /// this record (pass-through types) are passed over.
    /// </param>
    public static IReadOnlyList<UnifiedResource> Compose(string recordId, IEnumerable<VisibleContribution> contributions)
    {
        var all = contributions as IReadOnlyCollection<VisibleContribution> ?? [.. contributions];
        List<UnifiedResource> composed = [.. CarePlans(recordId, all), .. CareTeams(recordId, all), .. Goals(recordId, all)];
        if (Patient(recordId, all) is { } patient) composed.Add(patient);
        composed.Sort(ByReference);
        return composed;
    }

    /// <summary>The comprehensive plans of the record: current and ended, each only when somebody contributed to it.</summary>
    public static IReadOnlyList<UnifiedResource> CarePlans(string recordId, IEnumerable<VisibleContribution> contributions) =>
        Each($"CarePlan/{recordId}-", contributions, (reference, parts) => [CarePlanComposer.Compose(recordId, reference, parts)]);

    /// <summary>The care teams of the record, one for each category.</summary>
    public static IReadOnlyList<UnifiedResource> CareTeams(string recordId, IEnumerable<VisibleContribution> contributions) =>
        Each($"CareTeam/{recordId}-", contributions, (reference, parts) => [CareTeamComposer.Compose(recordId, reference, parts)]);

    /// <summary>The goals of the record, and a DetectedIssue for each conflict in them.</summary>
    public static IReadOnlyList<UnifiedResource> Goals(string recordId, IEnumerable<VisibleContribution> contributions) =>
        Each($"Goal/{recordId}-", contributions, (reference, parts) => GoalComposer.Compose(recordId, reference, parts));

    /// <summary>The person; null when no visible contribution speaks of them (see <see cref="BarePatient"/>).</summary>
    public static UnifiedResource? Patient(string recordId, IEnumerable<VisibleContribution> contributions)
    {
        var parts = Contribution.Ordered(contributions.Where(c => c.Resource.Type == "Patient" && c.Unified == $"Patient/{recordId}"));
        return parts.Count == 0 ? null : PatientComposer.Compose(recordId, parts);
    }

    /// <summary>
    /// The person with nothing but the id: for a caller who sees something of the record, but no demographics (consent.md §10.4).
    /// </summary>
    /// <param name="recordId">The network's Patient id.</param>
    /// <param name="lastUpdated">Latest of what the caller does see; without it, the resource states none.</param>
    public static UnifiedResource BarePatient(string recordId, DateTimeOffset? lastUpdated = null) =>
        UnifiedWriter.Sealed("Patient", recordId, "{}"u8, lastUpdated ?? DateTimeOffset.UnixEpoch, []);

    private static List<UnifiedResource> Each(
        string prefix, IEnumerable<VisibleContribution> contributions, Func<string, IReadOnlyList<Contribution>, IReadOnlyList<UnifiedResource>> compose)
    {
        var composed = new List<UnifiedResource>();
        foreach (var group in contributions.Where(c => c.Unified.StartsWith(prefix, StringComparison.Ordinal)).GroupBy(c => c.Unified, StringComparer.Ordinal))
        {
            var parts = Contribution.Ordered(group);
            if (parts.Count > 0) composed.AddRange(compose(group.Key, parts));
        }

        composed.Sort(ByReference);
        return composed;
    }

    private static int ByReference(UnifiedResource a, UnifiedResource b)
    {
        var byType = string.CompareOrdinal(a.Type, b.Type);
        return byType != 0 ? byType : string.CompareOrdinal(a.Id, b.Id);
    }
}
