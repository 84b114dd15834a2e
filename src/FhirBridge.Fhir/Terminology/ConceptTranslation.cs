using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>$translate. Spec: https://hl7.org/fhir/R4/conceptmap-operation-translate.html.</summary>
/// <remarks>Maps of R5 are understood, too: their relationships are told by R4's equivalences, seen from the source: what R5 calls a broader target is a wider one.</remarks>
internal sealed class ConceptTranslation(TerminologyTerms terms)
{
    private const int MaxMatches = 1_000;
    private const int MaxOtherMaps = 10;

    private readonly bool isOfR5 = terms.Every.Any(p => p.Text("name") is "sourceCode" or "sourceCoding" or "sourceCodeableConcept" or "targetCode" or "targetCoding" or "targetCodeableConcept");
    private readonly List<Match> matches = [];
    private readonly HashSet<(string Map, Asked Asked)> led = [];

    private sealed record Match(string Equivalence, string? System, string? Version, string? Code, string? Display, FhirElement Target, string Map);

    // A code that is a parameter of its own is nothing without the parameter of its system.
    private sealed record Asked(string? System, string? Version, string Code, bool IsBare = false);

    /// <param name="map">The map to use; one that does not exist for all that are known.</param>
    internal TerminologyAnswer Translate(FhirElement map)
    {
        var reverse = terms.Flag("reverse") == true || terms.Text("targetCode") is not null || terms.Parameter("targetCoding").Exists || terms.Parameter("targetCodeableConcept").Exists;
        var asked = AllAsked(reverse);
        if (asked.Count == 0) return TerminologyAnswer.Fail(TerminologyIssue.Bad("$translate takes code and system, a coding, or a codeableConcept", null, null, "required", null));
        if (asked is [{ IsBare: true, System: null }]) return TerminologyAnswer.Fail(TerminologyIssue.Bad("a code is translated with its system", null, null, "required", null));
        foreach (var one in map.Exists ? [map] : All())
        {
            if (one.Exists && IsBetween(one, reverse)) Collect(one, asked, reverse, 0);
        }

        var isFound = matches.Exists(m => m.Equivalence is not ("unmatched" or "disjoint"));
        return TerminologyAnswer.Write(w => TerminologyAnswer.WriteParameters(w, () =>
        {
            TerminologyAnswer.WriteParameter(w, "result", "Boolean", isFound ? "true" : "false");
            if (!isFound) TerminologyAnswer.WriteParameter(w, "message", "String", "No mapping was found");
            foreach (var m in matches.Distinct()) Write(w, m);
        })) with { IsOpen = !isFound && !map.Exists };
    }

    /// <summary>Maps of the request, each of which counts, and those that are known besides.</summary>
    private IEnumerable<FhirElement> All()
    {
        var own = terms.Maps.Select(ConceptTerms.Canonical).ToHashSet(StringComparer.Ordinal);
        return terms.Maps.Concat(terms.Definitions.Resources("ConceptMap").Where(e => !own.Contains(e.Canonical)).Select(e => terms.Definitions.FindResource("ConceptMap", e.Canonical)));
    }

    private List<Asked> AllAsked(bool reverse)
    {
        foreach (var name in new[] { "codeableConcept", "sourceCodeableConcept", "targetCodeableConcept" })
        {
            if (terms.Parameter(name)["value"] is { Exists: true } concept) return [.. concept.Children("coding").Where(c => c.Text("code") is not null).Select(OfCoding)];
        }

        foreach (var name in new[] { "coding", "sourceCoding", "targetCoding" })
        {
            if (terms.Parameter(name)["value"] is { Exists: true } coding && coding.Text("code") is not null) return [OfCoding(coding)];
        }

        var code = terms.Text("code") ?? terms.Text("sourceCode") ?? terms.Text("targetCode");
        return code is null ? [] : [new Asked(terms.Text("system") ?? terms.Text("sourceSystem") ?? (reverse ? terms.Text("targetSystem") : null), terms.Text("version"), code, IsBare: true)];

        static Asked OfCoding(FhirElement c) => new(c.Text("system"), c.Text("version"), c.Text("code")!);
    }

    // R4's reverse turns source and target around; R5 says by their names which side is asked from.
    private bool IsBetween(FhirElement map, bool reverse)
    {
        var (source, target) = (Scope(map, "source"), Scope(map, "target"));
        var (from, to) = reverse && !isOfR5 ? (target, source) : (source, target);
        return Fits(from, terms.Text("source")) && Fits(to, terms.Text("target")) && Fits(source, terms.Text("sourceScope")) && Fits(target, terms.Text("targetScope"));
    }

    // What R5 calls scope has no type in R4, so that its name is the whole one.
    private static string? Scope(FhirElement map, string side) => map.Text(side) ?? map.Text(side + "ScopeUri") ?? map.Text(side + "ScopeCanonical");

    // A canonical without a version is that of any.
    private static bool Fits(string? stated, string? asked) =>
        asked is null || (stated is not null && TerminologyTerms.Versioned(stated, out var its) == TerminologyTerms.Versioned(asked, out var wanted) && (its is null || wanted is null || its == wanted));

    private void Collect(FhirElement map, List<Asked> asked, bool reverse, int depth)
    {
        var wanted = terms.Text("targetsystem") ?? (reverse ? null : terms.Text("targetSystem"));
        foreach (var group in map.Children("group"))
        {
            var (from, version) = Side(group, reverse ? "target" : "source");
            var (to, toVersion) = Side(group, reverse ? "source" : "target");
            if (wanted is not null && to is not null && to != wanted) continue;
            foreach (var one in asked)
            {
                if ((one.System is not null && from is not null && from != one.System) || (one.Version is not null && version is not null && one.Version != version)) continue;
                if (reverse) Backwards(map, group, to, toVersion, one.Code);
                else Forwards(map, group, to, toVersion, one, depth);
            }
        }
    }

