#:property PublishAot=false
#:property NoWarn=CS1591
#:property RestorePackagesWithLockFile=false

// Makes the demo's people (src/FhirBridge.Api/Demo/data/people) of Synthea transactions.
//
//     dotnet run tools/make-demo.cs -- {folder of Synthea R4 transactions} src/FhirBridge.Api/Demo/data/people
//
// Same input, same bytes: nothing is random, persons are numbered in the order of their file names. What it does to a person:
//  1. every CarePlan goes to the member that would own it (by the organisation that managed it; home nursing takes wound care and the like);
//  2. every member gets its own Patient under its own id, with the trusted identifier and what that member happens to know;
//  3. it gets the conditions that its plans address, and its share of the rest, by encounter; references that lead nowhere are removed;
//  4. goals are added (Synthea has none), from the conditions; substance-use content is labelled ETH and restricted;
//  5. a Consent is written for most people; a few object, a few have said nothing.
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

string[] members = ["hospital", "gp", "homecare", "socialcare"];
var memberNames = new Dictionary<string, string>
{
    ["hospital"] = "Utrecht hospital", ["gp"] = "De Linde general practice", ["homecare"] = "Vecht home nursing", ["socialcare"] = "Zuid neighbourhood team",
};
var json = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
const string Ssn = "http://hl7.org/fhir/sid/us-ssn";
const string Urn = "urn:uuid:";

if (args.Length != 2) return Fail("usage: make-demo {folder of Synthea transactions} {output folder}");
var files = Directory.GetFiles(args[0], "*.json").Order(StringComparer.Ordinal).ToArray();
if (files.Length == 0) return Fail($"no .json files in {args[0]}");

var bundles = members.ToDictionary(m => m, _ => new List<JsonObject>());
var practitioners = members.ToDictionary(m => m, _ => new SortedDictionary<string, JsonObject>(StringComparer.Ordinal));
var consents = new List<JsonObject>();
for (var i = 0; i < files.Length; i++)
{
    var person = Person.Read(files[i], i + 1);
    foreach (var (member, bundle) in Share(person)) bundles[member].Add(bundle);
    if (ConsentOf(person) is { } consent) consents.Add(consent);
}

foreach (var m in members)
{
    WriteLines($"{m}.ndjson", bundles[m]);
    // Small bundles: one commit stays well below what a store takes at once.
    if (practitioners[m].Count > 0) WriteLines($"{m}-directory.ndjson", practitioners[m].Values.Chunk(20).Select(c => Transaction(c)));
}

WriteLines("consents.ndjson", consents);
Console.WriteLine($"{files.Length} people, {string.Join(", ", members.Select(m => $"{m} {bundles[m].Count}"))}, {consents.Count} consents");
return 0;

// --- 1–3: what each member holds of a person

IEnumerable<(string Member, JsonObject Bundle)> Share(Person p)
{
    var shares = members.ToDictionary(m => m, _ => new List<JsonObject>());
    foreach (var plan in Best(p.Of("CarePlan"), 7))
    {
        var share = shares[PlanOwner(p, plan)];
        if (share.Count(r => Type(r) == "CarePlan") == 3) continue;
        share.Add(plan);
        share.AddRange(Targets(plan, "careTeam").Concat(Targets(plan, "addresses")).Select(p.Find).OfType<JsonObject>().Where(r => !share.Contains(r)));
    }

    Spread("Condition", 4, "gp");
    Spread("AllergyIntolerance", 3, "gp");
    Spread("MedicationRequest", 4, "gp");
    Spread("Immunization", 2, "gp");
    Spread("Procedure", 2, "hospital");
    Spread("Observation", 5, "gp");
    Spread("Encounter", 4, "gp");
    var people = members.Where(m => shares[m].Count > 0).ToList();
    if (!people.Contains("gp")) people.Add("gp");                                                // everybody has a GP, whose consent desk writes consents
    if (people.Count == 1) people.Add("hospital");
    var social = NeedsSocialCare(p);
    if (social && !people.Contains("socialcare")) people.Add("socialcare");
    foreach (var m in people) yield return (m, Bundle(p, m, shares[m], social && m == "socialcare"));

    void Spread(string type, int limit, string otherwise)
    {
        foreach (var r in Best(p.Of(type).Where(r => !shares.Values.Any(s => s.Contains(r))), limit))
        {
            var encounter = type == "Encounter" ? r : p.Find(r["encounter"]?["reference"]?.GetValue<string>() ?? "");
            var org = encounter is null ? null : p.Find(encounter["serviceProvider"]!["reference"]!.GetValue<string>());
            shares[org is null ? otherwise : OwnerOf(Text(org["name"]))].Add(r);
        }
    }
}

