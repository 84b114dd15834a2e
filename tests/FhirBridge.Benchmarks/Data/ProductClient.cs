using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace FhirBridge.Benchmarks.Data;

/// <summary>The product as any client speaks to it; an answer that is not as expected stops the run, since nothing measured after it would mean anything.</summary>
internal sealed class ProductClient(Uri address) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 16 }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    public Task<JsonDocument> PutAsync(string path, string token, string json) => SendAsync(HttpMethod.Put, path, token, Encoding.UTF8.GetBytes(json));

    public Task<JsonDocument> PostAsync(string path, string token, byte[] json) => SendAsync(HttpMethod.Post, path, token, json);

    public async Task<JsonDocument> GetAsync(string path, string token) => JsonDocument.Parse(await GetBytesAsync(path, token));

    public async Task<byte[]> GetBytesAsync(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request);
        return await BytesAsync(request, response);
    }

    public void Dispose() => http.Dispose();

    private async Task<JsonDocument> SendAsync(HttpMethod method, string path, string token, byte[] json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(json) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        using var response = await http.SendAsync(request);
        return JsonDocument.Parse(await BytesAsync(request, response));
    }

    private static async Task<byte[]> BytesAsync(HttpRequestMessage request, HttpResponseMessage response)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync();
        if (response.IsSuccessStatusCode && bytes.Length > 0) return bytes;
        throw new InvalidOperationException($"{request.Method} {request.RequestUri} was answered with {(int)response.StatusCode}: {Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 1000)))}");
    }
}
