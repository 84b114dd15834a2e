namespace FhirBridge.Fhir;

/// <summary>$translate. Spec: https://hl7.org/fhir/R4/conceptmap-operation-translate.html.</summary>
internal sealed class ConceptTranslation(TerminologyTerms terms)
{
    private const int MaxMatches = 1_000;

    private readonly bool isOfR5 = terms.Every.Any(p => p.Text("name") is "sourceCode" or "sourceCoding" or "sourceCodeableConcept" or "targetCode" or "targetCoding" or "targetCodeableConcept");
    private readonly List<(string Equivalence, string? System, string? Version, string? Code, string? Display, string Map)> matches = [];

    /// <param name="map">The map to use; one that does not exist for all that are known.</param>
    internal TerminologyAnswer Translate(FhirElement map)
    {
        var reverse = terms.Flag("reverse") == true || terms.Text("targetCode") is not null || terms.Parameter("targetCoding").Exists;
        var asked = Asked(reverse);
        if (asked.Count == 0) return TerminologyAnswer.Fail(TerminologyIssue.Bad("$translate takes code and system, a coding, or a codeableConcept", null, null, "required", null));
        IEnumerable<FhirElement> maps = map.Exists ? [map] : terms.Definitions.Resources("ConceptMap").Select(e => terms.Definitions.FindResource("ConceptMap", e.Canonical));
        foreach (var one in maps)
        {
            if (one.Exists && IsBetween(one)) Collect(one, asked, reverse);
        }

        var isFound = matches.Exists(m => m.Equivalence is not ("unmatched" or "disjoint"));
        return TerminologyAnswer.Write(w => TerminologyAnswer.WriteParameters(w, () =>
        {
            TerminologyAnswer.WriteParameter(w, "result", "Boolean", isFound ? "true" : "false");
            if (!isFound) TerminologyAnswer.WriteParameter(w, "message", "String", "No mapping was found");
            foreach (var m in matches.Distinct()) Write(w, m);
        })) with { IsOpen = !isFound && !map.Exists };
    }

    private List<(string? System, string Code)> Asked(bool reverse)
    {
        foreach (var name in new[] { "codeableConcept", "sourceCodeableConcept", "targetCodeableConcept" })
        {
            if (terms.Parameter(name)["value"] is { Exists: true } concept) return [.. concept.Children("coding").Where(c => c.Text("code") is not null).Select(c => (c.Text("system"), c.Text("code")!))];
        }

        foreach (var name in new[] { "coding", "sourceCoding", "targetCoding" })
        {
            if (terms.Parameter(name)["value"] is { Exists: true } coding && coding.Text("code") is { } its) return [(coding.Text("system"), its)];
        }

        var code = terms.Text("code") ?? terms.Text("sourceCode") ?? terms.Text("targetCode");
        return code is null ? [] : [(terms.Text("system") ?? terms.Text("sourceSystem") ?? (reverse ? terms.Text("targetSystem") : null), code)];
    }

    private bool IsBetween(FhirElement map) => Fits(map.Text("source"), terms.Text("source") ?? terms.Text("sourceScope")) && Fits(map.Text("target"), terms.Text("target") ?? terms.Text("targetScope"));

    private static bool Fits(string? stated, string? asked) => asked is null || (stated is not null && (stated == asked || TerminologyTerms.Versioned(stated, out _) == asked));

    private void Collect(FhirElement map, List<(string? System, string Code)> asked, bool reverse)
    {
        var wanted = terms.Text("targetsystem") ?? terms.Text("targetSystem");
        foreach (var group in map.Children("group"))
        {
            var (from, to) = reverse ? (group.Text("target"), group.Text("source")) : (group.Text("source"), group.Text("target"));
            if (!reverse && wanted is not null && to is not null && to != wanted) continue;
            foreach (var (system, code) in asked)
            {
                if (system is not null && from is not null && from != system) continue;
                if (reverse) Backwards(map, group, to, code);
                else Forwards(map, group, to, code);
            }
        }
    }

    private void Forwards(FhirElement map, FhirElement group, string? to, string code)
    {
        var element = group.Children("element").FirstOrDefault(e => e.Text("code") == code);
        foreach (var target in element.Children("target")) Add(target.Text("equivalence") ?? target.Text("relationship") ?? "equivalent", to, group.Text("targetVersion"), target.Text("code"), target.Text("display"), map);
        if (element.Exists || group["unmapped"] is not { Exists: true } unmapped) return;
        switch (unmapped.Text("mode"))
        {
            case "provided":
                Add("equal", to, null, code, null, map);
                break;
            case "fixed":
                Add("equivalent", to, null, unmapped.Text("code"), unmapped.Text("display"), map);
                break;
        }
    }

    private void Backwards(FhirElement map, FhirElement group, string? to, string code)
    {
        foreach (var element in group.Children("element"))
        {
            foreach (var target in element.Children("target"))
            {
                if (target.Text("code") == code) Add(Reversed(target.Text("equivalence") ?? "equivalent"), to, group.Text("sourceVersion"), element.Text("code"), element.Text("display"), map);
            }
        }
    }

    private static string Reversed(string equivalence) => equivalence switch
    {
        "wider" => "narrower",
        "narrower" => "wider",
        "subsumes" => "specializes",
        "specializes" => "subsumes",
        _ => equivalence,
    };

    private void Add(string equivalence, string? system, string? version, string? code, string? display, FhirElement map)
    {
        if (matches.Count < MaxMatches) matches.Add((equivalence, system, version, code, display, map.Text("url") is null ? "" : ConceptTerms.Canonical(map)));
    }

    private void Write(System.Text.Json.Utf8JsonWriter w, (string Equivalence, string? System, string? Version, string? Code, string? Display, string Map) m)
    {
        w.WriteStartObject();
        w.WriteString("name", "match");
        w.WriteStartArray("part");
        TerminologyAnswer.WriteParameter(w, "equivalence", "Code", m.Equivalence);
        if (m.Code is not null)
        {
            w.WriteStartObject();
            w.WriteString("name", "concept");
            w.WriteStartObject("valueCoding");
            if (m.System is not null) w.WriteString("system", m.System);
            if (m.Version is not null) w.WriteString("version", m.Version);
            w.WriteString("code", m.Code);
            if (m.Display is not null) w.WriteString("display", m.Display);
            w.WriteEndObject();
            w.WriteEndObject();
        }

        // R4 calls it source; who asks with the names of R5 is answered with them.
        if (m.Map.Length > 0) TerminologyAnswer.WriteParameter(w, isOfR5 ? "originMap" : "source", isOfR5 ? "Canonical" : "Uri", m.Map);

        w.WriteEndArray();
        w.WriteEndObject();
    }
}
