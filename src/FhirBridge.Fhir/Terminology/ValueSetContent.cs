using System.Globalization;
using System.Runtime.CompilerServices;

namespace FhirBridge.Fhir;

/// <summary>A value set, read once: what it includes and excludes, and its stored expansion. Spec: https://hl7.org/fhir/R4/valueset.html#compose.</summary>
internal sealed class ValueSetContent
{
    // A value set stays what it is as long as its tree is there, whatever definitions it is part of.
    private static readonly ConditionalWeakTable<ElementTree, Dictionary<int, ValueSetContent>> Read = [];

    private readonly Lazy<StoredExpansion?> expansion;

    internal ValueSetContent(FhirElement source)
    {
        Source = source;
        Url = source.Text("url") ?? "";
        Canonical = source.Text("url") is null ? "" : ConceptTerms.Canonical(source);
        var compose = source["compose"];
        HasCompose = compose.Exists;
        ActiveOnly = compose.Text("inactive") == "false";
        Includes = [.. compose.Children("include").Select(i => new ValueSetPart(i, this))];
        Excludes = [.. compose.Children("exclude").Select(i => new ValueSetPart(i, this))];
        VersionsMatch = TerminologyTerms.OfValueSet(source, "versionsMatch");
        expansion = new(() => source["expansion"] is { Exists: true } stored ? new StoredExpansion(stored) : null);
    }

    /// <summary>All codes of a system, where only the system says what the value set's canonical is.</summary>
    internal ValueSetContent(string url, string system)
    {
        Url = Canonical = url;
        HasCompose = true;
        Includes = [new ValueSetPart(system, this)];
        Excludes = [];
        expansion = new((StoredExpansion?)null);
    }

    /// <summary>The ValueSet; one that does not exist where only a system names it.</summary>
    internal FhirElement Source { get; }

    internal string Url { get; }

    /// <summary>With its version; empty when it has no canonical.</summary>
    internal string Canonical { get; }

    internal bool HasCompose { get; }

    /// <summary>True when inactive concepts are left out.</summary>
    internal bool ActiveOnly { get; }

    internal IReadOnlyList<ValueSetPart> Includes { get; }

    internal IReadOnlyList<ValueSetPart> Excludes { get; }

    /// <summary>Whether codes of different versions of a system are the same: <c>true</c>, <c>false</c>, or null when the value set does not say (extension valueset-expansion-parameter).</summary>
    internal string? VersionsMatch { get; }

    internal StoredExpansion? Expansion => expansion.Value;

    /// <summary>The content of a ValueSet, read when it is asked for the first time.</summary>
    internal static ValueSetContent Of(FhirElement source)
    {
        var known = Read.GetOrCreateValue(source.Tree!);
        lock (known)
        {
            if (!known.TryGetValue(source.NodeNumber, out var content)) known.Add(source.NodeNumber, content = new ValueSetContent(source));
            return content;
        }
    }
}

/// <summary>One include or exclude: codes of a system that are also in all the value sets named.</summary>
internal sealed class ValueSetPart
{
    private readonly Dictionary<string, FhirElement> byCode = new(StringComparer.Ordinal);
    private volatile Dictionary<string, FhirElement>? byAnyCase;
    private volatile ConceptChoice? choice;

    internal ValueSetPart(string system, ValueSetContent set)
    {
        Set = set;
        System = system;
        Filters = [];
        ValueSets = [];
    }

    internal ValueSetPart(FhirElement part, ValueSetContent set)
    {
        Set = set;
        Element = part;
        System = part.Text("system");
        Version = part.Text("version");
        foreach (var listed in part.Children("concept"))
        {
            HasList = true;
            if (listed.Text("code") is { } code) byCode.TryAdd(code, listed);
        }

        Filters = [.. part.Children("filter").Select(f => new ConceptFilter(f))];
        ValueSets = [.. part.Children("valueSet").Select(v => v.Value).OfType<string>()];
        Fault = System is null && ValueSets.Count == 0 ? $"A part of the value set '{set.Canonical}' names neither a system nor a value set"
            : System is null && (HasList || Filters.Count > 0) ? $"A part of the value set '{set.Canonical}' has codes or filters without their system"
            : HasList && Filters.Count > 0 ? $"A part of the value set '{set.Canonical}' lists codes and has filters, too: only one of them can choose"
            : null;
    }

    /// <summary>The value set that it is a part of.</summary>
    internal ValueSetContent Set { get; }

    /// <summary>The part itself; an element that does not exist for all codes of a system that names the value set.</summary>
    internal FhirElement Element { get; }

    internal string? System { get; }

    /// <summary>Version of the system; null when any will do.</summary>
    internal string? Version { get; }

    /// <summary>True when codes are listed; otherwise the filters, or nothing, choose among all of the system.</summary>
    internal bool HasList { get; }

    /// <summary>The codes listed, in order.</summary>
    internal IReadOnlyDictionary<string, FhirElement> Listed => byCode;

    internal IReadOnlyList<ConceptFilter> Filters { get; }

    internal IReadOnlyList<string> ValueSets { get; }

    /// <summary>Why nobody can say what the part chooses (vsd-1 to vsd-3 of R4); null when one can.</summary>
    internal string? Fault { get; }

    /// <summary>Where a code is listed; an element that does not exist when it is not.</summary>
    internal FhirElement FindListed(string code, CodeSystemContent? system)
    {
        if (byCode.TryGetValue(code, out var listed) || system is not { IsCaseSensitive: false }) return listed;
        if (byAnyCase is not { } any)
        {
            any = new Dictionary<string, FhirElement>(StringComparer.OrdinalIgnoreCase);
            foreach (var (key, element) in byCode) any.TryAdd(key, element);
            byAnyCase = any;
        }

        return any.GetValueOrDefault(code);
    }

    /// <summary>What the filters choose of a system; worked out once, as long as it is the same system.</summary>
    internal ConceptChoice ChoiceOf(CodeSystemContent system)
    {
        if (choice is { } known && known.System == system) return known;
        return choice = new ConceptChoice(system, Filters);
    }
}

/// <summary>An expansion that came with the value set.</summary>
internal sealed class StoredExpansion
{
    internal StoredExpansion(FhirElement expansion)
    {
        var listed = 0;
        Add(expansion, ref listed);

        // A page of an expansion, or one that was cut, says nothing of the codes that are not in it.
        IsComplete = (expansion.Text("offset") ?? "0") == "0"
            && (expansion.Text("total") is not { } total || total == listed.ToString(CultureInfo.InvariantCulture))
            && !expansion.Children("extension").Any(x => x.Text("url") is "http://hl7.org/fhir/StructureDefinition/valueset-unclosed" or "http://hl7.org/fhir/StructureDefinition/valueset-toocostly");
    }

    internal HashSet<Coding> Codings { get; } = [];

    internal bool IsComplete { get; }

    private void Add(FhirElement around, ref int listed)
    {
        foreach (var item in around.Children("contains"))
        {
            listed++;

            // An abstract entry is there to find others by.
            if (item.Text("code") is { } code && item.Text("abstract") != "true") Codings.Add(new Coding(item.Text("system"), code));
            Add(item, ref listed);
        }
    }
}
