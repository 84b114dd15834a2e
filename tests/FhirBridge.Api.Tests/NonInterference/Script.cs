using System.Text.Json.Nodes;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>One request, addressed below the public base.</summary>
internal sealed record Ask(string Method, string Path, JsonObject? Body = null, params (string Name, string Value)[] Headers)
{
    public override string ToString() => $"{Method} {Path} {string.Join(' ', Headers.Select(h => $"{h.Name}: {h.Value}"))} {Body?.ToJsonString()}";
}

/// <summary>What a curious visitor asks: for what is there, what is hidden, and what never was, in every way that the surface offers.</summary>
internal sealed class Script(World world, Random random)
{
    private static readonly string[] Types =
        ["CarePlan", "CareTeam", "Goal", "Patient", "Condition", "Observation", "RelatedPerson", "List", "Task", "DetectedIssue", "DocumentManifest", "Provenance", "Consent"];

    private static readonly string[] Filters =
    [
        "_lastUpdated=gt2026-10-23T15:00:00Z", "_lastUpdated=lt2026-10-23T16:00:00Z", "status:not=active", "status=active", "category=urn:test:code|a", "category:not=urn:test:code|b",
        "category:missing=true", "category:missing=false", "code=urn:test:code|a", "code:not=urn:test:code|a", "code:missing=true", "_security=PSY", "_security=R", "_tag=SUBSETTED",
        "goal:missing=true", "goal:missing=false", "care-team:missing=true", "addresses:missing=false", "focus:missing=true", "has-member:missing=false", "item:missing=false",
        "implicated:missing=true", "participant:missing=true", "participant=Practitioner/pr1", "participant=Organization/beta", "lifecycle-status=active", "lifecycle-status:not=active",
        "date=ge2025-01-01", "date:missing=true", "name=walk", "birthdate=1950-01-01", "family=walk", "gender=female", "goal.lifecycle-status=active", "_has:CarePlan:goal:status=active",
        "_has:List:item:status=current", "evidence-detail:missing=false", "target:missing=true", "relationship=GUARD", "active=true", "_profile=http://nothing.test", "created=ge2025",
    ];

    private static readonly string[] Shapes =
    [
        "_sort=date", "_sort=-_lastUpdated", "_sort=_lastUpdated", "_sort=_id", "_sort=status,-_id", "_sort=category", "_sort=code", "_sort=name", "_total=accurate", "_total=none", "_summary=count",
        "_count=1", "_count=2", "_count=3", "_count=0",
        "_include=CarePlan:goal", "_include=CarePlan:care-team", "_include=CarePlan:condition", "_include=CarePlan:activity-reference", "_include:iterate=CareTeam:participant", "_include=Observation:has-member",
        "_include=Observation:focus", "_include=List:item", "_include=DetectedIssue:implicated", "_include=Task:focus", "_include=Goal:patient", "_include=Condition:evidence-detail", "_include=*",
        "_include:iterate=Observation:has-member", "_revinclude=Provenance:target", "_revinclude=List:item", "_revinclude=CarePlan:goal", "_revinclude=CarePlan:care-team", "_revinclude=Task:focus",
        "_revinclude=Observation:focus", "_revinclude=Observation:has-member", "_revinclude:iterate=Provenance:target", "_revinclude=DetectedIssue:implicated", "_revinclude=*",
    ];

