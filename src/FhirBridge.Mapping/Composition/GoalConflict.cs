using System.Collections.Immutable;
using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>
/// A point on which contributors to one goal contradict each other. It becomes a DetectedIssue
/// (http://hl7.org/fhir/R4/detectedissue.html) that shows every side with its contributor, and decides nothing.
/// </summary>
internal sealed class GoalConflict
{
    /// <summary>Code system of the kinds of conflict.</summary>
    public const string System = "https://fhirbridge.org/CodeSystem/conflict";

    private readonly string code;
    private readonly string display;
    private readonly string point;
    private readonly IReadOnlyList<Side> sides;

    private GoalConflict(string code, string display, string point, IReadOnlyList<Side> sides)
    {
        this.code = code;
        this.display = display;
        this.point = point;
        this.sides = [.. sides.OrderBy(s => s.By.Min(b => b.Given.Contributor), StringComparer.Ordinal).ThenBy(s => s.ElementId, StringComparer.Ordinal)];
    }

    /// <summary>Contradicting targets for one measure.</summary>
    public static GoalConflict OfTarget(string measure, IReadOnlyList<Statement> targets, IReadOnlyList<Contribution> speaking) =>
        new("goal-target", "Different targets for the same goal", measure, [.. targets.Select(t =>
            new Side([.. t.By.Where(speaking.Contains)], UnifiedWriter.ElementId("target", t.Key), ElementText.Target(new(t.Element))))]);

    /// <summary>Contradicting values of an element that holds one concept.</summary>
    public static GoalConflict OfElement(string name, IReadOnlyList<Statement> values) =>
        name == "priority"
            ? new("goal-priority", "Different priorities of the same goal", name, Sides(name, values))
            : new("goal-achievement", "Different judgements of the same goal", name, Sides(name, values));

    /// <summary>The DetectedIssue. Its id says goal and point only, so that it stays the same while the sides move.</summary>
    public UnifiedResource Issue(string recordId, string goalId, IReadOnlyList<Contribution> goals)
    {
        var id = $"{recordId}-{UnifiedKeys.Hash(recordId, "DetectedIssue", $"{goalId}\n{code}\n{point}")}";
        var parties = goals.Where(g => sides.Any(s => s.By.Contains(g))).ToList();
        var lastUpdated = parties.Max(p => p.Given.LastUpdated);
        using var writer = new UnifiedWriter($"DetectedIssue/{id}", parties, null);
        var json = writer.Json;
        json.WriteString("status"u8, "final"u8);
        json.WriteCodeableConcept("code"u8, System, code, display);
        json.WriteReference("patient"u8, $"Patient/{recordId}");
        json.WriteString("identifiedDateTime"u8, FhirDates.Instant(lastUpdated));
        json.WriteStartArray("implicated"u8);
        json.WriteReferenceValue($"Goal/{goalId}");
        json.WriteEndArray();
        json.WriteStartArray("evidence"u8);
        foreach (var side in sides) Evidence(writer, side, goalId);
        json.WriteEndArray();
        json.WriteString("detail"u8, string.Join("\n", sides.Select(s => $"{string.Join(", ", s.By.Select(b => b.ContributorName).Distinct().Order(StringComparer.Ordinal))}: {s.Text}")));
        return writer.FinishDerived();
    }

    private static Side[] Sides(string name, IReadOnlyList<Statement> values) =>
        [.. values.Select(v => new Side([.. v.By], UnifiedWriter.ElementId(name, v.Key), ElementText.Concept(new(v.Element))))];

    /// <summary>One side: what is stated, by whom, and the element of the unified goal that shows it.</summary>
    private static void Evidence(UnifiedWriter writer, Side side, string goalId)
    {
        var json = writer.Json;
        json.WriteStartObject();
        writer.Attribute("side-" + side.ElementId, side.By, []);
        json.WriteStartArray("code"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, side.Text);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("detail"u8);
        json.WriteStartObject();
        json.WriteStartArray("extension"u8);
        json.WriteExtensionValue(Extensions.TargetElement, "valueUri"u8, side.ElementId);
        json.WriteEndArray();
        json.WriteString("reference"u8, $"Goal/{goalId}");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>What is stated alike on one side of the conflict.</summary>
    /// <param name="By">Who states it.</param>
    /// <param name="ElementId">Id of the element of the unified goal that shows it.</param>
    /// <param name="Text">The statement in words.</param>
    private sealed record Side(ImmutableArray<Contribution> By, string ElementId, string Text);
}
