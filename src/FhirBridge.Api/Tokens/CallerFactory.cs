using System.Collections.Immutable;
using FhirBridge.Api.Configuration;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Tokens;

/// <summary>
/// Who the bearer of a token is, in this network and now (contract.md "Tokens", consent.md §2): claims say who and for whom, our own directory says
/// whether that organisation is a member and which roles are active. Pure, apart from remembering the last answer on the token.
/// </summary>
public sealed class CallerFactory(FhirBridgeOptions options)
{
    /// <summary>The caller.</summary>
    /// <param name="token">A validated token.</param>
    /// <param name="network">Members and roles.</param>
    /// <param name="now">Server time.</param>
    /// <param name="requestBase">Scheme and host of the request, which is the public base when <c>Network:PublicBaseUrl</c> is not set; used for an absolute <c>fhirUser</c> alone.</param>
    /// <returns>
    /// The caller (its <see cref="Caller.Member"/> is null when no organisation is named, or none that is a member now), or
    /// <see cref="Problems.Forbidden"/> when <c>fhirUser</c> is nobody that this service could know: a person must never pass for a system client.
    /// </returns>
    public Result<Caller> Create(ValidatedToken token, NetworkSnapshot network, DateTimeOffset now, string? requestBase = null)
    {
        var publicBase = options.Network.PublicBaseUrl ?? requestBase?.TrimEnd('/');
        if (token.LastCaller is { } last && ReferenceEquals(last.Network, network) && last.Base == publicBase && last.Valid.Covers(now)) return last.Caller;

        FhirReference? user = null;
        if (token.FhirUser is not null && (user = User(token.FhirUser, publicBase)) is null)
            return Problems.Forbidden.With("The token's fhirUser is not a Practitioner, PractitionerRole, Patient or RelatedPerson of this service.");

        var horizon = new Horizon(now);
        var member = Member(token, network, horizon);
        var (person, roles) = Person(user, member, network.Relations.Roles, horizon);
        var caller = new Caller
        {
            Subject = token.Subject,
            ClientId = token.ClientId,
            Person = person,
            Member = member,
            IsOperator = member?.Value == options.Network.Operator,
            Identities = Identities(token.ClientId, user, person, member, roles),
            Purposes = token.Purposes,
            Roles = token.Roles,
            Scopes = token.Scopes,
            LaunchPatient = Record(token.Patient),
            TokenId = token.TokenId,
            Issuer = token.Issuer,
        };
        token.LastCaller = new CachedCaller(caller, network, publicBase, horizon.Valid);
        return caller;
    }

    /// <summary>The person named by <c>fhirUser</c>: relative, or absolute under our own <c>/fhir</c>.</summary>
    private static FhirReference? User(string text, string? publicBase) =>
        FhirReference.Parse(text) is { Type: "Practitioner" or "PractitionerRole" or "Patient" or "RelatedPerson" } reference
        && (reference.Base is null || (publicBase is not null && reference.Base == publicBase + "/fhir"))
            ? reference : null;

    /// <summary>The organisation acted for, when the token names exactly one and it is a member now. The operator belongs to its own network.</summary>
    private MemberId? Member(ValidatedToken token, NetworkSnapshot network, Horizon horizon)
    {
        if (token.Organizations is not [var claim]) return null;
        string? id;
        if (claim.StartsWith("Organization/", StringComparison.Ordinal))
        {
            id = claim["Organization/".Length..];
            if (!FhirId.IsValid(id)) return null;
        }
        else
        {
            // Two organisations with that identifier: which one is meant cannot be decided, so neither.
            var named = network.Members.Values.Where(m => m.Identifiers.Any(i => Names(claim, i))).Take(2).ToList();
            if (named is not [var one]) return null;
            id = one.Id;
        }

        if (id == options.Network.Operator) return new MemberId(id);
        return network.Members.TryGetValue(id, out var member) && member.Affiliations.Any(horizon.Covers) ? new MemberId(id) : null;
    }

    /// <summary><c>system|value</c>, or a value alone (which may itself hold a bar).</summary>
    private static bool Names(string claim, (string? System, string Value) identifier) =>
        claim == identifier.Value || (identifier.System is { } system && claim.Length == system.Length + 1 + identifier.Value.Length
            && claim[system.Length] == '|' && claim.StartsWith(system, StringComparison.Ordinal) && claim.EndsWith(identifier.Value, StringComparison.Ordinal));

    /// <summary>
    /// The person, and the PractitionerRoles under which the person acts: active, in their period, and of the organisation acted for, since a role at
    /// another organisation is not what the person acts under now.
    /// </summary>
    private static (string? Person, ImmutableArray<string> Roles) Person(FhirReference? user, MemberId? member, ImmutableArray<PractitionerRoleFacts> roles, Horizon horizon)
    {
        if (user is null) return (null, []);
        var person = user.Local;
        // A token that names a role means the practitioner in it; the role itself counts only if it passes like any other.
        if (user.Type == "PractitionerRole") person = roles.FirstOrDefault(r => r.Reference == user.Local)?.Practitioner ?? user.Local;
        if (user.Type is not ("Practitioner" or "PractitionerRole")) return (person, []);
        return (person, [.. roles
            .Where(r => r.Practitioner == person && r.Active && (r.Organization is null || r.Organization == member?.Reference) && horizon.Covers(r.Period))
            .Select(r => r.Reference)]);
    }

    private static ImmutableHashSet<string> Identities(string client, FhirReference? user, string? person, MemberId? member, ImmutableArray<string> roles)
    {
        var identities = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        // An unknown or ended PractitionerRole is nobody's identity.
        if (person is not null && !(user!.Type == "PractitionerRole" && person == user.Local)) identities.Add(person);
        if (member is { } m) identities.Add(m.Reference);
        foreach (var role in roles) identities.Add(role);
        if (client.Length > 0) identities.Add("Device/" + client);
        return identities.ToImmutable();
    }

    /// <summary>The launch patient; null when the claim is not the id of a record, which opens nothing.</summary>
    private static RecordId? Record(string? patient) =>
        patient is not null && FhirId.IsValid(patient) && !patient.Contains('-') ? new RecordId(patient) : null;

    /// <summary>Collects how long an answer stays right: until the nearest beginning or end of what was looked at.</summary>
    private sealed class Horizon(DateTimeOffset now)
    {
        private DateTimeOffset? from, until;

        /// <summary>The time around now in which every interval asked about stays as it is.</summary>
        public Interval Valid => new(from, until);

        /// <summary>True when the interval covers now.</summary>
        public bool Covers(Interval interval)
        {
            Note(interval.Start);
            Note(interval.End);
            return interval.Covers(now);
        }

        private void Note(DateTimeOffset? edge)
        {
            if (edge <= now && (from is null || edge > from)) from = edge;
            if (edge > now && (until is null || edge < until)) until = edge;
        }
    }
}
