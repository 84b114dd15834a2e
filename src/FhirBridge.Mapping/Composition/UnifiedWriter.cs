using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>
/// Writes one unified resource: elements of contributions are spliced as they stand, each with an id, and with extensions that say who
/// states it. Keeps the origins for Provenance. One writer for one resource.
/// </summary>
internal sealed partial class UnifiedWriter : IDisposable
{
    /// <summary>How composed JSON is written: compact, text as it is.</summary>
    public static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly string type;
    private readonly string id;
    private readonly IReadOnlyList<Contribution> contributions;
    private readonly string? status;
    private readonly ArrayBufferWriter<byte> body = new(4096);
    private readonly Utf8JsonWriter json;
    private readonly Dictionary<string, List<string>> elementsOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> attributions = new(StringComparer.Ordinal);
    private readonly List<(string Element, string Value, Statement Statement)> unshown = [];

    /// <summary>Starts a resource.</summary>
    /// <param name="reference">Reference of the unified resource.</param>
    /// <param name="contributions">What it is made of, in reference order; not empty.</param>
    /// <param name="status">Its status; elements from contributions of another status say so. Null when it has none.</param>
    public UnifiedWriter(string reference, IReadOnlyList<Contribution> contributions, string? status)
    {
        var slash = reference.IndexOf('/');
        type = reference[..slash];
        id = reference[(slash + 1)..];
        this.contributions = contributions;
        this.status = status;
        json = new Utf8JsonWriter(body, JsonOptions);
        foreach (var contribution in contributions) elementsOf[contribution.Reference] = [];
        json.WriteStartObject();
    }

    /// <summary>The JSON writer, for what has no contributor.</summary>
    public Utf8JsonWriter Json => json;

    /// <inheritdoc/>
    public void Dispose() => json.Dispose();

    /// <summary>A primitive element with a text that these contributions state; without attribution when none does.</summary>
    public void Text(string name, string text, IEnumerable<Contribution> by)
    {
        json.WriteString(name, text);
        var contributors = by.ToArray();
        if (contributors.Length == 0) return;
        json.WriteStartObject("_" + name);
        Attribute(name, contributors, []);
        json.WriteEndObject();
    }

    /// <summary>An element that holds one value: its wording, and everybody who states it alike. Primitive or complex.</summary>
    public void One(Statement statement)
    {
        var element = statement.Element;
        if (!element.HasValue)
        {
            json.WritePropertyName(element.SourceName);
            Item(statement, element.Name);
            return;
        }

        json.WritePropertyName(element.SourceName);
        json.WriteRawValue(element.Raw, skipInputValidation: true);
        json.WriteStartObject("_" + element.SourceName);
        Attribute(element.Name, statement.By, statement.OwnExtensions);
        json.WriteEndObject();
    }

    /// <summary>A repeating element, an id for each from its content; nothing when there is none.</summary>
    public void Each(string name, IReadOnlyList<Statement> statements)
    {
        if (statements.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var statement in statements) Item(statement, ElementId(name, statement.Key));
        json.WriteEndArray();
    }

    /// <summary>All repetitions of an element of all contributions, equal ones joined.</summary>
    public void United(string name, Func<FhirElement, string> key) => Each(name, Statement.Join(contributions, name, key));

    /// <summary>Distinct values of a repeating primitive element.</summary>
    public void Values(string name) => Raw(name, Statement.Join(contributions, name, e => e.Value ?? ""));

    /// <summary>A repeating element as it stands, without attribution; nothing when there is none.</summary>
    public void Raw(string name, List<Statement> statements)
    {
        if (statements.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var statement in statements) Splice(json, statement.Element);
        json.WriteEndArray();
    }

    /// <summary>An element that holds one value and is kept only when all who state it agree.</summary>
    public void Agreed(string name, Func<FhirElement, string> key)
    {
        var statements = Statement.Join(contributions, name, key);
        if (statements.Count == 1) One(statements[0]);
    }

    /// <summary>One object: id, attribution, and the content of the statement's element.</summary>
    public void Item(Statement statement, string elementId, ReadOnlySpan<byte> moreExtensions = default)
    {
        json.WriteStartObject();
        Attribute(elementId, statement.By, statement.OwnExtensions, moreExtensions);
        Content(json, statement.Element);
        json.WriteEndObject();
    }

