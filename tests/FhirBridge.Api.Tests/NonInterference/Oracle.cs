using System.Globalization;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>
/// Who may see what, straight from consent.md §3–§7 and §9, as slowly and as plainly as it can be said: everything is looked up anew in the world for
/// each question, nothing is compiled. It shares no code with FhirBridge.Consent.
/// </summary>
internal sealed class Oracle(World world, string defaultPolicy)
{
    private const int MaxDerivation = 4;
    private static readonly string[] Ranks = ["U", "L", "M", "N", "R", "V"];
    private static readonly string[] Protected = ["ETH", "ETHUD", "OPIOIDUD", "PSY", "SDV", "HIV"];

    private Visitor Visitor => world.Visitor;

    /// <summary>True when the visitor may see it.</summary>
    public bool MaySee(Item item) => !item.IsWithdrawn && Decide(item, MaxDerivation);

    private bool Decide(Item item, int depth)
    {
        if (!InScope(item)) return false;
        if (Visitor.Member is null && !Visitor.IsPerson) return false;
        if (item.Agreement is { } own) return MaySeeConsent(item, own);
        if (Is(item.Record, "Patient/" + item.Record) || IsCustodian(item)) return true;
        if (!ConsentsPermit(item)) return false;
        return item.Sources.All(source => depth > 0 && world.Find(item.Owner, item.Record, source).Any(s => Decide(s, depth - 1)));
    }

    // L0: scopes of the form {level}/{type|*}.{letters}; a patient/ scope counts in the launch patient's record.
    private bool InScope(Item item) => Visitor.Scope.Split(' ').Any(scope =>
    {
        var (level, rest) = (scope[..scope.IndexOf('/')], scope[(scope.IndexOf('/') + 1)..]);
        var (type, letters) = (rest[..rest.IndexOf('.')], rest[(rest.IndexOf('.') + 1)..]);
        return (level != "patient" || Visitor.Launch == item.Record) && (type == "*" || type == item.Type) && letters.IndexOfAny(['r', 's']) >= 0;
    });

    private bool MaySeeConsent(Item item, Agreement agreement) =>
        Is(item.Record, "Patient/" + item.Record) || IsCustodian(item) || (Visitor.Member is not null && Visitor.Roles.Contains("privacy-officer"))
        || agreement.Performers.Append(agreement.Organization).Any(c => Is(item.Record, c));

    private bool IsCustodian(Item item) =>
        (Visitor.Member is not null && item.Owner == Visitor.Member) || (Visitor.IsPerson && item.Owner == Visitor.Person && Is(item.Record, item.Owner));

    // §2.2: an identity as RelatedPerson counts while the relation to this patient holds.
    private bool Is(string record, string reference) =>
        Visitor.Identities.Contains(reference) && (!reference.StartsWith("RelatedPerson/", StringComparison.Ordinal) || Relation(record, reference) is not null);

    private Item? Relation(string record, string reference) => world.Items.FirstOrDefault(i =>
        i is { Type: "RelatedPerson", IsWithdrawn: false, IsActive: true } && i.Record == record && i.Reference == reference && Covers(i.Period));

    // L4 with deny-overrides, then L5.
    private bool ConsentsPermit(Item item)
    {
        var verdicts = world.Items.Where(c => c is { Agreement: not null, IsWithdrawn: false } && c.Record == item.Record).Select(c => Verdict(c, c.Agreement!, item)).ToList();
        if (verdicts.Contains(false)) return false;
        if (verdicts.Contains(true)) return true;
        var normal = Confidentiality(item) <= Rank("N");
        var treats = Visitor.Purposes is ["TREAT"];
        return defaultPolicy switch
        {
            "https://profiles.ihe.net/ITI/PCF/Policy-basic-normal" => Visitor.Member is not null && treats && normal,
            "https://fhirbridge.org/policy/careteam-treat" => treats && normal && world.Items.Any(t => t.Type == "CareTeam" && t.Record == item.Record && InTeam(item.Record, t.Reference, 3)),
            _ => false,
        };
    }

    // §6.3, from the leaves up: each rule tells its parent what it came to.
    private bool? Verdict(Item consent, Agreement agreement, Item item)
    {
        if (agreement.Status != "active" || agreement.Scope != "patient-privacy" || !Covers(agreement.Root.Period)) return null;
        var permitsCount = !consent.IsByMember && agreement.Policy != "urn:test:unknown-policy" && agreement.Performers.Any(p => HasAuthority(consent.Record, p));
        var told = new Dictionary<Rule, List<bool>>(ReferenceEqualityComparer.Instance);
        foreach (var chain in Chains([agreement.Root]).OrderByDescending(c => c.Length))
        {
            var rule = chain[^1];
            var below = told.GetValueOrDefault(rule) ?? [];
            bool? verdict = below.Contains(false) ? false
                : below.Contains(true) ? true
                : (!rule.IsPermit || permitsCount) && Speaks(chain, item) ? rule.IsPermit : null;
            if (chain.Length == 1) return verdict;
            if (verdict is not { } v) continue;
            if (!told.TryGetValue(chain[^2], out var list)) told[chain[^2]] = list = [];
            list.Add(v);
        }

        return null;
    }

