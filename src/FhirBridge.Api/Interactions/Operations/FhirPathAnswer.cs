using System.Buffers;
using System.Text;
using System.Text.Json;
using FhirBridge.Api.Http;
using FhirBridge.Fhir;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Api.Interactions.Operations;

/// <summary>
/// The Parameters that $fhirpath answers: a <c>result</c> for each item, typed: as <c>value[x]</c> or <c>resource</c> where Parameters can hold it,
/// else as JSON text in an extension; elements say their path in the resource. What <c>trace()</c> named follows.
/// </summary>
internal sealed class FhirPathAnswer : IDisposable
{
    private const string ResourcePath = "http://fhir.forms-lab.com/StructureDefinition/resource-path";
    private const int MaxBytes = 10_000_000;
    private const int MaxTraced = 1_000;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly HashSet<string> ValueTypes = [.. Definitions.R4.FindElement("Parameters.parameter", "value")!.Types.Select(t => t.Code)];

    private readonly ArrayBufferWriter<byte> output = new(4096);
    private readonly Utf8JsonWriter w;
    private readonly List<(string Name, FhirPathValue[] Items)> traces = [];
    private int traced;
    private bool any;

    public FhirPathAnswer()
    {
        w = new Utf8JsonWriter(output, JsonOptions.Writer);
        w.WriteStartObject();
        w.WriteString("resourceType", "Parameters");
    }

    /// <summary>True when the answer has outgrown what is sent; nothing more is written then.</summary>
    public bool IsFull => w.BytesCommitted + w.BytesPending > MaxBytes;

    /// <summary>Writes one item of the result.</summary>
    public void Add(in FhirPathValue item)
    {
        if (IsFull) return;
        StartList();
        Write("result", item);
    }

    /// <summary>Keeps what <c>trace()</c> names, up to a limit.</summary>
    public void Trace(string name, IReadOnlyList<FhirPathValue> items)
    {
        if (traced >= MaxTraced) return;
        var kept = items.Take(MaxTraced - traced).ToArray();
        traced += kept.Length + 1;
        traces.Add((name, kept));
    }

    /// <summary>The finished resource.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        foreach (var (name, items) in traces)
        {
            if (IsFull) break;
            StartList();
            w.WriteStartObject();
            w.WriteString("name", "trace");
            w.WriteStartArray("part");
            Write("name", FhirPathValue.Of(name));
            foreach (var item in items)
            {
                if (!IsFull) Write("value", item);
            }

            w.WriteEndArray();
            w.WriteEndObject();
        }

        if (any) w.WriteEndArray();
        w.WriteEndObject();
        w.Flush();
        return output.WrittenMemory;
    }

    /// <summary>Gives the writer's buffer back.</summary>
    public void Dispose() => w.Dispose();

    private void StartList()
    {
        if (!any) w.WriteStartArray("parameter");
        any = true;
    }

    private void Write(string name, in FhirPathValue item)
    {
        w.WriteStartObject();
        var element = item.Element;
        var asValue = item.IsElement ? !element.IsResource && element.Type is { } type && ValueTypes.Contains(type) : SystemType(item) is not null;
        if (item.IsElement || !asValue) WriteExtensions(item, withJson: !asValue && !element.IsResource);
        w.WriteString("name", name);
        if (element.IsResource)
        {
            w.WritePropertyName("resource");
            FhirJson.Write(w, element);
        }
        else if (asValue)
        {
            if (item.IsElement) WriteElement(element);
            else WriteSystem(item, SystemType(item)!);
        }

        w.WriteEndObject();
    }

    private void WriteExtensions(in FhirPathValue item, bool withJson)
    {
        w.WriteStartArray("extension");
        if (withJson) Extension(FhirPathOperation.JsonValue, Json(item));
        if (item.IsElement) Extension(ResourcePath, item.Element.Path);
        w.WriteEndArray();
    }

    private void Extension(string url, string value)
    {
        w.WriteStartObject();
        w.WriteString("url", url);
        w.WriteString("valueString", value);
        w.WriteEndObject();
    }

    private void WriteElement(FhirElement element)
    {
        var property = char.ToUpperInvariant(element.Type![0]) + element.Type[1..];
        if (element.HasValue || !Definitions.R4.IsPrimitive(element.Type))
        {
            w.WritePropertyName("value" + property);
            FhirJson.Write(w, element);
        }

        if (element.RawSibling.IsEmpty) return;
        w.WritePropertyName("_value" + property);
        w.WriteRawValue(element.RawSibling);
    }

    /// <summary>The FHIR type that holds a System value; null when none does (an empty text, a time to the hour, a Long).</summary>
    private static string? SystemType(in FhirPathValue item)
    {
        var type = item.Kind switch
        {
            FhirPathKind.Boolean => "Boolean",
            FhirPathKind.Integer => "Integer",
            FhirPathKind.Decimal => "Decimal",
            FhirPathKind.String => "String",
            FhirPathKind.Date => "Date",
            FhirPathKind.DateTime => "DateTime",
            FhirPathKind.Time => "Time",
            FhirPathKind.Quantity => "Quantity",
            _ => null,
        };
        return type is "String" or "Date" or "DateTime" or "Time" && !FhirPrimitive.IsValid(char.ToLowerInvariant(type[0]) + type[1..], item.ToString()) ? null : type;
    }

    private void WriteSystem(in FhirPathValue item, string type)
    {
        w.WritePropertyName("value" + type);
        switch (item.Boxed)
        {
            case FhirPathQuantity quantity:
                WriteQuantity(quantity);
                break;
            case string or FhirPathTemporal:
                w.WriteStringValue(item.ToString());
                break;
            default:
                w.WriteRawValue(item.ToString());
                break;
        }
    }

    private void WriteQuantity(FhirPathQuantity quantity)
    {
        w.WriteStartObject();
        w.WriteNumber("value", quantity.Value);
        w.WriteString("unit", quantity.Unit);
        if (!quantity.IsCalendar)
        {
            w.WriteString("system", "http://unitsofmeasure.org");
            w.WriteString("code", quantity.Unit);
        }

        w.WriteEndObject();
    }

    private static string Json(in FhirPathValue item)
    {
        switch (item.Boxed)
        {
            case FhirElement element:
                var bytes = new ArrayBufferWriter<byte>();
                FhirJson.Write(element, bytes);
                return Encoding.UTF8.GetString(bytes.WrittenSpan);
            case FhirPathType type:
                return JsonSerializer.Serialize(new { @namespace = type.Namespace, name = type.Name }, Readable);
            case long number:
                return number.ToString(System.Globalization.CultureInfo.InvariantCulture);
            default:
                return JsonSerializer.Serialize(item.ToString(), Readable);
        }
    }
}
