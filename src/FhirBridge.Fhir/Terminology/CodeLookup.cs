using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>$lookup, $subsumes and $translate. Spec: https://hl7.org/fhir/R4/codesystem-operations.html, https://hl7.org/fhir/R4/conceptmap-operation-translate.html.</summary>
internal sealed class CodeLookup(TerminologyTerms terms)
{
    /// <param name="given">The system of the address; one that does not exist when the parameters name it.</param>
    internal TerminologyAnswer Lookup(FhirElement given)
    {
        var coding = terms.Parameter("coding")["value"];
        var uri = coding.Text("system") ?? terms.Text("system") ?? given.Text("url");
        if (uri is null || (coding.Text("code") ?? terms.Text("code")) is not { } code) return TerminologyAnswer.Fail(TerminologyIssue.Bad("$lookup takes a coding, or a code with its system", null, null, "required", null));
        if (terms.Adopt(default) is { } missing) return TerminologyAnswer.Fail(missing);
        var version = coding.Text("version") ?? terms.Text("version");
        if (terms.SystemOf(given, uri, terms.VersionOf(uri, version)) is not { } system) return TerminologyAnswer.Fail(new ValueSetExpansion(terms).UnknownSystem(uri, version, "so the code cannot be looked up"));
        if (system.Find(code) is not { } concept) return TerminologyAnswer.Fail(new TerminologyIssue("error", "not-found", "invalid-code", $"Unknown code '{code}' in the CodeSystem '{uri}'{(system.Version is null ? "" : $" version '{system.Version}'")}", null, "Unknown_Code_in_Version"));
        return TerminologyAnswer.Write(w => TerminologyAnswer.WriteParameters(w, () => Write(w, system, concept)));
    }

    /// <param name="given">The system of the address; one that does not exist when the parameters name it.</param>
    internal TerminologyAnswer Subsumes(FhirElement given)
    {
        var (a, b) = (terms.Parameter("codingA")["value"], terms.Parameter("codingB")["value"]);
        var uri = a.Text("system") ?? terms.Text("system") ?? given.Text("url") ?? b.Text("system");
        var (left, right) = (a.Text("code") ?? terms.Text("codeA"), b.Text("code") ?? terms.Text("codeB"));
        if (uri is null || left is null || right is null) return TerminologyAnswer.Fail(TerminologyIssue.Bad("$subsumes takes codingA and codingB, or codeA and codeB with their system", null, null, "required", null));
        if ((b.Text("system") ?? uri) != uri) return TerminologyAnswer.Fail(TerminologyIssue.Bad("the two codings are of different systems", null, null, "business-rule", null));
        if (given.Exists && given.Text("url") != uri) return TerminologyAnswer.Fail(TerminologyIssue.Bad($"the codings are of {uri}, which is not the system of the address", null, null, "business-rule", null));
        string?[] versions = [.. new[] { terms.Text("version"), a.Text("version"), b.Text("version") }.Where(v => v is not null).Distinct()];
        if (versions.Length > 1) return TerminologyAnswer.Fail(TerminologyIssue.Bad("the two codings are of different versions of the system", null, null, "business-rule", null));
        var version = versions.FirstOrDefault();
        if (terms.SystemOf(given, uri, terms.VersionOf(uri, version)) is not { } system) return TerminologyAnswer.Fail(new ValueSetExpansion(terms).UnknownSystem(uri, version, "so the codes cannot be compared"));
        foreach (var code in new[] { left, right })
        {
            if (system.Find(code) is null) return TerminologyAnswer.Fail(new TerminologyIssue("error", "not-found", "invalid-code", $"Unknown code '{code}' in the CodeSystem '{uri}'{(system.Version is null ? "" : $" version '{system.Version}'")}", null, "Unknown_Code_in_Version"));
        }

        var (x, y) = (system.Find(left)!, system.Find(right)!);
        if (x != y && !system.IsSubsumption) return TerminologyAnswer.Fail(TerminologyIssue.Bad($"the hierarchy of {uri} does not say what is a kind of what", null, null, "not-supported", null));
        var outcome = x == y ? "equivalent" : CodeSystemContent.Subsumes(x, y) ? "subsumes" : CodeSystemContent.Subsumes(y, x) ? "subsumed-by" : "not-subsumed";

        // In a part of a system the way from one to the other may be what is missing.
        if (outcome == "not-subsumed" && !system.IsComplete) return TerminologyAnswer.Fail(TerminologyIssue.Bad($"of {uri} only a part is here, which does not say whether one of the codes is a kind of the other", null, null, "not-supported", null));
        return TerminologyAnswer.Write(w => TerminologyAnswer.WriteParameters(w, () => TerminologyAnswer.WriteParameter(w, "outcome", "Code", outcome)));
    }

