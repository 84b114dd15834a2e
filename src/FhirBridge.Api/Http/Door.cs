using System.Globalization;
using FhirBridge.Api.Audit;
using FhirBridge.Api.Configuration;
using FhirBridge.Api.Interactions;
using FhirBridge.Api.Interactions.Shared;
using FhirBridge.Api.Tokens;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Http;

/// <summary>
/// The door: every FHIR request passes the same guards in the same order, and nothing leaves before its audit rows are durable.
/// </summary>
/// <remarks>1. correlation id; 2. format; 3. member; 4. token and caller; 5. scope; 6. body; 7. the interaction; 8. audit; 9. the first byte.</remarks>
public sealed partial class Door(Bridge bridge, TokenValidator tokens, CallerFactory callers, FhirBridgeOptions options, ILogger<Door> log)
{
    /// <summary>Passes one request.</summary>
    public async Task PassAsync(HttpContext http, Route route, bool facade)
    {
        var requestId = RequestIds.Of(http.Request);
        http.Response.Headers["X-Request-Id"] = requestId;
        var format = Formats.Negotiate(http.Request);
        FhirResponse response;
        ReadOnlyMemory<byte>? body = null;
        try
        {
            response = format is null
                ? FhirResponse.Failure(Problems.NotAcceptable.With("this service answers application/fhir+json or application/fhir+xml"))
                : await GuardAsync(http, route, facade, requestId).ConfigureAwait(false);
            if (response.Audit.Count > 0)
            {
                await bridge.Vault.AppendAuditAsync([.. response.Audit.Select(AuditRows.Of)], http.RequestAborted).ConfigureAwait(false);
            }

            body = Counter.Body(response, format ?? Formats.Json, Formats.IsPretty(http.Request));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException e)
        {
            response = FhirResponse.Failure((e.StatusCode == 413 ? Problems.TooLarge : Problems.BadRequest).With("the request could not be read"));
        }
        catch (VaultUnavailableException e)
        {
            StoreDoesNotAnswer(log, requestId, e.GetType().Name);
            response = FhirResponse.Failure(Problems.Transient.With($"the store does not answer; try again later (request {requestId})"));
        }
#pragma warning disable CA1031 // The one place where a bug becomes a 500: no message, no stack trace, no patient data reach the client or the log.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failed(log, requestId, e.GetType().FullName!, Origin(e));
            response = FhirResponse.Failure(Problems.Internal.With($"something went wrong here; tell the operator the request id {requestId}"));
        }

