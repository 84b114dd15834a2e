using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Search;

/// <summary>How a value is compared. Spec: https://hl7.org/fhir/R4/search.html#prefix.</summary>
public enum SearchPrefix
{
    /// <summary>The range of the search value contains the range of the stored value.</summary>
    Eq,

    /// <summary>It does not.</summary>
    Ne,

    /// <summary>The range above the search value overlaps the stored range.</summary>
    Gt,

    /// <summary>The range below the search value overlaps the stored range.</summary>
    Lt,

    /// <summary><see cref="Gt"/> or <see cref="Eq"/>.</summary>
    Ge,

    /// <summary><see cref="Lt"/> or <see cref="Eq"/>.</summary>
    Le,

    /// <summary>The stored range starts after the search value.</summary>
    Sa,

    /// <summary>The stored range ends before the search value.</summary>
    Eb,

    /// <summary>The stored range overlaps the search value widened by a tenth.</summary>
    Ap,
}

/// <summary>Modifier of a search parameter. Spec: https://hl7.org/fhir/R4/search.html#modifiers.</summary>
public enum SearchModifier
{
    /// <summary>No modifier.</summary>
    None,

    /// <summary><c>:missing</c></summary>
    Missing,

    /// <summary><c>:exact</c> (string)</summary>
    Exact,

    /// <summary><c>:contains</c> (string)</summary>
    Contains,

    /// <summary><c>:text</c> (token, string)</summary>
    Text,

    /// <summary><c>:not</c> (token)</summary>
    Not,

    /// <summary><c>:above</c> (token, reference, uri)</summary>
    Above,

    /// <summary><c>:below</c> (token, reference, uri)</summary>
    Below,

    /// <summary><c>:in</c> (token)</summary>
    In,

    /// <summary><c>:not-in</c> (token)</summary>
    NotIn,

    /// <summary><c>:of-type</c> (token on Identifier)</summary>
    OfType,

    /// <summary><c>:identifier</c> (reference)</summary>
    Identifier,

    /// <summary><c>:[type]</c> (reference)</summary>
    Type,
}

/// <summary>One alternative of a criterion.</summary>
/// <param name="Raw">The value as it was sent, escapes included; it becomes part of the self link.</param>
public abstract record SearchValue(string Raw);

/// <summary>Of <c>:missing</c>.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="Missing">True: resources without a value.</param>
public sealed record MissingValue(string Raw, bool Missing) : SearchValue(Raw);

/// <summary>Of a string parameter, and of <c>:text</c>.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="Text">Unescaped.</param>
/// <param name="Folded">Folded (<see cref="SearchText.Fold"/>).</param>
public sealed record StringValue(string Raw, string Text, string Folded) : SearchValue(Raw);

/// <summary>Of a token parameter: <c>code</c>, <c>system|code</c>, <c>|code</c>, <c>system|</c>. For <c>:in</c> and <c>:not-in</c>, <paramref name="Code"/> is the value set.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="System">Null: any; "": none.</param>
/// <param name="Code">Null: any code of the system.</param>
public sealed record TokenValue(string Raw, string? System, string? Code) : SearchValue(Raw);

/// <summary>Of <c>:of-type</c>: <c>system|code|value</c>.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="System">System of the identifier's type.</param>
/// <param name="TypedValue"><c>code|value</c>, as it is indexed.</param>
public sealed record IdentifierTypeValue(string Raw, string System, string TypedValue) : SearchValue(Raw);

/// <summary>Of a reference parameter: <c>id</c>, <c>Type/id</c>, an absolute URL, a canonical or another URI.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="Text">Unescaped.</param>
/// <param name="Base">Base of an absolute reference elsewhere; null for a local one.</param>
/// <param name="Type">Null: any type.</param>
/// <param name="Id">Logical id; null when the text is no literal reference.</param>
public sealed record ReferenceValue(string Raw, string Text, string? Base, string? Type, string? Id) : SearchValue(Raw)
{
    /// <summary><c>Type/id</c>; null when type or id is not known.</summary>
    public string? Local { get; } = Type is null || Id is null ? null : $"{Type}/{Id}";

    /// <summary>True when the parameter refers to this type alone: a stored reference that is but an id can then be of no other.</summary>
    public bool IsOnlyType { get; init; }
}

/// <summary>Of a date parameter.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="Prefix">Comparison.</param>
/// <param name="Low">Inclusive start in UTC ticks; of the widened interval for <see cref="SearchPrefix.Ap"/>.</param>
/// <param name="High">Exclusive end in UTC ticks.</param>
public sealed record DateValue(string Raw, SearchPrefix Prefix, decimal Low, decimal High) : SearchValue(Raw);

