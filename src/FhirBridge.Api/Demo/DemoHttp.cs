using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Api.Demo;

/// <summary>The loader's way to the service: HTTP as any client speaks it, and a clear stop when an answer is not as expected.</summary>
internal sealed class DemoHttp(HttpClient http)
{
    private const string FhirJsonType = "application/fhir+json";
    private int sent;

    /// <summary>Requests sent so far.</summary>
    public int Sent => sent;

    /// <summary>A token of a demo client (client_credentials); tokens live longer than loading takes, so ask once.</summary>
    public async Task<string> ClientTokenAsync(DemoCredentials client, CancellationToken cancellation)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = client.Id,
            ["client_secret"] = client.Secret,
            ["scope"] = "system/*.cruds",
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "auth/token") { Content = form };
        var answer = await SendAsync(request, $"as {client.Id}", null, cancellation);
        return answer?["access_token"]?.GetValue<string>() ?? throw new DemoLoadException($"demo network: POST /auth/token for {client.Id} answered without an access_token");
    }

    /// <summary>Reads; null when the answer is 404.</summary>
    public async Task<JsonObject?> FindAsync(string path, string token, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, path, token, null);
        return await SendAsync(request, "", HttpStatusCode.NotFound, cancellation);
    }

    /// <summary>Reads what must not be given: any answer but 404 is a fault.</summary>
    public async Task RefusedAsync(string path, string token, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Get, path, token, null);
        if (await SendAsync(request, "", HttpStatusCode.NotFound, cancellation) is not null)
            throw new DemoLoadException($"demo network: GET /{path} was answered, and Anna's consents do not permit it");
    }

    /// <summary>Writes; the answer's resource, if any.</summary>
    public async Task<JsonObject?> WriteAsync(HttpMethod method, string path, string token, JsonObject resource, CancellationToken cancellation)
    {
        using var request = Request(method, path, token, resource);
        return await SendAsync(request, About(resource), null, cancellation);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string token, JsonObject? body)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(FhirJsonType));
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, FhirJsonType);
        return request;
    }

    private async Task<JsonObject?> SendAsync(HttpRequestMessage request, string about, HttpStatusCode? absent, CancellationToken cancellation)
    {
        var what = $"{request.Method} /{request.RequestUri!.OriginalString}{(about.Length == 0 ? "" : $" ({about})")}";
        try
        {
            using var response = await http.SendAsync(request, cancellation);
            Interlocked.Increment(ref sent);
            var body = await response.Content.ReadAsStringAsync(cancellation);
            if (response.StatusCode == absent) return null;
            if (!response.IsSuccessStatusCode) throw new DemoLoadException($"demo network: {what} was answered with {(int)response.StatusCode}: {Reason(body)}");
            return body.Length == 0 ? [] : JsonNode.Parse(body)!.AsObject();
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw new DemoLoadException($"demo network: {what} failed: {e.Message}", e);
        }
    }

    /// <summary>Enough to find the resource in the data files.</summary>
    private static string About(JsonObject resource) => resource["resourceType"]!.GetValue<string>() == "Bundle"
        ? string.Join(" … ", DemoData.Entries(resource).Take(1).Select(e => e["request"]!["url"]!.GetValue<string>()).Append($"{resource["entry"]!.AsArray().Count} entries"))
        : resource["id"]?.GetValue<string>() ?? resource["identifier"]?[0]?["value"]?.GetValue<string>() ?? "";

    /// <summary>The issues of an OperationOutcome in one line; else the beginning of the body.</summary>
    private static string Reason(string body)
    {
        var read = FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(body));
        if (read.IsOk && new OperationOutcomeView(read.Value.Root).Issue is { Exists: true } issues)
            return string.Join("; ", issues.Take(5).Select(i => $"{i.Details.Coding.First.Code ?? i.Code} {i.Expression.FirstOrDefault()} {i.Diagnostics}"));
        return body.Length == 0 ? "(no body)" : body[..Math.Min(body.Length, 300)];
    }
}