static string OwnerOf(string organisation) => organisation switch
{
    _ when Regex.IsMatch(organisation, "^PCP|FAMILY|OUTPATIENT|HEALTH CENTER|PHYSICIANS|MEDICAL GROUP|HEALTH ALLIANCE|URGENT CARE|WALK.IN|MINUTECLINIC", RegexOptions.IgnoreCase) => "gp",
    _ when Regex.IsMatch(organisation, "PHYSICAL THERAPY|EYECARE", RegexOptions.IgnoreCase) => "homecare",
    _ => "hospital",
};

static string PlanOwner(Person p, JsonObject plan)
{
    var kind = CodeText(plan["category"]![0]!);
    if (Regex.IsMatch(kind, "wound|burn|fracture|physical therapy|rehabilitation|dementia|demential", RegexOptions.IgnoreCase)) return "homecare";
    var team = Targets(plan, "careTeam").Select(p.Find).OfType<JsonObject>().First();
    return OwnerOf(Text(team["managingOrganization"]![0]!["display"]));
}

static bool NeedsSocialCare(Person p) =>
    p.Number % 5 == 1 || p.Of("CarePlan").Any(c => Regex.IsMatch(c["activity"]?.ToJsonString() ?? "", "addiction|dementia|Alcoholism|Long term social"));

JsonObject Bundle(Person p, string member, List<JsonObject> share, bool social)
{
    var ids = new Dictionary<string, string> { [p.Patient["id"]!.GetValue<string>()] = $"Patient/{PatientId(member, p)}" };
    var counts = new Dictionary<string, int>();
    foreach (var r in share)
    {
        var k = counts[Type(r)] = counts.GetValueOrDefault(Type(r)) + 1;
        ids[r["id"]!.GetValue<string>()] = $"{Type(r)}/{Type(r).ToLowerInvariant()}-{p.Number:00}-{k}";
    }

    foreach (var r in p.Of("Organization")) ids[r["id"]!.GetValue<string>()] = "Organization/self";
    foreach (var r in p.Of("Practitioner")) ids[r["id"]!.GetValue<string>()] = $"Practitioner/npi-{Text(r["identifier"]![0]!["value"])}";
    var resources = new List<JsonObject> { PatientAt(p, member) };
    resources.AddRange(share.Select(r => Localise(r, p, member, ids)));
    resources.AddRange(social ? SocialCare(p) : Goals(p, member, resources));
    return Transaction(resources);
}

