using System.Text.Json.Nodes;

namespace FhirBridge.Consent.Tests.Properties;

/// <summary>
/// consent.md §3–§7 read aloud, over plain JSON: no compiling, no partial evaluation, no sharing with the product but the values that
/// describe a caller and a contribution. Slow on purpose, and recursive like the text.
/// </summary>
internal sealed partial class Oracle(RandomWorld world)
{
    private readonly Caller caller = world.Caller;
    private readonly ConsentOptions options = world.Options;
    private readonly DateTimeOffset now = world.Request.Now;

    /// <summary>The decision on a contribution.</summary>
    public bool Permits(RecordFacts r) => Scoped(r.Type, ScopeLetters()) && WholeRecord(r, 4);

    private string ScopeLetters() => world.Request.Action == "collect" ? "c" : world.Request.Action == "correct" ? "ud" : "rs";

    private bool Scoped(string type, string letters) => caller.Scopes.ToString().Split(' ').Any(s =>
    {
        var dot = s.LastIndexOf('.');
        var of = s[(s.IndexOf('/') + 1)..dot];
        return !s.StartsWith("patient/", StringComparison.Ordinal) && (of == "*" || of == type) && letters.Any(s[(dot + 1)..].Contains);
    });

    // §7.4: derived resources and resources on several patients.
    private bool WholeRecord(RecordFacts r, int left)
    {
        bool Sources() => r.DerivedFrom.All(d => left > 0 && world.Contributions.Any(c => (c.Reference == d || c.Unified == d) && Scoped(c.Type, "rs") && WholeRecord(c, left - 1)));
        if (r.Type == "Provenance") return (Acts || IsPerson) && r.DerivedFrom.Length > 0 && Sources();
        foreach (var patient in r.Patients.Append("Patient/anna").Distinct())
        {
            if (patient == "Patient/ben" && !world.KnowsBen)
            {
                if (world.Request.Action != "access" || !Contributed(r, "Patient/anna")) return false;
            }
            else if (!ForPatient(r, patient, world.Request.Action)) return false;
        }

        var governed = r.Type is "Consent" or "AuditEvent" || (world.Request.Action == "access" && (Who("Patient/anna").Contains("Patient/anna") || Contributed(r, "Patient/anna")));
        return r.DerivedFrom.IsEmpty || governed || Inherent(r, "Patient/anna", world.Request.Action) || Sources();
    }

    private bool Acts => caller.Member is not null;

    private bool IsPerson => caller.Person is not null && (caller.Person.StartsWith("Patient/", StringComparison.Ordinal) || caller.Person.StartsWith("RelatedPerson/", StringComparison.Ordinal));

    // §4, for one patient.
    private bool ForPatient(RecordFacts r, string patient, string action)
    {
        if (!Acts && !IsPerson) return false; // L1
        var self = Who(patient).Contains(patient);
        if (r.Type is "Consent" or "AuditEvent")
        {
            var representative = Who(patient).Any(w => IsRepresentative(w, patient, now));
            if (action is "use" or "disclose") return false;
            if (action != "access") return r.Type == "Consent" && (self || representative || (Acts && caller.Roles.Contains("consent-recorder")));
            return self || (Contributed(r, patient) && !(r.Type == "AuditEvent" && caller.IsOperator)) || (Acts && caller.Roles.Contains("privacy-officer")) || r.Controllers.Any(Who(patient).Contains)
                || (r.Type == "AuditEvent" && representative);
        }

        if (Inherent(r, patient, action)) return true; // L3
        var candidates = world.Consents.Where(c => IsCandidate(c, patient)).ToList();
        if (options.Untyped == "hold" && candidates.Any(c => Nodes(c).Any(n => TypeOf(n) is null))) return false;

        var (effect, listed) = Combined(candidates, r, patient, action);
        var permit = effect == "permit" || (effect is null && Policy(r, patient, action));
        return permit && (action != "disclose" || listed || ForPatient(r, patient, "access"));
    }

    private bool Contributed(RecordFacts r, string patient) =>
        (Acts && r.Custodian == "Organization/" + caller.Member!.Value.Value) || (IsPerson && r.Custodian == caller.Person && Who(patient).Contains(r.Custodian));

    private bool Inherent(RecordFacts r, string patient, string action)
    {
        var self = Who(patient).Contains(patient);
        return action switch
        {
            "access" => self || Contributed(r, patient),
            "collect" => self && IsPerson && Contributed(r, patient),
            "correct" => IsPerson && Contributed(r, patient),
            _ => false,
        };
    }

