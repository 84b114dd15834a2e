using System.Text;

namespace FhirBridge.Fhir.Search;

/// <summary><c>_summary</c>. Spec: https://hl7.org/fhir/R4/search.html#summary.</summary>
public enum SummaryMode
{
    /// <summary>The whole resource.</summary>
    False,

    /// <summary>The elements marked as summary.</summary>
    True,

    /// <summary>Text, id, meta and mandatory elements.</summary>
    Text,

    /// <summary>All but the text.</summary>
    Data,

    /// <summary>Only the number of matches.</summary>
    Count,
}

/// <summary><c>_total</c>. Spec: https://hl7.org/fhir/R4/search.html#total.</summary>
public enum TotalMode
{
    /// <summary>Not asked for.</summary>
    None,

    /// <summary>An estimate will do.</summary>
    Estimate,

    /// <summary>The exact number.</summary>
    Accurate,
}

/// <summary>One key of <c>_sort</c>.</summary>
/// <param name="Parameter">Code of the search parameter.</param>
/// <param name="Type">Its type.</param>
/// <param name="Descending">True for <c>-code</c>.</param>
public sealed record SortKey(string Parameter, SearchParameterType Type, bool Descending)
{
    /// <inheritdoc/>
    public override string ToString() => Descending ? "-" + Parameter : Parameter;
}

/// <summary>One <c>_include</c> or <c>_revinclude</c>. Spec: https://hl7.org/fhir/R4/search.html#include.</summary>
/// <param name="SourceType">Type of the resource that holds the reference; <c>*</c> for any.</param>
/// <param name="Parameter">Code of the reference parameter; <c>*</c> for all.</param>
/// <param name="TargetType">Only references to this type; null: any.</param>
/// <param name="Iterate">Applied to included resources too.</param>
/// <param name="Reverse">True for <c>_revinclude</c>.</param>
public sealed record IncludeDirective(string SourceType, string Parameter, string? TargetType, bool Iterate, bool Reverse)
{
    /// <summary>Name as in the URL.</summary>
    public string Name => (Reverse ? "_revinclude" : "_include") + (Iterate ? ":iterate" : "");

    /// <summary>Value as in the URL.</summary>
    public string Value => SourceType == "*" ? "*" : $"{SourceType}:{Parameter}{(TargetType is null ? "" : ":" + TargetType)}";
}

/// <summary>What a search asks for, understood and checked; immutable. Made by <see cref="SearchQueryParser"/>. Spec: https://hl7.org/fhir/R4/search.html.</summary>
public sealed record SearchQuery
{
    /// <summary>The types that are searched: one for a type search, those of <c>_type</c> for a system search, none for all types.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>True for a search on the base URL: <see cref="Types"/> is then written as <c>_type</c>.</summary>
    public bool IsSystemSearch { get; init; }

    /// <summary>All conditions; each must hold.</summary>
    public IReadOnlyList<SearchCriterion> Criteria { get; init; } = [];

    /// <summary>Order of the matches; empty: newest first, then by id.</summary>
    public IReadOnlyList<SortKey> Sort { get; init; } = [];

    /// <summary><c>_count</c>: matches on one page; null when not stated.</summary>
    public int? Count { get; init; }

    /// <summary><c>_summary</c>; null when not stated.</summary>
    public SummaryMode? Summary { get; init; }

    /// <summary><c>_elements</c>: top-level elements to return; empty: all.</summary>
    public IReadOnlyList<string> Elements { get; init; } = [];

    /// <summary><c>_total</c>; null when not stated.</summary>
    public TotalMode? Total { get; init; }

    /// <summary><c>_include</c> and <c>_revinclude</c>.</summary>
    public IReadOnlyList<IncludeDirective> Includes { get; init; } = [];

    /// <summary><c>_format</c> as sent; null when not stated.</summary>
    public string? Format { get; init; }

    /// <summary><c>_pretty</c>; null when not stated.</summary>
    public bool? Pretty { get; init; }

    /// <summary>The conditions that must each hold, those behind <c>and</c> of a <c>_filter</c> taken out of it.</summary>
    public IEnumerable<SearchCriterion> Conjuncts => Criteria.Conjuncts();

    /// <summary>Parameters beside those of R4 that the search asks, sorts or includes by, in ordinal order.</summary>
    public IReadOnlyList<string> OwnParameters { get; init; } = [];

