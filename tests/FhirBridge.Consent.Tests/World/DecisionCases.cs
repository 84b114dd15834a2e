using System.Globalization;
using System.Text.Json.Nodes;

namespace FhirBridge.Consent.Tests.World;

/// <summary>The abbreviated cases of data/cases.json as FHIR resources, snapshots and facts.</summary>
internal static class DecisionCases
{
    private static readonly JsonObject File = JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "cases.json")))!.AsObject();

    public static IEnumerable<string> Ids => File["cases"]!.AsArray().Select(c => Text(c, "id")!);

    public static JsonObject Case(string id) => File["cases"]!.AsArray().Single(c => Text(c, "id") == id)!.AsObject();

    /// <summary>The decision that the case expects.</summary>
    public static bool Expected(JsonObject c) => Text(c, "expected") == "permit";

    public static Decision Decide(JsonObject c, out bool permits)
    {
        var request = c["request"]!.AsObject();
        var options = Options(request);
        var patients = Texts(c["record"], "patients").ToList();
        var snapshots = patients.Select(p => Snapshot(c, p, options)).ToList();
        var access = new AccessRequest(Text(request, "action")!, DateTimeOffset.Parse(Text(request, "now")!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), options)
        {
            Others = [.. snapshots.Skip(1)],
        };
        var grant = Counsel.ForRecord(CallerOf(request), snapshots[0], access);
        var facts = Facts(c["record"]!.AsObject(), patients);
        var neighbours = new Neighbours([facts, .. Texts(c["record"], "isTargetOf").Select(t => Callers.Facts(t) with { References = [facts.Reference] })]);
        permits = grant.Permits(facts, neighbours);
        return grant.Decide(facts, neighbours);
    }

    private static ConsentOptions Options(JsonObject request) => new()
    {
        DefaultPolicy = "https://profiles.ihe.net/ITI/PCF/Policy-" + (Text(request, "policy") ?? "deny"),
        Combining = Text(request, "combine") ?? "deny-overrides",
        DataPeriod = Text(request, "dataMode") ?? "strict",
        RequireVerification = Flag(request, "needVerified"),
    };

    private static Caller CallerOf(JsonObject request)
    {
        var caller = Callers.Of([.. Texts(request, "who")]);
        if (request["member"]?.GetValue<bool>() == false) caller = caller with { Member = null };
        return Text(request, "purpose") is { } purpose ? caller.WithPurpose(purpose) : caller.WithPurpose();
    }

    private static ConsentSnapshot Snapshot(JsonObject c, string patient, ConsentOptions options)
    {
        var consents = c["consents"]!.AsArray().Select((n, i) => Written.Source(Consent(n!.AsObject(), i)));
        var fixture = File["fixture"]!.AsObject();
        var sources = consents
            .Concat(fixture["careteams"]!.AsArray().Select(t => Written.Source(CareTeam(t!.AsObject()))))
            .Concat(fixture["groups"]!.AsArray().Select(g => Written.Source(Group(g!.AsObject()))))
            .Concat(fixture["related"]!.AsArray().Select(r => Written.Source(RelatedPerson(r!.AsObject()))))
            .Concat(fixture["roles"]!.AsArray().Select(r => Written.Source(Role(r!.AsObject()))));
        return Counsel.Compile(new RecordId(patient[8..]), "1", sources, CareRelations.None, options);
    }

    private static JsonObject Consent(JsonObject n, int index)
    {
        var consent = Written.Consent("c" + index, Text(n, "patient")!, Provision(n["provision"]!.AsObject()));
        if (Text(n, "status") is { } status) consent["status"] = status;
        if (Text(n, "scope") is { } scope) consent["scope"] = Written.Concept("http://terminology.hl7.org/CodeSystem/consentscope", scope);
        if (Flag(n, "policyUnknown")) consent["policy"] = new JsonArray(new JsonObject { ["uri"] = "https://unknown.example/policy" });
        if (Flag(n, "verified")) consent["verification"] = new JsonArray(new JsonObject { ["verified"] = true });
        if (n.ToJsonString().Contains("\"pcf\":true", StringComparison.Ordinal))
        {
            consent["meta"] = new JsonObject { ["profile"] = new JsonArray("https://profiles.ihe.net/ITI/PCF/StructureDefinition/IHE.PCF.consentIntermediate") };
        }

        return consent;
    }

    private static JsonObject Provision(JsonObject n)
    {
        var p = new JsonObject();
        if (Text(n, "type") is { } type) p["type"] = type;
        if (n["period"] is { } period) p["period"] = period.DeepClone();
        Each("actor", a => Written.Actor(Text(a, "role")!, Text(a, "reference")!));
        Each("action", a => Written.Concept(Written.ConsentAction, a.GetValue<string>()));
        Each("securityLabel", l => Written.LabelCoding(l.GetValue<string>()));
        Each("purpose", u => Written.Coding(Written.ActReason, u.GetValue<string>()));
        Each("class", t => Written.Coding(Written.ResourceTypes, t.GetValue<string>()));
        Each("code", t => Written.Concept(Written.Snomed, t.GetValue<string>().Split('|')[1]));
        if (n["dataPeriod"] is { } dates) p["dataPeriod"] = dates.DeepClone();
        Each("data", d => new JsonObject { ["meaning"] = Text(d, "meaning"), ["reference"] = Written.Reference(Text(d, "reference")!) });
        Each("provision", c => Provision(c.AsObject()));
        return p;

        void Each(string name, Func<JsonNode, JsonObject> make)
        {
            if (n[name] is JsonArray all) p[name] = new JsonArray([.. all.Select(x => (JsonNode)make(x!))]);
        }
    }

    private static RecordFacts Facts(JsonObject r, List<string> patients)
    {
        var type = Text(r, "type")!;
        var resource = new JsonObject
        {
            ["resourceType"] = type,
            ["id"] = Text(r, "ref")!.Split('/')[1],
            ["meta"] = new JsonObject { ["security"] = new JsonArray([.. Texts(r, "labels").Select(l => (JsonNode)Written.LabelCoding(l))]) },
            ["status"] = type switch { "Observation" => "final", "Goal" => null, _ => "active" },
        };
        Complete(resource, type, patients[0]);
        if (Text(r, "created") is { } created && type != "CareTeam") resource[type switch { "Goal" => "statusDate", "Observation" => "effectiveDateTime", _ => "created" }] = created;
        if (Texts(r, "primary").ToList() is { Count: > 0 } primary) resource["category"] = new JsonArray([.. primary.Select(p => (JsonNode)Written.Concept(Written.Snomed, p.Split('|')[1]))]);
        if (Texts(r, "refs").FirstOrDefault() is { } encounter) resource["encounter"] = Written.Reference(encounter);

        var facts = FactsExtractor.Extract(Written.Read(resource), new FactsContext
        {
            Reference = Text(r, "ref")!,
            Custodian = Text(r, "custodian")!,
            Resolve = Written.Itself,
            ProvenanceAuthors = [.. Texts(r, "authors")],
            ProvenanceDate = Date(Text(r, "created")),
            SourceUpdated = Date(Text(r, "updated")),
        });
        return facts with { Patients = [.. patients] };
    }

    private static void Complete(JsonObject resource, string type, string patient)
    {
        resource[type == "Claim" ? "patient" : "subject"] = Written.Reference(patient);
        switch (type)
        {
            case "CarePlan": resource["intent"] = "plan"; break;
            case "Observation": resource["code"] = new JsonObject { ["text"] = "o" }; break;
            case "Goal":
                resource.Remove("status");
                resource["lifecycleStatus"] = "active";
                resource["description"] = new JsonObject { ["text"] = "g" };
                break;
            case "Claim":
                resource["use"] = "claim";
                resource["type"] = new JsonObject { ["text"] = "t" };
                resource["priority"] = new JsonObject { ["text"] = "p" };
                resource["created"] = "2025-01-01";
                resource["provider"] = Written.Reference("Organization/hospital");
                resource["insurance"] = new JsonArray(new JsonObject { ["sequence"] = 1, ["focal"] = true, ["coverage"] = new JsonObject { ["display"] = "c" } });
                break;
        }
    }

    private static DateTimeOffset? Date(string? text) => text is null ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static JsonObject CareTeam(JsonObject t) => new()
    {
        ["resourceType"] = "CareTeam",
        ["id"] = Text(t, "ref")![9..],
        ["status"] = Text(t, "status") ?? "active",
        ["subject"] = Written.Reference(Text(t, "subject")!),
        ["participant"] = new JsonArray([.. t["participant"]!.AsArray().Select(p =>
        {
            var participant = new JsonObject { ["member"] = Written.Reference(Text(p, "member")!) };
            if (Text(p, "onBehalfOf") is { } org) participant["onBehalfOf"] = Written.Reference(org);
            if (p!["period"] is { } period) participant["period"] = period.DeepClone();
            return (JsonNode)participant;
        })]),
    };

    private static JsonObject Group(JsonObject g) => new()
    {
        ["resourceType"] = "Group",
        ["id"] = Text(g, "ref")![6..],
        ["type"] = "practitioner",
        ["actual"] = g["actual"]?.GetValue<bool>() ?? true,
        ["member"] = new JsonArray([.. g["member"]!.AsArray().Select(m =>
        {
            var member = new JsonObject { ["entity"] = Written.Reference(Text(m, "entity")!) };
            if (Flag(m, "inactive")) member["inactive"] = true;
            return (JsonNode)member;
        })]),
    };

    private static JsonObject RelatedPerson(JsonObject r)
    {
        var person = new JsonObject { ["resourceType"] = "RelatedPerson", ["id"] = Text(r, "ref")![14..], ["active"] = r["active"]?.GetValue<bool>() ?? true, ["patient"] = Written.Reference(Text(r, "patient")!) };
        if (r["period"] is { } period) person["period"] = period.DeepClone();
        return person;
    }

    private static JsonObject Role(JsonObject r) => new() { ["resourceType"] = "PractitionerRole", ["id"] = Text(r, "ref")![17..], ["active"] = true, ["period"] = r["period"]!.DeepClone() };

    private static string? Text(JsonNode? n, string name) => n?[name]?.GetValue<string>();

    private static bool Flag(JsonNode? n, string name) => n?[name]?.GetValue<bool>() == true;

    private static IEnumerable<string> Texts(JsonNode? n, string name) => n?[name] is JsonArray all ? all.Select(x => x!.GetValue<string>()) : [];
}
