using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Mapping;

/// <summary>A visible contribution while it is being composed: its ids made unique among all contributions, and what attributes it.</summary>
internal sealed class Contribution
{
    private Contribution(VisibleContribution given, string? status, bool keepsLineIds)
    {
        Given = given;
        Status = status;
        Resource = Preparation.Prepare(given.Resource, given.Reference, keepsLineIds);
    }

    /// <summary>As it was given.</summary>
    public VisibleContribution Given { get; }

    /// <summary>The resource, with ids that no other contribution can have, and without attribution of its own (<see cref="Preparation"/>).</summary>
    public FhirElement Resource { get; }

    /// <summary>The resource as a plan.</summary>
    public CarePlanView CarePlan => new(Resource);

    /// <summary>The resource as a team.</summary>
    public CareTeamView CareTeam => new(Resource);

    /// <summary>The resource as a goal.</summary>
    public GoalView Goal => new(Resource);

    /// <summary>Its own status (Goal: lifecycleStatus); null when it states none.</summary>
    public string? Status { get; }

    /// <summary>Reference of the contribution.</summary>
    public string Reference => Given.Reference;

    /// <summary>Name to show for its contributor.</summary>
    public string ContributorName => Given.ContributorName ?? Given.Contributor;

    /// <summary>
    /// The contributions that take part, in reference order: one for each reference (the latest, should it be given twice), and none that
    /// was entered in error.
    /// </summary>
    /// <param name="given">The contributions, in any order.</param>
    /// <param name="keepsLineIds">False when elements are written with the ids that their contributors gave them.</param>
    public static List<Contribution> Ordered(IEnumerable<VisibleContribution> given, bool keepsLineIds = true)
    {
        var latest = new SortedDictionary<string, VisibleContribution>(StringComparer.Ordinal);
        foreach (var contribution in given)
        {
            if (!latest.TryGetValue(contribution.Reference, out var other) || IsLater(contribution, other)) latest[contribution.Reference] = contribution;
        }

        var ordered = new List<Contribution>(latest.Count);
        foreach (var contribution in latest.Values)
        {
            var status = contribution.Resource.Text(contribution.Resource.Type == "Goal" ? "lifecycleStatus" : "status");
            if (status != "entered-in-error") ordered.Add(new Contribution(contribution, status, keepsLineIds));
        }

        return ordered;
    }

    /// <summary>Latest first; contributions of one instant in reference order.</summary>
    public static List<Contribution> ByRecency(IEnumerable<Contribution> contributions) =>
        [.. contributions.OrderByDescending(c => c.Given.LastUpdated).ThenBy(c => c.Reference, StringComparer.Ordinal)];

    private static bool IsLater(VisibleContribution one, VisibleContribution other)
    {
        var byTime = one.LastUpdated.CompareTo(other.LastUpdated);
        return byTime != 0 ? byTime > 0 : one.Resource.Raw.SequenceCompareTo(other.Resource.Raw) > 0;
    }
}
