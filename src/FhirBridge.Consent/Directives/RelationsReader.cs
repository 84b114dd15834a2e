using System.Collections.Immutable;
using FhirBridge.Consent.Facts;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

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
        var team = new CareTeamView(source.Resource);
        teams.Add(new CareTeamFacts(
            [.. Names(source)],
            team.Status == "active",
            Resolved(source, team.Subject),
            [.. team.Participant.Select(p => new ParticipantFacts(Resolved(source, p.Member), Resolved(source, p.OnBehalfOf), ReadPeriod(p.Period)))]));
    }

    private void ReadRelatedPerson(CounselSource source)
    {
        var person = new RelatedPersonView(source.Resource);
        ImmutableArray<Coding> relationships = [.. person.Relationship.SelectMany(r => r.Coding).Select(c => c.ToCoding()).OfType<Coding>()];
        foreach (var name in Names(source))
        {
            related.Add(new RelatedPersonFacts(name, Resolved(source, person.Patient), person.Active != false, ReadPeriod(person.Period), relationships)
            {
                Verified = source.Facts.Custodian.StartsWith("Organization/", StringComparison.Ordinal),
            });
        }
    }

    private void ReadGroup(CounselSource source)
    {
        var group = new GroupView(source.Resource);
        var enumerated = group.Actual == true && group.Type is ("person" or "practitioner") && group.Active != false;
        ImmutableArray<GroupMemberFacts> members =
        [
            .. group.Member.Select(m => (Entity: Resolved(source, m.Entity), Member: m)).Where(m => m.Entity is not null)
                .Select(m => new GroupMemberFacts(m.Entity!, m.Member.Inactive == true, ReadPeriod(m.Member.Period))),
        ];
        foreach (var name in Names(source)) groups.Add(new GroupFacts(name, enumerated, members));
    }

    private void ReadRole(CounselSource source)
    {
        var role = new PractitionerRoleView(source.Resource);
        foreach (var name in Names(source))
        {
            roles.Add(new PractitionerRoleFacts(
                name, Resolved(source, role.Practitioner), Resolved(source, role.Organization), role.Active != false, ReadPeriod(role.Period)));
        }
    }

    private static IEnumerable<string> Names(CounselSource source) =>
        source.Facts.Unified is { } unified && unified != source.Facts.Reference ? [source.Facts.Reference, unified] : [source.Facts.Reference];

    private static string? Resolved(CounselSource source, ReferenceView reference) => References.Asked(reference) is { } asked ? source.Resolve(asked) : null;

    private Interval ReadPeriod(PeriodView period) => period.TryInterval(zone, out var interval) ? interval : Never;
}
