using System.Runtime.CompilerServices;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir;

/// <summary>
/// What the value sets and code systems of <see cref="Definitions"/> say of codes. Answers are true, false, or null when they cannot be given: the
/// value set or the system is not here or not complete, or a filter is not understood. Thread-safe; what was asked for is kept in small caches.
/// </summary>
/// <remarks>Spec: https://hl7.org/fhir/R4/terminologies.html, https://hl7.org/fhir/R4/valueset.html#compose.</remarks>
public sealed class Terminology
{
    private const string OfHl7 = "http://terminology.hl7.org/";

    private readonly Definitions definitions;
    private readonly BoundedCache<string, ValueSetContent> sets = new(256);
    private static readonly ConditionalWeakTable<ElementTree, Dictionary<int, CodeSystemContent>> Read = [];
    private readonly BoundedCache<(string System, string? Version), CodeSystemContent?> systems = new(64);
    private readonly Lazy<Dictionary<string, string>> systemOfAllCodes;
    private readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<string>>> usable;
    private readonly Lazy<List<Supplement>> supplements;

    internal Terminology(Definitions definitions)
    {
        this.definitions = definitions;
        usable = new(UsableSystems);
        systemOfAllCodes = new(() => definitions.OwnEntries("CodeSystem").Where(e => e.Subject is not null).GroupBy(e => e.Subject!).ToDictionary(g => g.Key, g => g.Last().Url));
        supplements = new(() => [.. definitions.OwnEntries("CodeSystem").Where(e => Definitions.R4.FindEntry("CodeSystem", e.Canonical) is null).Select(e => definitions.FindResource("CodeSystem", e.Canonical)).Where(s => s.Text("content") == "supplement").Select(s => new Supplement(s))]);
    }

    /// <summary>The code systems whose codes are here, or follow a grammar, by URI in ordinal order with their versions; those that are only described are left out.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Systems => usable.Value;

    /// <summary>Is the code of that system in the value set?</summary>
    /// <param name="valueSet">Canonical, with a version or without.</param>
    /// <param name="coding">System and code.</param>
    /// <param name="version">Version of the system; null when the coding states none.</param>
    public bool? Contains(string valueSet, Coding coding, string? version = null) =>
        FindValueSet(valueSet) is { } set ? new MembershipQuestion(this).Contains(set, coding, version) : null;

    /// <summary>Is the code in the value set, of whatever system? For elements of type <c>code</c>, which state none.</summary>
    public bool? Contains(string valueSet, string code) =>
        FindValueSet(valueSet) is { } set ? new MembershipQuestion(this).Contains(set, code) : null;

    /// <summary>True when the value set is known to take codes from more than one system, so that a text alone names none of them.</summary>
    public bool HasSeveralSystems(string valueSet) => FindValueSet(valueSet) is { } set && new MembershipQuestion(this).HasSeveralSystems(set);

    /// <summary>
    /// Is what the element says in the value set: a primitive by its text, a Coding or Quantity by system and code, a CodeableConcept by any of its
    /// codings? False for an element of these types without code; null for other elements.
    /// </summary>
    public bool? Contains(string valueSet, FhirElement coded) => FindValueSet(valueSet) is { } set ? Contains(set, coded) : null;

    internal bool? Contains(ValueSetContent set, FhirElement coded)
    {
        if (!coded.Exists) return null;
        var question = new MembershipQuestion(this);
        if (coded.HasValue) return question.Contains(set, coded.Value);
        IEnumerable<FhirElement>? codings = coded.Type switch
        {
            "Coding" => [coded],
            "CodeableConcept" => coded.Children("coding"),
            { } type when definitions.IsOrSpecialises(type, "Quantity") => [coded],
            { } type when definitions.IsPrimitive(type) => [],
            _ => null,
        };
        if (codings is null) return null;
        bool? answer = false;
        foreach (var coding in codings)
        {
            if (coding.Text("code") is not { } code) continue;
            var one = question.Contains(set, new Coding(coding.Text("system"), code), coding.Text("version"));
            if (one == true) return true;
            if (one is null) answer = null;
        }

        return answer;
    }

    /// <summary>
    /// Is the first code the same as the second or above it? False for codes of different systems and for codes that a complete system does not
    /// have; null when the system is not here, or when its hierarchy means something else.
    /// </summary>
    public bool? Subsumes(Coding upper, Coding lower)
    {
        if (upper == lower) return true;
        if (upper.System is null || lower.System is null) return null;
        if (upper.System != lower.System) return false;
        if (FindCodeSystem(upper.System, null) is not { } system) return null;
        if (system.Find(upper.Code) is { } a && system.Find(lower.Code) is { } b)
        {
            if (a == b) return true;
            if (!system.IsSubsumption) return null;
            if (CodeSystemContent.Subsumes(a, b)) return true;
        }

        return system.IsComplete ? false : null;
    }

