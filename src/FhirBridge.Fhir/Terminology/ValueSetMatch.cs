namespace FhirBridge.Fhir;

/// <summary>A coding that is asked about.</summary>
/// <param name="System">Its system; null when it states none.</param>
/// <param name="Version">Version of the system; null when it states none.</param>
/// <param name="Code">Its code.</param>
/// <param name="Display">Its display; null when it states none.</param>
/// <param name="Path">Its FHIRPath in the question: <c>CodeableConcept.coding[0]</c>; empty when system and code are parameters of their own.</param>
internal sealed record AskedCoding(string? System, string? Version, string Code, string? Display, string Path)
{
    internal string At(string element) => Path.Length == 0 ? element == "version" ? "version" : element : $"{Path}.{element}";

    internal string Whole => Path.Length == 0 ? "code" : Path;
}

/// <summary>Where a value set has a coding.</summary>
internal sealed record SetMatch(CodeSystemContent? System, Concept? Concept, FhirElement Listed, ValueSetContent Set);

/// <summary>Looks for one coding in a value set, with the versions that the set and the request name. See <see cref="ValueSetExpansion"/> for what a set has.</summary>
internal sealed class ValueSetMatch(TerminologyTerms terms, AskedCoding coding)
{
    private const int MaxDepth = 50;
    private const int MaxParts = 20_000;

    private readonly List<string> open = [];
    private int parts;

    /// <summary>Why the question has no answer; null when it has one.</summary>
    internal TerminologyIssue? Stop { get; private set; }

    /// <summary>What keeps the answer from being a plain yes: versions, systems, imports that are not here.</summary>
    internal List<TerminologyIssue> Issues { get; } = [];

    /// <summary>Systems (<c>url|version</c>) that the set needs and that are not here.</summary>
    internal List<string> Unknown { get; } = [];

    /// <summary>Imports that were looked at.</summary>
    internal List<FhirElement> Imported { get; } = [];

    /// <summary>True when a part of the set could not be looked at, so that the code may be in it.</summary>
    internal bool IsOpen { get; private set; }

    /// <summary>The place in the set; null when the coding is not in it.</summary>
    internal SetMatch? Find(ValueSetContent set)
    {
        if (open.Contains(set.Canonical))
        {
            Stop ??= TerminologyIssue.Circular(set.Canonical);
            return null;
        }

        if (open.Count >= MaxDepth) Stop ??= TerminologyIssue.TooCostly(set.Canonical, MaxDepth);
        if (Stop is not null) return null;
        if (!set.HasCompose)
        {
            var stored = Stored(set.Source["expansion"], set);
            if (stored is null && set.Expansion is { IsComplete: false }) Stop ??= TerminologyIssue.NotWhole(set.Canonical);
            return stored;
        }

        open.Add(set.Canonical);
        var best = Best(Included(set));
        var match = set.VersionsMatch ?? terms.Text("versionsMatch");
        foreach (var part in set.Excludes)
        {
            if (best is null) break;
            if (Part(part, isExclude: true) is { } excluded && (match != "false" || excluded.System?.Version == best.System?.Version)) best = null;
        }

        open.RemoveAt(open.Count - 1);

        // What the set itself has of codes out of use is told apart from what it never had; of a set that is imported only what it has counts.
        return open.Count > 0 && set.ActiveOnly && best?.Concept?.IsInactive == true ? null : best;
    }

    /// <summary>Of several versions the one that calls the code as the coding does, or the latest.</summary>
    private SetMatch? Best(List<SetMatch> found)
    {
        if (found.Count == 0) return null;
        if (coding is { Version: null, Display: { } display } && found.Find(m => m.Concept?.Display == display) is { } called) return called;
        return found.Aggregate((a, b) => CanonicalVersion.Compare(b.System?.Version, a.System?.Version) > 0 ? b : a);
    }

    /// <summary>The includes that have the code; where one has it without objection, the objections to the others do not matter.</summary>
    private List<SetMatch> Included(ValueSetContent set)
    {
        var (found, clean) = (new List<SetMatch>(), new List<SetMatch>());
        var before = (Issues.Count, Unknown.Count);
        foreach (var part in set.Includes)
        {
            var issues = Issues.Count;
            if (Part(part) is not { } match) continue;
            (Issues.Count == issues ? clean : found).Add(match);
        }

        if (clean.Count == 0) return found;
        Issues.RemoveRange(before.Item1, Issues.Count - before.Item1);
        Unknown.RemoveRange(before.Item2, Unknown.Count - before.Item2);
        return clean;
    }

    private SetMatch? Part(ValueSetPart part, bool isExclude = false)
    {
        if (++parts > MaxParts) Stop ??= TerminologyIssue.TooCostly(part.Set.Url, MaxParts);
        if (part.Fault is { } fault) Stop ??= TerminologyIssue.Bad(fault);
        if (Stop is not null) return null;
        SetMatch? match = null;
        if (part.System is { } system)
        {
            if (system != coding.System) return null;
            match = OfSystem(part, system, isExclude);
            if (match is null && Stop is null) return null;
        }

        foreach (var canonical in part.ValueSets)
        {
            var import = terms.FindValueSet(canonical, out var named);
            if (!import.Exists)
            {
                Add(TerminologyIssue.UnknownValueSet(named));
                IsOpen = true;
                return null;
            }

            Imported.Add(import);
            if (Find(ValueSetContent.Of(import)) is not { } other) return null;
            match ??= other;
        }

        return match;
    }

