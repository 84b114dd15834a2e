using System.Globalization;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Profiles;

/// <summary>A rule on each occurrence of an element.</summary>
internal interface IElementRule
{
    /// <summary>Reports to the check what is wrong with the element.</summary>
    void Check(FhirElement element, ProfileCheck check);
}

/// <summary>The rules that an ElementDefinition states, without cardinality, types and slicing, which the check itself walks by.</summary>
internal static class ElementRules
{
    internal static IEnumerable<IElementRule> Of(ProfileNode node)
    {
        if (node.Fixed.Exists || node.Pattern.Exists) yield return new ValueRule(node.Fixed, node.Pattern);
        if (node.Definition["binding"] is { Exists: true } binding && binding.Text("strength") == "required" && binding.Text("valueSet") is { } set) yield return new BindingRule(set);
        if (int.TryParse(node.Definition.Text("maxLength"), NumberStyles.None, CultureInfo.InvariantCulture, out var length)) yield return new LengthRule(length);
        if (node.Definition["minValue"] is { Exists: true } least) yield return new LimitRule("$this >= %limit", "at least", least);
        if (node.Definition["maxValue"] is { Exists: true } most) yield return new LimitRule("$this <= %limit", "at most", most);
        foreach (var constraint in node.Definition.Children("constraint"))
        {
            if (constraint.Text("severity") != "error" || constraint.Text("expression") is not { } expression) continue;
            if (constraint.Text("key") == "ele-1") yield return new ContentRule();
            else yield return new InvariantRule(constraint.Text("key") ?? "", constraint.Text("human") ?? "", expression);
        }
    }
}

/// <summary>fixed[x] and pattern[x].</summary>
internal sealed class ValueRule(FhirElement exact, FhirElement pattern) : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ProfileCheck check)
    {
        if (exact.Exists && !ElementComparison.IsSame(element, exact)) check.Report(Problems.InvalidValue.With($"the value must be {ElementComparison.Shown(exact)}", element.Path));
        if (pattern.Exists && !ElementComparison.HasPattern(element, pattern)) check.Report(Problems.InvalidValue.With($"the value must contain {ElementComparison.Shown(pattern)}", element.Path));
    }
}

/// <summary>A required binding. What the terminology cannot say is no failure.</summary>
internal sealed class BindingRule(string valueSet) : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ProfileCheck check)
    {
        // Extensions may stand in for a value, with the reason why there is none.
        if (!element.HasValue && element.Children().All(c => c.Name is "id" or "extension")) return;
        if (check.IsIn(valueSet, element) == false) check.Report(Problems.CodeInvalid.With($"the code is not in the value set '{valueSet}'", element.Path));
    }
}

/// <summary>The greatest length of a text.</summary>
internal sealed class LengthRule(int most) : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ProfileCheck check)
    {
        if (element.Value is { } text && text.Length > most) check.Report(Problems.InvalidValue.With($"the text has {text.Length} characters, at most {most} are allowed", element.Path));
    }
}

/// <summary>minValue[x] or maxValue[x]; what cannot be compared (a year with a day in it, units of different kinds) is no failure.</summary>
internal sealed class LimitRule(string expression, string relation, FhirElement limit) : IElementRule
{
    private readonly Dictionary<string, IReadOnlyList<FhirPathValue>> variables = new(StringComparer.Ordinal) { ["limit"] = [FhirPathValue.Of(limit)] };

    /// <inheritdoc/>
    public void Check(FhirElement element, ProfileCheck check)
    {
        var holds = FhirPathExpression.Compile(expression).Value!.Predicate(element, check.Context with { Variables = variables });
        if (holds is { IsOk: true, Value: false }) check.Report(Problems.InvalidValue.With($"the value must be {relation} {ElementComparison.Shown(limit)}", element.Path));
    }
}

/// <summary>ele-1, which stands on every element: a value, or more than an id.</summary>
internal sealed class ContentRule : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ProfileCheck check)
    {
        if (!element.HasValue && element.Children().All(c => c.Name == "id")) check.Report(Problems.Invariant.With("ele-1: an element has a value or children", element.Path));
    }
}

/// <summary>An invariant of severity error. One that cannot be evaluated is told, and is no failure.</summary>
internal sealed class InvariantRule(string key, string human, string expression) : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ProfileCheck check)
    {
        var compiled = FhirPathExpression.Compile(expression, FhirPathOptions.Definitions);
        var holds = compiled.IsOk ? compiled.Value.Predicate(element, check.Context) : Result<bool>.Fail(compiled.Problems);
        if (!holds.IsOk) check.Report(Problems.Informational.With($"the invariant {key} cannot be evaluated: {holds.Problems[0].Diagnostics}", element.Path));
        else if (!holds.Value) check.Report(Problems.Invariant.With($"{key}: {human}", element.Path));
    }
}
