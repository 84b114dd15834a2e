using FhirBridge.Fhir;

namespace FhirBridge.Api.Http;

/// <summary>What is not in a surface table.</summary>
internal static class Unmapped
{
    /// <summary>The answer at an address that no row of the table has: 405 with <c>Allow</c> where other methods are offered, else 404.</summary>
    public static FhirResponse Answer(HttpContext http, Route[] table, string path, string unknown)
    {
        var allowed = Allowed(table, path);
        if (allowed.Length == 0) return FhirResponse.Failure(Problems.UnknownPath.With(unknown));
        http.Response.Headers.Allow = allowed;
        var isConditional = http.Request.Method is "PUT" or "PATCH" or "DELETE" && Definitions.R4.IsResource(path.Trim('/'));
        return FhirResponse.Failure(Problems.NotSupported.With(
            isConditional ? $"conditional {http.Request.Method} (by a search) is not offered; name the resource by its id" : $"{http.Request.Method} is not offered here; {allowed} is"));
    }

    /// <summary>The answer where something else stands in the place of a resource type: an operation's name is told where it is offered.</summary>
    public static FhirResponse AnswerOfType(HttpContext http, Route[] table, string path, string name)
    {
        var offered = name[0] == '$' ? table.Where(r => r.Template.EndsWith("/" + name, StringComparison.Ordinal)).Select(r => r.Template).Distinct().ToList() : [];
        var unknown = offered.Count > 0 ? $"'{name}' is offered at {string.Join(", ", offered)}" : name[0] == '$' ? $"there is no operation '{name}' here" : $"'{name}' is not a resource type of R4";
        return Answer(http, table, path, unknown);
    }

    private static string Allowed(Route[] table, string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(", ", table.Where(r => Fits(r.Template, segments)).Select(r => r.Method).Distinct());
    }

    private static bool Fits(string template, string[] segments)
    {
        var parts = template.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != segments.Length) return false;
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] == "{type}" ? !Definitions.R4.IsResource(segments[i]) : !parts[i].StartsWith('{') && parts[i] != segments[i]) return false;
        }

        return true;
    }
}
