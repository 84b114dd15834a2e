using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Mapping;

/// <summary>Targets of one unified goal: equal ones joined, unequal ones of different contributors a conflict.</summary>
internal static class GoalTargets
{
    /// <summary>All targets, those that say the same joined.</summary>
    public static List<Statement> Join(IReadOnlyList<Contribution> goals) => Statement.Join(goals, "target", Key);

    /// <summary>
    /// The measures on which contributors contradict each other: each of the two states a target that fits none of the other's. Targets fit
    /// when neither their value nor their due date differs; one that leaves either open fits any.
    /// </summary>
    public static IEnumerable<GoalConflict> Conflicts(IReadOnlyList<Contribution> speaking, IReadOnlyList<Statement> targets)
    {
        var spoken = targets.Where(t => t.By.Any(speaking.Contains)).ToList();
        foreach (var measure in spoken.GroupBy(t => ElementKeys.Best(new GoalTargetView(t.Element).Measure)).OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            var sides = measure.SelectMany(t => t.By.Where(speaking.Contains).Select(b => (Target: t, b.Given.Contributor)))
                .Distinct()
                .GroupBy(s => s.Contributor, s => s.Target)
                .OrderBy(s => s.Key, StringComparer.Ordinal)
                .ToList();
            var disputed = sides.Where(a => sides.Any(b => Contradict(a, b))).SelectMany(s => s).Distinct().ToList();
            if (disputed.Count > 0) yield return GoalConflict.OfTarget(measure.Key, disputed, speaking);
        }
    }

    private static bool Contradict(IEnumerable<Statement> a, IEnumerable<Statement> b) =>
        a.Any(x => !b.Any(y => Fit(new(x.Element), new(y.Element)))) && b.Any(y => !a.Any(x => Fit(new(x.Element), new(y.Element))));

    private static bool Fit(GoalTargetView a, GoalTargetView b) => Fits(a.Detail, b.Detail) && Fits(a.Due, b.Due);

    private static bool Fits(FhirElement a, FhirElement b) => !a.Exists || !b.Exists || Value(a) == Value(b);

    private static string Key(FhirElement element)
    {
        var target = new GoalTargetView(element);
        var modifiers = string.Concat(target.ModifierExtension.Select(e => ElementKeys.Content(e.Element)));
        return $"{(target.Measure is { Exists: true } m ? ElementKeys.Best(m) : "")}\n{Value(target.Detail)}\n{Value(target.Due)}\n{modifiers}";
    }

    /// <summary>Value of detail[x] or due[x], its type included.</summary>
    private static string Value(FhirElement choice)
    {
        if (!choice.Exists) return "";
        return choice.SourceName switch
        {
            "detailQuantity" or "dueDuration" => "q" + ElementKeys.Quantity(new(choice)),
            "detailRange" => Range(new(choice)),
            "detailRatio" => Ratio(new(choice)),
            "detailCodeableConcept" => ElementKeys.Concept(choice),
            "detailString" => "t" + ElementKeys.Words(choice.Value ?? ""),
            _ => $"{choice.SourceName}={choice.Value}",
        };
    }

    private static string Range(RangeView range) => $"r{ElementKeys.Quantity(range.Low)}..{ElementKeys.Quantity(range.High)}";

    private static string Ratio(RatioView ratio) => $"o{ElementKeys.Quantity(ratio.Numerator)}/{ElementKeys.Quantity(ratio.Denominator)}";
}
