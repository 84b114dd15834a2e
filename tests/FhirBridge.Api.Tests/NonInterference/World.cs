using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Mapping;
using FhirBridge.Storage;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>Two dates as text, of any precision; null is open.</summary>
internal sealed record Span(string? Start, string? End);

/// <summary>A participant of a care team.</summary>
internal sealed record Seat(string? Member, string? OnBehalfOf, Span? Period);

/// <summary>Somebody that a provision names: <c>IRCP</c> for who asks, <c>CST</c> for whose data.</summary>
internal sealed record Named(string Role, string Reference);

/// <summary>A provision.</summary>
internal sealed record Rule(bool IsPermit)
{
    public IReadOnlyList<Named> Actors { get; init; } = [];

    public IReadOnlyList<string> Actions { get; init; } = [];

    public IReadOnlyList<string> Purposes { get; init; } = [];

    public IReadOnlyList<string> Classes { get; init; } = [];

    public IReadOnlyList<string> Codes { get; init; } = [];

    public IReadOnlyList<string> Labels { get; init; } = [];

    public Span? Period { get; init; }

    public Span? Data { get; init; }

    public IReadOnlyList<Rule> Exceptions { get; init; } = [];
}

/// <summary>What a Consent says beside its bytes.</summary>
internal sealed record Agreement(string Status, string Scope, string Policy, IReadOnlyList<string> Performers, string Organization, Rule Root);

/// <summary>A contribution as its author knows it: everything that the oracle decides on, and the bytes to send.</summary>
internal sealed record Item
{
    /// <summary>A member, or <c>Patient/{record}</c>.</summary>
    public required string Owner { get; init; }

    public required string Type { get; init; }

    public required string LocalId { get; init; }

    public required string Record { get; init; }

    public JsonObject Body { get; set; } = [];

    public IReadOnlyList<string> Labels { get; set; } = [];

    public IReadOnlyList<string> Codes { get; set; } = [];

    public IReadOnlyList<string> OtherCodes { get; set; } = [];

    /// <summary>The one date that it states; null when none.</summary>
    public Span? Date { get; set; }

    /// <summary>Whose content it discloses, as written.</summary>
    public IReadOnlyList<string> Sources { get; set; } = [];

    public DateTimeOffset At { get; set; }

    /// <summary>A version before this one, with labels of its own; null when there is none.</summary>
    public JsonObject? Earlier { get; set; }

    public bool IsWithdrawn { get; set; }

    public bool IsActive { get; set; } = true;

    public IReadOnlyList<Seat> Seats { get; set; } = [];

    public Span? Period { get; set; }

    public bool HasLegalAuthority { get; set; }

    public Agreement? Agreement { get; set; }

    public bool IsByMember => !Owner.Contains('/');

    public string Custodian => IsByMember ? "Organization/" + Owner : Owner;

    public ContributionKey Key => new(Owner, Type, LocalId);

    /// <summary>Under its own network id.</summary>
    public string Reference => $"{Type}/{Names.Of(Record, Key)}";

    /// <summary>Under the id of what it is a part of; its own for types that are not unified.</summary>
    public string Unified
    {
        get
        {
            if (Type is not ("Patient" or "CarePlan" or "CareTeam" or "Goal")) return Reference;
            var tree = FhirJson.Read(Encoding.UTF8.GetBytes(Body.ToJsonString())).Value!;
            return UnifiedKeys.UnifiedReference(tree.Root, Record, static r => r)!;
        }
    }

    /// <summary>Consents, care teams, related persons and Patients decide also where they are not shown.</summary>
    public bool Decides => Type is "Consent" or "CareTeam" or "RelatedPerson" or "Patient";
}

/// <summary>Who looks.</summary>
internal sealed record Visitor(string? Member, string? Person, IReadOnlyList<string> Purposes, IReadOnlyList<string> Roles, string Scope, string? Launch)
{
    public const string Client = "ehr";

    public override string ToString() => $"{Member} {Person} [{string.Join(',', Purposes)}] [{string.Join(',', Roles)}] {Scope} launch={Launch}";

    public bool IsPerson => Person is not null && (Person.StartsWith("Patient/", StringComparison.Ordinal) || Person.StartsWith("RelatedPerson/", StringComparison.Ordinal));

    public IReadOnlyList<string> Identities =>
        [.. new[] { Person, Member is null ? null : "Organization/" + Member, "Device/" + Client }.OfType<string>()];

    public Caller ToCaller() => new()
    {
        Subject = Person ?? Member ?? "nobody", ClientId = Client, Person = Person, Member = Member is null ? null : new MemberId(Member), Identities = [.. Identities],
        Purposes = [.. Purposes.Select(p => new Coding(Names.ActReason, p))], Roles = [.. Roles], Scopes = SmartScopes.Parse(Scope),
        LaunchPatient = Launch is null ? null : new RecordId(Launch), TokenId = "token", Issuer = "issuer",
    };
}

/// <summary>A record with everything in it, a second record beside it, and somebody who looks.</summary>
internal sealed record World(int Seed, string Record, string OtherRecord, IReadOnlyList<Item> Items, Visitor Visitor)
{
    /// <summary>When the visitor looks.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Living contributions that a reference written by the owner names.</summary>
    public IEnumerable<Item> Find(string owner, string record, string literal)
    {
        var members = Names.Base + "/members/";
        if (literal.StartsWith(members, StringComparison.Ordinal))
        {
            var parts = literal[members.Length..].Split('/');
            (owner, literal) = (parts[0], $"{parts[2]}/{parts[3]}");
        }
        else if (literal.StartsWith(Names.Base, StringComparison.Ordinal) || owner.Contains('/'))
        {
            var network = literal.Replace(Names.Base + "/fhir/", "", StringComparison.Ordinal);
            return Items.Where(i => !i.IsWithdrawn && i.Record == record && (i.Reference == network || i.Unified == network));
        }

        return Items.Where(i => !i.IsWithdrawn && i.Record == record && i.Owner == owner && $"{i.Type}/{i.LocalId}" == literal);
    }
}

/// <summary>Names that do not depend on the order in which things come.</summary>
internal static class Names
{
    public const string Base = "https://bridge.test";
    public const string ActReason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
    public const string Codes = "urn:test:code";
    public const string Link = "urn:test:link";
    public const string Ssn = "urn:test:ssn";

    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>Network id of a contribution: from its address alone.</summary>
    public static string Of(string record, ContributionKey key)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in key.StoredReference) hash = (hash ^ c) * 1099511628211UL;
        var text = new char[13];
        for (var i = 0; i < text.Length; i++, hash >>= 5) text[i] = Alphabet[(int)(hash & 31)];
        return $"{record}-{new string(text)}";
    }
}
