using System.Text.Json;
using System.Text.Json.Serialization;
using FhirBridge.Consent;

namespace FhirBridge.Api.Audit;

/// <summary>
/// One line of the audit journal in compact form; rendered as a BALP AuditEvent when it is read (https://profiles.ihe.net/ITI/BALP).
/// </summary>
public sealed record AuditEntry
{
    /// <summary>The patient concerned: a record id; null when none is known.</summary>
    [JsonPropertyName("r")]
    public string? Record { get; init; }

    /// <summary>Interaction: <c>read</c>, <c>vread</c>, <c>history</c>, <c>search</c>, <c>create</c>, <c>update</c>, <c>delete</c>, <c>everything</c>.</summary>
    [JsonPropertyName("i")]
    public required string Interaction { get; init; }

    /// <summary>Resource type in question.</summary>
    [JsonPropertyName("t")]
    public string? Type { get; init; }

    /// <summary>References disclosed or asked for.</summary>
    [JsonPropertyName("e")]
    public string[]? Entities { get; init; }

    /// <summary>The search as sent, for a query; null otherwise.</summary>
    [JsonPropertyName("q")]
    public string? Query { get; init; }

    /// <summary>True when nothing was denied: denied and absent are alike.</summary>
    [JsonPropertyName("ok")]
    public required bool Permitted { get; init; }

    /// <summary>When, in UTC.</summary>
    [JsonPropertyName("at")]
    public required DateTimeOffset At { get; init; }

    /// <summary>Correlation id of the request.</summary>
    [JsonPropertyName("x")]
    public required string RequestId { get; init; }

    /// <summary>Token subject.</summary>
    [JsonPropertyName("s")]
    public string? Subject { get; init; }

    /// <summary>OAuth client.</summary>
    [JsonPropertyName("c")]
    public string? Client { get; init; }

    /// <summary>Person behind the token.</summary>
    [JsonPropertyName("p")]
    public string? Person { get; init; }

    /// <summary>Member acted for.</summary>
    [JsonPropertyName("m")]
    public string? Member { get; init; }

    /// <summary>Purposes of use, <c>system|code</c>.</summary>
    [JsonPropertyName("u")]
    public string[]? Purposes { get; init; }

    /// <summary>Token id.</summary>
    [JsonPropertyName("j")]
    public string? TokenId { get; init; }

    /// <summary>Consents and rules that decided, as <c>rule consent path</c>.</summary>
    [JsonPropertyName("d")]
    public string[]? Basis { get; init; }

    /// <summary>
    /// True when the request did not itself say which patient it concerns: the requester may then not read the line, because it would tell.
    /// </summary>
    [JsonPropertyName("h")]
    public bool? PatientNotNamed { get; init; }

    /// <summary>An entry with everything that the caller and the request say.</summary>
    public static AuditEntry For(Http.FhirRequest request, string interaction, RecordId? record, bool permitted) => new()
    {
        Record = record?.Value,
        Interaction = interaction,
        Type = request.Type.Length == 0 ? null : request.Type,
        Permitted = permitted,
        At = request.Now,
        RequestId = request.RequestId,
        Subject = request.Caller.Subject,
        Client = request.Caller.ClientId,
        Person = request.Caller.Person,
        Member = request.Caller.Member?.Value,
        Purposes = request.Caller.Purposes.IsEmpty ? null : [.. request.Caller.Purposes.Select(p => p.ToString())],
        TokenId = request.Caller.TokenId,
    };

    /// <summary>As stored.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, AuditJson.Default.AuditEntry);

    /// <summary>From stored bytes.</summary>
    public static AuditEntry FromBytes(ReadOnlySpan<byte> utf8) => JsonSerializer.Deserialize(utf8, AuditJson.Default.AuditEntry)!;
}

/// <summary>Source-generated serialisation of the journal.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditEntry))]
internal sealed partial class AuditJson : JsonSerializerContext;
