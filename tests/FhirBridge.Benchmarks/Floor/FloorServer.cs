using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace FhirBridge.Benchmarks.Floor;

/// <summary>
/// The floor: the least that the same request needs. Kestrel and SQLite, the prepared read of the same bytes plus one durable audit row;
/// for writes a scan of the JSON, resource row, history row and index rows in a group commit. No token, validation, consent or composition.
/// Paths are those of the product; under <c>/plain</c> reads leave no audit row.
/// </summary>
internal sealed class FloorServer : IDisposable
{
    private const string Plain = "/plain";
    private readonly FloorConnection writing;
    private readonly FloorWriter writer;
    private readonly FloorReaders readers;
    private readonly bool isLean;

    private FloorServer(string database, bool isLean)
    {
        this.isLean = isLean;
        writing = new FloorConnection(database);
        writer = new FloorWriter(writing, isLean);
        readers = new FloorReaders(database);
    }

    /// <summary>Writes the database that a floor serves.</summary>
    public static void Fill(string database, IEnumerable<(string Path, byte[] Body)> resources)
    {
        using var connection = new FloorConnection(database);
        connection.Script(FloorConnection.Schema);
        foreach (var chunk in resources.Chunk(1000))
        {
            connection.Get("BEGIN IMMEDIATE").Run();
            new ResourceWork([.. chunk.Select(r => FloorResource.Of(r.Path, r.Body, isNew: false))], DateTimeOffset.UtcNow.Ticks, isLean: true).Run(connection);
            connection.Get("COMMIT").Run();
        }

        connection.Script("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>Serves until the process is ended.</summary>
    public static async Task RunAsync(string database, string url, bool isLean)
    {
        using var floor = new FloorServer(database, isLean);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        await using var app = builder.Build();
        app.Run(floor.HandleAsync);
        await app.RunAsync();
    }

    public void Dispose()
    {
        writer.Dispose();
        writing.Dispose();
        readers.Dispose();
    }

    private Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        var audited = !path.StartsWith(Plain, StringComparison.Ordinal);
        if (!audited) path = path[Plain.Length..];
        return http.Request.Method switch
        {
            "GET" when http.Request.QueryString.HasValue => SearchAsync(http, path, audited),
            "GET" => ReadAsync(http, path, audited),
            "PUT" => WriteAsync(http, path, isNew: false),
            _ => path.EndsWith("/fhir", StringComparison.Ordinal) ? TransactAsync(http, path) : WriteAsync(http, path, isNew: true),
        };
    }

    private Task ReadAsync(HttpContext http, string path, bool audited)
    {
        Span<byte> key = stackalloc byte[path.Length * 3];
        var connection = readers.Take();
        using (var s = connection.Get("SELECT h.body, r.version FROM resource r JOIN history h ON h.row = r.row WHERE r.path = ?1").BindText(1, key[..Encoding.UTF8.GetBytes(path, key)]))
        {
            if (!s.Step())
            {
                readers.Return(connection);
                http.Response.StatusCode = 404;
                return Task.CompletedTask;
            }

            var body = s.Bytes(0);
            Head(http, 200, body.Length, s.Int64(1));

            // Into Kestrel's buffer, where it waits: nothing leaves before the flush below.
            http.Response.BodyWriter.Write(body);
        }

        readers.Return(connection);
        return FlushAsync(http, audited ? Audit(http, "read", path) : null);
    }

    private Task SearchAsync(HttpContext http, string path, bool audited)
    {
        var type = path[(path.LastIndexOf('/') + 1)..];
        var count = 50;
        var criteria = new List<(int Parameter, byte[] Value)>(2);
        foreach (var pair in new QueryStringEnumerable(http.Request.QueryString.Value))
        {
            var (name, value) = (pair.DecodeName().ToString(), pair.DecodeValue().ToString());
            if (name == "_count") count = int.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
            else criteria.Add((FloorScan.Parameter(type, name), Encoding.UTF8.GetBytes(name == "patient" ? "Patient/" + value : value)));
        }

        var page = new FloorPage($"{http.Request.Scheme}://{http.Request.Host}");
        var connection = readers.Take();
        using (var s = Select(connection, criteria, count + 1))
        {
            while (page.Count < count && s.Step()) page.Add(s.Bytes(0), s.Bytes(1));
            page.Finish(hasMore: page.Count == count && s.Step());
        }

        readers.Return(connection);
        Head(http, 200, page.Written.Length, null);
        http.Response.BodyWriter.Write(page.Written);
        page.Return();
        return FlushAsync(http, audited ? Audit(http, "search", path + http.Request.QueryString.Value) : null);
    }

    private static FloorStatement Select(FloorConnection connection, List<(int Parameter, byte[] Value)> criteria, int limit)
    {
        var s = connection.Get(criteria.Count == 1
            ? "SELECT r.path, h.body FROM idx i JOIN resource r ON r.id = i.resource JOIN history h ON h.row = r.row WHERE i.param = ?1 AND i.value = ?2 ORDER BY i.resource DESC LIMIT ?3"
            : "SELECT r.path, h.body FROM idx i JOIN resource r ON r.id = i.resource JOIN history h ON h.row = r.row WHERE i.param = ?1 AND i.value = ?2 AND EXISTS(SELECT 1 FROM idx j WHERE j.param = ?4 AND j.value = ?5 AND j.resource = i.resource) ORDER BY i.resource DESC LIMIT ?3");
        s.Bind(1, criteria[0].Parameter).BindText(2, criteria[0].Value).Bind(3, limit);
        if (criteria.Count > 1) s.Bind(4, criteria[1].Parameter).BindText(5, criteria[1].Value);
        return s;
    }

    private async Task WriteAsync(HttpContext http, string path, bool isNew)
    {
        var body = await BodyAsync(http);
        var scan = FloorScan.Read(body);
        var address = path;
        if (isNew)
        {
            (address, body) = Named(path, body, scan);
            scan = FloorScan.Read(body);
        }

        var version = await writer.WriteAsync(new ResourceWork([new FloorResource(Encoding.UTF8.GetBytes(address), body, scan, isNew)], DateTimeOffset.UtcNow.Ticks, isLean));
        http.Response.Headers.Location = address;
        Head(http, isNew || version == 1 ? 201 : 200, body.Length, version);
        await http.Response.BodyWriter.WriteAsync(body);
    }

    private async Task TransactAsync(HttpContext http, string path)
    {
        var body = await BodyAsync(http);
        var resources = new List<FloorResource>(20);
        foreach (var range in FloorPage.Entries(body))
        {
            var bytes = body[range];
            var scan = FloorScan.Read(bytes);
            (var address, bytes) = Named($"{path}/{scan.Type}", bytes, scan);
            resources.Add(FloorResource.Of(address, bytes, isNew: true));
        }

        await writer.WriteAsync(new ResourceWork(resources, DateTimeOffset.UtcNow.Ticks, isLean));
        var answer = FloorPage.TransactionResponse(resources);
        Head(http, 200, answer.Length, null);
        await http.Response.BodyWriter.WriteAsync(answer);
    }

    // A new id, put in behind the type.
    private static (string Path, byte[] Body) Named(string path, byte[] body, FloorScan scan)
    {
        var id = Guid.NewGuid().ToString("N");
        var part = Encoding.UTF8.GetBytes($",\"id\":\"{id}\"");
        return ($"{path}/{id}", [.. body.AsSpan(0, scan.IdAt), .. part, .. body.AsSpan(scan.IdAt)]);
    }

    private static async ValueTask<byte[]> BodyAsync(HttpContext http)
    {
        var body = new byte[http.Request.ContentLength!.Value];
        await http.Request.Body.ReadExactlyAsync(body);
        return body;
    }

    private Task<long> Audit(HttpContext http, string interaction, string target) =>
        writer.WriteAsync(new AuditWork(DateTimeOffset.UtcNow.Ticks, Encoding.UTF8.GetBytes(
            $"{{\"i\":\"{interaction}\",\"e\":\"{target}\",\"ok\":true,\"x\":\"{http.Connection.Id}\",\"s\":\"bench-client\",\"c\":\"bench-client\",\"m\":\"clinic\",\"u\":\"http://terminology.hl7.org/CodeSystem/v3-ActReason|TREAT\",\"d\":\"provision Consent/0 Consent.provision\"}}")));

    private static async Task FlushAsync(HttpContext http, Task<long>? durable)
    {
        if (durable is not null) await durable;
        await http.Response.BodyWriter.FlushAsync();
    }

    private static void Head(HttpContext http, int status, int length, long? version)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/fhir+json; charset=utf-8";
        http.Response.ContentLength = length;
        if (version is { } v) http.Response.Headers.ETag = $"W/\"{v}\"";
    }
}
