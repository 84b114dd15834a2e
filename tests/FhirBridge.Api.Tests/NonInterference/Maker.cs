using System.Text.Json.Nodes;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>Makes a world out of a number: the same number, the same world.</summary>
internal sealed class Maker
{
    /// <summary>When every Consent was signed.</summary>
    public static readonly DateTime Signed = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static readonly string[] Members = ["alpha", "beta", "gamma"];
    private static readonly string[] Clinical = ["CarePlan", "CarePlan", "CareTeam", "Goal", "Goal", "Goal", "Condition", "Observation", "Observation", "RelatedPerson", "List", "Task", "DetectedIssue", "DocumentManifest"];
    private static readonly string[] Purposes = ["TREAT", "HPAYMT", "HRESCH"];
    private static readonly string[] Codes = ["a", "b", "c"];
    private readonly Random random;
    private readonly int seed;
    private readonly string record;
    private readonly string other;
    private readonly List<Item> items = [];
    private readonly Bodies bodies;

    private Maker(int seed, string prefix)
    {
        random = new Random(seed);
        this.seed = seed;
        record = $"{prefix}{seed}p";
        other = $"{prefix}{seed}q";
        bodies = new Bodies(random, items);
    }

    /// <summary>The world of that number.</summary>
    public static World Make(int seed, string prefix = "w") => new Maker(seed, prefix).Make();

    private World Make()
    {
        var owners = Members.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).ToList();
        foreach (var owner in owners) Add(owner, "Patient", record, record);
        var count = random.Next(4, 26);
        for (var i = 0; i < count; i++)
        {
            var byPerson = random.Next(10) == 0;
            var type = byPerson ? Pick("Goal", "Observation", "Condition") : Pick(Clinical);
            Add(byPerson ? "Patient/" + record : Pick([.. owners]), type, $"x{i}", record);
        }

        if (random.Next(3) == 0)
        {
            var neighbour = Pick(Members);
            Add(neighbour, "Patient", other, other);
            Add(neighbour, "Goal", "y1", other);
            Add(neighbour, "Condition", "y2", other);
        }