    private void Write(Utf8JsonWriter w, CodeSystemContent system, Concept concept)
    {
        var names = new ConceptTerms(system, concept, default, null, terms.Supplements);
        TerminologyAnswer.WriteParameter(w, "name", "String", system.Source.Text("name") ?? system.Url);
        TerminologyAnswer.WriteParameter(w, "code", "Code", concept.Code);
        TerminologyAnswer.WriteParameter(w, "system", "Uri", system.Url);
        TerminologyAnswer.WriteParameter(w, "version", "String", system.Version);
        TerminologyAnswer.WriteParameter(w, "display", "String", names.Preferred(terms.Languages)?.Text ?? concept.Code);
        TerminologyAnswer.WriteParameter(w, "definition", "String", concept.Element.Text("definition"));
        TerminologyAnswer.WriteParameter(w, "abstract", "Boolean", concept.IsAbstract ? "true" : "false");
        foreach (var supplement in terms.Supplements) TerminologyAnswer.WriteParameter(w, "used-supplement", "Canonical", ConceptTerms.Canonical(supplement.Source));
        var asked = terms.All("property").Select(p => p["value"].Value).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var languages = asked.Where(a => a.StartsWith("lang.", StringComparison.Ordinal)).Select(a => a["lang.".Length..]).ToList();
        foreach (var term in names.All)
        {
            if (languages.Count == 0 || IsAsked(asked, "designation") || languages.Exists(l => LanguageRange.Fits(term.Language, l))) WriteDesignation(w, term);
        }

        if (asked.Count == 0 || asked.Contains("inactive") || asked.Contains("*")) WriteProperty(w, "inactive", "Boolean", concept.IsInactive ? "true" : "false", default);
        foreach (var parent in concept.Parents) if (IsAsked(asked, "parent")) WriteProperty(w, "parent", "Code", parent.Code, default, parent.Display);
        foreach (var child in concept.Children) if (IsAsked(asked, "child")) WriteProperty(w, "child", "Code", child.Code, default, child.Display);
        var supplemented = terms.Supplements.Select(s => s.Find(system, concept.Code)).Where(e => e.Exists);
        foreach (var p in supplemented.Prepend(concept.Element).SelectMany(e => e.Children("property")))
        {
            if (p.Text("code") is { } name && IsAsked(asked, name) && name is not ("parent" or "child" or "inactive")) WriteProperty(w, name, "", null, p["value"]);
        }
    }

    private static bool IsAsked(HashSet<string> asked, string name) => asked.Contains("*") || asked.Contains(name);

    private static void WriteDesignation(Utf8JsonWriter w, ConceptTerm term)
    {
        if (term.IsDisplay && term.Language is null) return;
        w.WriteStartObject();
        w.WriteString("name", "designation");
        w.WriteStartArray("part");
        TerminologyAnswer.WriteParameter(w, "language", "Code", term.Language);
        if (term.Element["use"] is { Exists: true } use)
        {
            w.WriteStartObject();
            w.WriteString("name", "use");
            w.WritePropertyName("valueCoding");
            FhirJson.Write(w, use);
            w.WriteEndObject();
        }

        TerminologyAnswer.WriteParameter(w, "source", "Canonical", term.Source);
        TerminologyAnswer.WriteParameter(w, "value", "String", term.Text);
        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static void WriteProperty(Utf8JsonWriter w, string code, string type, string? value, FhirElement element, string? description = null)
    {
        w.WriteStartObject();
        w.WriteString("name", "property");
        w.WriteStartArray("part");
        TerminologyAnswer.WriteParameter(w, "code", "Code", code);
        if (element.Exists)
        {
            w.WriteStartObject();
            w.WriteString("name", "value");
            w.WritePropertyName(element.SourceName);
            FhirJson.Write(w, element);
            w.WriteEndObject();
        }

        TerminologyAnswer.WriteParameter(w, "value", type, value);
        TerminologyAnswer.WriteParameter(w, "description", "String", description);
        w.WriteEndArray();
        w.WriteEndObject();
    }
}