/// <summary>Of a number or quantity parameter.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="Prefix">Comparison.</param>
/// <param name="Number">The number.</param>
/// <param name="Low">Inclusive lower bound of its implicit precision; of the widened interval for <see cref="SearchPrefix.Ap"/>.</param>
/// <param name="High">Exclusive upper bound (inclusive for <see cref="SearchPrefix.Ap"/>).</param>
/// <param name="System">Quantity: system of the unit; null: any.</param>
/// <param name="Unit">Quantity: the unit's code, or with no system its code or its text; null: any.</param>
public sealed record NumberValue(string Raw, SearchPrefix Prefix, decimal Number, decimal Low, decimal High, string? System = null, string? Unit = null)
    : SearchValue(Raw)
{
    /// <summary>The unit when it is one of UCUM: stored quantities in commensurable units are compared in it. Otherwise null.</summary>
    internal UcumUnit? Measure { get; } = System == Ucum && Unit is not null ? UcumUnit.Parse(Unit) : null;

    /// <summary>True when quantities of other units than <see cref="Unit"/> may match.</summary>
    public bool Converts => Measure is not null;

    internal const string Ucum = "http://unitsofmeasure.org";
}

/// <summary>Of a uri parameter.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="Uri">Unescaped.</param>
public sealed record UriValue(string Raw, string Uri) : SearchValue(Raw);

/// <summary>Of <c>:below</c> on references that are canonicals: all versions of a canonical, or those that begin with a version (<c>1</c>: 1.0, 1.1).</summary>
/// <param name="Raw">As sent.</param>
/// <param name="Url">The canonical without version.</param>
/// <param name="Version">The beginning of the version; null: any or none.</param>
public sealed record CanonicalValue(string Raw, string Url, string? Version) : SearchValue(Raw);

/// <summary>Of <c>near</c> on Location: <c>latitude|longitude|distance|units</c>.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="Latitude">Degrees (WGS84), north positive.</param>
/// <param name="Longitude">Degrees, east positive.</param>
/// <param name="Metres">Greatest distance.</param>
public sealed record NearValue(string Raw, double Latitude, double Longitude, double Metres) : SearchValue(Raw);

/// <summary>Of a composite parameter: one value for each component.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="Components">In the order of the definition.</param>
public sealed record CompositeValue(string Raw, IReadOnlyList<SearchValue> Components) : SearchValue(Raw);

/// <summary>Of <c>_text</c>, <c>_content</c> and <c>:text</c> on strings.</summary>
public sealed record TextSearchValue : SearchValue
{
    internal TextSearchValue(string raw, TextQuery query)
        : base(raw) => Query = query;

    internal TextQuery Query { get; }
}

/// <summary>Of the operators <c>co sw ew eq</c> of <c>_filter</c> on texts, codes and uris: compared folded, as values there are never case-sensitive.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="Folded">Folded: of a string parameter by <see cref="SearchText.Fold"/>, of others by <see cref="SearchText.FoldLetters"/>.</param>
/// <param name="Match">Where the text stands.</param>
public sealed record TextValue(string Raw, string Folded, TextMatch Match) : SearchValue(Raw);

/// <summary>Where a text stands in another.</summary>
public enum TextMatch
{
    /// <summary>It is the whole.</summary>
    Whole,

    /// <summary>At the beginning.</summary>
    Start,

    /// <summary>At the end.</summary>
    End,

    /// <summary>Anywhere.</summary>
    Anywhere,
}

/// <summary>Of the operator <c>ne</c> of <c>_filter</c>: matches each stored value that none of the others matches.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="Others">The value; after <c>MapReferences</c> all its stored forms.</param>
public sealed record UnequalValue(string Raw, IReadOnlyList<SearchValue> Others) : SearchValue(Raw);

/// <summary>Of <c>:in</c>, <c>:not-in</c>, <c>:above</c> and <c>:below</c> on tokens: a question to the terminology, asked of each stored code.</summary>
/// <param name="Raw">As sent.</param>
/// <param name="Test">From a stored system (null: not known, as of a primitive; "": none) and code to true, false, or null when the terminology cannot tell.</param>
public sealed record ConceptValue(string Raw, Func<string?, string, bool?> Test) : SearchValue(Raw);

/// <summary>References to any of many resources of this server: what a chain was resolved to.</summary>
/// <param name="Targets">Stored forms, usually <c>Type/id</c>.</param>
public sealed record ReferenceSetValue(IReadOnlySet<string> Targets) : SearchValue("");

/// <summary>Any of many resources of this server: what a <c>_has</c> was resolved to.</summary>
/// <param name="Locals"><c>Type/id</c>.</param>
public sealed record LocalSetValue(IReadOnlySet<string> Locals) : SearchValue("");
