using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace FhirBridge.Mapping.Tests;

/// <summary>One random contribution: which of six contributors, which type, and the seed of its content.</summary>
public sealed record Spec(int Contributor, int Kind, int Seed, int Number);

/// <summary>
/// A random record: contributions of Patient, CarePlan, CareTeam and Goal that have much in common (descriptions, measures, people) and
/// each some text that no other has, so that it can be found again.
/// </summary>
public sealed record World(IReadOnlyList<Spec> Specs)
{
    private static readonly string[] Goals =
    [
        "{'text':'Walk to the shop'}", "{'text':'walk to the  shop.'}", "{'coding':[{'system':'http://snomed.info/sct','code':'698360004'}],'text':'Diabetes self management'}",
        "{'coding':[{'system':'urn:local','code':'x'},{'system':'http://snomed.info/sct','code':'698360004'}]}",
    ];

    private static readonly string[] Values = ["'detailQuantity':{'value':7,'unit':'%'}", "'detailQuantity':{'value':7.0,'unit':'%'}", "'detailQuantity':{'value':8,'unit':'%'}", "'detailString':'better'"];

    private static readonly string[] Members = ["Practitioner/p1", "Practitioner/p2", "RelatedPerson/r1", "Patient/rec7", "Organization/o2"];

    private static readonly string[] Contributors = ["org0", "org1", "org2", "org3", "Patient/rec7", "RelatedPerson/r1"];

    public IReadOnlyList<VisibleContribution> Contributions { get; } = [.. Specs.Select(Make)];

    public override string ToString() => "\n" + string.Join("\n", Contributions.Select(c => $"{c.Reference} by {c.Contributor} ({c.ContributorName}) at {c.LastUpdated:O}: {System.Text.Encoding.UTF8.GetString(c.Resource.Raw)}"));

    /// <summary>The worlds that the properties are tried on; shrinks by leaving contributions out.</summary>
    public static Arbitrary<World> Any { get; } = Arb.From(
        from count in Gen.Choose(1, 7)
        from specs in Gen.ListOf(from c in Gen.Choose(0, 5) from k in Gen.Choose(0, 7) from s in Gen.Choose(0, int.MaxValue) select (c, k, s), count)
        select new World([.. specs.Select((s, i) => new Spec(s.c, s.k, s.s, i))]),
        world => world.Specs.Select(gone => new World([.. world.Specs.Where(s => s != gone)])).Where(w => w.Specs.Count > 0));

    /// <summary>Text that only this contribution (by its number) has.</summary>
    public static string Mark(int number) => $"mark{number}x";

    private static VisibleContribution Make(Spec spec)
    {
        var random = new Random(spec.Seed);
        var json = spec.Kind switch
        {
            0 => Patient(random, spec.Number),
            1 or 2 => Plan(random, spec.Number),
            3 or 4 => Team(random, spec.Number),
            _ => Goal(random, spec.Number),
        };
        var made = Contribute.By(Contributors[spec.Contributor], Mark(spec.Number), json, random.Next(0, 4));
        return made with { ContributorName = random.Next(4) == 0 ? null : "Name of " + Contributors[spec.Contributor] };
    }

    private static string Goal(Random r, int n)
    {
        var targets = string.Join(',', Enumerable.Range(0, r.Next(0, 3)).Select(_ =>
            $"{{'measure':{{'coding':[{{'system':'http://loinc.org','code':'4548-4'}}]}},{Pick(r, Values)}{Maybe(r, ",'dueDate':'" + Pick(r, ["2026-12-31", "2027-01"]) + "'")}}}"));
        return $$"""
            {'resourceType':'Goal','id':'g','lifecycleStatus':'{{Pick(r, ["proposed", "active", "accepted", "on-hold", "completed", "cancelled", "entered-in-error"])}}',
            {{Maybe(r, "'achievementStatus':{'coding':[{'code':'" + Pick(r, ["achieved", "improving"]) + "'}]},")}}
            {{Maybe(r, "'priority':{'id':'p','coding':[{'code':'" + Pick(r, ["high-priority", "low-priority"]) + "'}]},")}}
            {{Maybe(r, "'startDate':'" + Date(r) + "',")}}{{Maybe(r, "'statusDate':'" + Date(r) + "',")}}
            {{Maybe(r, "'expressedBy':{'reference':'" + Pick(r, Members.AsSpan(0, 4)) + "'},")}}
            {{(targets.Length > 0 ? $"'target':[{targets}]," : "")}}
            'description':{{Pick(r, Goals)}},'subject':{'reference':'Patient/rec7'},
            {{Maybe(r, "'addresses':[{'reference':'#c'}],'contained':[{'resourceType':'Condition','id':'c','subject':{'reference':'Patient/rec7'},'code':{'text':'" + Mark(n) + " condition'}}],", 4)}}
            'note':[{'text':'{{Pick(r, ["shared remark", Mark(n) + " remark"])}}'}]}
            """;
    }