    /// <summary>Does the system have the code? Null when the system, or the version that is named, is not here or not whole.</summary>
    public bool? HasCode(Coding coding, string? version = null) =>
        coding.System is null || FindCodeSystem(coding.System, version) is not { } system ? null : system.Has(coding.Code);

    /// <summary>The concept of a code; null when the system or the code is not here.</summary>
    public Concept? Find(Coding coding, string? version = null) => coding.System is { } system ? FindCodeSystem(system, version)?.Find(coding.Code) : null;

    /// <summary>The display of a code; null when it is not known.</summary>
    public string? Display(Coding coding) => Find(coding)?.Display;

    /// <summary>What the supplements that are here say of a code: displays and designations in other languages. R4 itself has none.</summary>
    internal IEnumerable<FhirElement> Supplemented(CodeSystemContent system, string code)
    {
        for (var at = definitions; at is not null; at = at.Start)
        {
            foreach (var supplement in at.Terminology.supplements.Value)
            {
                if (supplement.Find(system, code) is { Exists: true } more) yield return more;
            }
        }
    }

    /// <summary>A code system; null when it is not here, not even in part.</summary>
    /// <param name="system">URI of the system.</param>
    /// <param name="version">Its version; null for the one that was added last.</param>
    public CodeSystemContent? FindCodeSystem(string system, string? version = null)
    {
        if (systems.TryGet((system, version), out var known)) return known;
        var canonical = version is null ? system : $"{system}|{version}";
        if (definitions.Start is { } start && !definitions.IsLayered("CodeSystem", canonical))
        {
            known = start.Terminology.FindCodeSystem(system, version);
        }
        else
        {
            var source = definitions.FindResource("CodeSystem", canonical);
            known = source.Exists && source.Text("url") == system ? Content(source) : Standard(system, version);
        }

        systems.Set((system, version), known);
        return known;
    }

    // A grammar does not tell its versions apart: whichever is named, it is that one. Of a list only the version here is known.
    private CodeSystemContent? Standard(string system, string? version) =>
        StandardSystems.Find(system) is { } found && (version is null || (found.IsByGrammar && !definitions.FindResource("CodeSystem", system).Exists)) ? found : null;

    // What a layer holds is read once, however often another layer is laid over the same resources.
    internal static CodeSystemContent Content(FhirElement source)
    {
        var read = Read.GetOrCreateValue(source.Tree!);
        lock (read)
        {
            if (!read.TryGetValue(source.NodeNumber, out var content)) read.Add(source.NodeNumber, content = new CodeSystemContent(source));
            return content;
        }
    }

    /// <summary>The system that names this canonical as the value set of all its codes; null when none does.</summary>
    internal string? SystemOfAllCodes(string valueSet) => systemOfAllCodes.Value.GetValueOrDefault(valueSet) ?? definitions.Start?.Terminology.SystemOfAllCodes(valueSet);

    internal ValueSetContent? FindValueSet(string canonical)
    {
        if (sets.TryGet(canonical, out var known)) return known;
        var source = definitions.FindResource("ValueSet", canonical);

        // R4 states its own version for value sets of HL7's terminology, which have versions of their own.
        if (!source.Exists && canonical.StartsWith(OfHl7, StringComparison.Ordinal) && canonical.EndsWith("|4.0.1", StringComparison.Ordinal))
        {
            source = definitions.FindResource("ValueSet", canonical[..^"|4.0.1".Length]);
        }

        if (source.Exists) known = ValueSetContent.Of(source);
        else if (SystemOfAllCodes(canonical) is { } system) known = new ValueSetContent(canonical, system);
        else return null;
        sets.Set(canonical, known);
        return known;
    }

    private SortedDictionary<string, IReadOnlyList<string>> UsableSystems()
    {
        var all = new SortedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var system in definitions.Start is null ? StandardSystems.Usable : []) all[system] = [];
        foreach (var (system, versions) in definitions.Start?.Terminology.Systems ?? new Dictionary<string, IReadOnlyList<string>>()) all[system] = versions;
        foreach (var entry in definitions.OwnEntries("CodeSystem"))
        {
            if (!CodeSystemContent.HasCodes(definitions.FindResource("CodeSystem", entry.Canonical))) continue;
            var versions = all.GetValueOrDefault(entry.Url) ?? [];
            all[entry.Url] = entry.Version is { } version && !versions.Contains(version) ? [.. versions, version] : versions;
        }

        return all;
    }
}
