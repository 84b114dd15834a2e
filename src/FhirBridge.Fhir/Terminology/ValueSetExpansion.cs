namespace FhirBridge.Fhir;

/// <summary>A code of an expansion.</summary>
internal sealed class ExpandedCode(string system, string code, CodeSystemContent? content, Concept? concept, FhirElement listed, FhirElement set)
{
    internal string System { get; } = system;

    internal string Code { get; } = code;

    internal CodeSystemContent? Content { get; } = content;

    internal Concept? Concept { get; } = concept;

    /// <summary>Where the value set lists it; an element that does not exist when a rule chose it.</summary>
    internal FhirElement Listed { get; } = listed;

    /// <summary>The value set that chose it.</summary>
    internal FhirElement Set { get; } = set;

    internal string? Version => Content?.Version;

    internal (string, string?, string) Key(bool versioned) => (System, versioned ? Version : null, Content is { IsCaseSensitive: false } ? Code.ToUpperInvariant() : Code);
}

/// <summary>Works out which codes a value set has. Spec: https://hl7.org/fhir/R4/valueset.html#compose, #expansion.</summary>
/// <remarks>An issue ends it: a part that is not here, a filter that is not understood, a circle, too many codes. Nothing is guessed.</remarks>
internal sealed class ValueSetExpansion(TerminologyTerms terms)
{
    /// <summary>Codes in an expansion, and codes looked at for it.</summary>
    internal const int MaxCodes = 100_000;

    private const int MaxDepth = 50;

    // Value sets that import each other many times over would otherwise go on for long.
    private const int MaxParts = 20_000;
    private const int MaxWork = 5_000_000;

    private readonly List<string> open = [];
    private readonly HashSet<string> usedValueSets = new(StringComparer.Ordinal);
    private readonly List<CodeSystemContent> usedSystems = [];
    private readonly Dictionary<string, HashSet<(string? Asked, string? Used)>> stated = new(StringComparer.Ordinal);
    private int work;
    private int parts;

    /// <summary>Why there is no expansion; null when there is one.</summary>
    internal TerminologyIssue? Issue { get; private set; }

    /// <summary>The systems that codes were taken from.</summary>
    internal IReadOnlyList<CodeSystemContent> UsedSystems => usedSystems;

    /// <summary>The value sets that were imported.</summary>
    internal IReadOnlyCollection<string> UsedValueSets => usedValueSets;

    internal List<FhirElement> Imported { get; } = [];

    /// <summary>True when the set is what rules choose of one system, so that the system's hierarchy is the set's, too.</summary>
    internal bool IsOfOneSystem { get; private set; }

    /// <summary>Systems of which the set is about more than one version, so that each code has to say its own.</summary>
    internal HashSet<string> VersionedSystems => [.. stated.Where(s => s.Value.Select(v => v.Asked).OfType<string>().Distinct().Count() > 1 || s.Value.Select(v => v.Used).OfType<string>().Distinct().Count() > 1).Select(s => s.Key)];

    /// <summary>True when an exclude took codes of another version than its own.</summary>
    internal bool VersionsMatched { get; private set; }

    /// <summary>The codes in the order of the definitions; empty when there is an issue.</summary>
    internal List<ExpandedCode> Expand(FhirElement set)
    {
        var includes = set["compose"].Children("include").ToList();
        IsOfOneSystem = includes is [var only] && !only["concept"].Exists && !only["valueSet"].Exists;
        var codes = Codes(set);
        return Issue is null ? codes : [];
    }