    private bool HasAuthority(string record, string performer) =>
        performer == "Patient/" + record || (Relation(record, performer) is { IsByMember: true, HasLegalAuthority: true } relation && Covers(relation.Period, Maker.Signed));

    private static IEnumerable<Rule[]> Chains(Rule[] chain) => chain[^1].Exceptions.SelectMany(e => Chains([.. chain, e])).Prepend(chain);

    private bool Speaks(Rule[] chain, Item item)
    {
        var permit = chain[^1].IsPermit;
        var purposes = chain.LastOrDefault(r => r.Purposes.Count > 0)?.Purposes;
        var labels = chain.LastOrDefault(r => r.Labels.Count > 0)?.Labels;
        return chain.All(r => Covers(r.Period) && NamesThem(r, item) && (r.Actions.Count == 0 || r.Actions.Contains("access")) && (r.Classes.Count == 0 || r.Classes.Contains(item.Type))
                && (r.Codes.Count == 0 || item.Codes.Intersect(r.Codes).Any() || (!permit && item.OtherCodes.Intersect(r.Codes).Any())) && DatesMatch(r, item, permit))
            && (purposes is null || PurposeMatches(purposes, permit)) && (labels is null || LabelsMatch(labels, item, permit));
    }

    private bool PurposeMatches(IReadOnlyList<string> stated, bool permit) => permit
        ? Visitor.Purposes.Count > 0 && Visitor.Purposes.All(stated.Contains)
        : Visitor.Purposes.Count == 0 || Visitor.Purposes.Any(stated.Contains);

    private bool NamesThem(Rule rule, Item item)
    {
        var recipients = rule.Actors.Where(a => a.Role == "IRCP").ToList();
        var custodians = rule.Actors.Where(a => a.Role == "CST").ToList();
        return (recipients.Count == 0 || recipients.Any(a => IsNamed(item.Record, a.Reference))) && (custodians.Count == 0 || custodians.Any(a => a.Reference == item.Custodian));
    }

    private bool IsNamed(string record, string reference) =>
        reference.StartsWith("CareTeam/", StringComparison.Ordinal) ? InTeam(record, reference, 3) : Is(record, reference);

    private bool InTeam(string record, string reference, int deeper) => world.Items.Any(t =>
        t is { Type: "CareTeam", IsWithdrawn: false, IsActive: true } && t.Record == record && (t.Reference == reference || t.Unified == reference)
        && t.Seats.Where(s => Covers(s.Period)).Any(s => (s.Member is not null && Is(record, s.Member)) || (s.OnBehalfOf is not null && Is(record, s.OnBehalfOf))
            || (deeper > 0 && s.Member is not null && s.Member.StartsWith("CareTeam/", StringComparison.Ordinal) && InTeam(record, s.Member, deeper - 1))));

    // §5.5.
    private static bool LabelsMatch(IReadOnlyList<string> listed, Item item, bool permit)
    {
        var confidentialities = listed.Where(Ranks.Contains).Select(Rank).ToList();
        var sensitivities = listed.Where(Protected.Contains).ToHashSet();
        if (sensitivities.Contains("ETH")) sensitivities.UnionWith(["ETHUD", "OPIOIDUD"]);
        var own = item.Labels.Where(Protected.Contains).ToList();
        if (!permit) return (confidentialities.Count > 0 && Confidentiality(item) >= confidentialities.Min()) || own.Any(sensitivities.Contains);
        return (confidentialities.Count > 0 && Confidentiality(item) <= confidentialities.Max())
            || (own.Count > 0 && own.All(sensitivities.Contains) && Confidentiality(item) <= Rank("R"));
    }

    private static int Confidentiality(Item item)
    {
        var stated = item.Labels.Where(Ranks.Contains).Select(Rank).DefaultIfEmpty(Rank("N")).Max();
        return item.Labels.Any(Protected.Contains) ? Math.Max(stated, Rank("R")) : stated;
    }

    private static int Rank(string code) => Array.IndexOf(Ranks, code);

    // §5.8: a permit wants the date inside, a deny any overlap; what states no date has that of its Provenance.
    private static bool DatesMatch(Rule rule, Item item, bool permit)
    {
        if (rule.Data is not { } wanted) return true;
        var received = item.At.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var date = item.Date ?? new Span(received, received);
        var (ws, we, ds, de) = (Begin(wanted.Start), End(wanted.End), Begin(date.Start), End(date.End));
        return permit ? ws <= ds && de <= we : ws < de && ds < we;
    }

    private static bool Covers(Span? period, DateTime? at = null) => period is null || (Begin(period.Start) <= (at ?? World.Now.UtcDateTime) && (at ?? World.Now.UtcDateTime) < End(period.End));

    private static DateTime Begin(string? text) => text is null ? DateTime.MinValue : Day(text);

    private static DateTime End(string? text) => text?.Length switch
    {
        null => DateTime.MaxValue,
        4 => Day(text).AddYears(1),
        7 => Day(text).AddMonths(1),
        _ => Day(text).AddDays(1),
    };

    private static DateTime Day(string text)
    {
        var parts = text.Split('-').Select(int.Parse).ToList();
        return new DateTime(parts[0], parts.Count > 1 ? parts[1] : 1, parts.Count > 2 ? parts[2] : 1);
    }
}
