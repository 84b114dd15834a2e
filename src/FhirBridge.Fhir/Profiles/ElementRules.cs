using System.Globalization;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>A rule on each occurrence of an element.</summary>
internal interface IElementRule
{
    /// <summary>Reports to the run what is wrong with the element.</summary>
    void Check(FhirElement element, ValidationRun run);
}

/// <summary>The rules that an ElementDefinition states, without cardinality, types and slicing, which the check itself walks by.</summary>
internal static class ElementRules
{
    /// <summary>
    /// R4 requires these units of all components of vital signs, and they lack what guides on R4 record in components (the flow of oxygen, L/min): nobody keeps it, the official
    /// validator included, so that it is advice.
    /// </summary>
    private const string UnitsOfVitalSigns = "http://hl7.org/fhir/ValueSet/ucum-vitals-common";

    internal static IEnumerable<IElementRule> Of(ProfileNode node)
    {
        if (node.Fixed.Exists || node.Pattern.Exists) yield return new ValueRule(node.Fixed, node.Pattern);
        if (node.Definition["binding"] is { Exists: true } binding && binding.Text("valueSet") is { } set)
        {
            if (binding.Text("strength") == "required" && !set.StartsWith(UnitsOfVitalSigns, StringComparison.Ordinal)) yield return new BindingRule(set, BindingStrength.Required, node.Definition);
            else if (binding.Text("strength") is "required" or "extensible") yield return new BindingRule(set, BindingStrength.Extensible, node.Definition);
            foreach (var further in AdditionalBinding.Of(binding)) yield return further;
        }

        if (ValueControlRule.Of(node.Definition) is { } control) yield return control;
        if (NarrativeControlRule.Of(node.Definition) is { } narrative) yield return narrative;
        if (int.TryParse(node.Definition.Text("maxLength"), NumberStyles.None, CultureInfo.InvariantCulture, out var length)) yield return new LengthRule(length);
        if (node.Definition["minValue"] is { Exists: true } least) yield return new LimitRule("$this >= %limit", "at least", least);
        if (node.Definition["maxValue"] is { Exists: true } most) yield return new LimitRule("$this <= %limit", "at most", most);
        foreach (var constraint in node.Definition.Children("constraint"))
        {
            if (constraint.Text("expression") is not { } expression) continue;
            if (constraint.Text("key") == "ele-1") yield return new ContentRule();
            else if (constraint.Text("key") == "dom-3") yield return new ContainedRule(constraint.Text("human") ?? "");
            else yield return new InvariantRule(constraint.Text("key") ?? "", constraint.Text("human") ?? "", expression, constraint.Text("severity") == "error" ? IssueSeverity.Error : IssueSeverity.Warning);
        }
    }
}

/// <summary>fixed[x] and pattern[x].</summary>
internal sealed class ValueRule(FhirElement exact, FhirElement pattern) : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (exact.Exists && !ElementComparison.IsSame(element, exact)) run.Report(Problems.InvalidValue.With($"the value must be {ElementComparison.Shown(exact)}", element.Path));
        if (pattern.Exists && !ElementComparison.HasPattern(element, pattern)) run.Report(Problems.InvalidValue.With($"the value must contain {ElementComparison.Shown(pattern)}", element.Path));
    }
}

/// <summary>The greatest length of a text.</summary>
internal sealed class LengthRule(int most) : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Value is { } text && text.Length > most) run.Report(Problems.InvalidValue.With($"the text has {text.Length} characters, at most {most} are allowed", element.Path));
    }
}

/// <summary>minValue[x] or maxValue[x]; what cannot be compared (a year with a day in it, units of different kinds) is no failure.</summary>
internal sealed class LimitRule(string expression, string relation, FhirElement limit) : IElementRule
{
    private readonly Dictionary<string, IReadOnlyList<FhirPathValue>> variables = new(StringComparer.Ordinal) { ["limit"] = [FhirPathValue.Of(limit)] };

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        var holds = FhirPathExpression.Compile(expression).Value!.Predicate(element, run.Context with { Variables = variables });
        if (holds is { IsOk: true, Value: false }) run.Report(Problems.InvalidValue.With($"the value must be {relation} {ElementComparison.Shown(limit)}", element.Path));
    }
}

/// <summary>ele-1, which stands on every element: a value, or more than an id.</summary>
internal sealed class ContentRule : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (!element.HasValue && !HasContent(element)) run.Report(Problems.Invariant.With("ele-1: an element has a value or children", element.Path));
    }

    private static bool HasContent(FhirElement element)
    {
        foreach (var child in element.Children())
        {
            if (child.Name != "id") return true;
        }

        return false;
    }
}

/// <summary>
/// An invariant. One that cannot be evaluated is told, and is no failure. One that compares what cannot be compared (a day with an instant within it) is not met where the validation is
/// strict, as the official validator has it, and told otherwise. Where elements are missing that it asks for, it says nothing (bdl-8 of an entry without a fullUrl).
/// </summary>
internal sealed class InvariantRule(string key, string human, string expression, IssueSeverity severity = IssueSeverity.Error) : IElementRule
{
    internal string Key => key;

    internal string Expression => expression;

    private readonly Lazy<Result<FhirPathExpression>> compiled = new(() => FhirPathExpression.Compile(expression, FhirPathOptions.Definitions));

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        var rule = compiled.Value;
        var holds = rule.IsOk ? rule.Value.Holds(element, run.Context) : Result<bool?>.Fail(rule.Problems);
        if (!holds.IsOk) run.Report(Problems.NotChecked.With($"the rule {key} cannot be evaluated: {holds.Problems[0].Diagnostics}", element.Path));
        else if (holds.Value is null) run.Report((run.IsStrict ? Broken : Problems.Unverified).With($"{key}: {human}; whether it holds cannot be said, since values of different precision or units are compared", element.Path));
        else if (holds.Value == false) run.Report(Broken.With($"{key}: {human}", element.Path));
    }

    private ProblemKind Broken => severity == IssueSeverity.Error ? Problems.Invariant : Problems.InvariantAdvised;
}