        await Counter.WriteAsync(http, response, body ?? Counter.Body(response, format ?? Formats.Json, pretty: false), format ?? Formats.Json).ConfigureAwait(false);
    }

    private async ValueTask<FhirResponse> GuardAsync(HttpContext http, Route route, bool facade, string requestId)
    {
        var cancel = http.RequestAborted;
        var member = facade ? (string?)http.GetRouteValue("member") : null;
        var network = await bridge.Vault.NetworkAsync(Counsel.ForSystem(SystemPurpose.Counsel), cancel).ConfigureAwait(false);
        if (member is not null && member != options.Network.Operator && !network.Members.ContainsKey(member)) return FhirResponse.NotFound();
        var request = Read(http, route, member, network, requestId);
        if (request.Type.Length > 0 && !Definitions.R4.IsResource(request.Type))
        {
            // An operation's name stands where a type could: with another method it is known all the same.
            var path = route.Template == "{type}" ? request.Type : "{type}";
            return Unmapped.AnswerOfType(http, facade ? Surface.Facade : Surface.Shared, path, request.Type);
        }

        if (route.Access == Access.Open) return await route.Run(request, bridge, cancel).ConfigureAwait(false);

        var caller = await CallerAsync(http, network, request, cancel).ConfigureAwait(false);
        if (!caller.IsOk) return FhirResponse.Failure(caller.Problems);
        request = request with { MaybeCaller = caller.Value };
        if (Refusal(request) is { } refusal) return FhirResponse.Failure(refusal);
        if (route.Body == BodyKind.Judged)
        {
            var judged = await Bodies.ReadJudgedAsync(http.Request, cancel).ConfigureAwait(false);
            if (!judged.IsOk) return FhirResponse.Failure(judged.Problems);
            request = request with { Body = judged.Value.Tree, BodyProblems = judged.Value.Faults };
        }
        else if (route.Body == BodyKind.Patch)
        {
            var patch = await PatchBodies.ReadAsync(http.Request, cancel).ConfigureAwait(false);
            if (!patch.IsOk) return FhirResponse.Failure(patch.Problems);
            request = request with { Patch = patch.Value };
        }
        else if (route.Body != BodyKind.None)
        {
            var body = await Bodies.ReadResourceAsync(http.Request, route.Body, cancel).ConfigureAwait(false);
            if (!body.IsOk) return FhirResponse.Failure(body.Problems);
            if (request.Type.Length > 0 && route.Body == BodyKind.Resource && Targets.TypeProblem(body.Value.Root, request.Type) is { } wrong) return FhirResponse.Failure(wrong);
            request = request with { Body = body.Value };
        }
        else if (route is { Method: "POST", Name: "search-type" or "search-system" })
        {
            var form = await Bodies.ReadFormAsync(http.Request, cancel).ConfigureAwait(false);
            if (!form.IsOk) return FhirResponse.Failure(form.Problems);
            request = request with { Query = [.. request.Query, .. form.Value] };
        }

        return await route.Run(request, bridge, cancel).ConfigureAwait(false);
    }

    private async ValueTask<Result<Caller>> CallerAsync(HttpContext http, NetworkSnapshot network, FhirRequest request, CancellationToken cancel)
    {
        var bearer = BearerToken.Read(http.Request.Headers.Authorization);
        if (!bearer.IsOk) return Challenged(http, Result<Caller>.Fail(bearer.Problems), tokenSent: false);
        var token = await tokens.ValidateAsync(bearer.Value, cancel).ConfigureAwait(false);
        var caller = token.IsOk ? callers.Create(token.Value, network, request.Now, request.PublicBase) : Result<Caller>.Fail(token.Problems);
        return Challenged(http, caller, tokenSent: true);
    }

    private static Result<Caller> Challenged(HttpContext http, Result<Caller> caller, bool tokenSent)
    {
        if (!caller.IsOk && BearerToken.Challenge(caller.Problems[0], tokenSent) is { } challenge) http.Response.Headers.WWWAuthenticate = challenge;
        return caller;
    }

    /// <summary>Layers that need no look-up: membership of the caller, and the scope of the interaction.</summary>
    private static Problem? Refusal(FhirRequest request)
    {
        var caller = request.Caller;
        var isPerson = caller.Person is { } p && (p.StartsWith("Patient/", StringComparison.Ordinal) || p.StartsWith("RelatedPerson/", StringComparison.Ordinal));
        if (!isPerson && caller.Member is null) return Problems.Forbidden.With("the token names no organisation that is an active member of this network");
        if (request.Route.Access != Access.Scoped || caller.Scopes.Allows(request.Type.Length == 0 ? "Patient" : request.Type, request.Route.Scope)) return null;
        return Problems.Forbidden.With($"the token's scopes do not cover '{request.Route.Name}' on {request.Type}");
    }

    private FhirRequest Read(HttpContext http, Route route, string? member, NetworkSnapshot network, string requestId)
    {
        var headers = http.Request.Headers;
        var prefer = headers["Prefer"].ToString();
        return new FhirRequest
        {
            Route = route,
            Now = bridge.Time.GetUtcNow(),
            Network = network,
            RequestId = requestId,
            PublicBase = options.Network.PublicBaseUrl ?? $"{http.Request.Scheme}://{http.Request.Host}",
            Member = member,
            Type = (string?)http.GetRouteValue("type") ?? Route.TypeOf(route),
            Id = (string?)http.GetRouteValue("id") ?? "",
            VersionId = (string?)http.GetRouteValue("vid"),
            Query = SearchDesk.ParseQuery(http.Request.QueryString.Value ?? ""),
            IfMatch = headers.IfMatch.Count == 0 ? null : Conditional.Unquote(headers.IfMatch.ToString()),
            IfNoneMatch = headers.IfNoneMatch.Count == 0 ? null : headers.IfNoneMatch.ToString(),
            IfModifiedSince = DateTimeOffset.TryParse(headers.IfModifiedSince, CultureInfo.InvariantCulture, out var since) ? since : null,
            IfNoneExist = headers["If-None-Exist"].Count == 0 ? null : headers["If-None-Exist"].ToString(),
            AcceptLanguage = headers.AcceptLanguage.Count == 0 ? null : headers.AcceptLanguage.ToString(),
            TooCostlyThreshold = int.TryParse(headers["X-Too-Costly-Threshold"], NumberStyles.None, CultureInfo.InvariantCulture, out var threshold) ? threshold : null,
            PreferReturn = Preference(prefer, "return"),
            Lenient = Preference(prefer, "handling") == "lenient",
        };
    }

    private static string? Preference(string prefer, string name)
    {
        foreach (var part in prefer.Split([',', ';'], StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith(name + "=", StringComparison.OrdinalIgnoreCase)) return part[(name.Length + 1)..].Trim('"');
        }

        return null;
    }

    /// <summary>Where in our own code it happened, without any value.</summary>
    private static string Origin(Exception e)
    {
        var frames = new System.Diagnostics.StackTrace(e, fNeedFileInfo: false).GetFrames();
        return string.Join(" < ", frames.Select(f => f.GetMethod()).Where(m => m?.DeclaringType is not null).Take(12).Select(m => $"{m!.DeclaringType!.Name}.{m.Name}"));
    }

    [LoggerMessage(1, LogLevel.Error, "request {RequestId} failed: {Type} at {Origin}")]
    private static partial void Failed(ILogger log, string requestId, string type, string origin);

    [LoggerMessage(2, LogLevel.Error, "request {RequestId}: the store does not answer ({Type})")]
    private static partial void StoreDoesNotAnswer(ILogger log, string requestId, string type);
}

/// <summary>Correlation ids: <c>X-Request-Id</c> in = out.</summary>
internal static class RequestIds
{
    private const string Header = "X-Request-Id";

    /// <summary>The client's id when it is a plain token of at most 128 characters, else a new one.</summary>
    public static string Of(HttpRequest request)
    {
        var given = request.Headers[Header].ToString();
        return given.Length is > 0 and <= 128 && given.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':') ? given : Guid.NewGuid().ToString("N");
    }
}

/// <summary>Entries as journal rows.</summary>
internal static class AuditRows
{
    /// <summary>The row of an entry.</summary>
    public static AuditRow Of(AuditEntry entry) => new(entry.Record is null ? null : new RecordId(entry.Record), entry.At, entry.ToBytes());
}
