using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using FhirBridge.Benchmarks.Data;
using FhirBridge.Benchmarks.Servers;

namespace FhirBridge.Benchmarks.Http;

/// <summary>
/// Looks at the answers before anything is measured: every address once from the product, whether it is what was loaded; and takes the bytes over, so
/// that the floor answers with the same. The audit of one request of each operation is looked for, too.
/// </summary>
internal sealed class Answers(ProductClient product, TestIssuer issuer)
{
    private readonly ConcurrentDictionary<string, byte[]> resources = new();

    /// <summary>Every resource that was in an answer, under its path.</summary>
    public IEnumerable<(string Path, byte[] Body)> Resources => resources.Select(r => (r.Key, r.Value));

    /// <summary>Asks for every path of the operation and checks and keeps what is answered.</summary>
    public async Task TakeAsync(Operation operation)
    {
        var token = issuer.Token(operation.Sample.Member);
        await Parallel.ForEachAsync(operation.Paths, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (path, _) =>
        {
            var bytes = await product.GetBytesAsync(path, token);
            using var document = JsonDocument.Parse(bytes);
            if (operation.Matches is { } matches) TakePage(path, document.RootElement, matches);
            else TakeResource(path, document.RootElement, bytes);
        });
    }

    /// <summary>Sends the sample of the operation; true when one more AuditEvent of its record is readable afterwards.</summary>
    public async Task<bool> IsAuditedAsync(Operation operation)
    {
        var (member, path, body, record, isUpdate) = operation.Sample;
        var token = issuer.Token(member);
        if (record is null)
        {
            using var page = await product.GetAsync(path, token);
            record = page.RootElement.GetProperty("entry")[0].GetProperty("resource").GetProperty("subject").GetProperty("reference").GetString()!.Split('/')[^1];
        }

        var before = await AuditCountAsync(record, token);
        if (body is null) await product.GetBytesAsync(path, token);
        else (await (isUpdate ? product.PutAsync(path, token, Encoding.UTF8.GetString(body)) : product.PostAsync(path, token, body))).Dispose();
        return await AuditCountAsync(record, token) > before;
    }

    // A page of audit counts as well; what matters is that there is more of it.
    private async Task<int> AuditCountAsync(string record, string token)
    {
        using var found = await product.GetAsync($"/fhir/AuditEvent?patient={record}&_count=1000", token);
        if (found.RootElement.TryGetProperty("total", out var total)) return total.GetInt32();
        return found.RootElement.TryGetProperty("entry", out var entries) ? entries.GetArrayLength() : 0;
    }

    private void TakeResource(string path, JsonElement resource, byte[] bytes)
    {
        var parts = path.Split('/');
        if (resource.GetProperty("resourceType").GetString() != parts[^2] || resource.GetProperty("id").GetString() != parts[^1]) throw Wrong(path, "it is another resource");
        var needed = path.StartsWith("/fhir/CarePlan", StringComparison.Ordinal) ? SyntheticNetwork.PlansOfShared : 0;
        if (needed > 0 && (!resource.TryGetProperty("activity", out var activities) || activities.GetArrayLength() != needed)) throw Wrong(path, $"it has not one activity of each of {needed} contributions");
        resources[path] = bytes;
    }

    private void TakePage(string path, JsonElement bundle, int matches)
    {
        var type = path[(path.LastIndexOf("/fhir/", StringComparison.Ordinal) + 6)..path.IndexOf('?', StringComparison.Ordinal)];
        var found = 0;
        foreach (var entry in bundle.TryGetProperty("entry", out var entries) ? entries.EnumerateArray() : default)
        {
            var resource = entry.GetProperty("resource");
            if (resource.GetProperty("resourceType").GetString() != type) continue;
            found++;
            resources[new Uri(entry.GetProperty("fullUrl").GetString()!).AbsolutePath] = Encoding.UTF8.GetBytes(resource.GetRawText());
        }

        if (found != matches) throw Wrong(path, $"it has {found} matches of type {type} instead of {matches}");
    }

    private static InvalidOperationException Wrong(string path, string what) => new($"the answer to GET {path} is not right: {what}");
}
