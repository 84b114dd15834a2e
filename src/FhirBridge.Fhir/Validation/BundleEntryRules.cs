using System.Globalization;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// What the entries of batches, transactions, histories and their answers say of requests and responses: they fit the resource and each other.
/// Spec: https://hl7.org/fhir/R4/http.html#transaction, https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request.
/// </summary>
internal static class BundleEntryRules
{
    /// <summary>Checks one entry. In <paramref name="changed"/> are the resources that a transaction changes already.</summary>
    internal static void Check(FhirElement entry, string? kind, HashSet<string> changed, ValidationRun run)
    {
        var request = entry["request"];
        if (request.Exists && request.Text("method") is { } method && request.Text("url") is { } url)
        {
            CheckBody(entry, request, method, kind, run);
            CheckConditions(request, method, run);
            if (kind is "batch" or "transaction") CheckTarget(entry["resource"], request, method, url, run);
            if (kind == "transaction") CheckOnce(request, method, url, changed, run);
        }

        CheckResponse(entry["response"], run);
        if (entry["search"]["score"] is { HasValue: true } score && NumberText.TryDecimal(score.Value, NumberStyles.Float, out var relevance) && relevance is < 0 or > 1)
        {
            run.Report(Problems.Questionable.With($"the score of a search is between 0 and 1, found {score.Value}", score.Path));
        }
    }

    private static void CheckBody(FhirElement entry, FhirElement request, string method, string? kind, ValidationRun run)
    {
        var isThere = entry["resource"].Exists;
        if (kind is "batch" or "transaction" && method is "PUT" or "PATCH" && !isThere) run.Fault($"a {method} needs a resource", entry);
        else if (kind is "batch" or "transaction" or "history" && method is "DELETE" && isThere) run.Report(Problems.Questionable.With("a DELETE has no resource: it is not looked at", entry.Path));
        else if (kind is "batch" or "transaction" && method is "GET" or "HEAD" && isThere) run.Report(Problems.Questionable.With($"a {method} has no resource: it is not looked at", entry.Path));
    }

    private static void CheckConditions(FhirElement request, string method, ValidationRun run)
    {
        foreach (var condition in request.Children())
        {
            var isUsed = condition.Name switch
            {
                "ifNoneExist" => method == "POST",
                "ifMatch" => method is "PUT" or "PATCH" or "DELETE",
                "ifModifiedSince" => method is "GET" or "HEAD",
                "ifNoneMatch" => method is "GET" or "HEAD" or "PUT",
                _ => true,
            };
            if (!isUsed) run.Report(Problems.Questionable.With($"{condition.Name} has no meaning for {method}", condition.Path));
        }
    }

    /// <summary>The URL of a create or an update names the type, and the id, of the resource.</summary>
    private static void CheckTarget(FhirElement resource, FhirElement request, string method, string url, ValidationRun run)
    {
        if (CodingRule.IsAbsolute(url))
        {
            run.Report(Problems.Questionable.With($"the url of a request is relative to the base of the server, found '{CodingRule.Shortened(url)}'", $"{request.Path}.url"));
            return;
        }

        var path = url.TrimStart('/').Split('?')[0].Split('/');
        if (resource.Type is not { } type || path[0].StartsWith('$') || !run.Definitions.IsResource(path[0]) || (path.Length > 1 && path[1] is ['$' or '_', ..])) return;
        if (method == "POST" && path.Length > 1) run.Fault($"a resource is created at its type, '{path[0]}', not at '{CodingRule.Shortened(url)}'", request["url"]);
        else if (method is "POST" or "PUT" && path[0] != type) run.Fault($"the request is for a {path[0]}, the resource is a {type}", request["url"]);
        else if (method == "PUT" && path.Length > 1 && resource.Text("id") is var id && id != path[1]) run.Fault($"the request updates {path[0]}/{path[1]}, and the resource has {(id is null ? "no id" : $"the id {id}")}", request["url"]);
        else if (method == "PUT" && path.Length == 1 && !url.Contains('?', StringComparison.Ordinal)) run.Fault("an update names the id of the resource, or the search that finds it", request["url"]);
    }

    /// <summary>A transaction changes a resource once: it fails otherwise.</summary>
    private static void CheckOnce(FhirElement request, string method, string url, HashSet<string> changed, ValidationRun run)
    {
        if (method is not ("PUT" or "PATCH" or "DELETE") || url.Contains('?', StringComparison.Ordinal) || FhirReference.Parse(url)?.Local is not { } target) return;
        if (!changed.Add(target)) run.Report(Problems.BusinessRule.With($"the transaction changes {target} more than once, and would fail", $"{request.Path}.url"));
    }

    private static void CheckResponse(FhirElement response, ValidationRun run)
    {
        if (response["status"] is { HasValue: true } status && !IsStatus(status.Value)) run.Fault($"the status of a response starts with the three digits of HTTP, found '{CodingRule.Shortened(status.Value)}'", status);
        if (response["etag"] is { HasValue: true } etag && !(etag.Value.EndsWith('"') && (etag.Value.StartsWith('"') || etag.Value.StartsWith("W/\"", StringComparison.Ordinal))))
        {
            run.Report(Problems.Questionable.With($"an ETag is quoted (W/\"1\"), found '{CodingRule.Shortened(etag.Value)}'", etag.Path));
        }
    }

    private static bool IsStatus(string text) => text.Length >= 3 && text[0] is >= '1' and <= '5' && char.IsAsciiDigit(text[1]) && char.IsAsciiDigit(text[2]) && (text.Length == 3 || text[3] == ' ');
}
