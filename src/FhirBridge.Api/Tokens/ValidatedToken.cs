using System.Collections.Immutable;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Tokens;

/// <summary>
/// A bearer token whose signature, <c>iss</c>, <c>aud</c>, <c>exp</c> and <c>nbf</c> were checked, with the claims that contract.md ("Tokens") names.
/// Made by <see cref="TokenValidator"/> and the demo alone; who the caller is, in this network and now, <see cref="CallerFactory"/> decides.
/// </summary>
public sealed class ValidatedToken
{
    internal ValidatedToken()
    {
    }

    /// <summary><c>iss</c>.</summary>
    public required string Issuer { get; init; }

    /// <summary><c>sub</c>; the client when the token has none (client credentials of some issuers).</summary>
    public required string Subject { get; init; }

    /// <summary><c>client_id</c>, or <c>azp</c>; empty when the token names no client.</summary>
    public required string ClientId { get; init; }

    /// <summary>First instant at which the token is no longer valid.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>First instant at which it is valid; null when not stated.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary><c>jti</c>.</summary>
    public string? TokenId { get; init; }

    /// <summary><c>scope</c>.</summary>
    public required SmartScopes Scopes { get; init; }

    /// <summary><c>fhirUser</c> as written.</summary>
    public string? FhirUser { get; init; }

    /// <summary><c>patient</c> as written.</summary>
    public string? Patient { get; init; }

    /// <summary>Organisations that the token says it acts for, as written. More than one (two extensions that disagree) leaves it undecided.</summary>
    public ImmutableArray<string> Organizations { get; init; } = [];

    /// <summary><c>purpose_of_use</c> of both extensions.</summary>
    public ImmutableArray<Coding> Purposes { get; init; } = [];

    /// <summary><c>subject_role</c> codes.</summary>
    public ImmutableHashSet<string> Roles { get; init; } = [];

    /// <summary>The caller made of it last, and for what; kept because a client uses one token for many requests.</summary>
    internal CachedCaller? LastCaller { get; set; }

    /// <summary>True when the token may be used at the instant.</summary>
    public bool IsValidAt(DateTimeOffset now, TimeSpan skew) => now - skew < Expires && (NotBefore is not { } from || from <= now + skew);
}

/// <summary>A caller and the conditions under which it stays right.</summary>
/// <param name="Caller">The caller.</param>
/// <param name="Network">The snapshot it was made from.</param>
/// <param name="Base">The public base it was made for.</param>
/// <param name="Valid">While no affiliation or role begins or ends.</param>
internal sealed record CachedCaller(Caller Caller, NetworkSnapshot Network, string? Base, Interval Valid);