    private List<ExpandedCode> Codes(FhirElement set)
    {
        var name = set.Text("url") is { } url ? ConceptTerms.Canonical(set) : "";
        if (open.Contains(name)) return Stop(TerminologyIssue.Circular(name));
        if (open.Count >= MaxDepth) return Stop(TerminologyIssue.TooCostly(name, MaxDepth));
        if (!set["compose"].Exists) return Stored(set);
        open.Add(name);
        var match = TerminologyTerms.OfValueSet(set, "versionsMatch") ?? terms.Text("versionsMatch");
        var found = new List<ExpandedCode>();
        var seen = new HashSet<(string, string?, string)>();
        var places = new Dictionary<(string, string?, string), int>();
        foreach (var part in set["compose"].Children("include"))
        {
            foreach (var code in Part(part, set))
            {
                if (match == "true" && !places.TryAdd(code.Key(false), found.Count))
                {
                    var at = places[code.Key(false)];
                    if (CanonicalVersion.Compare(code.Version, found[at].Version) > 0) found[at] = code;
                }
                else if (seen.Add(code.Key(true)))
                {
                    found.Add(code);
                }
            }

            if (found.Count > MaxCodes) return Stop(TerminologyIssue.TooCostly(name, MaxCodes));
        }

        Exclude(set, found, match);
        open.RemoveAt(open.Count - 1);
        if (set["compose"].Text("inactive") == "false") found.RemoveAll(c => c.Concept?.IsInactive == true);
        return found;
    }

    private void Exclude(FhirElement set, List<ExpandedCode> found, string? match)
    {
        foreach (var part in set["compose"].Children("exclude"))
        {
            var versioned = match == "false";
            var codes = Part(part, set);
            var gone = codes.Select(c => c.Key(versioned)).ToHashSet();
            var before = found.Count;
            var other = codes.Count > 0 && part.Text("version") is not null && found.Exists(f => gone.Contains(f.Key(versioned)) && f.Version != codes[0].Version);
            found.RemoveAll(f => gone.Contains(f.Key(versioned)));
            VersionsMatched |= other && before != found.Count;
        }
    }

    private List<ExpandedCode> Part(FhirElement part, FhirElement set)
    {
        if (++parts > MaxParts) return Stop(TerminologyIssue.TooCostly(set.Text("url") ?? "", MaxParts));
        List<ExpandedCode>? result = null;
        if (part.Text("system") is { } system) result = OfSystem(part, system, set);
        foreach (var canonical in part.Children("valueSet").Select(v => v.Value).OfType<string>())
        {
            if (Issue is not null) return [];
            var import = terms.FindValueSet(canonical, out var named);
            if (!import.Exists) return Stop(TerminologyIssue.UnknownValueSet(named));
            if (usedValueSets.Add(ConceptTerms.Canonical(import))) Imported.Add(import);
            var codes = Codes(import);
            if (result is null)
            {
                result = codes;
                continue;
            }

            var keys = codes.Select(c => c.Key(false)).ToHashSet();
            result = [.. result.Where(c => keys.Contains(c.Key(false)))];
        }

        return Issue is null ? result ?? [] : [];
    }

    private List<ExpandedCode> OfSystem(FhirElement part, string uri, FhirElement set)
    {
        var asked = terms.VersionOf(uri, part.Text("version"));
        var system = terms.FindSystem(uri, asked);
        var listed = part.Children("concept").ToList();
        if (system is null && (listed.Count == 0 || part["filter"].Exists || (asked is not null && terms.VersionsOf(uri).Count > 0))) return Stop(UnknownSystem(uri, asked, "so the value set cannot be expanded"));
        if (system is not null)
        {
            if (terms.Demanded(uri) is { } demanded && !CanonicalVersion.Fits(demanded, system.Version)) return Stop(TerminologyIssue.VersionNotAllowed(uri, system.Version, demanded, null));
            if (!usedSystems.Contains(system)) usedSystems.Add(system);
            if (listed.Count == 0 && system.Content is "not-present" or "example") return Stop(TerminologyIssue.Bad($"The code system definition for {uri} has no content, so this expansion is not possible", null, null, "not-found", "invalid-data"));
        }

        (stated.TryGetValue(uri, out var versions) ? versions : stated[uri] = []).Add((part.Text("version"), system?.Version));
        work += listed.Count + (listed.Count == 0 ? system!.Concepts.Count : 0);
        if (work > MaxWork) return Stop(TerminologyIssue.TooCostly(set.Text("url") ?? "", MaxWork));
        if (listed.Count > 0) return [.. Listed(listed, uri, system, set)];
        if (system!.Concepts.Count > MaxCodes && !part["filter"].Exists) return Stop(TerminologyIssue.TooCostly(set.Text("url") ?? "", MaxCodes));
        return Filtered(part, system, uri, set);
    }

