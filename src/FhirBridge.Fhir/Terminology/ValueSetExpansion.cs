namespace FhirBridge.Fhir;

/// <summary>A code of an expansion.</summary>
internal sealed class ExpandedCode(string system, string code, CodeSystemContent? content, Concept? concept, FhirElement listed, ValueSetContent set)
{
    internal string System { get; } = system;

    internal string Code { get; } = code;

    internal CodeSystemContent? Content { get; } = content;

    internal Concept? Concept { get; } = concept;

    /// <summary>Where the value set lists it; an element that does not exist when a rule chose it.</summary>
    internal FhirElement Listed { get; } = listed;

    /// <summary>The value set that chose it.</summary>
    internal ValueSetContent Set { get; } = set;

    internal string? Version => Content?.Version;

    /// <summary>True when it only groups others; of a code whose system is not here the stored expansion says so.</summary>
    internal bool IsAbstract => Concept?.IsAbstract ?? (Listed.Text("abstract") == "true");

    /// <summary>True when it is out of use; of a code whose system is not here the stored expansion says so.</summary>
    internal bool IsInactive => Concept?.IsInactive ?? (Listed.Text("inactive") == "true");

    /// <summary>What makes it the same code as another one.</summary>
    internal (string System, string? Version, string Code) Key(bool versioned) => (System, versioned ? Version : null, Content is { IsCaseSensitive: false } ? Code.ToUpperInvariant() : Code);
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
    internal List<FhirElement> Imported { get; } = [];

    /// <summary>True when the set is what rules choose of one system, so that the system's hierarchy is the set's, too.</summary>
    internal bool IsOfOneSystem { get; private set; }

    /// <summary>Systems of which the set is about more than one version, so that each code has to say its own.</summary>
    internal HashSet<string> VersionedSystems => [.. stated.Where(s => HasSeveral(s.Value.Select(v => v.Asked)) || HasSeveral(s.Value.Select(v => v.Used))).Select(s => s.Key)];

    /// <summary>True when an exclude took codes of another version than its own.</summary>
    internal bool VersionsMatched { get; private set; }

    /// <summary>The codes in the order of the definitions; empty when there is an issue.</summary>
    internal List<ExpandedCode> Expand(FhirElement source)
    {
        var set = ValueSetContent.Of(source);
        IsOfOneSystem = set.Includes is [{ HasList: false, ValueSets.Count: 0 }];
        var codes = Codes(set);
        return Issue is null ? codes : [];
    }

    private static bool HasSeveral(IEnumerable<string?> versions) => versions.OfType<string>().Distinct().Count() > 1;

    private List<ExpandedCode> Codes(ValueSetContent set)
    {
        if (open.Contains(set.Canonical)) return Stop(TerminologyIssue.Circular(set.Canonical));
        if (open.Count >= MaxDepth) return Stop(TerminologyIssue.TooCostly(set.Canonical, MaxDepth));
        if (!set.HasCompose) return Stored(set);
        open.Add(set.Canonical);
        var match = set.VersionsMatch ?? terms.Text("versionsMatch");
        var found = Included(set, match);
        if (Issue is not null) return [];
        foreach (var part in set.Excludes) Exclude(part, found, match);
        open.RemoveAt(open.Count - 1);
        if (set.ActiveOnly) found.RemoveAll(c => c.IsInactive);
        return found;
    }

    private List<ExpandedCode> Included(ValueSetContent set, string? match)
    {
        // The codes of one part are different ones as they are.
        if (set.Includes is [{ System: not null } only]) return Part(only);
        var found = new List<ExpandedCode>();
        var places = new Dictionary<(string, string?, string), int>();
        foreach (var part in set.Includes)
        {
            foreach (var code in Part(part))
            {
                if (places.TryAdd(code.Key(match != "true"), found.Count)) found.Add(code);
                else if (match == "true" && places[code.Key(false)] is var at && CanonicalVersion.Compare(code.Version, found[at].Version) > 0) found[at] = code;
            }

            if (found.Count > MaxCodes) return Stop(TerminologyIssue.TooCostly(set.Canonical, MaxCodes));
        }

        return found;
    }

    private void Exclude(ValueSetPart part, List<ExpandedCode> found, string? match)
    {
        var versioned = match == "false";
        var codes = Part(part);
        var gone = codes.Select(c => c.Key(versioned)).ToHashSet();
        var before = found.Count;
        var other = codes.Count > 0 && part.Version is not null && found.Exists(f => gone.Contains(f.Key(versioned)) && f.Version != codes[0].Version);
        found.RemoveAll(f => gone.Contains(f.Key(versioned)));
        VersionsMatched |= other && before != found.Count;
    }