    private SetMatch? OfSystem(ValueSetPart part, string uri, bool isExclude)
    {
        foreach (var f in part.Element.Children("filter"))
        {
            if (ValueSetExpansion.FilterIssue(f, uri) is { } broken)
            {
                Stop ??= broken;
                return null;
            }
        }

        var asked = terms.VersionOf(uri, part.Version);
        var system = Resolve(uri, part.Version, asked, isExclude);
        if (system is null)
        {
            MissingSystem(uri, asked);
            return null;
        }

        if (system.Content is "not-present" or "example" && !system.IsByGrammar && !part.HasList)
        {
            MissingSystem(uri, null);
            return null;
        }

        return Choose(part, system);
    }

    private SetMatch? Choose(ValueSetPart part, CodeSystemContent system)
    {
        var concept = system.Find(coding.Code);
        if (part.HasList)
        {
            var listed = part.FindListed(coding.Code, system);
            return listed.Exists && system.Has(coding.Code) != false ? new SetMatch(system, concept, listed, part.Set) : null;
        }

        if (concept is null)
        {
            // What a fragment lacks may be elsewhere: it is not held against the code where no filter has to be decided.
            if (system.Content == "fragment" && part.Filters.Count == 0) return new SetMatch(system, null, default, part.Set);
            return null;
        }

        foreach (var filter in part.Filters)
        {
            if (filter.Matches(system, concept) is not { } answer)
            {
                if (system.IsComplete) Stop ??= ValueSetExpansion.NotUnderstood(filter, system.Url);
                return null;
            }

            if (!answer) return null;
        }

        return new SetMatch(system, concept, default, part.Set);
    }

    /// <summary>The version of the system to look in, when the coding has one of its own, too.</summary>
    private CodeSystemContent? Resolve(string uri, string? included, string? asked, bool isExclude)
    {
        var own = coding.Version;
        if (own is null || isExclude) return Checked(terms.FindSystem(uri, asked));
        var known = terms.FindSystem(uri, own);
        if (asked is null)
        {
            if (known is not null) return known;
            var latest = terms.FindSystem(uri, null);
            if (latest is not null) Add(Mismatch("warning", "VALUESET_VALUE_MISMATCH_DEFAULT", $"The code system '{uri}' version '{latest.Version}' for the versionless include in the ValueSet include is different to the one in the value ('{own}')", false));
            UnknownVersion(uri, own);
            return latest;
        }

        if (CanonicalVersion.Fits(asked, own))
        {
            if (known is null) UnknownVersion(uri, own);
            return known is null ? terms.FindSystem(uri, asked) : Checked(known);
        }

        var there = Checked(terms.FindSystem(uri, asked));
        if (known is null) UnknownVersion(uri, own);
        Add(asked == included
            ? Mismatch("error", "VALUESET_VALUE_MISMATCH", $"The code system '{uri}' version '{asked}' in the ValueSet include is different to the one in the value ('{own}')")
            : Mismatch("error", "VALUESET_VALUE_MISMATCH_CHANGED", $"The code system '{uri}' version '{asked}' resulting from the version '{included}' in the ValueSet include is different to the one in the value ('{own}')"));
        return there;
    }

    private CodeSystemContent? Checked(CodeSystemContent? system)
    {
        if (system is not null && terms.Demanded(system.Url) is { } demanded && !CanonicalVersion.Fits(demanded, system.Version)) Add(TerminologyIssue.VersionNotAllowed(system.Url, system.Version, demanded, coding.At("version")));
        return system;
    }

    private TerminologyIssue Mismatch(string severity, string id, string text, bool inMessage = true) => new(severity, "invalid", "vs-invalid", text, coding.At("version"), id, inMessage);

    private void MissingSystem(string uri, string? asked)
    {
        IsOpen = true;
        if (asked is not null && terms.VersionsOf(uri).Count > 0)
        {
            UnknownVersion(uri, asked);
            return;
        }

        Add(TerminologyIssue.UnknownSystem(uri, coding.At("system")));
        if (!Unknown.Contains(uri)) Unknown.Add(uri);
    }

    private void UnknownVersion(string uri, string version)
    {
        Add(TerminologyIssue.UnknownVersion(uri, version, terms.VersionsOf(uri), coding.At("system")));
        if (!Unknown.Contains($"{uri}|{version}")) Unknown.Add($"{uri}|{version}");
    }

    private void Add(TerminologyIssue issue)
    {
        if (!Issues.Contains(issue)) Issues.Add(issue);
    }

    private bool IsOfVersion(string? stored) => stored is null || coding.Version is null || CanonicalVersion.Fits(coding.Version, stored);

    private SetMatch? Stored(FhirElement around, ValueSetContent set)
    {
        foreach (var item in around.Children("contains"))
        {
            if (item.Text("system") == coding.System && item.Text("code") is { } code && IsOfVersion(item.Text("version"))
                && terms.FindSystem(coding.System!, item.Text("version") ?? coding.Version) is var system && (system?.Comparer ?? StringComparer.Ordinal).Equals(code, coding.Code))
            {
                return new SetMatch(system, system?.Find(coding.Code), item, set);
            }

            if (Stored(item, set) is { } below) return below;
        }

        return null;
    }
}
