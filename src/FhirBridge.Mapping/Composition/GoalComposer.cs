using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>
/// One goal from all that say the same in description and measure (http://hl7.org/fhir/R4/goal.html), and a DetectedIssue for each point
/// on which they contradict each other.
/// </summary>
internal static class GoalComposer
{
    public static IReadOnlyList<UnifiedResource> Compose(string recordId, string reference, IReadOnlyList<Contribution> goals)
    {
        var status = Statuses.Goal.Unite(goals);
        var latest = Contribution.ByRecency(goals);
        var speaking = Statuses.Goal.Speaking(latest);
        var ofStatus = latest.FindAll(g => g.Status == status);
        var conflicts = new List<GoalConflict>();
        using var writer = new UnifiedWriter(reference, goals, status);

        writer.United("identifier", ElementKeys.Content);
        var lifecycle = Statement.Join(latest, "lifecycleStatus", e => e.Value!);
        Show(writer, lifecycle, lifecycle.Find(s => s.Key == status), "valueCode");
        Undisputed(writer, "achievementStatus", latest, speaking, conflicts);
        writer.United("category", ElementKeys.Concept);
        Undisputed(writer, "priority", latest, speaking, conflicts);
        Latest(writer, "description", [.. speaking, .. latest], ElementKeys.Wording, "valueCodeableConcept");
        writer.Json.WriteReference("subject"u8, $"Patient/{recordId}");
        Start(writer, latest);
        var targets = GoalTargets.Join(goals);
        writer.Each("target", targets);
        if (Times.Latest(ofStatus.Select(g => g.Goal.StatusDate)) is { } date)
        {
            writer.Text("statusDate", date, ofStatus.Where(g => g.Goal.StatusDate == date));
        }

        Latest(writer, "statusReason", [.. ofStatus, .. latest], e => ElementKeys.Words(e.Value ?? ""), "valueString");
        Latest(writer, "expressedBy", ByVoice(latest), ElementKeys.Reference, "valueReference");
        writer.United("addresses", ElementKeys.Reference);
        writer.United("note", ElementKeys.Content);
        writer.United("outcomeCode", ElementKeys.Concept);
        writer.United("outcomeReference", ElementKeys.Reference);
        conflicts.AddRange(GoalTargets.Conflicts(speaking, targets));
        var goal = writer.Finish();
        return [goal, .. conflicts.Select(c => c.Issue(recordId, goal.Id, goals))];
    }

    /// <summary>An element on which the contributors' latest words agree; if they do not, none is shown as the truth, and it is a conflict.</summary>
    private static void Undisputed(
        UnifiedWriter writer, string name, List<Contribution> latest, IReadOnlyList<Contribution> speaking, List<GoalConflict> conflicts)
    {
        var all = Statement.Join(latest, name, ElementKeys.Concept);
        if (all.Count == 0) return;
        var sides = speaking.Where(g => Statement.IsStated(g.Resource[name])).DistinctBy(g => g.Given.Contributor).ToList();
        var shown = sides.Count > 0 ? Statement.Join(sides, name, ElementKeys.Concept) : [];
        if (shown.Count > 1)
        {
            Show(writer, all, null, "valueCodeableConcept");
            conflicts.Add(GoalConflict.OfElement(name, shown));
            return;
        }

        var winner = shown.Count == 1 ? all.Find(s => s.Key == shown[0].Key) : all[0];
        Show(writer, all, winner, "valueCodeableConcept");
    }

    /// <summary>An element that holds one value: that of the first in order; what the others state is kept beside it.</summary>
    private static void Latest(UnifiedWriter writer, string name, IReadOnlyList<Contribution> order, Func<FhirElement, string> key, string value)
    {
        var all = Statement.Join([.. order.Distinct()], name, key);
        if (all.Count > 0) Show(writer, all, all[0], value);
    }

    private static void Show(UnifiedWriter writer, List<Statement> all, Statement? shown, string value)
    {
        if (shown is not null) writer.One(shown);
        foreach (var other in all)
        {
            if (other != shown) writer.Unshown(other.Element.Name, value, other);
        }
    }

    /// <summary>Whose goal it is: the patient's voice first, then that of the people close to them, then others; the latest of each.</summary>
    private static List<Contribution> ByVoice(List<Contribution> latest) =>
        [.. latest.OrderBy(g => g.Goal.ExpressedBy.ToFhirReference()?.Type switch { "Patient" => 0, "RelatedPerson" => 1, _ => 2 })];

    /// <summary>The earliest date on which somebody starts; an event, when nobody gives a date.</summary>
    private static void Start(UnifiedWriter writer, List<Contribution> latest)
    {
        if (Times.Earliest(latest.Select(g => g.Goal.Start.Value)) is { } date)
        {
            writer.Text("startDate", date, latest.Where(g => g.Goal.Start.Value == date));
            return;
        }

        Latest(writer, "start", latest, ElementKeys.Wording, "valueCodeableConcept");
    }
}
