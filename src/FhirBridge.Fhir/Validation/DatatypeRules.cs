using System.Globalization;
using System.Text.RegularExpressions;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>sqty-1: a quantity of R4's profile SimpleQuantity has no comparator. It is the only profile that R4's own elements ask for. Spec: https://hl7.org/fhir/R4/datatypes.html#SimpleQuantity.</summary>
internal sealed class SimpleQuantityRule : IElementRule
{
    internal const string Profile = "http://hl7.org/fhir/StructureDefinition/SimpleQuantity";

    internal static SimpleQuantityRule Instance { get; } = new();

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element["comparator"].Exists) run.Report(Problems.Invariant.With("sqty-1: The comparator is not used on a SimpleQuantity", element.Path));
    }
}

/// <summary>
/// The unit of an Age or Duration is one of time, that of a Distance one of length: drt-1, age-1 and dis-1 say so, but their expressions do not ask it. Spec: https://hl7.org/fhir/R4/datatypes.html#quantity.
/// </summary>
/// <param name="dimension">What UCUM makes of the unit.</param>
/// <param name="word">The same for a person.</param>
internal sealed class UnitKindRule(string dimension, string word) : IElementRule
{
    /// <summary>The rule of a datatype; null when its units may be of any kind.</summary>
    internal static UnitKindRule? Of(string? type) => type switch
    {
        "Age" or "Duration" => new("s1", "time"),
        "Distance" => new("m1", "length"),
        _ => null,
    };

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Text("system") != CodeForms.Ucum || element["code"] is not { HasValue: true } code || UcumUnit.Parse(code.Value) is not { } unit || unit.Dimension == dimension) return;
        run.Fault($"the unit is one of {word}, and '{code.Value}' is none", code);
    }
}

/// <summary>A date within reason: one long before or after this time is most likely a slip. A warning. Spec: https://hl7.org/fhir/R4/datatypes.html#date.</summary>
internal sealed class DateRule : IElementRule
{
    private const int Oldest = 1800;
    private const int YearsAhead = 100;

    internal static DateRule Instance { get; } = new();

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Value is not { Length: >= 4 } text || !int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var year)) return;
        if (year < Oldest || year > run.Year + YearsAhead) run.Report(Problems.Questionable.With($"the year {year} is out of all reason: is it a slip?", element.Path));
    }
}

/// <summary>The data of a SampledData are decimals, or E, U, L, one blank between them, as many for each dimension. Spec: https://hl7.org/fhir/R4/datatypes.html#SampledData.</summary>
internal sealed partial class SampledDataRule : IElementRule
{
    internal static SampledDataRule Instance { get; } = new();

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element["data"] is not { HasValue: true } data) return;
        var points = data.Value.Split(' ');
        if (Array.Find(points, p => !Point().IsMatch(p)) is { } wrong) run.Fault($"'{CodingRule.Shortened(wrong)}' is no data point: these are decimals, E, U or L, with one blank between them", data);
        else if (int.TryParse(element.Text("dimensions"), NumberStyles.None, CultureInfo.InvariantCulture, out var dimensions) && dimensions > 0 && points.Length % dimensions != 0) run.Fault($"there are {points.Length} data points, which is no multiple of the {dimensions} dimensions", data);
    }

    [GeneratedRegex("^(?:[EUL]|-?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Point();
}

/// <summary>
/// A code of a set that a grammar defines has the form: languages (BCP 47), which R4 only prefers, and media types (BCP 13), which it requires.
/// Spec: https://hl7.org/fhir/R4/valueset-languages.html, https://hl7.org/fhir/R4/valueset-mimetypes.html.
/// </summary>
/// <param name="system">The system whose codes they are.</param>
/// <param name="required">The set that the code must be of; null when it need not.</param>
internal sealed class CodeGrammarRule(string system, string? required) : IElementRule
{
    /// <summary>The rule for an element bound to one of these sets; null for others.</summary>
    internal static CodeGrammarRule? Of(BindingDefinition? binding) => binding?.ValueSet switch
    {
        BaseRules.Languages or BaseRules.AllLanguages => new(CodeForms.Languages, null),
        "http://hl7.org/fhir/ValueSet/mimetypes" when binding.Strength == BindingStrength.Required => new(CodeForms.MediaTypes, binding.ValueSet),
        _ => null,
    };

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Value is not { } code || CodeForms.Fault(system, code) is not { } fault) return;
        if (required is null) run.Fault($"'{CodingRule.Shortened(code)}' {fault}", element);

        // Where the codes of the set are known, the binding says it.
        else if (run.IsIn(required, element) is null) run.Report(Problems.CodeInvalid.With($"'{CodingRule.Shortened(code)}' {fault}", element.Path));
    }
}
