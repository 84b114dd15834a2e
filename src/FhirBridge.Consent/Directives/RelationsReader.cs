using System.Collections.Immutable;
using FhirBridge.Consent.Facts;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Directives;

/// <summary>Reads care teams, related persons, groups and roles into values (consent.md §5.2).</summary>
internal sealed class RelationsReader(TimeZoneInfo zone)
{
    // A period that cannot be read never holds: its start lies beyond time.
    private static readonly Interval Never = new(DateTimeOffset.MaxValue, null);

    private readonly ImmutableArray<CareTeamFacts>.Builder teams = ImmutableArray.CreateBuilder<CareTeamFacts>();
    private readonly ImmutableArray<RelatedPersonFacts>.Builder related = ImmutableArray.CreateBuilder<RelatedPersonFacts>();
    private readonly ImmutableArray<GroupFacts>.Builder groups = ImmutableArray.CreateBuilder<GroupFacts>();
    private readonly ImmutableArray<PractitionerRoleFacts>.Builder roles = ImmutableArray.CreateBuilder<PractitionerRoleFacts>();

    /// <summary>Takes one source in; types that say nothing about belonging are ignored.</summary>
    public void Read(CounselSource source)
    {
        switch (source.Facts.Type)
        {
            case "CareTeam": ReadTeam(source); break;
            case "RelatedPerson": ReadRelatedPerson(source); break;
            case "Group": ReadGroup(source); break;
            case "PractitionerRole": ReadRole(source); break;
        }
    }

    public CareRelations Build() => new()
    {
        CareTeams = teams.ToImmutable(), RelatedPersons = related.ToImmutable(), Groups = groups.ToImmutable(), Roles = roles.ToImmutable(),
    };

    private void ReadTeam(CounselSource source)
    {
        var team = source.Resource;
        teams.Add(new CareTeamFacts(
            [.. Names(source)],
            team.Text("status") == "active",
            Resolved(source, team["subject"]),
            [.. team.Children("participant").Select(p => new ParticipantFacts(Resolved(source, p["member"]), Resolved(source, p["onBehalfOf"]), Period(p)))]));
    }

    private void ReadRelatedPerson(CounselSource source)
    {
        var person = source.Resource;
        ImmutableArray<Coding> relationships =
        [
            .. person.Children("relationship").SelectMany(r => r.Children("coding")).Where(c => c.Text("code") is not null).Select(c => new Coding(c.Text("system"), c.Text("code")!)),
        ];
        foreach (var name in Names(source))
        {
            related.Add(new RelatedPersonFacts(name, Resolved(source, person["patient"]), person.Text("active") != "false", Period(person), relationships)
            {
                Verified = source.Facts.Custodian.StartsWith("Organization/", StringComparison.Ordinal),
            });
        }
    }

    private void ReadGroup(CounselSource source)
    {
        var group = source.Resource;
        var enumerated = group.Text("actual") == "true" && group.Text("type") is ("person" or "practitioner") && group.Text("active") != "false";
        ImmutableArray<GroupMemberFacts> members =
        [
            .. group.Children("member").Select(m => (Entity: Resolved(source, m["entity"]), Member: m)).Where(m => m.Entity is not null)
                .Select(m => new GroupMemberFacts(m.Entity!, m.Member.Text("inactive") == "true", Period(m.Member))),
        ];
        foreach (var name in Names(source)) groups.Add(new GroupFacts(name, enumerated, members));
    }

    private void ReadRole(CounselSource source)
    {
        var role = source.Resource;
        foreach (var name in Names(source))
        {
            roles.Add(new PractitionerRoleFacts(
                name, Resolved(source, role["practitioner"]), Resolved(source, role["organization"]), role.Text("active") != "false", Period(role)));
        }
    }

    private static IEnumerable<string> Names(CounselSource source) =>
        source.Facts.Unified is { } unified && unified != source.Facts.Reference ? [source.Facts.Reference, unified] : [source.Facts.Reference];

    private static string? Resolved(CounselSource source, FhirElement reference) => References.Asked(reference) is { } asked ? source.Resolve(asked) : null;

    private Interval Period(FhirElement owner) =>
        owner["period"] is not { Exists: true } period ? default : FhirDates.TryPeriod(period, zone, out var interval) ? interval : Never;
}
