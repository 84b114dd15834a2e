using System.Buffers;
using System.Text.Json;
using FhirBridge.Api.Http;
using FhirBridge.Fhir;

namespace FhirBridge.Api.ExternalTerminology;

/// <summary>
/// Questions as Parameters of $validate-code. Spec: https://hl7.org/fhir/R4/codesystem-operation-validate-code.html, valueset-operation-validate-code.html.
/// </summary>
/// <remarks>
/// A value set that R4 does not define is the network's: the server may not have it, and is sent what it needs of it: the parts that can have the code, and the value sets that they
/// import. R4's own are named by their canonical.
/// </remarks>
internal static class QuestionWriter
{
    private const int MaxImports = 50;

    /// <summary>The operation's path on the server.</summary>
    internal static string Path(TerminologyQuestion question) => question.ValueSet is null ? "CodeSystem/$validate-code" : "ValueSet/$validate-code";

    /// <summary>The Parameters; the same question is the same bytes as long as the value set is the same.</summary>
    internal static ReadOnlyMemory<byte> Write(TerminologyQuestion question, Definitions definitions)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var w = new Utf8JsonWriter(output, JsonOptions.Writer))
        {
            w.WriteStartObject();
            w.WriteString("resourceType", "Parameters");
            w.WriteStartArray("parameter");
            if (question.ValueSet is { } set) WriteSet(w, question, set, definitions);
            else Write(w, "url", "valueUri", question.System);
            Write(w, "code", "valueCode", question.Code);
            if (question.ValueSet is not null) Write(w, "system", "valueUri", question.System);
            Write(w, question.ValueSet is null ? "version" : "systemVersion", "valueString", question.Version);
            Write(w, "display", "valueString", question.Display);
            w.WriteEndArray();
            w.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    /// <summary>A resource as a parameter.</summary>
    internal static void WriteResource(Utf8JsonWriter w, string name, Action<Utf8JsonWriter> resource)
    {
        w.WriteStartObject();
        w.WriteString("name", name);
        w.WritePropertyName("resource");
        resource(w);
        w.WriteEndObject();
    }

    /// <summary>A value as a parameter; nothing when there is none.</summary>
    internal static void Write(Utf8JsonWriter w, string name, string type, string? value)
    {
        if (value is null) return;
        w.WriteStartObject();
        w.WriteString("name", name);
        w.WriteString(type, value);
        w.WriteEndObject();
    }

    /// <summary>The value set of that canonical when it is the network's own; an element that does not exist otherwise.</summary>
    internal static FhirElement Own(string canonical, Definitions definitions) =>
        Definitions.R4.FindEntry("ValueSet", canonical) is null ? definitions.FindResource("ValueSet", canonical) : default;

    /// <summary>The network's own value sets that it imports, directly or not.</summary>
    internal static IReadOnlyList<FhirElement> Imports(FhirElement set, Definitions definitions)
    {
        var found = new List<FhirElement>();
        var seen = new HashSet<string?>(StringComparer.Ordinal) { set.Text("url") };
        var open = new Queue<FhirElement>([set]);
        while (open.TryDequeue(out var at) && found.Count < MaxImports)
        {
            foreach (var import in at["compose"].Children("include").Concat(at["compose"].Children("exclude")).SelectMany(p => p.Children("valueSet")))
            {
                if (import.Value is not { } canonical || Own(canonical, definitions) is not { Exists: true } own || !seen.Add(own.Text("url"))) continue;
                found.Add(own);
                open.Enqueue(own);
            }
        }

        return found;
    }

    private static void WriteSet(Utf8JsonWriter w, TerminologyQuestion question, string canonical, Definitions definitions)
    {
        if (Own(canonical, definitions) is { Exists: true } own)
        {
            WriteResource(w, "valueSet", x => WritePart(x, own, question.System));
            foreach (var import in Imports(own, definitions)) WriteResource(w, "tx-resource", x => WritePart(x, import, question.System));
        }
        else
        {
            var bar = canonical.LastIndexOf('|');
            Write(w, "url", "valueUri", bar < 0 ? canonical : canonical[..bar]);
            if (bar >= 0) Write(w, "valueSetVersion", "valueString", canonical[(bar + 1)..]);
        }

        // The set alone says which system a bare code is of.
        if (question.System is not null) return;
        w.WriteStartObject();
        w.WriteString("name", "inferSystem");
        w.WriteBoolean("valueBoolean", true);
        w.WriteEndObject();
    }

    /// <summary>A value set without its prose, and without what it says of systems that are not asked about, which the server may not have.</summary>
    private static void WritePart(Utf8JsonWriter w, FhirElement set, string? system)
    {
        w.WriteStartObject();
        w.WriteString("resourceType", "ValueSet");
        foreach (var name in new[] { "url", "version", "status" }) FhirJson.WriteProperty(w, set, name);
        var compose = set["compose"];
        if (compose.Exists)
        {
            w.WriteStartObject("compose");
            FhirJson.WriteProperty(w, compose, "inactive");
            foreach (var name in new[] { "include", "exclude" })
            {
                var parts = compose.Children(name).Where(p => system is null || p.Text("system") is not { } its || its == system).ToList();
                if (parts.Count == 0) continue;
                w.WriteStartArray(name);
                foreach (var part in parts) FhirJson.Write(w, part);
                w.WriteEndArray();
            }

            w.WriteEndObject();
        }
        else
        {
            FhirJson.WriteProperty(w, set, "expansion");
        }

        w.WriteEndObject();
    }
}