    /// <summary>That many requests, most of them reads.</summary>
    public IEnumerable<Ask> Asks(int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return random.Next(14) switch
            {
                0 or 1 or 2 => Read(),
                3 => Everything(),
                4 => OnFacade(),
                5 => Batch(),
                6 => Write(),
                _ => new Ask("GET", Search()),
            };
        }
    }

    private Ask Read()
    {
        var path = "fhir/" + Reference();
        return random.Next(5) switch
        {
            0 => new Ask("HEAD", path),
            1 => new Ask("GET", path, null, ("If-None-Match", "*")),
            2 => new Ask("GET", path, null, ("If-Modified-Since", "Mon, 23 Oct 2028 15:00:00 GMT")),
            _ => new Ask("GET", path),
        };
    }

    private Ask Everything()
    {
        var query = random.Next(4) switch { 0 => "", 1 => "?_count=2", 2 => "?_count=3&_type=CarePlan,Goal,Observation,List", _ => "?_since=2026-10-23T15:00:00Z" };
        return new Ask("GET", $"fhir/Patient/{Record()}/$everything{query}");
    }

    private Ask OnFacade()
    {
        var item = Some(i => i.IsByMember);
        var address = $"members/{item.Owner}/fhir/{item.Type}/{(random.Next(4) == 0 ? "nothing" : item.LocalId)}";
        return random.Next(6) switch
        {
            0 => new Ask("GET", address + "/_history"),
            1 => new Ask("GET", address + "/_history/1"),
            2 => new Ask("HEAD", address),
            3 => new Ask("GET", $"members/{item.Owner}/fhir/{item.Type}?_count=5&{(item.Type == "Patient" ? "_id" : "patient")}={item.Record}"),
            _ => new Ask("GET", address),
        };
    }

    private Ask Batch()
    {
        var entries = Enumerable.Range(0, random.Next(1, 4)).Select(_ => (JsonNode)new JsonObject
        {
            ["request"] = new JsonObject { ["method"] = "GET", ["url"] = random.Next(3) == 0 ? Search()["fhir/".Length..] : Reference() },
        });
        return new Ask("POST", "fhir", new JsonObject { ["resourceType"] = "Bundle", ["type"] = "batch", ["entry"] = new JsonArray([.. entries]) });
    }

    // None of these changes anything: what is there is not at version 0.
    private Ask Write()
    {
        var reference = Reference(i => i.Type is "Condition" or "Observation" or "List" or "Task" or "RelatedPerson" && i.Body.Count > 0);
        var (type, id) = (reference[..reference.IndexOf('/')], reference[(reference.IndexOf('/') + 1)..]);
        switch (random.Next(3))
        {
            case 0: return new Ask("DELETE", "fhir/" + reference, null, ("If-Match", "W/\"0\""));
            case 1:
                var body = new JsonObject { ["resourceType"] = "Observation", ["status"] = "final", ["code"] = new JsonObject { ["text"] = "seen" }, ["subject"] = new JsonObject { ["reference"] = "Patient/nobody" } };
                return new Ask("POST", "fhir/Observation", body);
            default:
                if (!world.Items.Any(i => i.Type == type)) return new Ask("GET", "fhir/" + reference);
                var resource = Some(i => i.Type == type).Body.DeepClone().AsObject();
                (resource["resourceType"], resource["id"]) = (type, id);
                return new Ask("PUT", "fhir/" + reference, resource, ("If-Match", "W/\"0\""));
        }
    }

    private string Search()
    {
        var type = random.Next(5) == 0 ? "Patient" : Types[random.Next(Types.Length)];
        var query = new List<string> { Anchor(type) };
        for (var i = random.Next(0, 3); i > 0; i--) query.Add(random.Next(6) == 0 ? Referring(type) : Fitting(Filters, type));
        for (var i = random.Next(0, 3); i > 0; i--) query.Add(Fitting(Shapes, type));
        var names = new HashSet<string>();
        return $"fhir/{type}?{string.Join('&', query.Where(q => !q.StartsWith('_') || q.Contains("include", StringComparison.Ordinal) || names.Add(q[..q.IndexOf('=')])))}";
    }

    // What the type does not know is refused whoever asks: worth asking, but not often.
    private string Fitting(string[] all, string type)
    {
        for (var tries = 0; tries < 12; tries++)
        {
            var one = all[random.Next(all.Length)];
            var name = one.StartsWith("_sort=", StringComparison.Ordinal) ? one[6..].Split(',')[0].TrimStart('-') : one[..one.IndexOfAny(['=', ':', '.'])];
            if (name.Length == 0 || name[0] == '_' || Fhir.Definitions.R4.SearchParameters(type).Any(p => p.Code == name)) return one;
        }

        return "_total=accurate";
    }

    private string Anchor(string type)
    {
        var patient = Record();
        var identifier = $"{(random.Next(2) == 0 ? Names.Ssn : Names.Link)}|{(random.Next(6) == 0 ? "unknown" : patient)}";
        var source = Some(i => i.IsByMember);
        if (random.Next(8) == 0) return $"_source={Uri.EscapeDataString($"{Names.Base}/members/{source.Owner}/fhir/{source.Type}/{source.LocalId}")}";
        if (random.Next(6) == 0) return "_id=" + string.Join(',', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Reference(i => type == "Provenance" || i.Type == type)).Select(r => r[(r.IndexOf('/') + 1)..]));
        if (type == "Patient") return random.Next(2) == 0 ? "_id=" + patient : "identifier=" + Uri.EscapeDataString(identifier);
        return random.Next(6) switch
        {
            0 => $"patient.identifier={Uri.EscapeDataString(identifier)}",
            1 => $"patient:identifier={Uri.EscapeDataString(identifier)}",
            2 => $"patient=Patient/{patient}",

            // Found by who takes part; the other worlds in the store are not of interest.
            3 when type == "CareTeam" => $"participant={(random.Next(2) == 0 ? "Practitioner/pr1" : "Organization/alpha")}&patient={patient}",
            _ => $"patient={patient}",
        };
    }

    private string Referring(string type) => type switch
    {
        "CarePlan" => random.Next(3) switch { 0 => "goal=" + Reference(i => i.Type == "Goal"), 1 => "condition=" + Reference(i => i.Type == "Condition"), _ => "care-team=" + Reference(i => i.Type == "CareTeam") },
        "Goal" => "patient=Patient/" + Record(),
        "Observation" => random.Next(2) == 0 ? "has-member=" + Reference(i => i.Type == "Observation") : "focus=" + Reference(i => i.Type is "Goal" or "Condition"),
        "List" => "item=" + Reference(i => i.Type is "Goal" or "Condition" or "Observation"),
        "Task" => "focus=" + Reference(),
        "DetectedIssue" => "implicated=" + Reference(),
        "Provenance" => "target=" + Reference(),
        _ => "_id=" + Reference(i => i.Type == type).Split('/')[1],
    };

    private string Record() => random.Next(8) == 0 ? world.OtherRecord : random.Next(12) == 0 ? "nobody" : world.Record;

    private string Reference(Func<Item, bool>? of = null)
    {
        var item = Some(of ?? (_ => true));
        return random.Next(8) switch
        {
            0 => $"{item.Type}/{item.Record}-{new string('y', 13)}",
            1 or 2 or 3 => item.Unified,
            4 when of is null => $"CarePlan/{item.Record}-{(random.Next(3) == 0 ? "ended" : "current")}",
            _ => item.Reference,
        };
    }

    private Item Some(Func<Item, bool> of)
    {
        var among = world.Items.Where(of).ToList();
        return among.Count == 0 ? world.Items[random.Next(world.Items.Count)] : among[random.Next(among.Count)];
    }
}
