using System.Net;
using System.Net.Http.Headers;
using FhirBridge.Api.Configuration;
using FhirBridge.Api.Http;
using FhirBridge.Fhir;

namespace FhirBridge.Api.ExternalTerminology;

/// <summary>What came back from the server.</summary>
/// <param name="Resource">The answer: a resource, or an OperationOutcome where the server refuses this one question. Null: it did not answer as such a server does.</param>
/// <param name="IsOk">True when the question was answered.</param>
/// <param name="Failure">Why there is no answer, without anything of the question; null when there is one.</param>
internal sealed record TerminologyReply(ElementTree? Resource, bool IsOk, string? Failure)
{
    internal static TerminologyReply Failed(string reason) => new(null, false, reason);
}

/// <summary>One POST of Parameters to the terminology server, and its answer: bounded in size, FHIR JSON or nothing, redirected nowhere. It throws only when it is cancelled.</summary>
internal sealed class TerminologyExchange : IDisposable
{
    /// <summary>Bytes of an answer at most, as for what our own clients send.</summary>
    private const int MaxAnswer = 5_000_000;

    private readonly HttpClient http;
    private readonly string address;

    internal TerminologyExchange(TerminologyOptions options)
    {
        address = options.Server;
        http = new HttpClient(new SocketsHttpHandler
        {
            // A server that sends elsewhere is not the one that the operator has chosen, and the token is not for others.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            AutomaticDecompression = DecompressionMethods.All,
            UseProxy = !ConfigurationReader.IsLoopback(new Uri(options.Server)),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswer,
        };
        http.DefaultRequestHeaders.Accept.ParseAdd(Formats.Json);
        if (options.Token is { } token) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Asks; what is no answer is told in <see cref="TerminologyReply.Failure"/>.</summary>
    internal async ValueTask<TerminologyReply> PostAsync(string path, ReadOnlyMemory<byte> parameters, string? language, CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/{path}") { Content = new ReadOnlyMemoryContent(parameters) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(Formats.Json);
            if (language is not null) request.Headers.TryAddWithoutValidation("Accept-Language", language);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel).ConfigureAwait(false);
            return await ReadAsync(response, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            // The exception's text may hold what was sent.
            return TerminologyReply.Failed(e is HttpRequestException h ? h.HttpRequestError.ToString() : e.GetType().Name);
        }
    }

    private static async ValueTask<TerminologyReply> ReadAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var status = (int)response.StatusCode;
        var isRefusal = response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.UnprocessableEntity;
        if (status != 200 && !isRefusal) return TerminologyReply.Failed($"status {status}");
        if (Formats.OfBody(response.Content.Headers.ContentType?.ToString()) != Formats.Json) return TerminologyReply.Failed($"status {status} without FHIR JSON");

        // Servers of later versions of FHIR add elements, which are no reason not to look at the others.
        var read = FhirJson.ReadTrusted(await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false));
        if (!read.IsOk || read.Value is not { Root.Type: not null } tree) return TerminologyReply.Failed($"status {status} with what is no FHIR resource");
        return isRefusal && tree.Root.Type != "OperationOutcome" ? TerminologyReply.Failed($"status {status} without OperationOutcome") : new TerminologyReply(tree, status == 200, null);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