    private List<ExpandedCode> Part(ValueSetPart part)
    {
        if (++parts > MaxParts) return Stop(TerminologyIssue.TooCostly(part.Set.Url, MaxParts));
        if (part.Fault is { } fault) return Stop(TerminologyIssue.Bad(fault));
        var result = part.System is { } system ? OfSystem(part, system) : null;
        foreach (var canonical in part.ValueSets)
        {
            if (Issue is not null) return [];
            var import = terms.FindValueSet(canonical, out var named);
            if (!import.Exists) return Stop(TerminologyIssue.UnknownValueSet(named));
            if (usedValueSets.Add(ConceptTerms.Canonical(import))) Imported.Add(import);
            var codes = Codes(ValueSetContent.Of(import));
            if (result is null)
            {
                result = codes;
                continue;
            }

            var keys = codes.Select(c => c.Key(false)).ToHashSet();
            result.RemoveAll(c => !keys.Contains(c.Key(false)));
        }

        return Issue is null ? result ?? [] : [];
    }

    private List<ExpandedCode> OfSystem(ValueSetPart part, string uri)
    {
        var asked = terms.VersionOf(uri, part.Version);
        var system = terms.FindSystem(uri, asked);
        if (terms.IsExcluded(uri, system?.Version ?? asked)) return [];
        if (system is null && (!part.HasList || part.Filters.Count > 0 || (asked is not null && terms.VersionsOf(uri).Count > 0))) return Stop(UnknownSystem(uri, asked, "so the value set cannot be expanded"));
        if (system is not null)
        {
            if (terms.Demanded(uri) is { } demanded && !CanonicalVersion.Fits(demanded, system.Version)) return Stop(TerminologyIssue.VersionNotAllowed(uri, system.Version, demanded, null));
            if (!usedSystems.Contains(system)) usedSystems.Add(system);
            if (!part.HasList && system.IsByGrammar) return Stop(TerminologyIssue.Bad($"The codes of {uri} follow a grammar, and cannot be listed", "VALUESET_TOO_COSTLY", null, "too-costly", null));
            if (!part.HasList && system.Content is "not-present" or "example") return Stop(TerminologyIssue.Bad($"The code system definition for {uri} has no content, so this expansion is not possible", null, null, "not-found", "invalid-data"));
        }

        (stated.TryGetValue(uri, out var versions) ? versions : stated[uri] = []).Add((part.Version, system?.Version));
        work += part.HasList ? part.Listed.Count : system!.Concepts.Count;
        if (work > MaxWork) return Stop(TerminologyIssue.TooCostly(part.Set.Url, MaxWork));
        if (part.HasList) return Listed(part, uri, system);
        return system!.Concepts.Count > MaxCodes && part.Filters.Count == 0 ? Stop(TerminologyIssue.TooCostly(part.Set.Url, MaxCodes)) : Filtered(part, system, uri);
    }

    // A code that the system does not have is not in the set, whatever the set lists; where the system is not here, or not whole, the list is believed.
    private static List<ExpandedCode> Listed(ValueSetPart part, string uri, CodeSystemContent? system)
    {
        var found = new List<ExpandedCode>(part.Listed.Count);
        var seen = system is { IsCaseSensitive: false } ? new HashSet<string>(StringComparer.OrdinalIgnoreCase) : null;
        foreach (var (code, listed) in part.Listed)
        {
            if (system?.Has(code) == false || seen?.Add(code) == false) continue;
            var concept = system?.Find(code);
            found.Add(new ExpandedCode(uri, concept?.Code ?? code, system, concept, listed, part.Set));
        }

        return found;
    }

    private List<ExpandedCode> Filtered(ValueSetPart part, CodeSystemContent system, string uri)
    {
        foreach (var f in part.Element.Children("filter"))
        {
            if (FilterIssue(f, uri) is { } issue) return Stop(issue);
        }

        var choice = part.Filters.Count == 0 ? null : part.ChoiceOf(system);
        if (choice?.NotUnderstood is { } unclear && system.IsComplete) return Stop(NotUnderstood(unclear, uri));
        var found = new List<ExpandedCode>(choice is null ? system.Concepts.Count : 16);
        foreach (var concept in system.Concepts)
        {
            if (choice is null || choice.Has(concept) == true) found.Add(new ExpandedCode(uri, concept.Code, system, concept, default, part.Set));
        }

        return found.Count > MaxCodes ? Stop(TerminologyIssue.TooCostly(part.Set.Url, MaxCodes)) : found;
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
            ? TerminologyIssue.UnknownSystem(uri, null, consequence)
            : TerminologyIssue.UnknownVersion(uri, asked, versions, null, consequence, "UNKNOWN_CODESYSTEM_VERSION_EXP");
    }

    // A value set with an expansion alone is that expansion.
    private List<ExpandedCode> Stored(ValueSetContent set)
    {
        if (set.Expansion is { IsComplete: false }) return Stop(TerminologyIssue.NotWhole(set.Canonical));
        var found = new List<ExpandedCode>();
        Add(set.Source["expansion"]);
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
