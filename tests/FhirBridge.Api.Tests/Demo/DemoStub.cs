using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Demo;

namespace FhirBridge.Api.Tests.Demo;

/// <summary>Answers as the service would, as far as the loader can tell: keeps what is PUT and POSTed, gives network ids to patients.</summary>
internal sealed class DemoStub : HttpMessageHandler, IDemoTokens
{
    private readonly ConcurrentDictionary<string, JsonObject> stored = new();
    private readonly ConcurrentDictionary<string, string> networkIds = new();

    /// <summary>Method, path and token of every request, in the order of arrival.</summary>
    public ConcurrentQueue<(string Method, string Path, string Token)> Requests { get; } = new();

    /// <summary>What was POSTed to the shared record.</summary>
    public ConcurrentQueue<JsonObject> Posted { get; } = new();

    /// <summary>Decides an answer before the stub does; null leaves it to the stub.</summary>
    public Func<HttpMethod, string, HttpResponseMessage?> Intercept { get; set; } = (_, _) => null;

    /// <summary>False: transactions answer without resources, so that the network id has to be searched.</summary>
    public bool TellsNetworkId { get; set; } = true;

    public Task<string> TokenForAsync(string personaKey, CancellationToken cancellation) => Task.FromResult($"persona:{personaKey}");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Requests.Enqueue((request.Method.Method, path, request.Headers.Authorization?.Parameter ?? ""));
        if (Intercept(request.Method, path) is { } answer) return answer;
        if (path == "/auth/token") return Json(HttpStatusCode.OK, new JsonObject { ["access_token"] = Uri.UnescapeDataString(body.Split("client_id=")[1].Split('&')[0]) });
        if (request.Method == HttpMethod.Get) return Read(path, request.Headers.Authorization!.Parameter!);
        var resource = JsonNode.Parse(body)!.AsObject();
        if (request.Method == HttpMethod.Put)
        {
            stored[path] = resource;
            return Json(HttpStatusCode.Created, resource.DeepClone().AsObject());
        }

        if (path.StartsWith("/members/", StringComparison.Ordinal)) return Json(HttpStatusCode.OK, Transaction(path, resource));
        Posted.Enqueue(resource);
        return Json(HttpStatusCode.Created, resource.DeepClone().AsObject());
    }

    private JsonObject Transaction(string facade, JsonObject bundle)
    {
        foreach (var entry in DemoData.Entries(bundle))
        {
            var resource = entry["resource"]!.DeepClone().AsObject();
            if (resource["resourceType"]!.GetValue<string>() == "Patient")
            {
                var id = networkIds.GetOrAdd(DemoData.IdentifierOf(resource).ToString(), _ => $"net-{Guid.NewGuid():N}");
                resource["link"] = new JsonArray(new JsonObject { ["other"] = new JsonObject { ["reference"] = $"http://test/fhir/Patient/{id}" }, ["type"] = "refer" });
            }

            stored[$"{facade}/{entry["request"]!["url"]!.GetValue<string>()}"] = resource;
        }

        return new JsonObject
        {
            ["resourceType"] = "Bundle", ["type"] = "transaction-response",
            ["entry"] = new JsonArray([.. DemoData.Entries(bundle).Select(e => TellsNetworkId
                ? new JsonObject { ["resource"] = stored[$"{facade}/{e["request"]!["url"]!.GetValue<string>()}"].DeepClone(), ["response"] = new JsonObject { ["status"] = "201" } }
                : new JsonObject { ["response"] = new JsonObject { ["status"] = "201" } })]),
        };
    }

    private HttpResponseMessage Read(string path, string token)
    {
        if (path.StartsWith("/fhir/Patient?identifier=", StringComparison.Ordinal))
            return Found(new JsonObject { ["resourceType"] = "Patient", ["id"] = networkIds[Uri.UnescapeDataString(path.Split("identifier=")[1])] });
        if (path.StartsWith("/fhir/RelatedPerson?", StringComparison.Ordinal))
            return Found(Copy(stored.Single(s => s.Key.EndsWith("RelatedPerson/sofie", StringComparison.Ordinal)).Value, "net-sofie"));
        if (path.Contains("?patient=", StringComparison.Ordinal))
            return Found([.. Posted.Where(r => path.EndsWith(((r["patient"] ?? r["subject"])!["reference"]!.GetValue<string>()).Split('/')[1], StringComparison.Ordinal)).Select(r => Copy(r, "x"))]);
        var facade = path.Split('/') is [_, "members", var member, ..] ? member : null;
        var mayRead = facade is null || token == DemoNetwork.Members.Single(m => m.Id == facade).Client.Id;
        return mayRead && stored.TryGetValue(path, out var found) ? Json(HttpStatusCode.OK, found.DeepClone().AsObject()) : new(HttpStatusCode.NotFound);
    }

    private static JsonObject Copy(JsonObject resource, string id)
    {
        var copy = resource.DeepClone().AsObject();
        copy["id"] = id;
        return copy;
    }

    private static HttpResponseMessage Found(params JsonObject[] resources) => Json(HttpStatusCode.OK, new JsonObject
    {
        ["resourceType"] = "Bundle", ["type"] = "searchset",
        ["entry"] = new JsonArray([.. resources.Select(r => new JsonObject { ["resource"] = r, ["search"] = new JsonObject { ["mode"] = "match" } })]),
    });

    private static HttpResponseMessage Json(HttpStatusCode status, JsonObject body) =>
        new(status) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/fhir+json") };
}
