namespace FhirBridge.Fhir.Validation;

/// <summary>A PlanDefinition: actions and goals that are pointed at are there, and no action waits for itself. Spec: https://hl7.org/fhir/R4/plandefinition.html.</summary>
internal sealed class PlanDefinitionRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "PlanDefinition";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        KnowledgeLibraries.Check(resource, run);
        var goals = resource.Children("goal").Select(g => g.Text("id")).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var actions = new Dictionary<string, FhirElement>(StringComparer.Ordinal);
        var all = Actions(resource).ToList();
        foreach (var action in all)
        {
            if (action.Text("id") is { } id) actions.TryAdd(id, action);
        }

        var definitions = run.Proposed(resource);
        foreach (var action in all) Action(action, actions, goals, definitions, run);
    }

    // Depth is that of the reader, which bounds it.
    private static IEnumerable<FhirElement> Actions(FhirElement around) => around.Children("action").SelectMany(a => Actions(a).Prepend(a));

    private static void Action(FhirElement action, Dictionary<string, FhirElement> actions, HashSet<string> goals, Definitions definitions, ValidationRun run)
    {
        foreach (var goal in action.Children("goalId"))
        {
            if (goal.HasValue && !goals.Contains(goal.Value)) run.Report(Problems.UnknownReference.With($"the plan has no goal with the element id '{goal.Value}'", goal.Path));
        }

        foreach (var related in action.Children("relatedAction"))
        {
            if (related["actionId"] is not { HasValue: true } id) continue;
            if (!actions.TryGetValue(id.Value, out var other)) run.Report(Problems.UnknownReference.With($"the plan has no action with the element id '{id.Value}'", id.Path));
            else if (other == action) run.Report(Problems.Circular.With("the action is related to itself: it would wait for its own start or end", related.Path));
        }

        var type = Made(action["definition"], definitions, run);
        foreach (var value in action.Children("dynamicValue")) DynamicPath.Check(value["path"], type, run);
    }

    /// <summary>The type of what the action makes; null when that is not known.</summary>
    private static string? Made(FhirElement definition, Definitions definitions, ValidationRun run)
    {
        if (definition.SourceName != "definitionCanonical" || definition.Value is not { Length: > 0 } canonical || canonical[0] == '#') return null;
        var activity = definitions.FindResource("ActivityDefinition", canonical);
        if (activity.Exists) return activity.Text("kind") is { } kind && definitions.IsResource(kind) ? kind : null;
        if (definitions.FindEntry("PlanDefinition", canonical) is null && definitions.FindEntry("Questionnaire", canonical) is null) run.Report(Problems.Unverified.With($"the definition '{canonical}' is not known here", definition.Path));
        return null;
    }
}
