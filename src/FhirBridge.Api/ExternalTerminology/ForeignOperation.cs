using System.Buffers;
using System.Text.Json;
using FhirBridge.Api.Http;
using FhirBridge.Fhir;

namespace FhirBridge.Api.ExternalTerminology;

/// <summary>
/// A terminology operation whose answer hangs on what is not here, passed on to the terminology server of the network. Only the parameters that the operation has are passed on, codings
/// without anything but system, version, code and display.
/// </summary>
internal static class ForeignOperation
{
    // What is large is not for a question.
    private const int MaxSystem = 1_000_000;

    // What HL7's terminology servers take beside R4's parameters.
    private static readonly Dictionary<string, string> More = new(StringComparer.Ordinal)
    {
        ["system-version"] = "canonical", ["check-system-version"] = "canonical", ["force-system-version"] = "canonical", ["exclude-system"] = "canonical", ["default-valueset-version"] = "canonical",
        ["check-valueset-version"] = "canonical", ["force-valueset-version"] = "canonical", ["useSupplement"] = "canonical", ["inferSystem"] = "boolean", ["lenient-display-validation"] = "boolean",
        ["displayLanguage"] = "code", ["property"] = "code", ["tx-resource"] = "Resource",
    };

    /// <summary>The server's answer; null when it has none.</summary>
    /// <param name="server">Who is asked.</param>
    /// <param name="operation">Type and name: <c>ValueSet/$expand</c>.</param>
    /// <param name="parameters">Of the request.</param>
    /// <param name="resource">The resource of the request's address; one that does not exist when there is none.</param>
    /// <param name="language">Header of the request; null when it has none.</param>
    /// <param name="definitions">Where value sets of the network are found, which the server is sent along.</param>
    /// <param name="limit">Ends the waiting.</param>
    /// <param name="cancel">Ends the request.</param>
    internal static async ValueTask<TerminologyAnswer?> AskAsync(
        TerminologyServer server, string operation, FhirElement parameters, FhirElement resource, string? language, Definitions definitions, CancellationToken limit, CancellationToken cancel)
    {
        var reply = await server.ForwardAsync(operation, Write(operation, parameters, resource, definitions), language, limit, cancel).ConfigureAwait(false);
        if (reply?.Resource is not { Root: var root }) return null;
        var expected = !reply.IsOk ? "OperationOutcome" : operation == "ValueSet/$expand" ? "ValueSet" : "Parameters";
        if (root.Type != expected) return null;
        var json = new ArrayBufferWriter<byte>(1024);
        FhirJson.Write(root, json);
        return new TerminologyAnswer(json.WrittenMemory, reply.IsOk);
    }

    private static ReadOnlyMemory<byte> Write(string operation, FhirElement parameters, FhirElement resource, Definitions definitions)
    {
        var types = Types(operation);
        var output = new ArrayBufferWriter<byte>(1024);
        using (var w = new Utf8JsonWriter(output, JsonOptions.Writer))
        {
            w.WriteStartObject();
            w.WriteString("resourceType", "Parameters");
            w.WriteStartArray("parameter");
            var set = operation.StartsWith("ValueSet/", StringComparison.Ordinal) ? SetOf(parameters, resource, definitions) : resource;
            if (set.Exists)
            {
                QuestionWriter.WriteResource(w, operation.StartsWith("ConceptMap/", StringComparison.Ordinal) ? "conceptMap" : operation.StartsWith("ValueSet/", StringComparison.Ordinal) ? "valueSet" : "codeSystem", x => FhirJson.Write(x, set));
                foreach (var needed in Needed(set, definitions)) QuestionWriter.WriteResource(w, "tx-resource", x => FhirJson.Write(x, needed));
            }

            foreach (var p in parameters.Children("parameter"))
            {
                if (p.Text("name") is not { } name || !types.TryGetValue(name, out var type) || (set.Exists && name is "url" or "valueSetVersion")) continue;
                Copy(w, p, name, type);
            }

            w.WriteEndArray();
            w.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    /// <summary>The value set to send along: that of the address, or one of the network's own.</summary>
    private static FhirElement SetOf(FhirElement parameters, FhirElement resource, Definitions definitions)
    {
        if (resource.Exists) return resource;
        var url = parameters.Children("parameter").FirstOrDefault(p => p.Text("name") == "url")["value"].Value;
        var version = parameters.Children("parameter").FirstOrDefault(p => p.Text("name") == "valueSetVersion")["value"].Value;
        return url is null ? default : QuestionWriter.Own(version is null ? url : $"{url}|{version}", definitions);
    }

    /// <summary>What else of the network's own the value set speaks of.</summary>
    private static IEnumerable<FhirElement> Needed(FhirElement set, Definitions definitions)
    {
        if (set.Type != "ValueSet") yield break;
        var imports = QuestionWriter.Imports(set, definitions);
        foreach (var import in imports) yield return import;
        var systems = imports.Prepend(set).SelectMany(s => s["compose"].Children("include").Concat(s["compose"].Children("exclude"))).Select(p => p.Text("system")).OfType<string>().Distinct();
        foreach (var uri in systems)
        {
            if (Definitions.R4.FindEntry("CodeSystem", uri) is null && definitions.FindResource("CodeSystem", uri) is { Exists: true } own && own.Raw.Length <= MaxSystem) yield return own;
        }
    }

    /// <summary>The parameters of the operation with their types, as R4 defines it.</summary>
    private static Dictionary<string, string> Types(string operation)
    {
        var types = new Dictionary<string, string>(More, StringComparer.Ordinal);
        var definition = Definitions.R4.FindResource("OperationDefinition", "http://hl7.org/fhir/OperationDefinition/" + operation.Replace("/$", "-", StringComparison.Ordinal));
        foreach (var p in definition.Children("parameter"))
        {
            if (p.Text("use") == "in" && p.Text("name") is { } name) types[name] = p.Text("type") ?? "";
        }

        return types;
    }

    private static void Copy(Utf8JsonWriter w, FhirElement parameter, string name, string type)
    {
        if (parameter["resource"] is { Exists: true } resource)
        {
            QuestionWriter.WriteResource(w, name, x => FhirJson.Write(x, resource));
            return;
        }

        var value = parameter["value"];
        if (type is "Coding" or "CodeableConcept")
        {
            WriteCodings(w, name, type, type == "Coding" ? [value] : [.. value.Children("coding")]);
        }
        else if (value.HasValue && type.Length > 0 && char.IsAsciiLetterLower(type[0]))
        {
            // In a query all is text.
            w.WriteStartObject();
            w.WriteString("name", name);
            w.WritePropertyName("value" + char.ToUpperInvariant(type[0]) + type[1..]);
            if ((type == "boolean" && value.Value is "true" or "false") || (type == "integer" && int.TryParse(value.Value, out _))) w.WriteRawValue(value.Value);
            else w.WriteStringValue(value.Value);
            w.WriteEndObject();
        }
    }

    private static void WriteCodings(Utf8JsonWriter w, string name, string type, List<FhirElement> codings)
    {
        w.WriteStartObject();
        w.WriteString("name", name);
        w.WriteStartObject("value" + type);
        if (type == "CodeableConcept") w.WriteStartArray("coding");
        foreach (var coding in codings)
        {
            if (type == "CodeableConcept") w.WriteStartObject();
            foreach (var part in new[] { "system", "version", "code", "display" })
            {
                if (coding.Text(part) is { } text) w.WriteString(part, text);
            }

            if (type == "CodeableConcept") w.WriteEndObject();
        }

        if (type == "CodeableConcept") w.WriteEndArray();
        w.WriteEndObject();
        w.WriteEndObject();
    }
}