    // R5 writes the version behind a bar.
    private static (string? System, string? Version) Side(FhirElement group, string side)
    {
        if (group.Text(side) is not { } canonical) return (null, null);
        var system = TerminologyTerms.Versioned(canonical, out var version);
        return (system, group.Text(side + "Version") ?? version);
    }

    private void Forwards(FhirElement map, FhirElement group, string? to, string? version, Asked asked, int depth)
    {
        var isMapped = false;
        var comparer = Comparer(Side(group, "source"));
        foreach (var element in group.Children("element").Where(e => comparer.Equals(e.Text("code"), asked.Code)))
        {
            isMapped = true;
            if (element.Text("noMap") == "true") Add("unmatched", null, null, null, null, default, map);
            foreach (var target in element.Children("target").Where(Holds)) Add(Equivalence(target), to, version, target.Text("code"), target.Text("display"), target, map);
        }

        if (isMapped || group["unmapped"] is not { Exists: true } unmapped) return;
        switch (unmapped.Text("mode"))
        {
            case "provided" or "use-source-code":
                Add(unmapped["relationship"].Exists ? Equivalence(unmapped) : "equal", to, null, asked.Code, null, default, map);
                break;
            case "fixed":
                Add(Equivalence(unmapped), to, null, unmapped.Text("code"), unmapped.Text("display"), default, map);
                break;
            case "other-map" when depth < MaxOtherMaps && (unmapped.Text("url") ?? unmapped.Text("otherMap")) is { } other && led.Add((other, asked)) && terms.Definitions.FindResource("ConceptMap", other) is { Exists: true } next:
                Collect(next, [asked], reverse: false, depth + 1);
                break;
        }
    }

    private StringComparer Comparer((string? System, string? Version) side) => side.System is { } system && terms.FindSystem(system, side.Version) is { } known ? known.Comparer : StringComparer.Ordinal;

    private void Backwards(FhirElement map, FhirElement group, string? to, string? version, string code)
    {
        var comparer = Comparer(Side(group, "target"));
        foreach (var element in group.Children("element"))
        {
            foreach (var target in element.Children("target"))
            {
                if (comparer.Equals(target.Text("code"), code) && Holds(target)) Add(Reversed(Equivalence(target)), to, version, element.Text("code"), element.Text("display"), target, map);
            }
        }
    }

    /// <summary>A mapping that depends on other elements holds where the request states them so (<c>dependency</c>).</summary>
    private bool Holds(FhirElement target)
    {
        foreach (var needed in target.Children("dependsOn"))
        {
            var isGiven = terms.All("dependency").Any(d => Part(d, "element").Value == needed.Text("property")
                && Part(d, "concept").Children("coding").Any(c => c.Text("code") == needed.Text("value") && (needed.Text("system") is not { } system || c.Text("system") == system)));
            if (!isGiven) return false;
        }

        return true;
    }

    private static FhirElement Part(FhirElement parameter, string name) => parameter.Children("part").FirstOrDefault(p => p.Text("name") == name)["value"];

    private static string Equivalence(FhirElement target) => target.Text("equivalence") ?? target.Text("relationship") switch
    {
        "source-is-narrower-than-target" => "wider",
        "source-is-broader-than-target" => "narrower",
        "related-to" => "relatedto",
        "not-related-to" => "disjoint",
        _ => "equivalent",
    };

    private static string Reversed(string equivalence) => equivalence switch
    {
        "wider" => "narrower",
        "narrower" => "wider",
        "subsumes" => "specializes",
        "specializes" => "subsumes",
        _ => equivalence,
    };

    private void Add(string equivalence, string? system, string? version, string? code, string? display, FhirElement target, FhirElement map)
    {
        if (matches.Count < MaxMatches) matches.Add(new Match(equivalence, system, version, code, display, target, map.Text("url") is null ? "" : ConceptTerms.Canonical(map)));
    }

    private void Write(Utf8JsonWriter w, Match m)
    {
        w.WriteStartObject();
        w.WriteString("name", "match");
        w.WriteStartArray("part");
        TerminologyAnswer.WriteParameter(w, "equivalence", "Code", m.Equivalence);
        if (m.Code is not null) WriteCoding(w, m.System, m.Version, m.Code, m.Display);
        foreach (var product in m.Target.Children("product"))
        {
            if (product.Text("property") is not { } property || product.Text("value") is not { } value) continue;
            w.WriteStartObject();
            w.WriteString("name", "product");
            w.WriteStartArray("part");
            TerminologyAnswer.WriteParameter(w, "element", "Uri", property);
            WriteCoding(w, product.Text("system"), null, value, product.Text("display"));
            w.WriteEndArray();
            w.WriteEndObject();
        }

        // R4 calls it source; who asks with the names of R5 is answered with them.
        if (m.Map.Length > 0) TerminologyAnswer.WriteParameter(w, isOfR5 ? "originMap" : "source", isOfR5 ? "Canonical" : "Uri", m.Map);

        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static void WriteCoding(Utf8JsonWriter w, string? system, string? version, string code, string? display)
    {
        w.WriteStartObject();
        w.WriteString("name", "concept");
        w.WriteStartObject("valueCoding");
        if (system is not null) w.WriteString("system", system);
        if (version is not null) w.WriteString("version", version);
        w.WriteString("code", code);
        if (display is not null) w.WriteString("display", display);
        w.WriteEndObject();
        w.WriteEndObject();
    }
}
