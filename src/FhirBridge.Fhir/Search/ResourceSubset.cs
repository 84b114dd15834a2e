using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirBridge.Fhir.Search;

/// <summary>
/// A part of a resource, as <c>_summary</c> and <c>_elements</c> ask for it. Spec: https://hl7.org/fhir/R4/search.html#summary, #elements.
/// </summary>
/// <remarks>
/// What is mandatory or changes the meaning of what is around it stays, so that what is shown means what it meant; <c>id</c> and <c>meta</c> stay, and
/// <c>meta</c> gets the tag <c>SUBSETTED</c>, so that nobody overwrites the whole with the part.
/// </remarks>
/// <param name="Summary">The form; null or <see cref="SummaryMode.False"/>: <paramref name="Elements"/> say it.</param>
/// <param name="Elements">Names of elements of the resource itself; empty: all.</param>
public readonly record struct ResourceSubset(SummaryMode? Summary, IReadOnlyList<string> Elements)
{
    private const string TagSystem = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
    private const string Tag = "SUBSETTED";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1000, SkipValidation = true };

    /// <summary>True when it is the resource itself that is asked for.</summary>
    public bool IsWhole => Summary is null or SummaryMode.False && Elements.Count == 0;

    /// <summary>The part of the resource in UTF-8; the resource itself when <see cref="IsWhole"/>.</summary>
    /// <param name="resource">UTF-8 of a resource that this service has written.</param>
    public ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> resource)
    {
        if (IsWhole || FhirJson.ReadTrusted(resource) is not { IsOk: true } read) return resource;
        var root = read.Value.Root;
        var output = new ArrayBufferWriter<byte>(resource.Length);
        using (var writer = new Utf8JsonWriter(output, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", root.Type);
            if (root["id"].Exists) FhirJson.WriteProperty(writer, root, "id");
            WriteMeta(writer, root["meta"]);
            foreach (var group in root.Children().GroupBy(c => c.SourceName))
            {
                if (group.Key is not ("id" or "meta") && KeepsOfRoot(group.First())) WriteGroup(writer, root, group.Key, [.. group]);
            }

            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private bool KeepsOfRoot(FhirElement element)
    {
        var definition = Definitions.R4.DefinitionOf(element);
        var isMandatory = definition is { Min: > 0 };
        return Summary switch
        {
            SummaryMode.True => Keeps(definition),
            SummaryMode.Text => isMandatory || element.Name == "text",
            SummaryMode.Data => element.Name != "text",
            _ => isMandatory || definition is { IsModifier: true } || Elements.Contains(element.Name) || Elements.Contains(element.SourceName),
        };
    }

    private static bool Keeps(ElementDefinition? definition) => definition is { IsSummary: true } or { IsModifier: true } or { Min: > 0 };

    // A summary goes down into what it keeps, the other forms take or leave elements of the resource itself.
    private void WriteGroup(Utf8JsonWriter writer, FhirElement parent, string name, List<FhirElement> group)
    {
        if (Summary != SummaryMode.True || group.TrueForAll(IsKeptWhole))
        {
            FhirJson.WriteProperty(writer, parent, name);
            return;
        }

        writer.WritePropertyName(name);
        if (group[0].Index >= 0) writer.WriteStartArray();
        foreach (var element in group)
        {
            if (IsKeptWhole(element)) FhirJson.Write(writer, element);
            else WritePart(writer, element);
        }

        if (group[0].Index >= 0) writer.WriteEndArray();
    }

    private void WritePart(Utf8JsonWriter writer, FhirElement element)
    {
        writer.WriteStartObject();
        foreach (var group in element.Children().GroupBy(c => c.SourceName))
        {
            if (Keeps(Definitions.R4.DefinitionOf(group.First()))) WriteGroup(writer, element, group.Key, [.. group]);
        }

        writer.WriteEndObject();
    }

    // A primitive has its extensions with it: they may be all that it has. So may what is left with nothing otherwise.
    private static bool IsKeptWhole(FhirElement element)
    {
        if (element.HasValue || element.IsResource || element.Type == "Extension" || Definitions.R4.IsPrimitive(element.Type)) return true;
        var (kept, left) = (0, 0);
        foreach (var child in element.Children())
        {
            if (Keeps(Definitions.R4.DefinitionOf(child)) && IsKeptWhole(child)) kept++;
            else if (Keeps(Definitions.R4.DefinitionOf(child))) return false;
            else left++;
        }

        return left == 0 || kept == 0;
    }

    private static void WriteMeta(Utf8JsonWriter writer, FhirElement meta)
    {
        writer.WritePropertyName("meta");
        if (meta.Children("tag").Any(t => t.Text("system") == TagSystem && t.Text("code") == Tag))
        {
            FhirJson.Write(writer, meta);
            return;
        }

        writer.WriteStartObject();
        foreach (var name in meta.Children().Select(c => c.SourceName).Distinct().Where(n => n != "tag")) FhirJson.WriteProperty(writer, meta, name);
        writer.WritePropertyName("tag");
        writer.WriteStartArray();
        foreach (var tag in meta.Children("tag")) FhirJson.Write(writer, tag);
        writer.WriteStartObject();
        writer.WriteString("system", TagSystem);
        writer.WriteString("code", Tag);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
