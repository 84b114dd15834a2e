namespace FhirBridge.Fhir.Search;

/// <summary>http://hl7.org/fhir/search-param-type.</summary>
public enum SearchParameterType
{
    /// <summary>A number.</summary>
    Number,

    /// <summary>A date, instant, period or timing: an interval of time.</summary>
    Date,

    /// <summary>Text, matched folded.</summary>
    String,

    /// <summary>A code or identifier in a system.</summary>
    Token,

    /// <summary>A reference to another resource.</summary>
    Reference,

    /// <summary>Several values that belong together.</summary>
    Composite,

    /// <summary>A quantity with unit.</summary>
    Quantity,

    /// <summary>A URI.</summary>
    Uri,

    /// <summary>Special handling.</summary>
    Special,
}

/// <summary>
/// One value that a search parameter takes in one resource, extracted once at write by <see cref="SearchIndexer"/>.
/// Which members are set depends on <see cref="Type"/>.
/// </summary>
/// <remarks>
/// Beside the parameters' own values there are three kinds of entries with names that no parameter has: the components of composite
/// parameters (<c>code-value-quantity$0</c>, <c>$1</c> …, of the component's type, tied together by <see cref="Group"/>), the typed
/// identifiers for <c>:of-type</c> (<c>identifier:of-type</c>: System of the type, Value <c>code|value</c>), and what chains ask of contained
/// resources (<c>#med1.ingredient-code</c> as the entry of its own; <c>#med1</c>: a token whose Value is the resource type).
/// </remarks>
/// <param name="Parameter">Code of the search parameter (<c>category</c>), or one of the names above.</param>
/// <param name="Type">Type of the search parameter; for a component that of the component.</param>
/// <param name="System">
/// Token: system; "" when a Coding or Identifier states none; for a code the system that its required binding implies; null for other
/// primitives and for text without code. Quantity: unit system, or null. Reference: base of an absolute reference, or null.
/// </param>
/// <param name="Value">
/// Token: code; null when there is only a text or a system. String: the text as it is; null for a family name from its second part on. Reference: <c>Type/id</c> without version, or the
/// whole text when it is not of that form or a canonical; null when only an identifier is there. Uri: the uri. Quantity: unit code, or null.
/// </param>
/// <param name="Folded">
/// String: folded (<see cref="SearchText.Fold"/>). Token: folded display or text for <c>:text</c>. Reference: <c>system|value</c> of its identifier
/// for <c>:identifier</c>. Quantity: the unit as people read it, not folded.
/// </param>
/// <param name="Low">
/// Date: inclusive start in UTC ticks (long.MinValue open). Number, quantity: the number, or the lower bound of a Range or comparator (decimal.MinValue open).
/// Special (<c>near</c>): latitude.
/// </param>
/// <param name="High">
/// Date: exclusive end in UTC ticks (long.MaxValue open). Number, quantity: the number, or the upper bound (decimal.MaxValue open). Special: longitude.
/// </param>
/// <param name="Group">Composite: number that ties component values together; otherwise -1.</param>
public sealed record IndexEntry(
    string Parameter,
    SearchParameterType Type,
    string? System = null,
    string? Value = null,
    string? Folded = null,
    decimal Low = 0,
    decimal High = 0,
    int Group = -1);

/// <summary>All index values of one resource version.</summary>
/// <param name="Entries">The values: parameter by parameter in ordinal order of their codes, within one in the order of the resource.</param>
public sealed record SearchIndex(IReadOnlyList<IndexEntry> Entries)
{
    /// <summary>No values.</summary>
    public static SearchIndex Empty { get; } = new([]);

    /// <summary>The <see cref="Definitions.SearchStamp"/> of the definitions that it was extracted by; 0 when it was not extracted.</summary>
    public ulong Stamp { get; init; }

    /// <summary>The values of one parameter.</summary>
    public IEnumerable<IndexEntry> Of(string parameter) => Entries.Where(e => e.Parameter == parameter);
}
