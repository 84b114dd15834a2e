using System.Globalization;
using System.Text.Json.Nodes;
using FhirBridge.Consent.Tests.World;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Tests.Properties;

// §5: one provision against request and contribution.
internal sealed partial class Oracle
{
    private bool Matches(JsonObject[] chain, Question q, string type, out int named)
    {
        var permit = type == "permit";
        var strongest = 0;
        var all = chain.All(n => (n["period"] is not JsonObject p || Covers(p)) && Actor(n, q, permit, ref strongest) && Action(n, q, permit)
            && Class(n, q, permit) && Code(n, q, permit) && DataPeriod(n, q, permit) && Data(n, q, permit));
        named = strongest;
        return all && Purpose(chain.LastOrDefault(n => n["purpose"] is not null), q, permit) && Label(chain.LastOrDefault(n => n["securityLabel"] is not null), q, permit);
    }

    // §5.1, §3.2.
    private bool Covers(JsonObject period) =>
        (period.Text("start") is not { } s || Expand(s).Start <= now) && (period.Text("end") is not { } e || Expand(e).End is not { } end || now < end);

    /// <summary>What a FHIR date covers, in the zone of the worlds.</summary>
    public static Interval Expand(string text)
    {
        if (text.Contains('T'))
        {
            var at = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).ToUniversalTime();
            return new Interval(at, at.AddSeconds(1));
        }

