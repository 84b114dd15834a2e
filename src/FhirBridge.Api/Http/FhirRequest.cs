using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Patch;
using FhirBridge.Storage;

namespace FhirBridge.Api.Http;

/// <summary>One FHIR request after the door: who, where, what; nothing of ASP.NET beyond this point but the body's bytes.</summary>
public sealed record FhirRequest
{
    /// <summary>The interaction's row of the surface table.</summary>
    public required Route Route { get; init; }

    /// <summary>Who asks; null on the open documents.</summary>
    public Caller? MaybeCaller { get; init; }

    /// <summary>Who asks. Guarded interactions always have a caller.</summary>
    public Caller Caller => MaybeCaller ?? throw new InvalidOperationException("an open document has no caller");

    /// <summary>The network as it is at <see cref="Now"/>.</summary>
    public required NetworkSnapshot Network { get; init; }

    /// <summary>Server time of the request; the one instant of all its decisions.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Correlation id, <c>X-Request-Id</c> in and out.</summary>
    public required string RequestId { get; init; }

    /// <summary>Public base without trailing slash: <c>https://care.example</c>.</summary>
    public required string PublicBase { get; init; }

    /// <summary>The facade's member id; null on the shared record.</summary>
    public string? Member { get; init; }

    /// <summary>Resource type in the path; empty when none.</summary>
    public string Type { get; init; } = "";

    /// <summary>Logical id in the path; empty when none.</summary>
    public string Id { get; init; } = "";

    /// <summary>Version id in the path; null when none.</summary>
    public string? VersionId { get; init; }

    /// <summary>Query parameters (and form parameters of a POST search), in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>The resource in the body; null when the interaction has none.</summary>
    public ElementTree? Body { get; init; }

    /// <summary>What is wrong with the body of <see cref="BodyKind.Judged"/>; empty otherwise.</summary>
    public IReadOnlyList<Problem> BodyProblems { get; init; } = [];

    /// <summary>The patch in the body; null when the interaction has none.</summary>
    public ResourcePatch? Patch { get; init; }

    /// <summary><c>If-Match</c>, unquoted; null when not sent.</summary>
    public string? IfMatch { get; init; }

    /// <summary><c>If-None-Match</c> as sent; null when not sent.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary><c>If-Modified-Since</c>; null when not sent.</summary>
    public DateTimeOffset? IfModifiedSince { get; init; }

    /// <summary><c>If-None-Exist</c>; null when not sent.</summary>
    public string? IfNoneExist { get; init; }

    /// <summary><c>Accept-Language</c> as sent; null when not sent.</summary>
    public string? AcceptLanguage { get; init; }

    /// <summary><c>X-Too-Costly-Threshold</c>: codes of an expansion from which on the client wants none of it; null when not sent.</summary>
    public int? TooCostlyThreshold { get; init; }

    /// <summary><c>Prefer: return=</c>; null when not sent.</summary>
    public string? PreferReturn { get; init; }

    /// <summary><c>Prefer: handling=lenient</c> was sent.</summary>
    public bool Lenient { get; init; }

    /// <summary>Base of the shared record.</summary>
    public string SharedBase => PublicBase + "/fhir";

    /// <summary>Base of the request's own face: shared record or facade.</summary>
    public string OwnBase => Member is null ? SharedBase : FacadeBase(Member);

    /// <summary>Base of a member's facade.</summary>
    public string FacadeBase(string member) => $"{PublicBase}/members/{member}/fhir";
}