    /// <summary>Names of parameters that were left out because the server does not know them (lenient handling).</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>
    /// The query in its canonical form, percent-encoded and without <c>?</c>: conditions in the order of their text, then the result
    /// parameters. Two queries that mean the same conditions in another order have the same form; parsing it gives the same form again.
    /// </summary>
    public string ToQueryString()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in Criteria.Select(c => (c.Name, c.RawValue)).Distinct().OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.RawValue, StringComparer.Ordinal))
        {
            QueryText.Append(text, name, value);
        }

        if (IsSystemSearch && Types.Count > 0) QueryText.Append(text, "_type", string.Join(',', Types));
        if (Sort.Count > 0) QueryText.Append(text, "_sort", string.Join(',', Sort));
        if (Count is { } count) QueryText.Append(text, "_count", count.ToString());
        if (Summary is { } summary) QueryText.Append(text, "_summary", summary.ToString().ToLowerInvariant());
        if (Elements.Count > 0) QueryText.Append(text, "_elements", string.Join(',', Elements));
        if (Total is { } total) QueryText.Append(text, "_total", total.ToString().ToLowerInvariant());
        foreach (var include in Includes) QueryText.Append(text, include.Name, include.Value);
        if (Format is not null) QueryText.Append(text, "_format", Format);
        if (Pretty is { } pretty) QueryText.Append(text, "_pretty", pretty ? "true" : "false");
        return text.ToString();
    }

    /// <summary>
    /// The same query with each reference value replaced by the forms under which that reference is stored (<c>Type/id</c>, or an absolute
    /// URL): the shared record searches by network ids, contributions hold ids of their member. No form: the value matches nothing.
    /// Values of <c>:identifier</c> and <c>:missing</c> stay as they are.
    /// </summary>
    /// <param name="forms">Parameter code and value (with the type of <c>:[type]</c> applied) to stored forms.</param>
    public SearchQuery MapReferences(Func<string, ReferenceValue, IEnumerable<string>> forms) =>
        this with { Criteria = [.. Criteria.Select(c => c.Map(part => part is ParameterCriterion p ? MapReferences(p, forms) : part))] };

    /// <summary>
    /// Why this query cannot be matched as it is: chains, <c>_has</c> and hierarchies of resources
    /// (see <see cref="ChainResolver"/>), alone or within <c>_filter</c>. Empty: <see cref="QueryMatcher"/> decides it.
    /// </summary>
    public IEnumerable<Problem> Unresolved()
    {
        foreach (var criterion in Criteria)
        {
            if (!criterion.Parts().All(IsDecidable)) yield return Fhir.Problems.UnknownParameter.With($"the search parameter '{criterion.Name}' cannot be evaluated here");
        }
    }

    /// <summary>True when a condition asks for the words of the resource (<see cref="ResourceView.Content"/>).</summary>
    public bool NeedsContent => Criteria.Any(c => c.Parts().Any(p => p is TextCriterion));

    private static bool IsDecidable(SearchCriterion criterion) => criterion is TextCriterion || criterion is ParameterCriterion p && !(p.Type == SearchParameterType.Reference && p.Modifier is SearchModifier.Above or SearchModifier.Below);

    private static ParameterCriterion MapReferences(ParameterCriterion p, Func<string, ReferenceValue, IEnumerable<string>> forms) => p with
    {
        Values = [.. p.Values.SelectMany(value => value switch
        {
            ReferenceValue r => Stored(r, p.Parameter, forms),
            UnequalValue { Others: [ReferenceValue r] } => [new UnequalValue(value.Raw, [.. Stored(r, p.Parameter, forms)])],
            ReferenceSetValue set => [new ReferenceSetValue(Stored(set, p.Parameter, forms))],
            CompositeValue c => MapComposite(c, p, forms),
            _ => [value],
        })],
    };

    private static IEnumerable<SearchValue> MapComposite(CompositeValue value, ParameterCriterion p, Func<string, ReferenceValue, IEnumerable<string>> forms)
    {
        IEnumerable<IReadOnlyList<SearchValue>> rows = [[]];
        foreach (var component in value.Components)
        {
            IReadOnlyList<SearchValue> alternatives = component is ReferenceValue r ? [.. Stored(r, p.Parameter, forms)] : [component];
            rows = [.. rows.SelectMany(row => alternatives.Select(a => (IReadOnlyList<SearchValue>)[.. row, a]))];
        }

        return rows.Select(row => new CompositeValue(value.Raw, row));
    }

    private static HashSet<string> Stored(ReferenceSetValue set, string parameter, Func<string, ReferenceValue, IEnumerable<string>> forms) =>
        set.Targets.Select(FhirReference.Parse).OfType<FhirReference>().SelectMany(r => forms(parameter, new ReferenceValue(r.Local, r.Local, null, r.Type, r.Id))).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<SearchValue> Stored(ReferenceValue value, string parameter, Func<string, ReferenceValue, IEnumerable<string>> forms) =>
        forms(parameter, value).Select(form =>
            FhirReference.Parse(form) is { } r
                ? new ReferenceValue(value.Raw, form, r.Base, r.Type, r.Id)
                : new ReferenceValue(value.Raw, form, null, null, null));
}