JsonObject Localise(JsonObject source, Person p, string member, Dictionary<string, string> ids)
{
    var r = source.DeepClone().AsObject();
    var type = Type(r);
    r["id"] = ids[r["id"]!.GetValue<string>()].Split('/')[1];
    r.Remove("text");
    foreach (var activity in r["activity"]?.AsArray() ?? []) activity!["detail"]?.AsObject().Remove("location");
    Relink(r);
    var doctor = Targets(source, "careTeam").Select(p.Find).OfType<JsonObject>().Append(source)
        .SelectMany(t => t["participant"]?.AsArray() ?? []).Select(x => p.Find(Text(x?["member"]?["reference"]))).FirstOrDefault(x => x is not null && Type(x) == "Practitioner");
    if (type == "CarePlan")
    {
        r["title"] = CodeText(r["category"]![0]!);
        r["created"] = Text(r["period"]!["start"]);
        if (doctor is not null) r["author"] = new JsonObject { ["reference"] = Know(doctor) };
    }

    if (type == "CareTeam")
    {
        r["name"] = $"Team of {memberNames[member]}";
        foreach (var x in r["participant"]!.AsArray().Where(x => Text(x!["member"]?["reference"]).StartsWith("Practitioner/", StringComparison.Ordinal)))
            x!["onBehalfOf"] = new JsonObject { ["reference"] = "Organization/self", ["display"] = memberNames[member] };
    }

    if (Regex.IsMatch(r.ToJsonString(), "[Dd]rug addiction|Drug overdose|Alcoholism|[Oo]pioid abuse"))
        r["meta"] = new JsonObject { ["security"] = new JsonArray(Coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "ETH"), Coding("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "R")) };
    return r;

    string Know(JsonObject practitioner)
    {
        var key = Text(practitioner["identifier"]![0]!["value"]);
        practitioners[member].TryAdd(key, new JsonObject
        {
            ["resourceType"] = "Practitioner", ["id"] = $"npi-{key}", ["identifier"] = practitioner["identifier"]!.DeepClone(), ["active"] = true,
            ["name"] = practitioner["name"]!.DeepClone(), ["gender"] = practitioner["gender"]!.DeepClone(),
        });
        return $"Practitioner/npi-{key}";
    }

    // Follows every reference to what this member holds; one that leads nowhere is taken out with its Reference.
    void Relink(JsonNode node)
    {
        if (node is JsonArray array)
        {
            foreach (var x in array.OfType<JsonNode>().ToList())
            {
                if (IsLost(x)) array.Remove(x);
                else Relink(x);
            }
        }
        else if (node is JsonObject o)
        {
            foreach (var (name, child) in o.ToList())
            {
                if (child is not JsonObject and not JsonArray) continue;
                if (IsLost(child)) { o.Remove(name); continue; }
                Relink(child);
                if (child is JsonArray { Count: 0 }) o.Remove(name);
            }

            if (o["reference"] is not { } reference) return;
            var id = Text(reference)[Urn.Length..];
            if (p.Find(Text(reference)) is { } target && Type(target) == "Practitioner") Know(target);
            o["reference"] = ids[id];
            if (ids[id] == "Organization/self") o["display"] = memberNames[member];
            if (ids[id].StartsWith("Patient/", StringComparison.Ordinal)) o.Remove("display");
        }
    }

    bool IsLost(JsonNode x) => x is JsonObject o && o["reference"] is { } reference && !ids.ContainsKey(Text(reference)[Urn.Length..]);
}

string PatientId(string member, Person p) => member switch { "hospital" => $"h{1000 + (p.Number * 7)}", "gp" => $"pat-{p.Number}", "homecare" => $"client-{p.Number:000}", _ => $"c{p.Number}" };

// Every member knows something else: the phone number only the GP, the mobile only home nursing, the language only the hospital.
JsonObject PatientAt(Person p, string member)
{
    var s = p.Patient;
    var r = new JsonObject
    {
        ["resourceType"] = "Patient", ["id"] = PatientId(member, p),
        ["identifier"] = new JsonArray(
            new JsonObject { ["system"] = Ssn, ["value"] = p.Ssn },
            new JsonObject { ["system"] = $"https://fhirbridge.org/sid/demo/{member}/patient", ["value"] = PatientId(member, p) }),
        ["active"] = true,
        ["name"] = new JsonArray(s["name"]![0]!.DeepClone()),
        ["gender"] = s["gender"]!.DeepClone(), ["birthDate"] = s["birthDate"]!.DeepClone(),
    };
    var address = s["address"]![0]!.DeepClone().AsObject();
    address.Remove("extension");
    if (member == "gp") (r["telecom"], r["address"], r["maritalStatus"]) = (s["telecom"]!.DeepClone(), new JsonArray(address), s["maritalStatus"]?.DeepClone());
    if (member == "hospital") (r["address"], r["communication"]) = (new JsonArray(address), s["communication"]?.DeepClone());
    if (member == "homecare") r["telecom"] = new JsonArray(new JsonObject { ["system"] = "phone", ["value"] = $"555-010-{p.Number:0000}", ["use"] = "mobile" });
    foreach (var empty in r.Where(x => x.Value is null).Select(x => x.Key).ToList()) r.Remove(empty);
    return r;
}

// --- 4: goals

IEnumerable<JsonObject> Goals(Person p, string member, List<JsonObject> held)
{
    var patient = $"Patient/{PatientId(member, p)}";
    var n = 0;
    foreach (var plan in held.Where(r => Type(r) == "CarePlan" && Text(r["status"]) == "active").ToList())
    {
        foreach (var cause in plan["addresses"]?.AsArray() ?? [])
        {
            var condition = held.First(r => $"{Type(r)}/{Text(r["id"])}" == Text(cause!["reference"]));
            if (GoalFor(CodeText(condition["code"]!)) is not { } goal) continue;
            goal["id"] = $"goal-{p.Number:00}-{++n}";
            goal["subject"] = new JsonObject { ["reference"] = patient };
            goal["addresses"] = new JsonArray(cause!.DeepClone());
            if (plan["author"] is { } author) goal["expressedBy"] = author.DeepClone();
            plan["goal"] = new JsonArray(new JsonObject { ["reference"] = $"Goal/goal-{p.Number:00}-{n}" });
            yield return goal;
        }
    }
}

static JsonObject? GoalFor(string condition) => condition switch
{
    _ when condition.Contains("iabetes", StringComparison.Ordinal) => Goal("HbA1c below 6.5 %", "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", 6.5m, "%"),
    "Hypertension" => Goal("Systolic blood pressure below 140 mmHg", "8480-6", "Systolic blood pressure", 140m, "mm[Hg]"),
    "Hyperlipidemia" => Goal("LDL cholesterol below 100 mg/dL", "18262-6", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay", 100m, "mg/dL"),
    "Osteoarthritis of knee" => Goal("Walk for twenty minutes without pain"),
    "Childhood asthma" => Goal("Sleep through the night without coughing"),
    _ when condition.Contains("Alzheimer", StringComparison.Ordinal) => Goal("Keep living at home"),
    _ => null,
};

static JsonObject Goal(string text, string? loinc = null, string? display = null, decimal below = 0, string? unit = null)
{
    var goal = new JsonObject
    {
        ["resourceType"] = "Goal", ["id"] = "", ["lifecycleStatus"] = "active",
        ["achievementStatus"] = new JsonObject { ["coding"] = new JsonArray(Coding("http://terminology.hl7.org/CodeSystem/goal-achievement", "in-progress")) },
        ["description"] = new JsonObject { ["text"] = text }, ["subject"] = null, ["startDate"] = "2020-01-06",
    };
    if (loinc is null) return goal;
    var measure = Coding("http://loinc.org", loinc);
    measure["display"] = display;
    goal["target"] = new JsonArray(new JsonObject
    {
        ["measure"] = new JsonObject { ["coding"] = new JsonArray(measure) },
        ["detailQuantity"] = new JsonObject { ["value"] = below, ["comparator"] = "<", ["unit"] = unit, ["system"] = "http://unitsofmeasure.org", ["code"] = unit },
    });
    return goal;
}

// Few resources of its own, as a neighbourhood team has: one goal and one plan.
IEnumerable<JsonObject> SocialCare(Person p)
{
    (string Goal, string Activity)[] kinds =
    [
        ("Eat a warm meal with others twice a week", "Meal at the neighbourhood centre"),
        ("Keep the household papers in order", "Help with letters and forms"),
        ("Meet somebody new every month", "Coffee morning with a volunteer"),
    ];
    var (text, activity) = kinds[p.Number % kinds.Length];
    var subject = $"Patient/{PatientId("socialcare", p)}";
    var goal = Goal(text);
    (goal["id"], goal["subject"]) = ($"goal-{p.Number:00}", new JsonObject { ["reference"] = subject });
    yield return goal;
    yield return new JsonObject
    {
        ["resourceType"] = "CarePlan", ["id"] = $"plan-{p.Number:00}", ["status"] = "active", ["intent"] = "plan", ["title"] = "Support in the neighbourhood",
        ["subject"] = new JsonObject { ["reference"] = subject }, ["created"] = "2020-01-13", ["author"] = new JsonObject { ["reference"] = "Practitioner/m-peeters" },
        ["goal"] = new JsonArray(new JsonObject { ["reference"] = $"Goal/goal-{p.Number:00}" }),
        ["activity"] = new JsonArray(new JsonObject
        {
            ["detail"] = new JsonObject
            {
                ["status"] = "in-progress", ["code"] = new JsonObject { ["text"] = activity }, ["scheduledString"] = "Every Wednesday",
                ["performer"] = new JsonArray(new JsonObject { ["reference"] = "Practitioner/m-peeters", ["display"] = "M. Peeters" }),
            },
        }),
    };
}

// --- 5: consents

JsonObject? ConsentOf(Person p)
{
    if (p.Number % 10 == 0) return null;                                                         // said nothing: the network's default applies
    var patient = new JsonObject { ["reference"] = $"Patient?identifier={Ssn}|{p.Ssn}" };       // a conditional reference: the loader knows the id
    var objects = p.Number % 10 == 5;
    var provision = objects ? new JsonObject { ["type"] = "deny" } : new JsonObject
    {
        ["type"] = "permit", ["period"] = new JsonObject { ["start"] = "2026-03-02" },
        ["actor"] = new JsonArray([.. members.Select(m => new JsonObject
        {
            ["role"] = new JsonObject { ["coding"] = new JsonArray(Coding("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP")) },
            ["reference"] = new JsonObject { ["reference"] = $"Organization/{m}" },
        })]),
        ["securityLabel"] = new JsonArray(Coding("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "N")),
        ["purpose"] = new JsonArray(Coding("http://terminology.hl7.org/CodeSystem/v3-ActReason", "TREAT")),
    };
    var withoutMedication = !objects && p.Number % 4 == 3;
    if (withoutMedication)
        provision["provision"] = new JsonArray(new JsonObject { ["type"] = "deny", ["class"] = new JsonArray(Coding("http://hl7.org/fhir/resource-types", "MedicationRequest")) });
    var title = objects ? "I do not share my record" : withoutMedication ? "The four organisations may see my record, not my medication" : "The four organisations may see my record";
    return new JsonObject
    {
        ["resourceType"] = "Consent",
        ["identifier"] = new JsonArray(new JsonObject { ["system"] = "https://fhirbridge.org/sid/demo/consent", ["value"] = $"person-{p.Number:00}" }),
        ["status"] = "active",
        ["scope"] = new JsonObject { ["coding"] = new JsonArray(Coding("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy")) },
        ["category"] = new JsonArray(new JsonObject { ["coding"] = new JsonArray(Coding("http://loinc.org", "59284-0")) }),
        ["patient"] = patient, ["dateTime"] = "2026-03-02", ["performer"] = new JsonArray(patient.DeepClone()),
        ["organization"] = new JsonArray(new JsonObject { ["reference"] = "Organization/network" }),
        ["sourceAttachment"] = new JsonObject { ["contentType"] = "text/plain", ["title"] = title, ["creation"] = "2026-03-02" },
        ["policy"] = new JsonArray(new JsonObject { ["uri"] = objects ? "https://profiles.ihe.net/ITI/PCF/Policy-deny" : "https://profiles.ihe.net/ITI/PCF/Policy-basic-normal" }),
        ["provision"] = provision,
    };
}

// --- small change

static IEnumerable<JsonObject> Best(IEnumerable<JsonObject> all, int limit) => all
    .OrderByDescending(r => Text(r["status"]) == "active" || Text(r["clinicalStatus"]?["coding"]?[0]?["code"]) == "active")
    .ThenByDescending(When, StringComparer.Ordinal)
    .DistinctBy(r => Type(r) is "CarePlan" or "Encounter" ? Text(r["id"]) : CodeText((r["code"] ?? r["medicationCodeableConcept"] ?? r["vaccineCode"])!))
    .Take(limit);

static string When(JsonObject r) => Text(r["period"]?["start"] ?? r["authoredOn"] ?? r["recordedDate"] ?? r["effectiveDateTime"] ?? r["occurrenceDateTime"] ?? r["performedPeriod"]?["start"]);
static IEnumerable<string> Targets(JsonObject r, string name) => (r[name] as JsonArray ?? []).Select(x => Text(x!["reference"]));
static string Type(JsonObject r) => r["resourceType"]!.GetValue<string>();
static string Text(JsonNode? value) => value?.GetValue<string>() ?? "";
static string CodeText(JsonNode concept) => Text(concept["text"] ?? concept["coding"]?[0]?["display"]);
static JsonObject Coding(string system, string code) => new() { ["system"] = system, ["code"] = code };

static JsonObject Transaction(IEnumerable<JsonObject> resources) => new()
{
    ["resourceType"] = "Bundle", ["type"] = "transaction",
    ["entry"] = new JsonArray([.. resources.Select(r => new JsonObject
    {
        ["resource"] = r, ["request"] = new JsonObject { ["method"] = "PUT", ["url"] = $"{Type(r)}/{Text(r["id"])}" },
    })]),
};

void WriteLines(string name, IEnumerable<JsonObject> lines) =>
    File.WriteAllText(Path.Combine(args[1], name), string.Concat(lines.Select(l => l.ToJsonString(json) + "\n")));

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}

internal sealed record Person(int Number, string Ssn, JsonObject Patient, Dictionary<string, JsonObject> Resources)
{
    public static Person Read(string file, int number)
    {
        var all = JsonNode.Parse(File.ReadAllText(file))!["entry"]!.AsArray().Select(e => e!["resource"]!.AsObject()).ToDictionary(r => r["id"]!.GetValue<string>());
        var patient = all.Values.Single(r => r["resourceType"]!.GetValue<string>() == "Patient");
        var ssn = patient["identifier"]!.AsArray().Single(i => i!["system"]!.GetValue<string>() == "http://hl7.org/fhir/sid/us-ssn")!["value"]!.GetValue<string>();
        return new(number, ssn, patient, all);
    }

    public IEnumerable<JsonObject> Of(string type) => Resources.Values.Where(r => r["resourceType"]!.GetValue<string>() == type);

    public JsonObject? Find(string reference) => reference.StartsWith("urn:uuid:", StringComparison.Ordinal) ? Resources.GetValueOrDefault(reference[9..]) : null;
}
