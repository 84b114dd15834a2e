using System.Buffers;
using System.Text.Json;
using FhirBridge.Api.Http;

namespace FhirBridge.Api.Interactions;

/// <summary>GET metadata?mode=terminology: the code systems that are here with their codes, and what $expand takes. Spec: https://hl7.org/fhir/R4/terminologycapabilities.html.</summary>
internal static class TerminologyMetadata
{
    private static readonly string[] ExpansionParameters =
    [
        "activeOnly", "check-system-version", "check-valueset-version", "count", "date", "default-valueset-version", "designation", "displayLanguage", "exclude-system", "excludeNested", "excludeNotForUI", "filter",
        "force-system-version", "force-valueset-version", "includeDefinition", "includeDesignations", "offset", "property", "system-version", "tx-resource", "useSupplement", "versionsMatch",
    ];

    internal static ReadOnlyMemory<byte> Write(FhirRequest request, Bridge bridge)
    {
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        using var w = new Utf8JsonWriter(output, JsonOptions.Writer);
        w.WriteStartObject();
        w.WriteString("resourceType", "TerminologyCapabilities");
        w.WriteString("status", "active");
        w.WriteString("date", "2026-11-26");
        w.WriteString("kind", "instance");
        w.WriteStartObject("implementation");
        w.WriteString("description", "The code systems of R4, of this service, and of the network");
        w.WriteString("url", request.OwnBase);
        w.WriteEndObject();
        w.WriteStartArray("codeSystem");
        foreach (var (system, versions) in bridge.Definitions.Terminology.Systems)
        {
            w.WriteStartObject();
            w.WriteString("uri", system);
            if (versions.Count > 0) WriteVersions(w, versions);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteStartObject("expansion");
        w.WriteBoolean("hierarchical", true);
        w.WriteBoolean("paging", true);
        w.WriteStartArray("parameter");
        foreach (var name in ExpansionParameters)
        {
            w.WriteStartObject();
            w.WriteString("name", name);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteEndObject();
        w.WriteStartObject("validateCode");
        w.WriteBoolean("translations", true);
        w.WriteEndObject();
        w.WriteStartObject("translation");
        w.WriteBoolean("needsMap", false);
        w.WriteEndObject();
        w.WriteStartObject("closure");
        w.WriteBoolean("translation", false);
        w.WriteEndObject();
        w.WriteEndObject();
        w.Flush();
        return output.WrittenMemory;
    }

    private static void WriteVersions(Utf8JsonWriter w, IReadOnlyList<string> versions)
    {
        w.WriteStartArray("version");
        foreach (var version in versions)
        {
            w.WriteStartObject();
            w.WriteString("code", version);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }
}