    private static string Plan(Random r, int n)
    {
        var activities = string.Join(',', Enumerable.Range(0, r.Next(0, 4)).Select(i => r.Next(5) == 0
            ? "{'reference':{'reference':'ServiceRequest/s" + r.Next(3) + "'}}"
            : $"{{{Maybe(r, "'id':'a" + i + "',")}'detail':{{'status':'{Pick(r, ["in-progress", "not-started", "completed", "entered-in-error"])}','description':'{Mark(n)} activity {i}'}}}}"));
        return $$"""
            {'resourceType':'CarePlan','id':'p','status':'{{Pick(r, ["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"])}}',
            'intent':'{{Pick(r, ["proposal", "plan", "order", "option"])}}',
            {{Maybe(r, "'title':'" + Pick(r, ["Diabetes", Mark(n) + " title"]) + "',")}}{{Maybe(r, "'description':'" + Mark(n) + " plan',")}}
            {{Maybe(r, "'period':" + Period(r) + ",")}}{{Maybe(r, "'created':'" + Date(r) + "',")}}
            {{Maybe(r, "'author':{'reference':'Practitioner/p" + r.Next(3) + "'},")}}
            {{Maybe(r, "'goal':[{'reference':'Goal/rec7-aaaa'},{'reference':'Goal/rec7-b" + r.Next(2) + "'}],")}}
            {{Maybe(r, "'replaces':[{'reference':'CarePlan/rec7-ended'}],")}}
            {{(activities.Length > 0 ? $"'activity':[{activities}]," : "")}}
            'category':[{ {{Maybe(r, "'id':'c',")}}'coding':[{ {{Maybe(r, "'id':'d',", 4)}}'system':'urn:c','code':'{{r.Next(3)}}'}] }],
            'extension':[{'url':'urn:own','valueString':'{{Mark(n)}} extension'}],
            'subject':{'reference':'Patient/rec7'} }
            """;
    }

    private static string Team(Random r, int n)
    {
        var participants = string.Join(',', Enumerable.Range(0, r.Next(0, 4)).Select(_ =>
        {
            var member = Pick(r, Members);
            var behalf = member.StartsWith("Practitioner", StringComparison.Ordinal) ? Maybe(r, ",'onBehalfOf':{'reference':'Organization/o" + r.Next(2) + "'}") : "";
            return r.Next(6) == 0
                ? $"{{'member':{{'display':'{Mark(n)} neighbour'}}}}"
                : $"{{{Maybe(r, "'role':[{'text':'" + Pick(r, ["GP", "gp", "nurse"]) + "'}],")}'member':{{'reference':'{member}','display':'{Mark(n)} person'}}{behalf}{Maybe(r, ",'period':" + Period(r))}}}";
        }));
        return $$"""
            {'resourceType':'CareTeam','id':'t',{{Maybe(r, "'status':'" + Pick(r, ["proposed", "active", "suspended", "inactive", "entered-in-error"]) + "',")}}
            {{Maybe(r, "'category':[{'coding':[{'system':'http://loinc.org','code':'" + Pick(r, ["LA28865-6", "LA27977-0"]) + "'}]}],")}}
            {{Maybe(r, "'name':'" + Pick(r, ["Team", Mark(n) + " team"]) + "',")}}{{Maybe(r, "'period':" + Period(r) + ",")}}
            {{(participants.Length > 0 ? $"'participant':[{participants}]," : "")}}
            'subject':{'reference':'Patient/rec7'},'note':[{'text':'{{Mark(n)}} note'}]}
            """;
    }

    private static string Patient(Random r, int n) => $$"""
        {'resourceType':'Patient','id':'x','active':{{Pick(r, ["true", "false"])}},'link':[{'type':'refer','other':{'reference':'Patient/{{Mark(n)}}link'} }],
        'identifier':[{'system':'urn:n','value':'{{r.Next(2)}}'},{'system':'urn:local','value':'{{Mark(n)}}'}],
        'name':[{'family':'{{Pick(r, ["Jansen", "Janssen"])}}'}],'gender':'{{Pick(r, ["female", "other"])}}',
        {{Maybe(r, "'birthDate':'1950-0" + r.Next(1, 3) + "-01',")}}{{Maybe(r, "'deceasedBoolean':false,")}}
        'telecom':[{'system':'phone','value':'{{r.Next(3)}}'}]}
        """;

    private static string Period(Random r) => $"{{'start':'{Date(r)}'{Maybe(r, ",'end':'203" + r.Next(3).ToString(CultureInfo.InvariantCulture) + "-01-01'")}}}";

    private static string Date(Random r) => Pick(r, ["2020", "2020-01", "2020-01-01", "2021-06-30", "2019-12-31"]);

    private static string Maybe(Random r, string text, int against = 1) => r.Next(2 + against) < 2 ? text : "";

    private static string Pick(Random r, ReadOnlySpan<string> from) => from[r.Next(from.Length)];
}