        var parts = text.Split('-').Select(p => int.Parse(p, CultureInfo.InvariantCulture)).ToArray();
        var from = new DateTimeOffset(parts[0], parts.ElementAtOrDefault(1) is > 0 and var m ? m : 1, parts.ElementAtOrDefault(2) is > 0 and var d ? d : 1, 0, 0, 0, RandomWorld.Offset);
        return new Interval(from.ToUniversalTime(), parts[0] == 9999 ? null : (parts.Length switch { 1 => from.AddYears(1), 2 => from.AddMonths(1), _ => from.AddDays(1) }).ToUniversalTime());
    }

    // §3.3: what the gate refuses.
    private static bool HasFault(JsonObject n) =>
        TypeOf(n) is null
        || new[] { "period", "dataPeriod" }.Any(p => n[p] is JsonObject period && period.Text("start") is { } s && period.Text("end") is { } e && Expand(e).End is { } end && end <= Expand(s).Start)
        || n.Array("actor").Any(a => a.Role() == "FOO" || a["reference"]!.Text("reference") is "#inside" or "Location/here")
        || n.Array("action").Concat(n.Array("code")).Any(c => c["coding"]![0]!.Text("system") is null or "https://unknown.example")
        || n.Array("securityLabel").Concat(n.Array("purpose")).Concat(n.Array("class")).Any(c => c.Text("system") is null or "https://unknown.example")
        || n.Array("data").Any(d => d["reference"]!.Text("reference") == "#inside");

    // §5.2.
    private bool Actor(JsonObject n, Question q, bool permit, ref int strongest)
    {
        var actors = n.Array("actor").ToList();
        if (actors.Any(a => a.Role() == "FOO")) return !permit;
        var recipients = actors.Where(a => a.Role() is "IRCP" or "PRCP" or "GRANTEE" or "HPOWATT").ToList();
        var dataSide = actors.Except(recipients).ToList();
        var matched = false;
        foreach (var a in recipients)
        {
            var reference = a["reference"]!.Text("reference")!;
            bool? named = reference is "#inside" or "Location/here" or "Group/descriptive" ? null : Names(reference, q.Patient);
            if (!(named ?? !permit)) continue;
            matched = true;
            if (named == true) strongest = Math.Max(strongest, reference.Split('/')[0] switch { "Practitioner" or "RelatedPerson" or "Patient" => 3, "Organization" => 1, _ => 2 });
        }

        var custody = dataSide.Count == 0 || dataSide.Any(a => a["reference"]!.Text("reference") is var d && (d is "#inside" ? !permit : a.Role() == "CST" ? q.R.Custodian == d : q.R.Authors.Contains(d!)));
        return (recipients.Count == 0 || matched) && custody;
    }

    private bool Names(string reference, string patient)
    {
        var who = Who(patient);
        return reference.Split('/')[0] switch
        {
            "PractitionerRole" => who.Contains(reference) && Relations("PractitionerRole").Any(r => r["active"]!.GetValue<bool>() && InPeriod(r)),
            "Organization" => who.Contains(reference) || (options.OrganizationHierarchy == "down" && reference == "Organization/chain" && who.Contains("Organization/gp")),
            "CareTeam" => Participates(reference, patient, []),
            "Group" => Relations("Group").Single(g => "Group/" + g.Text("id") == reference).Array("member")
                .Any(m => m["inactive"] is null && InPeriod(m) && who.Contains(m["entity"]!.Text("reference")!)),
            _ => who.Contains(reference),
        };
    }

    // Down to three levels below the team that was named; "above" are the teams on the way.
    private bool Participates(string team, string patient, string[] above)
    {
        var t = Relations("CareTeam").SingleOrDefault(x => "CareTeam/" + x.Text("id") == team);
        if (above.Length > 3 || above.Contains(team) || t is null || t.Text("status") != "active" || t["subject"]!.Text("reference") != patient) return false;
        return t.Array("participant").Where(InPeriod).Any(p =>
            Who(patient).Contains(p["member"]!.Text("reference")!)
            || (p["onBehalfOf"]?.Text("reference") is { } org && Who(patient).Contains(org))
            || Participates(p["member"]!.Text("reference")!, patient, [.. above, team]));
    }

    // The caller's identities, without related persons who are not related to this patient now.
    private HashSet<string> Who(string patient) => who.TryGetValue(patient, out var known) ? known : who[patient] = [.. caller.Identities.Where(i => !i.StartsWith("RelatedPerson/", StringComparison.Ordinal)
        || Relations("RelatedPerson").Any(p => "RelatedPerson/" + p.Text("id") == i && p["active"]!.GetValue<bool>() && p["patient"]!.Text("reference") == patient && InPeriod(p)))];

    // §3.5.
    private bool IsRepresentative(string person, string patient, DateTimeOffset at) => world.Relations.Any(r =>
        r.Resource.Text("resourceType") == "RelatedPerson" && "RelatedPerson/" + r.Resource.Text("id") == person && r.Custodian.StartsWith("Organization/", StringComparison.Ordinal)
        && r.Resource["active"]!.GetValue<bool>() && r.Resource["patient"]!.Text("reference") == patient && r.Resource["relationship"]?[0]!["coding"]![0]!.Text("code") is "HPOWATT" or "GUARD" && InPeriod(r.Resource, at));

    private readonly Dictionary<string, HashSet<string>> who = [];
    private readonly ILookup<string, JsonObject> relations = world.Relations.ToLookup(r => r.Resource.Text("resourceType")!, r => r.Resource);

    private IEnumerable<JsonObject> Relations(string type) => relations[type];

    private bool InPeriod(JsonNode n) => InPeriod(n, now);

    private static bool InPeriod(JsonNode n, DateTimeOffset at) =>
        (n["period"]?.Text("start") is not { } s || Expand(s).Start <= at) && (n["period"]?.Text("end") is not { } e || Expand(e).End is not { } end || at < end);

    // §5.3.
    private static bool Action(JsonObject n, Question q, bool permit)
    {
        var listed = n.Array("action").Select(a => a["coding"]![0]!).ToList();
        return listed.Count == 0 || listed.Any(c => c.Text("system") == Written.ConsentAction ? c.Text("code") == q.Action : !permit);
    }

    // §5.4, §11.2.
    private bool Purpose(JsonObject? n, Question q, bool permit)
    {
        if (n is null) return true;
        var stated = n.Array("purpose").ToList();
        var asked = caller.Purposes.Select(p => p.Code).ToList();
        bool Lists(string code) => stated.Any(s => s.Text("system") == Written.ActReason && s.Text("code") == code);
        if (!permit) return asked.Count == 0 || asked.Any(Lists) || stated.Any(s => s.Text("system") is null);
        return asked.Count > 0 && asked.All(Lists) && (q.Action == "access" || !asked.Contains("BTG"));
    }

    // §5.5.
    private static readonly string[] Protected = ["ETH", "ETHUD", "OPIOIDUD", "PSY", "SDV", "HIV"];

    private static int Rank(string code) => "ULMNRV".IndexOf(code, StringComparison.Ordinal);

    private static int Confidentiality(RecordFacts r)
    {
        var ranks = r.Labels.Where(l => l.System == Written.Confidentiality).Select(l => Rank(l.Code) is >= 0 and var k ? k : 5).ToList();
        if (r.Labels.Any(l => l.System is null && l.Code == "R") || Sensitivities(r).Count > 0) ranks.Add(4);
        return ranks.DefaultIfEmpty(3).Max();
    }

    private static List<string> Sensitivities(RecordFacts r) => [.. r.Labels.Where(l => l.System == Written.ActCode && Protected.Contains(l.Code)).Select(l => l.Code)];

    private static bool Label(JsonObject? n, Question q, bool permit)
    {
        if (n is null) return true;
        var listed = n.Array("securityLabel").Where(l => l.Text("system") != "https://unknown.example").Select(l => l.Text("code")!).ToList();
        var ranks = listed.Select(Rank).Where(k => k >= 0).ToList();
        var conf = Confidentiality(q.R);
        bool Listed(string code) => listed.Contains(code) || (code is "ETHUD" or "OPIOIDUD" && listed.Contains("ETH"));
        if (!permit) return n.Array("securityLabel").Count() > listed.Count || ranks.Any(k => conf >= k) || q.R.Labels.Any(l => l.System == Written.ActCode && Listed(l.Code));
        var sensitive = Sensitivities(q.R);
        return (ranks.Count > 0 && conf <= ranks.Max()) || (sensitive.Count > 0 && sensitive.All(Listed) && conf <= 4);
    }

    // §5.6.
    private static bool Class(JsonObject n, Question q, bool permit)
    {
        var listed = n.Array("class").ToList();
        return listed.Count == 0 || listed.Any(c => c.Text("system") switch
        {
            Written.ResourceTypes => c.Text("code") == q.R.Type,
            "urn:ietf:rfc:3986" => q.R.Profiles.Contains(c.Text("code")!),
            _ => !permit,
        });
    }

    // §5.7.
    private static bool Code(JsonObject n, Question q, bool permit)
    {
        var listed = n.Array("code").Select(c => c["coding"]![0]!).ToList();
        return listed.Count == 0 || listed.Any(c => c.Text("system") is null ? !permit : (permit ? q.R.Primary : q.R.Primary.Concat(q.R.Codes)).Any(x => x.Code == c.Text("code")));
    }

    // §5.8.
    private bool DataPeriod(JsonObject n, Question q, bool permit)
    {
        if (n["dataPeriod"] is not JsonObject p) return true;
        if (q.R.Dates.IsEmpty) return !permit;
        var from = p.Text("start") is { } s ? Expand(s).Start!.Value : DateTimeOffset.MinValue;
        var to = p.Text("end") is { } e ? Expand(e).End ?? DateTimeOffset.MaxValue : DateTimeOffset.MaxValue;
        bool Inside(Interval d) => d.Start >= from && d.End <= to;
        if (!permit) return q.R.Dates.Any(d => d.End > from && d.Start < to);
        return options.DataPeriod == "pcf-any" ? q.R.Dates.Any(Inside) : q.R.Dates.All(Inside);
    }

    // §5.9.
    private bool Data(JsonObject n, Question q, bool permit)
    {
        var listed = n.Array("data").ToList();
        return listed.Count == 0 || listed.Any(d => DataEntry(d.Text("meaning")!, d["reference"]!.Text("reference")!, q, permit));
    }

    private bool DataEntry(string meaning, string reference, Question q, bool permit)
    {
        if (reference == "#inside") return !permit;
        if (reference == "Goal/nowhere") return false;
        if (meaning == "authoredby") return permit ? q.R.Authors.Length > 0 && q.R.Authors.All(a => ActsFor(a, reference, false)) : q.R.Authors.Any(a => ActsFor(a, reference, true));
        if (reference == q.R.Reference || reference == q.R.Unified) return true;
        if (meaning == "instance" || reference.Split('/')[0] is "Patient" or "Practitioner" or "Organization" or "Location") return false;
        var anchors = world.Contributions.Where(c => c.Reference == reference || c.Unified == reference).ToList();
        bool Names(string r) => r == reference || anchors.Any(a => a.Reference == r || a.Unified == r);
        var refers = q.R.References.Any(Names);
        var isTarget = anchors.Any(a => a.References.Any(r => r == q.R.Reference || r == q.R.Unified));
        if (meaning == "dependents") return refers;
        return isTarget || (permit ? q.Pcf && q.R.CreatedAsPartOf.Any(Names) : refers);
    }

    // A role is its practitioner at its organisation; that a practitioner has a role somewhere counts for denying only.
    private static bool ActsFor(string author, string reference, bool generous) => author == reference
        || (author == "PractitionerRole/lee-h" && (reference is "Practitioner/lee" or "Organization/hospital"))
        || (generous && author == "Practitioner/lee" && (reference is "PractitionerRole/lee-h" or "Organization/hospital"));
}

internal static class ActorReading
{
    public static string Role(this JsonNode actor) => actor["role"]!["coding"]![0]!.Text("code")!;
}
