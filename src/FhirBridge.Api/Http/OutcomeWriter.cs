using System.Buffers;
using System.Text.Json;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Http;

/// <summary>Problems → OperationOutcome, in one place. Spec: https://hl7.org/fhir/R4/operationoutcome.html.</summary>
public static class OutcomeWriter
{
    /// <summary>Writes an OperationOutcome with one issue a problem; an all-ok outcome when there is none.</summary>
    public static void Write(IBufferWriter<byte> output, IReadOnlyList<Problem> problems)
    {
        using var w = new Utf8JsonWriter(output, JsonOptions.Writer);
        w.WriteStartObject();
        w.WriteString("resourceType", "OperationOutcome");
        w.WriteStartArray("issue");
        if (problems.Count == 0) WriteIssue(w, Problems.Informational.With("All OK"));
        foreach (var p in problems) WriteIssue(w, p);
        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static void WriteIssue(Utf8JsonWriter w, Problem p)
    {
        w.WriteStartObject();
        w.WriteString("severity", p.Kind.Severity switch
        {
            IssueSeverity.Fatal => "fatal",
            IssueSeverity.Error => "error",
            IssueSeverity.Warning => "warning",
            _ => "information",
        });
        w.WriteString("code", p.Kind.IssueType);
        w.WriteCodeableConcept("details"u8, Problems.CodeSystem, p.Kind.Code);
        w.WriteString("diagnostics", p.Line is null ? p.Diagnostics : $"{p.Diagnostics} (line {p.Line}{(p.Column is null ? "" : $", column {p.Column}")})");
        if (!string.IsNullOrEmpty(p.Expression))
        {
            w.WriteStartArray("expression");
            w.WriteStringValue(p.Expression);
            w.WriteEndArray();
        }

        w.WriteEndObject();
    }
}

/// <summary>How this service writes JSON: readable characters stay readable; output is never embedded in HTML.</summary>
internal static class JsonOptions
{
    /// <summary>Compact, relaxed escaping.</summary>
    public static readonly JsonWriterOptions Writer = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The same for nodes.</summary>
    public static readonly JsonSerializerOptions Nodes = new() { Encoder = Writer.Encoder, MaxDepth = 1_000 };
}
