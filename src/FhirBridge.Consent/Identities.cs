using System.Collections.Immutable;
using FhirBridge.Fhir;

namespace FhirBridge.Consent;

/// <summary>Id of a network member: the id of its Organization on <c>/fhir</c>.</summary>
/// <param name="Value">A FHIR id.</param>
public readonly record struct MemberId(string Value)
{
    /// <summary><c>Organization/{id}</c>.</summary>
    public string Reference => "Organization/" + Value;

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A care record: one person in the network. Its value is the network's Patient id. Record ids contain no <c>-</c>.</summary>
/// <param name="Value">A FHIR id without <c>-</c>.</param>
public readonly record struct RecordId(string Value)
{
    /// <summary><c>Patient/{id}</c>.</summary>
    public string Reference => "Patient/" + Value;

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>
/// Who asks, from a validated token and our own store alone (consent.md §2). Headers and bodies never set any of this.
/// References are network references: <c>Practitioner/p1</c>, <c>Organization/hospital</c>, <c>Patient/abc</c>.
/// </summary>
public sealed record Caller
{
    /// <summary>Token subject.</summary>
    public required string Subject { get; init; }

    /// <summary>OAuth client.</summary>
    public required string ClientId { get; init; }

    /// <summary>The person behind the token (<c>fhirUser</c>); null for a system client.</summary>
    public string? Person { get; init; }

    /// <summary>The organisation acted for, only when it is an active member now; null otherwise.</summary>
    public MemberId? Member { get; init; }

    /// <summary>True when <see cref="Member"/> is the network operator.</summary>
    public bool IsOperator { get; init; }

    /// <summary>Every reference that the caller is: person, organisation, active PractitionerRoles, <c>Device/{client}</c>.</summary>
    public ImmutableHashSet<string> Identities { get; init; } = [];

    /// <summary>Purposes of use stated in the token; empty when none was (never defaulted).</summary>
    public ImmutableArray<Coding> Purposes { get; init; } = [];

    /// <summary>Role codes of the token (<c>consent-recorder</c>, <c>privacy-officer</c>, <c>label-reader</c>).</summary>
    public ImmutableHashSet<string> Roles { get; init; } = [];

    /// <summary>SMART scopes of the token.</summary>
    public required SmartScopes Scopes { get; init; }

    /// <summary>Launch patient of <c>patient/…</c> scopes; null when none.</summary>
    public RecordId? LaunchPatient { get; init; }

    /// <summary>Token id (<c>jti</c>), audited.</summary>
    public string? TokenId { get; init; }

    /// <summary>Issuer of the token, audited.</summary>
    public string? Issuer { get; init; }

    /// <summary>The record that the caller is the patient of; null when the caller is not a patient.</summary>
    public RecordId? OwnRecord => Person is not null && Person.StartsWith("Patient/", StringComparison.Ordinal) ? new RecordId(Person[8..]) : null;

    /// <summary>
    /// Equal for callers who get the same decisions at the same instant: identities, purposes, roles, scopes, launch patient. For caches.
    /// </summary>
    /// <remarks>Not remembered: a record's <c>with</c> would copy a remembered key into a different caller.</remarks>
    public string DecisionKey => string.Join('\n',
        Joined(Identities), Member?.Value, IsOperator, Joined(Purposes.Select(p => p.ToString())), Joined(Roles), Scopes.ToString(), LaunchPatient?.Value, Person);

    // The unit separator cannot occur in an id or a scope; a space may occur in a code.
    private static string Joined(IEnumerable<string> values) => string.Join('\u001f', values.Order(StringComparer.Ordinal));
}
