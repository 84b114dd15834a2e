using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>The end of a unified resource: what belongs to it as a whole, and meta.</summary>
internal sealed partial class UnifiedWriter
{
    /// <summary>Ends the resource with what contributions carry as a whole: extensions, modifiers, language, contained resources, labels.</summary>
    public UnifiedResource Finish()
    {
        RootExtensions(Contributors, Statement.Join(contributions, "extension", ElementKeys.Content));
        return FinishContent();
    }

    /// <summary>Ends a resource that does not say who contributed it.</summary>
    public UnifiedResource FinishUnattributed()
    {
        RootExtensions([], Statement.Join(contributions, "extension", ElementKeys.Content));
        return FinishContent();
    }

    /// <summary>Ends a resource that is made from contributions of another type: only their labels pass on to it.</summary>
    public UnifiedResource FinishDerived()
    {
        RootExtensions(Contributors, []);
        return Close();
    }

    /// <summary>Puts type, id and meta before a written body (a JSON object).</summary>
    public static UnifiedResource Sealed(
        string type, string id, ReadOnlySpan<byte> body, DateTimeOffset lastUpdated, ImmutableArray<ElementOrigin> origins, string labels = "")
    {
        var hashed = new ArrayBufferWriter<byte>(body.Length + 256);
        Encoding.UTF8.GetBytes($"{type}/{id}{labels}", hashed);
        hashed.Write(body);
        var version = ContentHash.Of(hashed.WrittenSpan, ContentHash.VersionChars);

        var whole = new ArrayBufferWriter<byte>(body.Length + 256);
        Encoding.UTF8.GetBytes($"{{\"resourceType\":\"{type}\",\"id\":\"{id}\",\"meta\":{{\"versionId\":\"{version}\"", whole);
        if (lastUpdated > DateTimeOffset.UnixEpoch) Encoding.UTF8.GetBytes($",\"lastUpdated\":\"{FhirDates.Instant(lastUpdated)}\"", whole);
        Encoding.UTF8.GetBytes(labels + "}", whole);
        if (body.Length > 2) whole.Write(","u8);
        whole.Write(body[1..]);
        return new UnifiedResource(type, id, version, lastUpdated, whole.WrittenMemory, origins);
    }

    private IEnumerable<string> Contributors => contributions.Select(c => c.Given.Contributor).Distinct().Order(StringComparer.Ordinal);

    private UnifiedResource FinishContent()
    {
        Raw("modifierExtension", Statement.Join(contributions, "modifierExtension", ElementKeys.Content));
        var languages = Statement.Join(contributions, "language", e => e.Value ?? "");
        if (languages.Count == 1) json.WriteString("language"u8, languages[0].Key);
        Contained();
        return Close();
    }

    private UnifiedResource Close()
    {
        json.WriteEndObject();
        json.Flush();
        var origins = contributions.Select(c => new ElementOrigin(c.Reference, [.. elementsOf[c.Reference]])).ToImmutableArray();
        return Sealed(type, id, body.WrittenSpan, contributions.Max(c => c.Given.LastUpdated), origins, Labels("security") + Labels("tag"));
    }

    private void RootExtensions(IEnumerable<string> contributors, List<Statement> own)
    {
        var attributed = contributors.ToList();
        if (attributed.Count + unshown.Count + own.Count == 0) return;
        json.WriteStartArray("extension"u8);
        foreach (var contributor in attributed) json.WriteRawValue(Attribution(contributor), skipInputValidation: true);
        foreach (var (element, value, statement) in unshown) UnshownStatement(element, value, statement);
        foreach (var extension in own) json.WriteRawValue(extension.Element.Raw, skipInputValidation: true);
        json.WriteEndArray();
    }

    private void UnshownStatement(string element, string value, Statement statement)
    {
        var elementId = ElementId(element, statement.Key);
        foreach (var contribution in statement.By) elementsOf[contribution.Reference].Add(elementId);
        json.WriteStartObject();
        json.WriteString("id"u8, elementId);
        json.WriteString("url"u8, Extensions.Statement);
        json.WriteStartArray("extension"u8);
        json.WriteExtensionValue("element", "valueString"u8, element);
        json.WriteStartObject();
        json.WriteString("url"u8, "value"u8);
        json.WritePropertyName(value);
        Splice(json, statement.Element);
        json.WriteEndObject();
        foreach (var contributor in statement.By.Select(c => c.Given.Contributor).Distinct().Order(StringComparer.Ordinal))
        {
            AttributionTo(json, "contributor", contributor);
        }

        json.WriteEndArray();
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

    /// <summary>Labels (meta.security) or tags of all contributions, as a property to append; empty when there are none.</summary>
    private string Labels(string name)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var contribution in contributions)
        {
            foreach (var label in contribution.Resource["meta"].Children(name)) labels.TryAdd(ElementKeys.Content(label), Encoding.UTF8.GetString(label.Raw));
        }

        return labels.Count == 0 ? "" : $",\"{name}\":[{string.Join(',', labels.Values)}]";
    }
}
