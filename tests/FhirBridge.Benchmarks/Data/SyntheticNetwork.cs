using System.Text;

namespace FhirBridge.Benchmarks.Data;

/// <summary>How much is loaded.</summary>
/// <param name="People">People with one CarePlan, one CareTeam and three Goals from one member.</param>
/// <param name="WithObservations">Those of them who have 30 Observations, too.</param>
/// <param name="Shared">People with 15 CarePlans from four members: the unified CarePlan.</param>
/// <param name="Written">People on whom the measured writes are spread, apart from those who are read.</param>
/// <param name="Practitioners">Practitioners; each is on the team of every n-th person.</param>
internal sealed record DataSize(int People, int WithObservations, int Shared, int Written, int Practitioners)
{
    public static DataSize Full { get; } = new(2_000, 100, 200, 400, 80);

    public static DataSize Quick { get; } = new(300, 20, 60, 100, 12);
}

/// <summary>The synthetic network: resources as members send them, in UTF-8. The same for the same number, always.</summary>
internal static class SyntheticNetwork
{
    public const string Operator = "network";

    /// <summary>The member that holds most data and reads its own.</summary>
    public const string Owner = "hospital";

    /// <summary>The member that contributes nothing and reads under consent.</summary>
    public const string Reader = "clinic";

    /// <summary>System of the synthetic staff numbers.</summary>
    public const string StaffSystem = "https://bench.example/sid/staff";

    /// <summary>CarePlans of a shared person.</summary>
    public const int PlansOfShared = 15;

    /// <summary>Observations of a person who has some.</summary>
    public const int Observations = 30;

    private const string Sentence = "Walks to the market on the corner and back with the frame, rests on the bench, and notes how it went in the booklet on the table. ";

    public static string[] Contributors { get; } = [Owner, "gp", "homecare", "social"];

    public static IEnumerable<string> Members => Contributors.Append(Reader);

    /// <summary>Numbers beginning with 9 were never given to a person.</summary>
    public static string Identifier(string person)
    {
        var n = (person[0] switch { 'p' => 0, 's' => 100_000, _ => 200_000 }) + int.Parse(person.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture);
        return $"{900 + (n / 10_000)}-{10 + (n / 1_000 % 10)}-{n % 1_000:D4}";
    }

    public static string Organization(string member) => $$$"""
        {"resourceType":"Organization","id":"{{{member}}}","identifier":[{"system":"https://bench.example/sid/organization","value":"{{{member}}}"}],"active":true,"name":"The {{{member}}}"}
        """;

    public static string Affiliation(string member) => $$$"""
        {"resourceType":"OrganizationAffiliation","id":"network-{{{member}}}","active":true,"period":{"start":"2026-01-01"},"organization":{"reference":"Organization/{{{Operator}}}"},"participatingOrganization":{"reference":"Organization/{{{member}}}"}}
        """;

    public static string Practitioner(int n) => $$$"""
        {"resourceType":"Practitioner","id":"pr-{{{n}}}","identifier":[{"system":"{{{StaffSystem}}}","value":"{{{n}}}"}],"active":true,"name":[{"family":"Bakker-{{{n}}}","given":["Noor"]}]}
        """;

    public static string Patient(string person) => $$$"""
        {"resourceType":"Patient","id":"{{{person}}}","identifier":[{"system":"http://hl7.org/fhir/sid/us-ssn","value":"{{{Identifier(person)}}}"}],"active":true,"name":[{"use":"official","family":"Jansen-{{{person}}}","given":["Maria","Anna"]}],"telecom":[{"system":"phone","value":"030 555 0100","use":"home"}],"gender":"female","birthDate":"1941-04-1{{{person[^1]}}}","address":[{"line":["Marktstraat 1"],"city":"Utrecht","postalCode":"3511 AA","country":"NL"}]}
        """;

    /// <summary>A CarePlan of about 2.6 KB with three activities.</summary>
    public static string CarePlan(string person, string? id, string? goals = null, string mark = "") => $$$"""
        {"resourceType":"CarePlan",{{{Id(id)}}}"status":"active","intent":"plan","category":[{"coding":[{"system":"http://snomed.info/sct","code":"736372004","display":"Discharge care plan"}],"text":"Care at home"}],"title":"Living at home {{{mark}}}","description":"{{{Text(3)}}}","subject":{"reference":"Patient/{{{person}}}"},"period":{"start":"2026-02-01"},"created":"2026-02-01"{{{goals}}},"activity":[{{{Activity("229065009", "Exercise therapy")}}},{{{Activity("385763009", "Hospice care")}}},{{{Activity("182832007", "Procedure related to management of drug administration")}}}],"note":[{"text":"{{{Text(2)}}}"}]}
        """;

    /// <summary>A plan of about 900 bytes with one activity, as each of several parties has one.</summary>
    public static string SmallPlan(string person, string id, int n, string mark = "") => $$$"""
        {"resourceType":"CarePlan","id":"{{{id}}}","status":"active","intent":"plan","category":[{"coding":[{"system":"http://snomed.info/sct","code":"736372004"}]}],"title":"Part {{{n}}} of the care {{{mark}}}","description":"{{{Text(1)}}}","subject":{"reference":"Patient/{{{person}}}"},"period":{"start":"2026-02-01"},"activity":[{{{Activity($"{229065009 + n}", $"Activity {n}")}}}]}
        """;

