using System.Text;

namespace FhirBridge.Fhir.Search;

/// <summary>One condition of a search; all conditions of a query must hold.</summary>
public abstract record SearchCriterion
{
    /// <summary>Name as in the URL, with modifier and chain: <c>subject:Patient.name:exact</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The values as sent, joined by commas.</summary>
    public abstract string RawValue { get; }
}

/// <summary>A condition on the resource's own index values; one of <see cref="Values"/> must match.</summary>
/// <param name="Parameter">Code of the search parameter.</param>
/// <param name="Type">Its type.</param>
/// <param name="Modifier">Modifier.</param>
/// <param name="TargetType">The type of <c>:[type]</c>; otherwise null.</param>
/// <param name="Values">The alternatives. Empty only after <see cref="SearchQuery.MapReferences(Func{string, ReferenceValue, IEnumerable{string}})"/> found no stored form: nothing matches then.</param>
public sealed record ParameterCriterion(
    string Parameter,
    SearchParameterType Type,
    SearchModifier Modifier,
    string? TargetType,
    IReadOnlyList<SearchValue> Values) : SearchCriterion
{
    /// <summary>Composite: the names under which the components are indexed (<c>code-value-quantity$0</c>); otherwise empty.</summary>
    public IReadOnlyList<string> ComponentParameters { get; init; } = [];

    /// <summary>The name under which typed identifiers are indexed (<c>identifier:of-type</c>) when the modifier is <c>:of-type</c>; otherwise null.</summary>
    internal string? OfTypeName { get; } = Modifier == SearchModifier.OfType ? IndexNames.OfType(Parameter) : null;

    /// <inheritdoc/>
    public override string Name => Modifier == SearchModifier.None ? Parameter : $"{Parameter}:{TargetType ?? SearchModifiers.Text(Modifier)}";

    /// <inheritdoc/>
    public override string RawValue => string.Join(',', Values.Select(v => v.Raw));
}

/// <summary>A chained condition: the reference leads to a resource that fulfils a condition. Spec: https://hl7.org/fhir/R4/search.html#chaining.</summary>
/// <param name="Parameter">Code of the reference parameter.</param>
/// <param name="StatedType">The type named in the chain; null when none was.</param>
/// <param name="Targets">For each possible target type the condition on it.</param>
public sealed record ChainCriterion(string Parameter, string? StatedType, IReadOnlyList<ChainTarget> Targets) : SearchCriterion
{
    /// <inheritdoc/>
    public override string Name => $"{Parameter}{(StatedType is null ? "" : ":" + StatedType)}.{Targets[0].Criterion.Name}";

    /// <inheritdoc/>
    public override string RawValue => Targets[0].Criterion.RawValue;
}

/// <summary>A condition on the words of the narrative (<c>_text</c>) or of the whole resource (<c>_content</c>). Spec: https://hl7.org/fhir/R4/search.html#text.</summary>
/// <param name="Parameter"><c>_text</c> or <c>_content</c>.</param>
/// <param name="Values">The alternatives.</param>
public sealed record TextCriterion(string Parameter, IReadOnlyList<TextSearchValue> Values) : SearchCriterion
{
    /// <inheritdoc/>
    public override string Name => Parameter;

    /// <inheritdoc/>
    public override string RawValue => string.Join(',', Values.Select(v => v.Raw));
}

/// <summary>
/// What remains of a chain for references into the resource itself (<c>#med1</c>): a contained resource fulfils the condition.
/// Spec: https://hl7.org/fhir/R4/search.html#contained.
/// </summary>
/// <param name="Parameter">Code of the reference parameter.</param>
/// <param name="Targets">For each possible target type the condition on it, without further chains.</param>
public sealed record ContainedCriterion(string Parameter, IReadOnlyList<ChainTarget> Targets) : SearchCriterion
{
    /// <inheritdoc/>
    public override string Name => $"{Parameter}.{Targets[0].Criterion.Name}";

    /// <inheritdoc/>
    public override string RawValue => Targets[0].Criterion.RawValue;
}

/// <summary>Where a chain may lead.</summary>
/// <param name="Type">Resource type.</param>
/// <param name="Criterion">The condition on that resource.</param>
public sealed record ChainTarget(string Type, SearchCriterion Criterion);

/// <summary>A reverse chain: another resource refers to this one and fulfils a condition. Spec: https://hl7.org/fhir/R4/search.html#has.</summary>
/// <param name="SourceType">Type of the other resource.</param>
/// <param name="Reference">Its reference parameter that leads here.</param>
/// <param name="Criterion">The condition on it.</param>
public sealed record HasCriterion(string SourceType, string Reference, SearchCriterion Criterion) : SearchCriterion
{
    /// <inheritdoc/>
    public override string Name => $"_has:{SourceType}:{Reference}:{Criterion.Name}";

    /// <inheritdoc/>
    public override string RawValue => Criterion.RawValue;
}

/// <summary>The texts of the modifiers.</summary>
internal static class SearchModifiers
{
    private static readonly (string Text, SearchModifier Modifier)[] All =
    [
        ("missing", SearchModifier.Missing), ("exact", SearchModifier.Exact), ("contains", SearchModifier.Contains), ("text", SearchModifier.Text),
        ("not", SearchModifier.Not), ("above", SearchModifier.Above), ("below", SearchModifier.Below), ("in", SearchModifier.In),
        ("not-in", SearchModifier.NotIn), ("of-type", SearchModifier.OfType), ("identifier", SearchModifier.Identifier),
    ];

    internal static string Text(SearchModifier modifier) => Array.Find(All, m => m.Modifier == modifier).Text ?? "";

    /// <summary>The modifier of that text; <see cref="SearchModifier.None"/> when there is none.</summary>
    internal static SearchModifier Parse(string text) =>
        text == "ofType" ? SearchModifier.OfType : Array.Find(All, m => m.Text == text).Modifier;

    /// <summary>Whether R4 defines the modifier for parameters of the type.</summary>
    internal static bool Applies(SearchModifier modifier, SearchParameterType type) => modifier switch
    {
        SearchModifier.None => true,
        SearchModifier.Missing => type != SearchParameterType.Composite,
        SearchModifier.Exact or SearchModifier.Contains => type == SearchParameterType.String,
        SearchModifier.Text => type is SearchParameterType.Token or SearchParameterType.String,
        SearchModifier.Not or SearchModifier.In or SearchModifier.NotIn or SearchModifier.OfType => type == SearchParameterType.Token,
        SearchModifier.Above or SearchModifier.Below => type is SearchParameterType.Token or SearchParameterType.Uri or SearchParameterType.Reference,
        SearchModifier.Identifier or SearchModifier.Type => type == SearchParameterType.Reference,
        _ => false,
    };
}

/// <summary>Percent-encoding of a query string as this server writes it.</summary>
internal static class QueryText
{
    internal static void Append(StringBuilder text, string name, string value)
    {
        if (text.Length > 0) text.Append('&');
        text.Append(Encode(name)).Append('=').Append(Encode(value));
    }

    // Characters that a query may hold as they are (RFC 3986 §3.4) and that people read: : / , $ | is encoded (not allowed there).
    private static string Encode(string text) =>
        Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal).Replace("%2F", "/", StringComparison.Ordinal)
            .Replace("%2C", ",", StringComparison.Ordinal).Replace("%24", "$", StringComparison.Ordinal);
}
