using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>
/// Writes one unified resource: elements of contributions are spliced as they stand, each with an id, and with extensions that say who
/// states it. Keeps the origins for Provenance. One writer for one resource.
/// </summary>
internal sealed class UnifiedWriter : IDisposable
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

    /// <summary>A reference that the composition itself makes.</summary>
    public void Reference(string name, string reference)
    {
        json.WriteStartObject(name);
        json.WriteString("reference"u8, reference);
        json.WriteEndObject();
    }

    /// <summary>A primitive element with a text that these contributions state.</summary>
    public void Text(string name, string text, IEnumerable<Contribution> by)
    {
        json.WriteString(name, text);
        json.WriteStartObject("_" + name);
        Attribute(name, by, []);
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
    public void Values(string name)
    {
        var values = Statement.Join(contributions, name, e => e.Value ?? "");
        if (values.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteRawValue(value.Element.Raw, skipInputValidation: true);
        json.WriteEndArray();
    }

    /// <summary>An element that holds one value and is kept only when all who state it agree.</summary>
    public void Agreed(string name, Func<FhirElement, string> key)
    {
        var statements = Statement.Join(contributions, name, key);
        if (statements.Count == 1) One(statements[0]);
    }

    /// <summary>One object: id, attribution, and the content of the statement's element.</summary>
    public void Item(Statement statement, string elementId, Action<Utf8JsonWriter>? moreExtensions = null)
    {
        json.WriteStartObject();
        Attribute(elementId, statement.By, statement.OwnExtensions, moreExtensions);
        Content(statement.Element);
        json.WriteEndObject();
    }

    /// <summary>Id, and extensions: the element's own, who states it, and in which status when that is not the resource's.</summary>
    public void Attribute(string elementId, IEnumerable<Contribution> by, IEnumerable<FhirElement> own, Action<Utf8JsonWriter>? more = null)
    {
        json.WriteString("id"u8, elementId);
        json.WriteStartArray("extension"u8);
        foreach (var extension in own) json.WriteRawValue(extension.Raw, skipInputValidation: true);
        var contributors = new SortedSet<string>(StringComparer.Ordinal);
        var statuses = new SortedSet<string>(StringComparer.Ordinal);
        var isCurrent = false;
        foreach (var contribution in by)
        {
            contributors.Add(contribution.Given.Contributor);
            if (contribution.Status is null || contribution.Status == status) isCurrent = true;
            else statuses.Add(contribution.Status);
            elementsOf[contribution.Reference].Add(elementId);
        }

        foreach (var contributor in contributors) json.WriteRawValue(Attribution(contributor), skipInputValidation: true);
        if (status is not null && !isCurrent)
        {
            foreach (var other in statuses) ExtensionCode(Extensions.ContributionStatus, other);
        }

        more?.Invoke(json);
        json.WriteEndArray();
    }

    /// <summary>All properties of an element but its id and extensions.</summary>
    public void Content(FhirElement element)
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

    /// <summary>Ends the resource with what contributions carry as a whole: extensions, modifiers, language, contained resources, labels.</summary>
    public UnifiedResource Finish()
    {
        RootExtensions(Statement.Join(contributions, "extension", ElementKeys.Content));
        Modifiers();
        Language();
        Contained();
        return Close();
    }

    /// <summary>Ends a resource that does not say who contributed it.</summary>
    public UnifiedResource FinishUnattributed()
    {
        var own = Statement.Join(contributions, "extension", ElementKeys.Content);
        if (own.Count > 0)
        {
            json.WriteStartArray("extension"u8);
            foreach (var extension in own) json.WriteRawValue(extension.Element.Raw, skipInputValidation: true);
            json.WriteEndArray();
        }

        Modifiers();
        Language();
        Contained();
        return Close();
    }

    /// <summary>Ends a resource that is made from contributions of another type: only their labels pass on to it.</summary>
    public UnifiedResource FinishDerived()
    {
        RootExtensions([]);
        return Close();
    }

    private UnifiedResource Close()
    {
        json.WriteEndObject();
        json.Flush();
        var origins = contributions.Select(c => new ElementOrigin(c.Reference, [.. elementsOf[c.Reference]])).ToImmutableArray();
        return Sealed(type, id, body.WrittenSpan, contributions.Max(c => c.Given.LastUpdated), origins, Labels("security"), Labels("tag"));
    }

    /// <summary>Puts type, id and meta before a written body (a JSON object).</summary>
    public static UnifiedResource Sealed(
        string type, string id, ReadOnlySpan<byte> body, DateTimeOffset lastUpdated, ImmutableArray<ElementOrigin> origins, string security = "", string tag = "")
    {
        var labels = (security.Length > 0 ? $",\"security\":[{security}]" : "") + (tag.Length > 0 ? $",\"tag\":[{tag}]" : "");
        var hashed = new ArrayBufferWriter<byte>(body.Length + 256);
        Encoding.UTF8.GetBytes($"{type}/{id}{labels}", hashed);
        hashed.Write(body);
        var version = ContentHash.Of(hashed.WrittenSpan, ContentHash.VersionChars);

        var whole = new ArrayBufferWriter<byte>(body.Length + 256);
        Encoding.UTF8.GetBytes($"{{\"resourceType\":\"{type}\",\"id\":\"{id}\",\"meta\":{{\"versionId\":\"{version}\"", whole);
        if (lastUpdated > DateTimeOffset.UnixEpoch) Encoding.UTF8.GetBytes($",\"lastUpdated\":\"{Instant(lastUpdated)}\"", whole);
        Encoding.UTF8.GetBytes(labels + "}", whole);
        if (body.Length > 2) whole.Write(","u8);
        whole.Write(body[1..]);
        return new UnifiedResource(type, id, version, lastUpdated, whole.WrittenMemory, origins);
    }

    /// <summary>A FHIR instant in UTC, to the millisecond.</summary>
    public static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The attribution of a contributor, as a complete extension in JSON.</summary>
    public byte[] Attribution(string contributor)
    {
        if (attributions.TryGetValue(contributor, out var known)) return known;
        var name = contributions.FirstOrDefault(c => c.Given.Contributor == contributor && c.Given.ContributorName is not null)?.Given.ContributorName;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, JsonOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("url"u8, Extensions.Contributor);
            writer.WriteStartObject("valueReference"u8);
            writer.WriteString("reference"u8, contributor);
            if (name is not null) writer.WriteString("display"u8, name);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return attributions[contributor] = buffer.WrittenSpan.ToArray();
    }

    private void RootExtensions(List<Statement> ownExtensions)
    {
        json.WriteStartArray("extension"u8);
        foreach (var contributor in contributions.Select(c => c.Given.Contributor).Distinct().Order(StringComparer.Ordinal))
        {
            json.WriteRawValue(Attribution(contributor), skipInputValidation: true);
        }

        foreach (var (element, value, statement) in unshown) UnshownStatement(element, value, statement);
        foreach (var own in ownExtensions) json.WriteRawValue(own.Element.Raw, skipInputValidation: true);
        json.WriteEndArray();
    }

    /// <summary>A modifier changes how everything beside it is read: it is never lost, and stands for the whole.</summary>
    private void Modifiers()
    {
        var modifiers = Statement.Join(contributions, "modifierExtension", ElementKeys.Content);
        if (modifiers.Count == 0) return;
        json.WriteStartArray("modifierExtension"u8);
        foreach (var modifier in modifiers) json.WriteRawValue(modifier.Element.Raw, skipInputValidation: true);
        json.WriteEndArray();
    }

    private void Language()
    {
        var languages = Statement.Join(contributions, "language", e => e.Value ?? "");
        if (languages.Count == 1) json.WriteString("language"u8, languages[0].Key);
    }

    private void UnshownStatement(string element, string value, Statement statement)
    {
        var elementId = ElementId(element, statement.Key);
        foreach (var contribution in statement.By) elementsOf[contribution.Reference].Add(elementId);
        json.WriteStartObject();
        json.WriteString("id"u8, elementId);
        json.WriteString("url"u8, Extensions.Statement);
        json.WriteStartArray("extension"u8);
        json.WriteStartObject();
        json.WriteString("url"u8, "element"u8);
        json.WriteString("valueString"u8, element);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("url"u8, "value"u8);
        json.WritePropertyName(value);
        json.WriteRawValue(statement.Element.Raw, skipInputValidation: true);
        json.WriteEndObject();
        foreach (var contributor in statement.By.Select(c => c.Given.Contributor).Distinct().Order(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("url"u8, "contributor"u8);
            json.WriteStartObject("valueReference"u8);
            json.WriteString("reference"u8, contributor);
            if (contributions.FirstOrDefault(c => c.Given.Contributor == contributor)?.Given.ContributorName is { } name) json.WriteString("display"u8, name);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void ExtensionCode(string url, string code)
    {
        json.WriteStartObject();
        json.WriteString("url"u8, url);
        json.WriteString("valueCode"u8, code);
        json.WriteEndObject();
    }

    /// <summary>Contained resources, where something that was written refers to them (dom-3), directly or through another contained one.</summary>
    private void Contained()
    {
        var waiting = contributions.SelectMany(c => c.Resource.Children("contained")).ToList();
        if (waiting.Count == 0) return;
        json.Flush();
        var kept = new List<FhirElement>();
        for (var progress = true; progress;)
        {
            progress = false;
            foreach (var resource in waiting.ToList())
            {
                var fragment = Encoding.UTF8.GetBytes($"\"#{resource.Text("id")}\"");
                if (body.WrittenSpan.IndexOf(fragment) < 0 && !kept.Exists(k => k.Raw.IndexOf(fragment) >= 0)) continue;
                kept.Add(resource);
                waiting.Remove(resource);
                progress = true;
            }
        }

        if (kept.Count == 0) return;
        json.WriteStartArray("contained"u8);
        foreach (var resource in kept) json.WriteRawValue(resource.Raw, skipInputValidation: true);
        json.WriteEndArray();
    }

    private string Labels(string name)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var contribution in contributions)
        {
            foreach (var label in contribution.Resource["meta"].Children(name))
            {
                labels.TryAdd($"{label.Text("system")}|{label.Text("code")}", Encoding.UTF8.GetString(label.Raw));
            }
        }

        return string.Join(',', labels.Values);
    }
}
