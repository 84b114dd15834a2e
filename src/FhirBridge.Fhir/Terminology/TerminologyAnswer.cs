using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>The answer to a terminology operation: a resource, or the issues for which there is none.</summary>
/// <param name="Json">The resource: ValueSet or Parameters, or an OperationOutcome of the issues.</param>
/// <param name="IsOk">False when it is an OperationOutcome.</param>
/// <param name="IsOpen">True when it hangs on a system, value set or map that is not here: who has it may answer better.</param>
/// <param name="IsMalformed">True when the Parameters are no question: something that the operation needs is missing, or is not offered.</param>
public sealed record TerminologyAnswer(ReadOnlyMemory<byte> Json, bool IsOk, bool IsOpen = false, bool IsMalformed = false)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <param name="write">Writes the resource.</param>
    /// <param name="length">Bytes that it will have, about.</param>
    internal static TerminologyAnswer Write(Action<Utf8JsonWriter> write, int length = 0)
    {
        var output = new ArrayBufferWriter<byte>(length + 1024);
        using (var w = new Utf8JsonWriter(output, Options)) write(w);
        return new TerminologyAnswer(output.WrittenMemory, true);
    }

    internal static TerminologyAnswer Fail(params TerminologyIssue[] issues) =>
        Write(w => WriteOutcome(w, issues)) with { IsOk = false, IsOpen = issues.Any(i => i.IsOfUnknown), IsMalformed = issues.Any(i => i.IsOfCall) };

    internal static void WriteOutcome(Utf8JsonWriter w, IEnumerable<TerminologyIssue> issues)
    {
        w.WriteStartObject();
        w.WriteString("resourceType", "OperationOutcome");
        w.WriteStartArray("issue");
        foreach (var issue in issues) WriteIssue(w, issue);
        w.WriteEndArray();
        w.WriteEndObject();
    }

    internal static void WriteParameters(Utf8JsonWriter w, Action parameters)
    {
        w.WriteStartObject();
        w.WriteString("resourceType", "Parameters");
        w.WriteStartArray("parameter");
        parameters();
        w.WriteEndArray();
        w.WriteEndObject();
    }

    internal static void WriteParameter(Utf8JsonWriter w, string name, string type, string? value)
    {
        if (value is null) return;
        w.WriteStartObject();
        w.WriteString("name", name);
        w.WritePropertyName("value" + type);
        if (type is "Boolean" or "Integer" or "Decimal") w.WriteRawValue(value);
        else w.WriteStringValue(value);
        w.WriteEndObject();
    }

    private static void WriteIssue(Utf8JsonWriter w, TerminologyIssue issue)
    {
        w.WriteStartObject();
        if (issue.MessageId is { } id)
        {
            w.WriteStartArray("extension");
            w.WriteStartObject();
            w.WriteString("url", TerminologyIssue.MessageIdExtension);
            w.WriteString("valueString", id);
            w.WriteEndObject();
            w.WriteEndArray();
        }

        w.WriteString("severity", issue.Severity);
        w.WriteString("code", issue.Type);
        w.WriteStartObject("details");
        if (issue.Code is { } code)
        {
            w.WriteStartArray("coding");
            w.WriteStartObject();
            w.WriteString("system", TerminologyIssue.CodeSystem);
            w.WriteString("code", code);
            w.WriteEndObject();
            w.WriteEndArray();
        }

        w.WriteString("text", issue.Text);
        w.WriteEndObject();
        if (issue.Expression is { } expression)
        {
            // Many clients still read location, which R4 keeps beside expression.
            foreach (var name in new[] { "location", "expression" })
            {
                w.WriteStartArray(name);
                w.WriteStringValue(expression);
                w.WriteEndArray();
            }
        }

        w.WriteEndObject();
    }
}