    // §4 L5.
    private bool Policy(RecordFacts r, string patient, string action)
    {
        var normal = Confidentiality(r) <= 3;
        var treat = caller.Purposes.Length == 1 && caller.Purposes[0].Code == "TREAT";
        if (caller.IsOperator) return false;
        return options.DefaultPolicy[(options.DefaultPolicy.LastIndexOf('/') + 1)..] switch
        {
            "Policy-basic-normal" => Acts && treat && normal,
            "Policy-all-normal" => Acts && normal,
            "Policy-break-glass-only" => Acts && action == "access" && caller.Purposes.Length > 0 && caller.Purposes.All(p => p.Code is "BTG" or "ETREAT"),
            "careteam-treat" => treat && normal && Relations("CareTeam").Any(t => Participates("CareTeam/" + t.Text("id"), patient, [])),
            _ => false,
        };
    }

    // §3.
    private bool IsCandidate(ConsentInWorld c, string patient)
    {
        var root = c.Resource["provision"];
        return c.Resource.Text("status") == "active" && c.Resource["scope"]!["coding"]![0]!.Text("code") == "patient-privacy"
            && c.Resource["patient"]!.Text("reference") == patient && (root?["period"] is not JsonObject period || Covers(period));
    }

    private bool PermitsCount(ConsentInWorld c, string patient)
    {
        if (c.Resource["provision"] is null || c.Resource["modifierExtension"] is not null || Nodes(c).Any(HasFault)) return false;
        if (c.Imported && c.Custodian != "Organization/gp") return false;
        if (options.RequireVerification && c.Resource["verification"]?[0]?["verified"]?.GetValue<bool>() != true) return false;
        if (c.Resource["policy"]![0]!.Text("uri")!.StartsWith("https://unknown", StringComparison.Ordinal)) return false;
        var performer = c.Resource["performer"]![0]!.Text("reference")!;
        return performer == patient || (IsRepresentative(performer, patient, now) && IsRepresentative(performer, patient, Expand(c.Resource.Text("dateTime")!).Start!.Value));
    }

    // §7.1, §7.2.
    private (string? Effect, bool Listed) Combined(List<ConsentInWorld> candidates, RecordFacts r, string patient, string action)
    {
        var says = candidates.Select(c => Says(c, r, patient, action)).Where(s => s.Effect is not null).ToList();
        var denies = says.Where(s => s.Effect == "deny").ToList();
        var permits = says.Where(s => s.Effect == "permit").ToList();
        var wins = permits.Count > 0 && (denies.Count == 0 || (options.Combining == "specific-then-deny" && permits.Max(p => p.Rank).CompareTo(denies.Max(d => d.Rank)) > 0));
        return wins ? ("permit", permits.Any(p => p.Listed)) : denies.Count > 0 ? ("deny", false) : (null, false);
    }

    private Answer Says(ConsentInWorld c, RecordFacts r, string patient, string action) =>
        c.Resource["provision"] is JsonObject root ? Eval([root], new Question(r, patient, action, PermitsCount(c, patient), c.Resource["meta"] is not null)) : default;

    // §6.3, on the chain from the root down to the node.
    private Answer Eval(JsonObject[] chain, Question q)
    {
        var node = chain[^1];
        var below = (node["provision"] as JsonArray ?? []).Select(c => Eval([.. chain, c!.AsObject()], q)).Where(a => a.Effect is not null).ToList();
        foreach (var effect in new[] { "deny", "permit" })
        {
            var those = below.Where(b => b.Effect == effect).ToList();
            if (those.Count > 0) return new Answer(effect, those.Max(t => t.Rank), those.Any(t => t.Listed));
        }

        var type = TypeOf(node);
        if (type is null || (type == "permit" && !q.PermitsCount) || !Matches(chain, q, type, out var named)) return default;
        var data = chain.Any(n => n["data"] is not null) ? 3 : chain.Any(n => n["code"] is not null) ? 2 : chain.Any(n => n["class"] is not null) ? 1 : 0;
        var listed = chain.SelectMany(n => n.Array("action")).Any(a => a["coding"]![0]!.Text("code") == q.Action);
        return new Answer(type, (named, data, chain.Any(n => n["purpose"] is not null) ? 1 : 0), listed);
    }

    private static string? TypeOf(JsonObject node) => node.Text("type") is "permit" or "deny" ? node.Text("type") : null;

    private static IEnumerable<JsonObject> Nodes(ConsentInWorld c)
    {
        return c.Resource["provision"] is JsonObject root ? Below(root) : [];

        static IEnumerable<JsonObject> Below(JsonObject n) => n.Array("provision").SelectMany(x => Below(x.AsObject())).Prepend(n);
    }

    private readonly record struct Answer(string? Effect, (int, int, int) Rank, bool Listed);

    private sealed record Question(RecordFacts R, string Patient, string Action, bool PermitsCount, bool Pcf);
}

/// <summary>Shorthand for reading JSON.</summary>
internal static class JsonReading
{
    public static string? Text(this JsonNode n, string name) => n[name]?.GetValue<string>();

    public static IEnumerable<JsonNode> Array(this JsonNode n, string name) => n[name] is JsonArray all ? all.Select(x => x!) : [];
}