    // A code that the system does not have is not in the set, whatever the set lists; where the system is not here, or not whole, the list is believed.
    private static IEnumerable<ExpandedCode> Listed(List<FhirElement> listed, string uri, CodeSystemContent? system, FhirElement set)
    {
        foreach (var item in listed)
        {
            if (item.Text("code") is not { } code) continue;
            var concept = system?.Find(code);
            if (concept is not null || system is not { IsComplete: true }) yield return new ExpandedCode(uri, concept?.Code ?? code, system, concept, item, set);
        }
    }

    private List<ExpandedCode> Filtered(FhirElement part, CodeSystemContent system, string uri, FhirElement set)
    {
        var filters = new List<ConceptFilter>();
        foreach (var f in part.Children("filter"))
        {
            if (FilterIssue(f, uri) is { } issue) return Stop(issue);
            filters.Add(new ConceptFilter(f));
        }

        var found = new List<ExpandedCode>();
        var below = filters.ConvertAll(f => f.Below(system));
        foreach (var concept in system.Concepts)
        {
            var chosen = true;
            for (var i = 0; i < filters.Count; i++)
            {
                var filter = filters[i];
                if ((below[i] is { } known ? known.Contains(concept) : filter.Matches(system, concept)) is not { } answer)
                {
                    if (!system.IsComplete) answer = false;
                    else return Stop(NotUnderstood(filter, uri));
                }

                chosen &= answer;
                if (!chosen) break;
            }

            if (chosen) found.Add(new ExpandedCode(uri, concept.Code, system, concept, default, set));
        }

        return found;
    }

    internal static TerminologyIssue NotUnderstood(ConceptFilter filter, string system) =>
        TerminologyIssue.Bad($"The filter \"{filter}\" from the value set was not understood in the context of {system}", "FILTER_NOT_UNDERSTOOD", null, "processing");

    /// <summary>What is wrong with a filter as it is written; null when nothing is.</summary>
    internal static TerminologyIssue? FilterIssue(FhirElement filter, string system) =>
        string.IsNullOrEmpty(filter.Text("value"))
            ? TerminologyIssue.Bad($"The system {system} filter with property = {filter.Text("property")}, op = {filter.Text("op")} has no value", "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE", "ValueSet" + filter.Path[filter.Resource.Path.Length..])
            : null;

    /// <summary>That a system, or a version of it, is not here.</summary>
    internal TerminologyIssue UnknownSystem(string uri, string? asked, string consequence)
    {
        var versions = terms.VersionsOf(uri);
        return versions.Count == 0 || asked is null
            ? new("error", "not-found", "not-found", $"A definition for CodeSystem '{uri}' could not be found, {consequence}", null, "UNKNOWN_CODESYSTEM")
            : new("error", "not-found", "not-found", $"A definition for CodeSystem '{uri}' version '{asked}' could not be found, {consequence}. Valid versions: {string.Join(" or ", versions)}", null, "UNKNOWN_CODESYSTEM_VERSION_EXP");
    }

    // A value set with an expansion alone is that expansion.
    private List<ExpandedCode> Stored(FhirElement set)
    {
        var found = new List<ExpandedCode>();
        Add(set["expansion"]);
        return found;

        void Add(FhirElement around)
        {
            foreach (var item in around.Children("contains"))
            {
                if (item.Text("code") is { } code && item.Text("system") is { } system && found.Count <= MaxCodes)
                {
                    var content = terms.FindSystem(system, item.Text("version"));
                    found.Add(new ExpandedCode(system, code, content, content?.Find(code), item, set));
                }

                Add(item);
            }
        }
    }

    private List<ExpandedCode> Stop(TerminologyIssue issue)
    {
        Issue ??= issue;
        return [];
    }
}
