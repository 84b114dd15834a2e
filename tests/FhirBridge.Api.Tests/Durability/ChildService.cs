using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Tokens;

namespace FhirBridge.Api.Tests.Durability;

/// <summary>The service as a process of its own, as it is run in production, which can be killed.</summary>
internal sealed class ChildService : IAsyncDisposable
{
    private readonly Process process;
    private readonly LocalIssuer issuer;

    private ChildService(Process process, LocalIssuer issuer, string address)
    {
        (this.process, this.issuer) = (process, issuer);
        Http = new HttpClient { BaseAddress = new Uri(address + "/"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Http { get; }

    public static async Task<ChildService> StartAsync(string database, LocalIssuer issuer)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        foreach (var argument in new[]
        {
            Path.Combine(AppContext.BaseDirectory, "FhirBridge.Api.dll"), "--environment=Production", "--urls=http://127.0.0.1:0", "--Storage:Sqlite:Path=" + database,
            "--Storage:Sqlite:Synchronous=Full", "--Authentication:Issuers:0:Authority=" + issuer.Authority, "--Authentication:Issuers:0:Audience=fhirbridge", "--Logging:LogLevel:Default=Warning",
        })
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            said.AppendLine(line);
            var at = line.IndexOf("http://127.0.0.1:", StringComparison.Ordinal);
            if (!line.StartsWith("FhirBridge is ready", StringComparison.Ordinal) || at < 0) continue;

            // Read on, so that a full pipe never holds the service up.
            _ = process.StandardOutput.ReadToEndAsync();
            return new ChildService(process, issuer, line[at..].Split(',')[0].Trim());
        }

        throw new InvalidOperationException($"the service did not start: {said}{await errors}");
    }

    /// <summary>kill -9: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public string Token(string member) => issuer.Token(TimeProvider.System, c =>
    {
        (c["scope"], c["exp"]) = ("system/*.cruds", DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600);
        c["extensions"] = new JsonObject { ["ihe_iua"] = new JsonObject { ["subject_organization_id"] = "Organization/" + member, ["purpose_of_use"] = new JsonArray("TREAT") } };
    });

    public string PatientToken(string id) => issuer.Token(TimeProvider.System, c => (c["scope"], c["fhirUser"], c["patient"]) = ("patient/*.rs", "Patient/" + id, id));

    public async Task<(int Status, string? Version, JsonNode? Json)> SendAsync(HttpMethod method, string path, string token, JsonNode? body = null, string? requestId = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (requestId is not null) request.Headers.Add("X-Request-Id", requestId);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/fhir+json");
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, response.Headers.ETag?.Tag.Trim('"'), text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!process.HasExited) await KillAsync();
        process.Dispose();
    }
}
