using System.Buffers;
using System.Text;
using System.Text.Json;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Interactions;

/// <summary>Writes a Bundle by splicing resources that are bytes already. Spec: https://hl7.org/fhir/R4/bundle.html.</summary>
public sealed class BundleWriter
{
    private readonly ArrayBufferWriter<byte> output = new(4096);
    private bool first = true;

    /// <summary>Begins a Bundle.</summary>
    /// <param name="type">Bundle type.</param>
    /// <param name="total">Exact total; null to leave it out.</param>
    /// <param name="self">Self link; null for none.</param>
    /// <param name="next">Link of the next page; null at the end.</param>
    public BundleWriter(string type, int? total, string? self, string? next)
    {
        Raw($"{{\"resourceType\":\"Bundle\",\"type\":\"{type}\"");
        if (total is not null) Raw($",\"total\":{total}");
        if (self is not null)
        {
            Raw(",\"link\":[{\"relation\":\"self\",\"url\":");
            Text(self);
            if (next is not null)
            {
                Raw("},{\"relation\":\"next\",\"url\":");
                Text(next);
            }

            Raw("}]");
        }
    }

    /// <summary>Adds a search result; <paramref name="mode"/> is match, include or outcome.</summary>
    public void AddMatch(string fullUrl, ReadOnlyMemory<byte> resource, string mode)
    {
        Begin();
        Raw("\"fullUrl\":");
        Text(fullUrl);
        Raw(",\"resource\":");
        output.Write(resource.Span);
        Raw($",\"search\":{{\"mode\":\"{mode}\"}}}}");
    }


    /// <summary>Adds a version of a history; an empty resource is a deletion.</summary>
    public void AddHistory(string fullUrl, ReadOnlyMemory<byte> resource, string method, string url, string version, DateTimeOffset lastUpdated)
    {
        Begin();
        Raw("\"fullUrl\":");
        Text(fullUrl);
        if (!resource.IsEmpty)
        {
            Raw(",\"resource\":");
            output.Write(resource.Span);
        }

        Raw($",\"request\":{{\"method\":\"{method}\",\"url\":\"{(method == "POST" ? url[..url.IndexOf('/')] : url)}\"}}");
        var status = method switch { "POST" => "201", "DELETE" => "204", _ => "200" };
        Raw($",\"response\":{{\"status\":\"{status}\",\"etag\":\"W/\\\"{version}\\\"\",\"lastModified\":\"{FhirDates.Instant(lastUpdated)}\"}}}}");
    }

    /// <summary>Adds a response of a batch or transaction.</summary>
    public void AddResponse(string status, string? location, string? version, DateTimeOffset? lastUpdated, ReadOnlyMemory<byte> resource, ReadOnlyMemory<byte> outcome)
    {
        Begin();
        if (!resource.IsEmpty)
        {
            Raw("\"resource\":");
            output.Write(resource.Span);
            Raw(",");
        }

        Raw($"\"response\":{{\"status\":\"{status}\"");
        if (location is not null)
        {
            Raw(",\"location\":");
            Text(location);
        }

        if (version is not null) Raw($",\"etag\":\"W/\\\"{version}\\\"\"");
        if (lastUpdated is { } at) Raw($",\"lastModified\":\"{FhirDates.Instant(at)}\"");
        if (!outcome.IsEmpty)
        {
            Raw(",\"outcome\":");
            output.Write(outcome.Span);
        }

        Raw("}}");
    }

    /// <summary>The finished Bundle of a search, with what is to be said beside its results. Spec: https://hl7.org/fhir/R4/search.html#errors.</summary>
    public ReadOnlyMemory<byte> Finish(IReadOnlyList<Problem> problems)
    {
        if (problems.Count == 0) return Finish();
        Begin();
        Raw("\"resource\":");
        Http.OutcomeWriter.Write(output, problems);
        Raw(",\"search\":{\"mode\":\"outcome\"}}");
        return Finish();
    }

    /// <summary>The finished Bundle.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        Raw(first ? "}" : "]}");
        return output.WrittenMemory;
    }

    private void Begin()
    {
        Raw(first ? ",\"entry\":[{" : ",{");
        first = false;
    }

    private void Raw(string text)
    {
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Advance(Encoding.UTF8.GetBytes(text, span));
    }

    private void Text(string text)
    {
        Raw("\"");
        output.Write(JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        Raw("\"");
    }
}
