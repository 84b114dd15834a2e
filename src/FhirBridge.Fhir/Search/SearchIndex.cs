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
/// One value that a search parameter takes in one resource, extracted once at write.
/// Which members are set depends on <see cref="Type"/>.
/// </summary>
/// <param name="Parameter">Code of the search parameter (<c>category</c>).</param>
/// <param name="Type">Type of the search parameter.</param>
/// <param name="System">Token: system ("" when stated as none). Quantity: unit system. Reference: base of an absolute reference, or null.</param>
/// <param name="Value">Token: code. String: the text as it is. Reference: <c>Type/id</c>, or the whole text when it is not of that form. Uri: the uri. Quantity: unit code.</param>
/// <param name="Folded">String: lower case without diacritics. Token: folded display or text for <c>:text</c>. Reference: <c>system|value</c> of its identifier for <c>:identifier</c>.</param>
/// <param name="Low">Date: inclusive start in UTC ticks (long.MinValue open). Number, quantity: lower bound of the implicit precision.</param>
/// <param name="High">Date: exclusive end in UTC ticks (long.MaxValue open). Number, quantity: upper bound.</param>
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
/// <param name="Entries">The values, in the order of the resource.</param>
public sealed record SearchIndex(IReadOnlyList<IndexEntry> Entries)
{
    /// <summary>No values.</summary>
    public static SearchIndex Empty { get; } = new([]);

    /// <summary>The values of one parameter.</summary>
    public IEnumerable<IndexEntry> Of(string parameter) => Entries.Where(e => e.Parameter == parameter);
}
