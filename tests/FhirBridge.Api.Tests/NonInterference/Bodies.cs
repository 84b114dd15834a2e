using System.Text.Json.Nodes;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>Writes contributions as R4, with references among them: also to what is hidden, comes later, or never was.</summary>
internal sealed class Bodies(Random random, IReadOnlyList<Item> items)
{
    private const string Resources = "http://hl7.org/fhir/resource-types";
    private static readonly string[] Words = ["walk", "diet", "sleep", "rest"];

    /// <summary>The bytes of an item. A stub is what must be known for decisions and pointers, and nothing else.</summary>
    public JsonObject Write(Item item, bool isStub)
    {
        var body = new JsonObject { ["resourceType"] = item.Type, ["id"] = item.LocalId };
        if (item.Labels.Count > 0)
        {
            body["meta"] = new JsonObject { ["security"] = new JsonArray([.. item.Labels.Select(l => (JsonNode)Coding(l.Length == 1 ? Confidentiality : ActCode, l))]) };
        }

        if (item.Type != "Patient") body[item.Type switch { "RelatedPerson" or "DetectedIssue" => "patient", "Task" => "for", _ => "subject" }] = Reference(Subject(item));
        if (item.Type is "CareTeam" or "RelatedPerson" or "Patient") WriteDecider(item, body, isStub);
        else WriteContent(item, body);
        return body;
    }

    /// <summary>The bytes of a Consent.</summary>
    public JsonObject WriteConsent(Item item, Agreement a)
    {
        string Written(string reference) => item.IsByMember ? $"{Names.Base}/fhir/{reference}" : reference;
        return new JsonObject
        {
            ["resourceType"] = "Consent", ["id"] = item.LocalId, ["status"] = a.Status, ["scope"] = Concept("http://terminology.hl7.org/CodeSystem/consentscope", a.Scope),
            ["category"] = new JsonArray(Concept("http://loinc.org", "59284-0")), ["patient"] = Reference(Subject(item)), ["dateTime"] = Maker.Signed.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
            ["performer"] = new JsonArray([.. a.Performers.Select(p => (JsonNode)Reference(Written(p)))]), ["organization"] = new JsonArray(Reference(Written(a.Organization))),
            ["sourceAttachment"] = new JsonObject { ["title"] = "consent" }, ["policy"] = new JsonArray(new JsonObject { ["uri"] = a.Policy }), ["provision"] = Provision(a.Root, Written),
        };
    }

    private const string Confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