        var agreements = random.Next(5) == 0 ? 0 : random.Next(1, 5);
        for (var i = 0; i < agreements; i++) Add(random.Next(12) == 0 ? Pick([.. owners]) : "Patient/" + record, "Consent", $"k{i}", record);
        foreach (var item in items) Describe(item);
        var visitor = Visit(owners);
        foreach (var consent in items.Where(i => i.Type == "Consent")) Agree(consent, visitor);
        foreach (var item in items) Live(item);
        return new World(seed, record, other, items, visitor);
    }

    // A local id occurs in one world alone: the two stores hold many.
    private void Add(string owner, string type, string id, string of) =>
        items.Add(new Item { Owner = owner, Type = type, LocalId = id == of ? id : $"{of}.{id}", Record = of });

    private void Describe(Item item)
    {
        if (item.Type == "Consent") return;
        if (random.Next(4) == 0) item.Labels = random.Next(3) switch { 0 => [Pick("PSY", "HIV", "ETHUD", "ETH")], 1 => [Pick("R", "V", "L")], _ => [Pick("N", "R"), Pick("PSY", "HIV")] };
        if (item.Type is not ("Patient" or "RelatedPerson" or "DocumentManifest"))
        {
            item.Codes = random.Next(3) == 0 ? [] : [Pick(Codes)];
            if (item.Type is "Condition" or "Observation" && random.Next(3) == 0) item.OtherCodes = [Pick(Codes)];
        }

        if (item.Type is not ("Patient" or "RelatedPerson" or "CareTeam") && random.Next(3) > 0)
        {
            var day = $"202{random.Next(4, 7)}-0{random.Next(1, 10)}-15";
            item.Date = new Span(day, day);
        }

        if (item.Type is "CareTeam" or "RelatedPerson")
        {
            item.IsActive = random.Next(6) > 0;
            item.Period = item.Type == "RelatedPerson" ? MaybePeriod(3) : null;
            item.HasLegalAuthority = random.Next(2) == 0;
            if (item.Type == "RelatedPerson") item.Date = item.Period;
        }

        if (item.Type == "CareTeam") item.Seats = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Seated())];
        item.Body = bodies.Write(item, isStub: false);
        if (random.Next(6) == 0) item.Earlier = Reworded(item);
    }

    private Seat Seated()
    {
        var teams = items.Where(i => i.Type == "CareTeam").ToList();
        var relations = items.Where(i => i.Type == "RelatedPerson").ToList();
        var member = random.Next(6) switch
        {
            0 => "Organization/" + Pick(Members),
            1 when relations.Count > 0 => relations[random.Next(relations.Count)].Reference,
            2 when teams.Count > 0 => teams[random.Next(teams.Count)].Reference,
            3 => null,
            _ => "Practitioner/" + Pick("pr1", "pr2", "pr3"),
        };
        var forWhom = member is null || random.Next(4) == 0 ? "Organization/" + Pick(Members) : null;
        return new Seat(member, forWhom, MaybePeriod(3));
    }

    // The version before had other words and, sometimes, other labels.
    private JsonObject Reworded(Item item)
    {
        var (labels, sources) = (item.Labels, item.Sources);
        if (random.Next(2) == 0) item.Labels = ["V"];
        var earlier = bodies.Write(item, isStub: false);
        (item.Labels, item.Sources) = (labels, sources);
        return earlier;
    }

    private void Live(Item item)
    {
        item.At = World.Now.AddDays(-30).AddMinutes(random.Next(0, 40) * 10);
        if (item.Type is not ("Patient" or "Consent") && random.Next(15) == 0) item.IsWithdrawn = true;
    }

    private Visitor Visit(List<string> owners)
    {
        var relations = items.Where(i => i.Type == "RelatedPerson").ToList();
        var purposes = random.Next(4) switch { 0 => [], 1 => [Pick(Purposes)], 2 => ["TREAT"], _ => random.Next(3) == 0 ? new[] { "TREAT", "HRESCH" } : ["TREAT"] };
        var roles = random.Next(8) switch { 0 => ["label-reader"], 1 => new[] { "privacy-officer" }, _ => [] };
        switch (random.Next(12))
        {
            case 0: return new Visitor(null, "Patient/" + record, [], [], "patient/*.cruds", record);
            case 1: return new Visitor(null, "Patient/" + other, [], [], "patient/*.cruds", random.Next(2) == 0 ? other : record);
            case 2 or 3 when relations.Count > 0: return new Visitor(null, relations[random.Next(relations.Count)].Reference, ["FAMRQT"], [], "patient/*.cruds", record);
        }

        var member = random.Next(4) == 0 ? Pick(Members) : Pick([.. owners]);
        var person = random.Next(2) == 0 ? "Practitioner/" + Pick("pr1", "pr2", "pr3") : null;
        var scope = random.Next(8) switch
        {
            0 => "user/CarePlan.rs user/Goal.rs user/Patient.r user/List.rs",
            1 => "patient/*.rs",
            2 => "system/Observation.cruds system/CareTeam.rs patient/Goal.rs",
            _ => "system/*.cruds",
        };
        return new Visitor(member, person, purposes, roles, scope, random.Next(3) == 0 ? record : null);
    }

    private void Agree(Item item, Visitor visitor)
    {
        var relations = items.Where(i => i.Type == "RelatedPerson").ToList();
        var performer = random.Next(8) == 0 && relations.Count > 0 ? relations[random.Next(relations.Count)].Reference : random.Next(20) == 0 ? "Practitioner/pr1" : "Patient/" + record;
        var scope = random.Next(15) == 0 ? "research" : "patient-privacy";
        var status = random.Next(10) == 0 ? Pick("inactive", "rejected") : "active";
        var policy = random.Next(20) == 0 ? "urn:test:unknown-policy" : "https://profiles.ihe.net/ITI/PCF/Policy-basic-normal";
        item.Agreement = new Agreement(status, scope, policy, [performer], random.Next(6) == 0 ? "Organization/" + Pick(Members) : "Organization/network", Ruled(0, visitor, random.Next(4) > 0));
        item.Body = bodies.WriteConsent(item, item.Agreement);
    }

    private Rule Ruled(int depth, Visitor visitor, bool isPermit)
    {
        var exceptions = depth >= 3 ? 0 : depth == 0 ? random.Next(0, 4) : random.Next(0, 3) == 0 ? random.Next(1, 3) : 0;
        return new Rule(isPermit)
        {
            Actors = random.Next(3) == 0 ? [] : [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => SomebodyOr(visitor))],
            Actions = random.Next(8) switch { 0 => ["access"], 1 => ["correct"], _ => [] },
            Purposes = random.Next(3) == 0 ? [Pick(Purposes), "TREAT"] : [],
            Classes = random.Next(3) == 0 ? [Pick(Clinical), Pick(Clinical), "Patient"] : [],
            Codes = random.Next(6) == 0 ? [Pick(Codes)] : [],
            Labels = random.Next(4) == 0 ? random.Next(3) == 0 ? [Pick("PSY", "HIV", "ETH")] : [Pick("N", "R", "V", "L"), Pick("N", "PSY")] : [],
            Period = MaybePeriod(5),
            Data = random.Next(8) == 0 ? new Span(random.Next(2) == 0 ? "2025" : "2024-06", random.Next(2) == 0 ? "2026-05" : null) : null,
            Exceptions = [.. Enumerable.Range(0, exceptions).Select(_ => Ruled(depth + 1, visitor, random.Next(2) == 0))],
        };
    }

    private Named SomebodyOr(Visitor visitor)
    {
        if (random.Next(6) == 0) return new Named("CST", random.Next(4) == 0 ? "Patient/" + record : "Organization/" + Pick(Members));
        var teams = items.Where(i => i.Type == "CareTeam").ToList();
        var relations = items.Where(i => i.Type == "RelatedPerson").ToList();
        return new Named("IRCP", random.Next(8) switch
        {
            0 when teams.Count > 0 => random.Next(2) == 0 ? teams[random.Next(teams.Count)].Reference : teams[random.Next(teams.Count)].Unified,
            1 when relations.Count > 0 => relations[random.Next(relations.Count)].Reference,
            2 => "Practitioner/" + Pick("pr1", "pr2", "nobody"),
            3 => "Organization/" + Pick(Members),
            4 => "Patient/" + other,
            _ => visitor.Identities[random.Next(visitor.Identities.Count)],
        });
    }

    private Span? MaybePeriod(int oneIn) => random.Next(oneIn) != 0 ? null : random.Next(6) switch
    {
        0 => new Span("2025-01-01", "2026-11-22"),
        1 => new Span("2025", "2026"),
        2 => new Span(null, "2026-11-21"),
        3 => new Span("2026-11-23", null),
        4 => new Span("2026-11-22", "2026-11"),
        _ => new Span("2024-02", "2026-10"),
    };

    private string Pick(params string[] from) => from[random.Next(from.Length)];
}
