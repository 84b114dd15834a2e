namespace FhirBridge.Mapping;

/// <summary>
/// The status of a unified resource: always one that a visible contribution states, never a new one. The strongest statement that is
/// still true wins: what is going on before what is planned, and anything open before anything ended.
/// </summary>
internal sealed class Statuses
{
    /// <summary>Goal.lifecycleStatus (http://hl7.org/fhir/R4/valueset-goal-status.html).</summary>
    public static readonly Statuses Goal = new(["active", "on-hold", "accepted", "planned", "proposed"], ["completed", "cancelled", "rejected"]);

    /// <summary>CarePlan.status (http://hl7.org/fhir/R4/valueset-request-status.html).</summary>
    public static readonly Statuses CarePlan = new(["active", "on-hold", "draft", "unknown"], ["completed", "revoked"]);

    /// <summary>CareTeam.status (http://hl7.org/fhir/R4/valueset-care-team-status.html). A team that states none is open.</summary>
    public static readonly Statuses CareTeam = new(["active", "suspended", "proposed"], ["inactive"]);

    private readonly string[] open;
    private readonly string[] ended;

    private Statuses(string[] open, string[] ended)
    {
        this.open = open;
        this.ended = ended;
    }

    /// <summary>True unless the status says that the matter has ended.</summary>
    public bool IsOpen(string? status) => !ended.Contains(status);

    /// <summary>The unified status; null when no contribution states one.</summary>
    public string? Unite(IEnumerable<Contribution> contributions)
    {
        string? best = null;
        foreach (var contribution in contributions)
        {
            var status = contribution.Status;
            if (status is not null && (best is null || Rank(status) < Rank(best))) best = status;
        }

        return best;
    }

    /// <summary>The contributions that speak for the present: the open ones, or all when all have ended.</summary>
    public IReadOnlyList<Contribution> Speaking(IReadOnlyList<Contribution> contributions)
    {
        var speaking = contributions.Where(c => IsOpen(c.Status)).ToList();
        return speaking.Count > 0 ? speaking : contributions;
    }

    private int Rank(string status)
    {
        var rank = Array.IndexOf(open, status);
        if (rank >= 0) return rank;
        rank = Array.IndexOf(ended, status);
        return open.Length + (rank >= 0 ? rank : ended.Length);
    }
}