    private static JsonObject Provision(Rule rule, Func<string, string> written)
    {
        var p = new JsonObject { ["type"] = rule.IsPermit ? "permit" : "deny" };
        void Many(string name, IEnumerable<JsonNode> values)
        {
            var all = values.ToArray();
            if (all.Length > 0) p[name] = new JsonArray(all);
        }

        if (rule.Period is { } period) p["period"] = Period(period);
        Many("actor", rule.Actors.Select(a => new JsonObject { ["role"] = Concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", a.Role), ["reference"] = Reference(written(a.Reference)) }));
        Many("action", rule.Actions.Select(a => Concept("http://terminology.hl7.org/CodeSystem/consentaction", a)));
        Many("securityLabel", rule.Labels.Select(l => Coding(l.Length == 1 ? Confidentiality : ActCode, l)));
        Many("purpose", rule.Purposes.Select(c => Coding(Names.ActReason, c)));
        Many("class", rule.Classes.Select(c => Coding(Resources, c)));
        Many("code", rule.Codes.Select(c => Concept(Names.Codes, c)));
        if (rule.Data is { } data) p["dataPeriod"] = Period(data);
        Many("provision", rule.Exceptions.Select(e => Provision(e, written)));
        return p;
    }

    private void WriteDecider(Item item, JsonObject body, bool isStub)
    {
        switch (item.Type)
        {
            case "Patient":
                body["identifier"] = new JsonArray(new JsonObject { ["system"] = Names.Link, ["value"] = item.Record });
                if (isStub) return;
                if (random.Next(3) > 0) body["identifier"]!.AsArray().Add(new JsonObject { ["system"] = Names.Ssn, ["value"] = item.Record });
                body["name"] = new JsonArray(new JsonObject { ["family"] = Word(), ["given"] = new JsonArray(item.Owner) });
                body["birthDate"] = $"195{random.Next(3)}-01-01";
                body["gender"] = random.Next(2) == 0 ? "female" : "other";
                return;
            case "RelatedPerson":
                body["active"] = item.IsActive;
                if (item.Period is { } period) body["period"] = Period(period);
                body["relationship"] = new JsonArray(Concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", item.HasLegalAuthority ? "GUARD" : "DAU"));
                if (!isStub) body["name"] = new JsonArray(new JsonObject { ["text"] = Word() });
                return;
            default:
                body["status"] = item.IsActive ? "active" : "inactive";
                Primary(item, body, "category", isList: true);
                body["participant"] = new JsonArray([.. item.Seats.Select(Seat)]);
                if (!isStub) body["name"] = Word();
                return;
        }
    }

    private void WriteContent(Item item, JsonObject body)
    {
        switch (item.Type)
        {
            case "CarePlan":
                (body["status"], body["intent"]) = (Pick("active", "active", "completed", "draft"), "plan");
                Primary(item, body, "category", isList: true);
                Dated(item, body, "created");
                if (random.Next(2) == 0) body["title"] = Word();
                Many(body, "goal", item, "Goal");
                Many(body, "careTeam", item, "CareTeam");
                Many(body, "addresses", item, "Condition");
                body["activity"] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => random.Next(3) == 0
                    ? (JsonNode)new JsonObject { ["reference"] = Reference(Refer(item, "Task")) }
                    : new JsonObject { ["detail"] = new JsonObject { ["status"] = "in-progress", ["description"] = Word() } })]);
                return;
            case "Goal":
                (body["lifecycleStatus"], body["description"]) = (Pick("active", "active", "completed", "on-hold"), new JsonObject { ["text"] = Pick(Words) });
                Primary(item, body, "category", isList: true);
                Dated(item, body, "statusDate");
                Many(body, "addresses", item, "Condition");
                if (random.Next(3) == 0) body["expressedBy"] = Reference(random.Next(2) == 0 ? Subject(item) : Refer(item, "RelatedPerson"));
                if (random.Next(2) == 0) body["target"] = new JsonArray(new JsonObject { ["measure"] = new JsonObject { ["text"] = "steps" }, ["detailString"] = $"{random.Next(1, 4)}000" });
                return;
            case "Condition":
                Primary(item, body, "code", isList: false);
                Others(item, body);
                Dated(item, body, "recordedDate");
                if (random.Next(3) == 0) body["evidence"] = new JsonArray(new JsonObject { ["detail"] = new JsonArray(Reference(Refer(item, "Observation"))) });
                return;
            case "Observation":
                body["status"] = "final";
                Primary(item, body, "code", isList: false, isRequired: true);
                Others(item, body);
                Dated(item, body, "effectiveDateTime");
                Many(body, "hasMember", item, "Observation");
                Many(body, "focus", item, Pick("Goal", "Condition", "RelatedPerson"));
                return;
            default:
                WriteDerived(item, body);
                return;
        }
    }

    private void WriteDerived(Item item, JsonObject body)
    {
        var sources = Enumerable.Range(0, random.Next(1, 3)).Select(_ => Refer(item, Pick("Goal", "Condition", "Observation", "CarePlan"))).ToList();
        if (item.Type != "DocumentManifest") item.Sources = item.Type == "Task" ? sources[..1] : sources;
        switch (item.Type)
        {
            case "List":
                (body["status"], body["mode"]) = ("current", "working");
                Primary(item, body, "code", isList: false);
                Dated(item, body, "date");
                body["entry"] = new JsonArray([.. sources.Select(s => (JsonNode)new JsonObject { ["item"] = Reference(s) })]);
                return;
            case "Task":
                (body["status"], body["intent"]) = ("requested", "order");
                Primary(item, body, "code", isList: false);
                Dated(item, body, "authoredOn");
                body["focus"] = Reference(sources[0]);
                return;
            case "DetectedIssue":
                body["status"] = "final";
                Primary(item, body, "code", isList: false);
                Dated(item, body, "identifiedDateTime");
                body["implicated"] = new JsonArray([.. sources.Select(s => (JsonNode)Reference(s))]);
                return;
            default:
                // Nothing valid is left of it for whom everything that it holds is hidden.
                body["status"] = "current";
                Dated(item, body, "created");
                body["content"] = new JsonArray([.. sources.Select(s => (JsonNode)Reference(s))]);
                return;
        }
    }

    private void Many(JsonObject body, string name, Item from, string type)
    {
        var count = random.Next(0, 3);
        if (count > 0) body[name] = new JsonArray([.. Enumerable.Range(0, count).Select(_ => (JsonNode)Reference(Refer(from, type)))]);
    }

    /// <summary>A reference to some resource of the type, in any of the forms that a contributor may write; now and then to none.</summary>
    private string Refer(Item from, string type)
    {
        var targets = items.Where(i => i.Type == type && (i.Record == from.Record || random.Next(5) == 0) && i != from).ToList();
        if (targets.Count == 0 || random.Next(8) == 0) return random.Next(2) == 0 ? $"{type}/nothing" : $"{Names.Base}/fhir/{type}/{from.Record}-{new string('z', 13)}";
        var target = targets[random.Next(targets.Count)];
        if (from.IsByMember && target.IsByMember && random.Next(3) > 0)
        {
            var local = $"{target.Type}/{target.LocalId}";
            return from.Owner == target.Owner ? local : $"{Names.Base}/members/{target.Owner}/fhir/{local}";
        }

        var network = target.Body.Count > 0 && random.Next(2) == 0 ? target.Unified : target.Reference;
        return from.IsByMember ? $"{Names.Base}/fhir/{network}" : network;
    }

    private static string Subject(Item item) => "Patient/" + item.Record;

    private static JsonObject Seat(Seat seat)
    {
        var json = new JsonObject();
        if (seat.Member is not null) json["member"] = Reference($"{Names.Base}/fhir/{seat.Member}");
        if (seat.OnBehalfOf is not null) json["onBehalfOf"] = Reference($"{Names.Base}/fhir/{seat.OnBehalfOf}");
        if (seat.Period is { } period) json["period"] = Period(period);
        return json;
    }

    private static void Primary(Item item, JsonObject body, string name, bool isList, bool isRequired = false)
    {
        if (item.Codes.Count == 0 && !isRequired) return;
        var concept = item.Codes.Count == 0 ? new JsonObject { ["text"] = "something" } : Concept(Names.Codes, item.Codes[0]);
        body[name] = isList ? new JsonArray(concept) : concept;
    }

    private static void Others(Item item, JsonObject body)
    {
        if (item.OtherCodes.Count > 0) body["category"] = new JsonArray(Concept(Names.Codes, item.OtherCodes[0]));
    }

    private static void Dated(Item item, JsonObject body, string name)
    {
        if (item.Date is { } date) body[name] = date.Start;
    }

    private static JsonObject Period(Span span)
    {
        var period = new JsonObject();
        if (span.Start is not null) period["start"] = span.Start;
        if (span.End is not null) period["end"] = span.End;
        return period;
    }

    private static JsonObject Coding(string system, string code) => new() { ["system"] = system, ["code"] = code };

    private static JsonObject Concept(string system, string code) => new() { ["coding"] = new JsonArray(Coding(system, code)) };

    private static JsonObject Reference(string reference) => new() { ["reference"] = reference };

    private string Word() => $"{Pick(Words)} {random.Next(6)}";

    private string Pick(params string[] from) => from[random.Next(from.Length)];
}
