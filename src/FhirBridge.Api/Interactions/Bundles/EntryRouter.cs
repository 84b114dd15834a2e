using FhirBridge.Api.Http;
using FhirBridge.Api.Interactions.Shared;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Patch;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Api.Interactions.Bundles;

/// <summary>Finds the row of the surface table that a Bundle entry asks for, and the request that it stands for.</summary>
internal static class EntryRouter
{
    /// <summary>The request of an entry, under the caller of the Bundle; scope is checked here as the door does for single requests.</summary>
    public static Result<FhirRequest> Route(FhirRequest outer, BundleEntryView entry, ElementTree? body)
    {
        var asked = entry.Request;
        var method = asked.Method ?? "";
        var url = asked.Url ?? "";
        foreach (var own in new[] { outer.OwnBase + "/", "/" })
        {
            if (url.StartsWith(own, StringComparison.Ordinal)) url = url[own.Length..];
        }

        var question = url.IndexOf('?');
        var path = question < 0 ? url : url[..question];
        var segments = path.Split('/');
        var table = outer.Member is null ? Surface.Shared : Surface.Facade;
        var at = entry.Element.Path;
        var where = at + ".request.url";
        foreach (var route in table)
        {
            if (route.Method != method || route.Access != Access.Scoped || Match(route.Template, segments) is not { } values) continue;
            var type = values.GetValueOrDefault("type") ?? segments[0];
            if (!Definitions.R4.IsResource(type)) continue;
            if (question >= 0 && method != "GET") return Problems.NotSupported.With("conditional writes are not offered in a Bundle; name the resource by its id", where);
            if (asked.IfNoneExist is not null) return Problems.NotSupported.With("conditional create is not offered; create under a chosen id with PUT", at + ".request.ifNoneExist");
            if (!outer.Caller.Scopes.Allows(type, route.Scope)) return Problems.Forbidden.With($"the token's scopes do not cover '{route.Name}' on {type}", where);
            if (route.Body != BodyKind.None && body is null) return Problems.Required.With("this entry needs a resource", at + ".resource");
            var patch = route.Body == BodyKind.Patch ? PatchBodies.Of(body!.Root, at + ".resource") : Result<ResourcePatch>.Ok(null!);
            if (!patch.IsOk) return Result<FhirRequest>.Fail(patch.Problems);
            if (route.Body == BodyKind.Resource && Targets.TypeProblem(body!.Root, type) is { } wrong) return wrong with { Expression = at + ".resource" };
            return outer with
            {
                Route = route,
                Type = type,
                Id = values.GetValueOrDefault("id") ?? "",
                VersionId = values.GetValueOrDefault("vid"),
                Query = question < 0 ? [] : SearchDesk.ParseQuery(url[question..]),
                Body = route.Body == BodyKind.Resource ? body : null,
                Patch = patch.Value,
                IfMatch = asked.IfMatch is { } tag ? Conditional.Unquote(tag) : null,
                IfNoneMatch = asked.IfNoneMatch,
                IfModifiedSince = null,
                IfNoneExist = null,
            };
        }

        return Problems.BadRequest.With($"'{method} {path}' is not an interaction that this address offers in a Bundle", where);
    }

    private static Dictionary<string, string>? Match(string template, string[] segments)
    {
        var parts = template.Split('/');
        if (parts.Length != segments.Length) return null;
        var values = new Dictionary<string, string>();
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].StartsWith('{')) values[parts[i].Trim('{', '}')] = segments[i];
            else if (parts[i] != segments[i]) return null;
        }

        return values.TryGetValue("id", out var id) && !FhirId.IsValid(id) ? null : values;
    }
}
