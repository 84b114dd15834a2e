using System.Buffers;
using System.Text.Json;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Api.Interactions;

/// <summary>
/// capabilities: made from the surface table and the definitions, so that it cannot say what is not so.
/// Specification: https://hl7.org/fhir/R4/http.html#capabilities.
/// </summary>
public static class Metadata
{
    private const string Published = "2026-11-22";

    private static readonly HashSet<string> NotWritten = ["AuditEvent", "Provenance", "Patient"];

    // R4 writes "any type" as the list of all types: such parameters would be named at every type.
    private static readonly Lazy<ILookup<string, string>> Referring = new(() => (
        from source in Definitions.R4.ResourceTypes
        from parameter in Definitions.R4.SearchParameters(source)
        where parameter.Type == SearchParameterType.Reference && parameter.Expression is not null && parameter.Targets.Count < 100
        from target in parameter.Targets
        select (target, name: $"{source}:{parameter.Code}")).ToLookup(x => x.target, x => x.name));

    // Parameters that are answered though R4 gives no expression for them.
    private static readonly (string Name, string Type)[] BesideExpressions = [("_content", "string"), ("_filter", "special"), ("_list", "string"), ("_text", "string")];

    /// <summary>GET metadata, on both faces.</summary>
    public static ValueTask<FhirResponse> RunAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        if (request.Query.Any(p => p is { Key: "mode", Value: "terminology" })) return ValueTask.FromResult(FhirResponse.Resource(200, TerminologyMetadata.Write(request, bridge)));
        var output = new ArrayBufferWriter<byte>(256 * 1024);
        using (var w = new Utf8JsonWriter(output, JsonOptions.Writer)) Write(w, request, bridge.Definitions);
        return ValueTask.FromResult(FhirResponse.Resource(200, output.WrittenMemory));
    }

    private static void Write(Utf8JsonWriter w, FhirRequest request, Definitions definitions)
    {
        var facade = request.Member is not null;
        w.WriteStartObject();
        w.WriteString("resourceType", "CapabilityStatement");
        w.WriteString("status", "active");
        w.WriteString("date", Published);
        w.WriteString("kind", "instance");
        w.WriteStartObject("software");
        w.WriteString("name", "FhirBridge");
        w.WriteString("version", typeof(Metadata).Assembly.GetName().Version!.ToString(3));
        w.WriteEndObject();
        w.WriteStartObject("implementation");
        w.WriteString("description", facade ? $"Facade of member {request.Member}: its own data under its own ids" : "The shared record: for each caller the composition of what it may see");
        w.WriteString("url", request.OwnBase);
        w.WriteEndObject();
        w.WriteString("fhirVersion", "4.0.1");
        w.WriteStartArray("format");
        w.WriteStringValue("json");
        w.WriteStringValue("xml");
        w.WriteEndArray();
        w.WriteStartArray("patchFormat");
        foreach (var format in Formats.Patches) w.WriteStringValue(format);
        w.WriteEndArray();
        w.WriteStartArray("rest");
        w.WriteStartObject();
        w.WriteString("mode", "server");
        WriteSecurity(w, request);
        w.WriteStartArray("resource");
        foreach (var type in Definitions.R4.ResourceTypes.Where(t => t is not ("Bundle" or "Parameters" or "OperationOutcome"))) WriteResource(w, type, facade, definitions);
        w.WriteEndArray();
        w.WriteStartArray("interaction");
        foreach (var code in facade ? new[] { "transaction", "batch", "search-system" } : ["batch", "search-system"])
        {
            w.WriteStartObject();
            w.WriteString("code", code);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        WriteOperations(w, facade, "");
        w.WriteEndObject();
        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static void WriteSecurity(Utf8JsonWriter w, FhirRequest request)
    {
        w.WriteStartObject("security");
        w.WriteBoolean("cors", true);
        w.WriteStartArray("service");
        w.WriteStartObject();
        w.WriteStartArray("coding");
        w.WriteStartObject();
        w.WriteString("system", "http://terminology.hl7.org/CodeSystem/restful-security-service");
        w.WriteString("code", "SMART-on-FHIR");
        w.WriteEndObject();
        w.WriteEndArray();
        w.WriteEndObject();
        w.WriteEndArray();
        w.WriteString("description", $"Bearer tokens of the configured issuers; see {request.SharedBase}/.well-known/smart-configuration");
        w.WriteEndObject();
    }

    private static void WriteResource(Utf8JsonWriter w, string type, bool facade, Definitions definitions)
    {
        w.WriteStartObject();
        w.WriteString("type", type);
        w.WriteStartArray("interaction");
        foreach (var name in Interactions(type, facade))
        {
            w.WriteStartObject();
            w.WriteString("code", name);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteString("versioning", facade ? "versioned" : "versioned-update");
        w.WriteBoolean("readHistory", facade);
        w.WriteBoolean("updateCreate", facade || SharedTypes.IsOperators(type));
        w.WriteBoolean("conditionalCreate", false);
        w.WriteString("conditionalRead", "full-support");
        w.WriteBoolean("conditionalUpdate", false);
        w.WriteString("conditionalDelete", "not-supported");
        var parameters = definitions.AnsweredSearchParameters(type).ToList();
        if (facade || type != "AuditEvent") WriteIncludes(w, type, parameters, facade);
        w.WriteStartArray("searchParam");
        foreach (var p in parameters)
        {
            w.WriteStartObject();
            w.WriteString("name", p.Code);
            w.WriteString("definition", p.Url);
            w.WriteString("type", p.Type.ToString().ToLowerInvariant());
            w.WriteEndObject();
        }

        foreach (var (name, kind) in BesideExpressions)
        {
            // Only what has a narrative is searched by it.
            if (name == "_text" && definitions.FindSearchParameter(type, name) is null) continue;
            w.WriteStartObject();
            w.WriteString("name", name);
            w.WriteString("type", kind);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        WriteOperations(w, facade, type + "/");
        w.WriteEndObject();
    }

    /// <summary>The operations whose address starts like that: <c>Patient/</c>; empty for those of the system.</summary>
    private static void WriteOperations(Utf8JsonWriter w, bool facade, string root)
    {
        var operations = (facade ? Surface.Facade : Surface.Shared).Where(r => r.Template.Contains('$') && IsOn(r.Template, root)).DistinctBy(r => r.Name).ToList();
        if (operations.Count == 0) return;
        w.WriteStartArray("operation");
        foreach (var operation in operations.DistinctBy(o => o.Name))
        {
            // Where R4 defines the operation, its definition is the one; the others are ours.
            var ofR4 = $"http://hl7.org/fhir/OperationDefinition/{root.TrimEnd('/')}-{operation.Name}";
            var isOfR4 = operation.Run.Method.DeclaringType == typeof(Operations.TerminologyOperation) && Definitions.R4.FindEntry("OperationDefinition", ofR4) is not null;
            w.WriteStartObject();
            w.WriteString("name", operation.Name);
            w.WriteString("definition", isOfR4 ? ofR4 : "https://fhirbridge.org/OperationDefinition/" + operation.Name);
            if (isOfR4) w.WriteString("documentation", $"Takes parameters beside R4's: https://fhirbridge.org/OperationDefinition/{root.TrimEnd('/')}-{operation.Name}");
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static bool IsOn(string template, string root) =>
        root.Length == 0 ? template[0] == '$' : template.StartsWith(root, StringComparison.Ordinal) || template.StartsWith("{type}/", StringComparison.Ordinal);

    private static void WriteIncludes(Utf8JsonWriter w, string type, List<SearchParameterDefinition> parameters, bool facade)
    {
        var references = parameters.Where(p => p.Type == SearchParameterType.Reference).ToList();
        if (references.Count > 0)
        {
            w.WriteStartArray("searchInclude");
            foreach (var p in references) w.WriteStringValue($"{type}:{p.Code}");
            w.WriteEndArray();
        }

        string[] referring = facade ? [.. Referring.Value[type]]
            : SharedTypes.IsDirectory(type) ? [.. Referring.Value[type].Where(r => SharedTypes.IsDirectory(r[..r.IndexOf(':')]))] : ["Provenance:target"];
        if (referring.Length == 0) return;
        w.WriteStartArray("searchRevInclude");
        foreach (var parameter in referring) w.WriteStringValue(parameter);
        w.WriteEndArray();
    }

    /// <summary>Interactions on a type, from the surface table, less what the shared record refuses by type.</summary>
    private static IEnumerable<string> Interactions(string type, bool facade)
    {
        foreach (var route in facade ? Surface.Facade : Surface.Shared)
        {
            if (route.Access != Access.Scoped || !route.Template.StartsWith("{type}", StringComparison.Ordinal) || route.Template.Contains('$') || route is { Method: "POST", Name: "search-type" }) continue;
            if (facade || Offered(type, route.Name)) yield return route.Name;
        }
    }

    private static bool Offered(string type, string interaction) => interaction switch
    {
        "create" => !NotWritten.Contains(type) && (!SharedTypes.IsDirectory(type) || SharedTypes.IsOperators(type)),
        "update" => SharedTypes.IsDirectory(type) ? SharedTypes.IsOperators(type) : !NotWritten.Contains(type) && !SharedTypes.IsUnified(type),
        "patch" => Offered(type, "update"),
        "delete" => type != "Consent" && Offered(type, "update"),
        _ => true,
    };
}
