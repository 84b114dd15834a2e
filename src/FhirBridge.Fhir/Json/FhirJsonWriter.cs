using System.Text;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>Writes elements of any tree as FHIR JSON: source bytes where there are some, otherwise by type and kind.</summary>
internal readonly struct FhirJsonWriter(Utf8JsonWriter writer, bool canonical)
{
    /// <summary>Writes the element's value: an object, or the text of a primitive without its id and extensions.</summary>
    internal void WriteValue(FhirElement e)
    {
        if (!canonical && !e.Raw.IsEmpty) writer.WriteRawValue(e.Raw, skipInputValidation: true);
        else if (IsPrimitive(e)) WritePrimitive(e);
        else WriteObject(e);
    }

    /// <summary>Writes all repetitions of a property and its sibling.</summary>
    internal void WriteProperty(FhirElement parent, string sourceName) =>
        WriteProperty(sourceName, [.. parent.Children().Where(c => c.SourceName == sourceName)]);

    /// <summary>Writes repetitions of one property and their sibling, from wherever they are.</summary>
    internal void WriteProperty(string sourceName, List<FhirElement> all)
    {
        if (all.Any(e => e.HasValue || !IsPrimitive(e))) WriteValues(sourceName, all);
        if (all.Any(HasSibling)) WriteSiblings("_" + sourceName, all);
    }

    /// <summary>The children by property, in the order in which the properties appear first.</summary>
    private static List<List<FhirElement>> Properties(FhirElement parent)
    {
        var properties = new List<List<FhirElement>>();
        Dictionary<string, List<FhirElement>>? byName = null;
        foreach (var child in parent.Children())
        {
            // Repetitions stand together, so looking at the last is nearly always enough; a foreign tree may have very many properties.
            if (properties.Count > 0 && properties[^1][0].SourceName == child.SourceName)
            {
                properties[^1].Add(child);
                continue;
            }

            if (byName is null && properties.Count > 16) byName = properties.ToDictionary(p => p[0].SourceName, StringComparer.Ordinal);
            var known = byName is null ? properties.Find(p => p[0].SourceName == child.SourceName) : byName.GetValueOrDefault(child.SourceName);
            if (known is not null)
            {
                known.Add(child);
                continue;
            }

            properties.Add([child]);
            byName?.Add(child.SourceName, properties[^1]);
        }

        return properties;
    }

    private static bool IsPrimitive(FhirElement e) => e.HasValue || Definitions.R4.IsPrimitive(e.Type);

    private static bool HasSibling(FhirElement e)
    {
        if (!IsPrimitive(e)) return false;
        foreach (var _ in e.Children()) return true;
        return false;
    }

    private void WriteObject(FhirElement e)
    {
        writer.WriteStartObject();
        WriteMembers(e);
        writer.WriteEndObject();
    }

    private void WriteMembers(FhirElement e)
    {
        var properties = Properties(e);
        if (canonical)
        {
            WriteSorted(e, properties);
            return;
        }

        if (e.IsResource) writer.WriteString("resourceType", e.Type);
        foreach (var all in properties) WriteProperty(all[0].SourceName, all);
    }

    private void WriteSorted(FhirElement e, List<List<FhirElement>> all)
    {
        var properties = new List<(string Name, List<FhirElement>? Values, bool Sibling)>();
        if (e.IsResource) properties.Add(("resourceType", null, false));
        foreach (var values in all)
        {
            if (values.Any(x => x.HasValue || !IsPrimitive(x))) properties.Add((values[0].SourceName, values, false));
            if (values.Any(HasSibling)) properties.Add(("_" + values[0].SourceName, values, true));
        }

        properties.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (var (name, values, sibling) in properties)
        {
            if (values is null) writer.WriteString(name, e.Type);
            else if (sibling) WriteSiblings(name, values);
            else WriteValues(name, values);
        }
    }

    private void WriteValues(string name, List<FhirElement> all)
    {
        writer.WritePropertyName(name);
        var array = all.Count > 1 || all[0].Index >= 0;
        if (array) writer.WriteStartArray();
        foreach (var e in all)
        {
            if (IsPrimitive(e) && !e.HasValue) writer.WriteNullValue();
            else WriteValue(e);
        }

        if (array) writer.WriteEndArray();
    }

    private void WriteSiblings(string name, List<FhirElement> all)
    {
        writer.WritePropertyName(name);
        var array = all.Count > 1 || all[0].Index >= 0;
        if (array) writer.WriteStartArray();
        foreach (var e in all)
        {
            if (!HasSibling(e)) writer.WriteNullValue();
            else if (!canonical && !e.RawSibling.IsEmpty) writer.WriteRawValue(e.RawSibling, skipInputValidation: true);
            else WriteObject(e);
        }

        if (array) writer.WriteEndArray();
    }

    private void WritePrimitive(FhirElement e)
    {
        var text = e.Value;
        if (text is null)
        {
            writer.WriteNullValue();
            return;
        }

        // A tree of other make may hold every value as text: the type then says what JSON wants, if the text can be that.
        var raw = e.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
            || e.Type is "boolean" or "integer" or "unsignedInt" or "positiveInt" or "decimal";
        if (raw && IsJsonToken(e, text)) writer.WriteRawValue(text, skipInputValidation: true);
        else writer.WriteStringValue(canonical && e.Type == "xhtml" ? Xhtml.Normalise(text) : text);
    }

    private static bool IsJsonToken(FhirElement e, string text)
    {
        if (text.Length == 0) return false;
        var utf8 = Encoding.UTF8.GetBytes(text);
        var kind = e.ValueKind is JsonValueKind.True or JsonValueKind.False || e.Type == "boolean" ? PrimitiveKind.Boolean : PrimitiveKind.Decimal;
        return PrimitiveGrammar.Check(kind, utf8) is null;
    }
}