    public static string CareTeam(string person, string id, int practitioner) => $$$"""
        {"resourceType":"CareTeam","id":"{{{id}}}","status":"active","category":[{"coding":[{"system":"http://loinc.org","code":"LA28865-6"}]}],"name":"Team around the patient","subject":{"reference":"Patient/{{{person}}}"},"period":{"start":"2026-02-01"},"participant":[{"role":[{"coding":[{"system":"http://snomed.info/sct","code":"224535009","display":"Registered nurse"}]}],"member":{"reference":"Practitioner/pr-{{{practitioner}}}"},"period":{"start":"2026-02-01"}},{"role":[{"coding":[{"system":"http://snomed.info/sct","code":"116154003","display":"Patient"}]}],"member":{"reference":"Patient/{{{person}}}"}}],"note":[{"text":"{{{Text(4)}}}"}]}
        """;

    /// <summary>A Goal of about 3 KB.</summary>
    public static string Goal(string person, string id, int n) => $$$"""
        {"resourceType":"Goal","id":"{{{id}}}","lifecycleStatus":"active","achievementStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/goal-achievement","code":"in-progress"}]},"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/goal-category","code":"physiotherapy"}]}],"description":{"coding":[{"system":"http://snomed.info/sct","code":"{{{161891005 + n}}}"}],"text":"Goal {{{n}}}: walk to the market"},"subject":{"reference":"Patient/{{{person}}}"},"startDate":"2026-02-01","target":[{"measure":{"coding":[{"system":"http://loinc.org","code":"41953-1"}]},"detailQuantity":{"value":{{{400 + n}}},"unit":"m","system":"http://unitsofmeasure.org","code":"m"},"dueDate":"2026-12-01"}],"statusDate":"2026-02-01","note":[{"text":"{{{Text(16)}}}"}]}
        """;

    /// <summary>An Observation of about 2.6 KB.</summary>
    public static string Observation(string person, string? id, int n, string mark = "") => $$$"""
        {"resourceType":"Observation",{{{Id(id)}}}"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"85354-9","display":"Blood pressure panel"}]},"subject":{"reference":"Patient/{{{person}}}"},"effectiveDateTime":"2026-03-{{{1 + (n % 28):D2}}}T08:30:00Z","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":{{{120 + (n % 40)}}},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":{{{70 + (n % 20)}}},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}],"note":[{"text":"{{{Text(13)}}} {{{mark}}}"}]}
        """;

    /// <summary>All members may read for treatment.</summary>
    public static string PermitConsent(string record) => $$$"""
        {"resourceType":"Consent","status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},"category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],"patient":{"reference":"Patient/{{{record}}}"},"dateTime":"2026-03-02","performer":[{"reference":"Patient/{{{record}}}"}],"organization":[{"reference":"Organization/{{{Operator}}}"}],"sourceAttachment":{"contentType":"text/plain","title":"My record may be read"},"policy":[{"uri":"https://profiles.ihe.net/ITI/PCF/Policy-basic-normal"}],"provision":{"type":"permit","period":{"start":"2026-03-02"},"actor":[{{{string.Join(',', Members.Select(Actor))}}}],"purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}]}}
        """;

    /// <summary>References of a plan to the goals of its person.</summary>
    public static string GoalReferences(string person) => $",\"goal\":[{string.Join(',', Enumerable.Range(0, 3).Select(g => $"{{\"reference\":\"Goal/{person}-g{g}\"}}"))}]";

    /// <summary>A transaction; with a method of PUT under the resources' own ids, else of POST.</summary>
    public static byte[] Transaction(IEnumerable<(string Type, string? Id, string Json)> entries)
    {
        var text = new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[");
        var first = true;
        foreach (var (type, id, json) in entries)
        {
            if (!first) text.Append(',');
            first = false;
            var request = id is null ? $"\"method\":\"POST\",\"url\":\"{type}\"" : $"\"method\":\"PUT\",\"url\":\"{type}/{id}\"";
            text.Append("{\"resource\":").Append(json).Append(",\"request\":{").Append(request).Append("}}");
        }

        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    private static string Actor(string member) =>
        "{\"role\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/v3-ParticipationType\",\"code\":\"IRCP\"}]},\"reference\":{\"reference\":\"Organization/" + member + "\"}}";

    private static string Activity(string code, string text) => $$$"""
        {"detail":{"kind":"ServiceRequest","code":{"coding":[{"system":"http://snomed.info/sct","code":"{{{code}}}","display":"{{{text}}}"}],"text":"{{{text}}}"},"status":"in-progress","doNotPerform":false,"scheduledString":"twice a week","description":"{{{Text(2)}}}"}}
        """;

    private static string Id(string? id) => id is null ? "" : $"\"id\":\"{id}\",";

    private static string Text(int sentences) => string.Concat(Enumerable.Repeat(Sentence, sentences)).TrimEnd();
}
