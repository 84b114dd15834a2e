using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Mapping;

/// <summary>
/// Which unified resource a contribution is a part of. The id says only the record and the composition key, so that it does not depend on
/// who contributed or who looks (contract.md, "Unified keys").
/// </summary>
public static class UnifiedKeys
{
    /// <summary>Code of <see cref="DefaultCategory"/>: a care team without a category is the longitudinal one.</summary>
    public const string DefaultCategoryCode = "LA28865-6";

    /// <summary>LOINC answer list of care team categories (http://hl7.org/fhir/R4/valueset-care-team-category.html).</summary>
    public const string CategorySystem = "http://loinc.org";

    /// <summary>Display of the default category.</summary>
    public const string DefaultCategoryDisplay = "Longitudinal care-coordination focused care team";

    /// <summary>Composition key of a team without a category.</summary>
    internal const string DefaultCategory = "c" + CategorySystem + "|" + DefaultCategoryCode;

    /// <summary>
    /// Reference of the unified resource that this contribution is a part of; null when its type is not unified, or when its subject is a
    /// Group (an action plan of the network, a group's team), which no person's record unites.
    /// </summary>
    /// <param name="resource">The contribution.</param>
    /// <param name="recordId">Its care record: the network's Patient id (no <c>-</c> in it).</param>
    /// <param name="resolve">Network reference for a reference in the contribution (which may be local to its owner); null when unknown.</param>
    public static string? UnifiedReference(FhirElement resource, string recordId, Func<string, string?> resolve)
    {
        if (resource["subject"].Text("reference") is { } subject
            && FhirReference.Parse(resolve(subject) ?? subject)?.Type == "Group") return null;
        return resource.Type switch
        {
            "Patient" => $"Patient/{recordId}",
            "CarePlan" => $"CarePlan/{recordId}-{(IsEnded(new CarePlanView(resource).Status) ? "ended" : "current")}",
            "CareTeam" => $"CareTeam/{recordId}-{Hash(recordId, "CareTeam", CategoryKey(new(resource)))}",
            "Goal" => $"Goal/{recordId}-{Hash(recordId, "Goal", GoalKey(new(resource)))}",
            _ => null,
        };
    }

    /// <summary>The record that a composed id belongs to: what stands before the first <c>-</c>.</summary>
    public static string RecordOf(string id)
    {
        var dash = id.IndexOf('-');
        return dash < 0 ? id : id[..dash];
    }

    /// <summary>A name that composes from record, type and key; the record is part of it, so that equal goals of two people have unlike ids.</summary>
    internal static string Hash(string recordId, string type, string key) =>
        ContentHash.Of($"{recordId}\n{type}\n{key}", ContentHash.ResourceChars);

    /// <summary>A plan that is not to be followed any more. A missing or unknown status is current: better one plan too many in view.</summary>
    private static bool IsEnded(string? status) => status is "completed" or "revoked" or "entered-in-error";

    /// <summary>One category for a team: longitudinal when it is among them, else the least key.</summary>
    internal static string CategoryKey(CareTeamView team)
    {
        string? least = null;
        foreach (var category in team.Category)
        {
            if (category.Has(CategorySystem, DefaultCategoryCode)) return DefaultCategory;
            var key = ElementKeys.Best(category);
            if (least is null || string.CompareOrdinal(key, least) < 0) least = key;
        }

        return least ?? DefaultCategory;
    }

    /// <summary>The description's best coding or its words, and the measures of the targets.</summary>
    private static string GoalKey(GoalView goal)
    {
        var measures = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var target in goal.Target)
        {
            if (target.Measure is { Exists: true } measure) measures.Add(ElementKeys.Best(measure));
        }

        return $"{ElementKeys.Best(goal.Description)}\n\n{string.Join("\n\n", measures)}";
    }
}
