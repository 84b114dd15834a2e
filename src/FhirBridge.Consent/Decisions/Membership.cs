using System.Collections.Immutable;
using FhirBridge.Consent.Directives;

namespace FhirBridge.Consent.Decisions;

/// <summary>
/// Who the caller is for one record at one instant (consent.md §5.2): memberships are computed anew for every request, so that they grant
/// nothing after their period ends.
/// </summary>
internal sealed class Membership
{
    /// <summary>How strongly an actor entry names the caller (consent.md §7.2).</summary>
    public const int None = 0, ByOrganization = 1, ByGroup = 2, ByPerson = 3;

    // A named team may nest teams this many levels below it.
    private const int MaxNesting = 3;

    private readonly ConsentSnapshot snapshot;
    private readonly DateTimeOffset now;
    private readonly bool hierarchy;
    private readonly Dictionary<string, bool> teams = new(StringComparer.Ordinal);

    public Membership(Caller caller, ConsentSnapshot snapshot, DateTimeOffset now, ConsentOptions options)
    {
        this.snapshot = snapshot;
        this.now = now;
        hierarchy = options.OrganizationHierarchy == "down";

        // Somebody whose relation to the patient ended, or was never to this patient, is nobody here.
        Identities = caller.Identities.Any(IsRelatedPerson) ? [.. caller.Identities.Where(i => !IsRelatedPerson(i) || IsRelated(i))] : caller.Identities;
    }

    /// <summary>The caller's identities that hold for this record now.</summary>
    public ImmutableHashSet<string> Identities { get; }

    /// <summary>True when the caller is the patient of the record.</summary>
    public bool IsPatient => Identities.Contains(snapshot.Record.Reference);

    /// <summary>True when one of the caller's identities is a representative of the patient with verified legal authority now.</summary>
    public bool IsRepresentative() => Identities.Any(i => IsRelatedPerson(i) && IsRepresentative(i, snapshot, now, now));

    /// <summary>True when the person may decide for the patient, then and now (consent.md §3.5).</summary>
    public static bool IsRepresentative(string person, ConsentSnapshot snapshot, DateTimeOffset now, DateTimeOffset then)
    {
        foreach (var r in snapshot.Relations.RelatedPersons)
        {
            if (r.Reference == person && r.Patient == snapshot.Record.Reference && r.Verified && r.Active && r.Period.Covers(now) && r.Period.Covers(then)
                && r.Relationships.Any(Vocabulary.IsLegalAuthority))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when the caller takes part in any active care team of the patient.</summary>
    public bool InAnyTeam()
    {
        foreach (var team in snapshot.Relations.CareTeams)
        {
            if (team.References.Length > 0 && InTeam(team.References[0])) return true;
        }

        return false;
    }

    /// <summary>
    /// How the reference names the caller: <see cref="None"/> when it does not, null when it cannot be decided (a descriptive group).
    /// </summary>
    public int? Names(string reference) => reference[..reference.IndexOf('/')] switch
    {
        "Practitioner" or "Patient" or "RelatedPerson" => Identities.Contains(reference) ? ByPerson : None,
        "PractitionerRole" => Identities.Contains(reference) && IsRoleActive(reference) ? ByGroup : None,
        "Device" => Identities.Contains(reference) ? ByGroup : None,
        "Organization" => ActsFor(reference) ? ByOrganization : None,
        "CareTeam" => InTeam(reference) ? ByGroup : None,
        "Group" => InGroup(reference),
        _ => null,
    };

    private static bool IsRelatedPerson(string reference) => reference.StartsWith("RelatedPerson/", StringComparison.Ordinal);

    private bool IsRelated(string person)
    {
        foreach (var r in snapshot.Relations.RelatedPersons)
        {
            if (r.Reference == person && r.Patient == snapshot.Record.Reference && r.Active && r.Period.Covers(now)) return true;
        }

        return false;
    }

    // The door only lists roles that are active; what the record's own snapshot knows of the role must agree.
    private bool IsRoleActive(string reference)
    {
        var known = false;
        foreach (var role in snapshot.Relations.Roles)
        {
            if (role.Reference != reference) continue;
            if (role.Active && role.Period.Covers(now)) return true;
            known = true;
        }

        return !known;
    }

    private bool ActsFor(string organization)
    {
        if (Identities.Contains(organization)) return true;
        if (!hierarchy) return false;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>(Identities.Where(i => i.StartsWith("Organization/", StringComparison.Ordinal)));
        while (open.TryDequeue(out var part))
        {
            foreach (var o in snapshot.Relations.Organizations)
            {
                if (o.Reference != part || !seen.Add(o.PartOf)) continue;
                if (o.PartOf == organization) return true;
                open.Enqueue(o.PartOf);
            }
        }

        return false;
    }

    private int? InGroup(string reference)
    {
        int? result = None;
        foreach (var group in snapshot.Relations.Groups)
        {
            if (group.Reference != reference) continue;
            if (!group.Enumerated) return null;
            foreach (var m in group.Members)
            {
                if (!m.Inactive && m.Period.Covers(now) && Identities.Contains(m.Entity)) result = ByGroup;
            }
        }

        return result;
    }

    private bool InTeam(string reference)
    {
        if (teams.TryGetValue(reference, out var known)) return known;
        return teams[reference] = InTeam(reference, MaxNesting);
    }

    // Bounded by the nesting, so that a team inside itself ends too; the frontier keeps a wide cycle from growing with every level.
    private bool InTeam(string reference, int nesting)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { reference };
        var level = new List<string> { reference };
        for (; nesting >= 0 && level.Count > 0; nesting--)
        {
            var below = new List<string>();
            foreach (var team in snapshot.Relations.CareTeams)
            {
                if (!team.Active || team.Subject != snapshot.Record.Reference || !team.References.Any(level.Contains)) continue;
                foreach (var p in team.Participants)
                {
                    if (!p.Period.Covers(now)) continue;
                    if ((p.Member is { } member && Identities.Contains(member)) || (p.OnBehalfOf is { } org && Identities.Contains(org))) return true;
                    if (p.Member is { } nested && nested.StartsWith("CareTeam/", StringComparison.Ordinal) && seen.Add(nested)) below.Add(nested);
                }
            }

            level = below;
        }

        return false;
    }
}