    /// <summary>Id, and extensions: the element's own, who states it, and in which status when that is not the resource's.</summary>
    /// <param name="elementId">Id of the element.</param>
    /// <param name="by">Who states it; each once.</param>
    /// <param name="own">Extensions that its contributors gave it.</param>
    /// <param name="more">A complete extension in JSON, to stand last; empty for none.</param>
    public void Attribute(string elementId, IEnumerable<Contribution> by, IEnumerable<FhirElement> own, ReadOnlySpan<byte> more = default)
    {
        json.WriteString("id"u8, elementId);
        json.WriteStartArray("extension"u8);
        foreach (var extension in own) json.WriteRawValue(extension.Raw, skipInputValidation: true);
        if (by is Contribution[] { Length: 1 } single) AttributeTo(elementId, single[0]);
        else AttributeTo(elementId, [.. by]);
        if (!more.IsEmpty) json.WriteRawValue(more, skipInputValidation: true);
        json.WriteEndArray();
    }

    private void AttributeTo(string elementId, Contribution contribution)
    {
        elementsOf[contribution.Reference].Add(elementId);
        json.WriteRawValue(Attribution(contribution.Given.Contributor), skipInputValidation: true);
        if (status is not null && contribution.Status is { } own && own != status) json.WriteExtensionValue(Extensions.ContributionStatus, "valueCode"u8, own);
    }

    private void AttributeTo(string elementId, List<Contribution> by)
    {
        foreach (var contribution in by) elementsOf[contribution.Reference].Add(elementId);
        foreach (var contributor in by.Select(c => c.Given.Contributor).Distinct().Order(StringComparer.Ordinal))
        {
            json.WriteRawValue(Attribution(contributor), skipInputValidation: true);
        }

        if (status is null || by.Exists(c => c.Status is null || c.Status == status)) return;
        foreach (var other in by.Select(c => c.Status!).Distinct().Order(StringComparer.Ordinal))
        {
            json.WriteExtensionValue(Extensions.ContributionStatus, "valueCode"u8, other);
        }
    }

    /// <summary>An element as it stands, but for an id that its contributor gave it.</summary>
    public static void Splice(Utf8JsonWriter json, FhirElement element)
    {
        if (element.HasValue || !element["id"].Exists)
        {
            json.WriteRawValue(element.Raw, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        FhirJson.WriteProperty(json, element, "extension");
        Content(json, element);
        json.WriteEndObject();
    }

    /// <summary>All properties of an element but its id and extensions.</summary>
    private static void Content(Utf8JsonWriter json, FhirElement element)
    {
        var last = "";
        foreach (var child in element.Children())
        {
            if (child.Name == last || child.Name is "id" or "extension") continue;
            last = child.Name;
            FhirJson.WriteProperty(json, element, last);
        }
    }

    /// <summary>A statement that the element of that name cannot show, for the extension <see cref="Extensions.Statement"/>.</summary>
    /// <param name="element">Name of the element.</param>
    /// <param name="value">Property of the extension for its type: <c>valueCode</c>.</param>
    /// <param name="statement">What is stated, and by whom.</param>
    public void Unshown(string element, string value, Statement statement) => unshown.Add((element, value, statement));

    /// <summary>Id of an element: from its content, so that it does not depend on who else states it.</summary>
    public static string ElementId(string name, string key) => $"{name}-{ContentHash.Of(key)}";

    /// <summary>The attribution of a contributor, as a complete extension in JSON.</summary>
    private byte[] Attribution(string contributor)
    {
        if (attributions.TryGetValue(contributor, out var known)) return known;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, JsonOptions)) AttributionTo(writer, Extensions.Contributor, contributor);
        return attributions[contributor] = buffer.WrittenSpan.ToArray();
    }

    private void AttributionTo(Utf8JsonWriter writer, string url, string contributor)
    {
        var name = contributions.FirstOrDefault(c => c.Given.Contributor == contributor && c.Given.ContributorName is not null)?.Given.ContributorName;
        writer.WriteStartObject();
        writer.WriteString("url"u8, url);
        writer.WriteReference("valueReference"u8, contributor, name);
        writer.WriteEndObject();
    }
}
