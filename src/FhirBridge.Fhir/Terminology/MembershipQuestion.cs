namespace FhirBridge.Fhir;

/// <summary>
/// One question whether a code is in a value set, in three values: what cannot be known of a part leaves the answer open only where the other parts
/// do not decide it.
/// </summary>
internal sealed class MembershipQuestion(Terminology terminology)
{
    /// <summary>Parts looked at. Value sets that import each other many times over would otherwise go on for long.</summary>
    private const int MaxParts = 20_000;

    private const int MaxDepth = 50;

    private readonly HashSet<ValueSetContent> open = [];
    private int parts;

    /// <summary>Is the code of that system in the set?</summary>
    internal bool? Contains(ValueSetContent set, Coding coding, string? version)
    {
        // A set that leads to itself says nothing by that.
        if (open.Count >= MaxDepth || !open.Add(set)) return null;
        var answer = Composed(set, coding, version);
        if (answer is null && set.Expansion is { } expansion) answer = expansion.Codings.Contains(coding) ? true : expansion.IsComplete ? false : null;
        open.Remove(set);
        return answer;
    }

    /// <summary>Is the code in the set, whatever its system?</summary>
    internal bool? Contains(ValueSetContent set, string code)
    {
        var systems = new HashSet<string?>();
        bool? answer = Collect(set, systems, []) ? false : null;
        foreach (var system in systems)
        {
            answer = Or(answer, Contains(set, new Coding(system, code), null));
            if (answer == true) return true;
        }

        return answer;
    }

    /// <summary>True when the set takes codes from more than one system, as far as that is known.</summary>
    internal bool HasSeveralSystems(ValueSetContent set)
    {
        var systems = new HashSet<string?>();
        Collect(set, systems, []);
        return systems.Count > 1;
    }

    private bool? Composed(ValueSetContent set, Coding coding, string? version)
    {
        if (set.Includes.Count == 0) return null;
        bool? included = false;
        foreach (var part in set.Includes)
        {
            included = Or(included, Contains(part, coding, version));
            if (included == true) break;
        }

        if (included != false && set.ActiveOnly && terminology.Find(coding, version)?.IsInactive == true) return false;
        foreach (var part in set.Excludes)
        {
            if (included == false) break;
            included = And(included, !Contains(part, coding, version));
        }

        return included;
    }

    private bool? Contains(ValueSetPart part, Coding coding, string? version)
    {
        if (++parts > MaxParts || part.Fault is not null) return null;
        bool? answer = true;
        if (part.System is not null) answer = OfSystem(part, coding, version);
        foreach (var canonical in part.ValueSets)
        {
            if (answer == false) break;
            answer = And(answer, terminology.FindValueSet(canonical) is { } set ? Contains(set, coding, version) : null);
        }

        return answer;
    }

    private bool? OfSystem(ValueSetPart part, Coding coding, string? version)
    {
        if (coding.System is not { } uri || part.System != uri || (part.Version is not null && version is not null && part.Version != version)) return false;
        var system = terminology.FindCodeSystem(uri, part.Version ?? version);

        // A code that the system does not have is not in the set, whatever the set lists.
        if (part.HasList) return part.FindListed(coding.Code, system).Exists && system?.Has(coding.Code) != false;
        if (system is null) return null;
        if (system.Find(coding.Code) is not { } concept) return system.Has(coding.Code);
        if (part.Filters.Count == 0) return true;
        if (concept.Number >= 0) return part.ChoiceOf(system).Has(concept);
        bool? answer = true;
        foreach (var filter in part.Filters) answer = And(answer, filter.Matches(system, concept));
        return answer;
    }

    /// <summary>The systems that the set takes codes from; false when an import is unknown, or when there are too many to follow.</summary>
    private bool Collect(ValueSetContent set, HashSet<string?> systems, HashSet<ValueSetContent> seen)
    {
        if (!seen.Add(set)) return true;
        if (seen.Count > MaxParts) return false;
        foreach (var coding in set.Expansion?.Codings ?? []) systems.Add(coding.System);
        var known = set.Includes.Count > 0 || set.Expansion is { IsComplete: true };
        foreach (var part in set.Includes)
        {
            if (part.System is { } system)
            {
                systems.Add(system);
                continue;
            }

            foreach (var canonical in part.ValueSets)
            {
                known &= seen.Count < MaxDepth && terminology.FindValueSet(canonical) is { } import && Collect(import, systems, seen);
            }
        }

        return known;
    }

    private static bool? Or(bool? a, bool? b) => a == true || b == true ? true : a is null || b is null ? null : false;

    private static bool? And(bool? a, bool? b) => a == false || b == false ? false : a is null || b is null ? null : true;
}
