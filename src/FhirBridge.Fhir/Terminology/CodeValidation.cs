using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>$validate-code, of value sets and of code systems. Spec: https://hl7.org/fhir/R4/valueset-operation-validate-code.html, codesystem-operation-validate-code.html.</summary>
internal sealed class CodeValidation(TerminologyTerms terms)
{
    private const int MaxSets = 50;

    private const string NoCode = "Unable to find code to validate (looked for coding | codeableConcept | code+system | code+inferSystem in parameters";

    internal TerminologyAnswer InValueSet(FhirElement set)
    {
        if (terms.Adopt(set) is { } missing) return TerminologyAnswer.Fail(missing);
        if (Circle(set, [], 0) is { } circle) return TerminologyAnswer.Fail(TerminologyIssue.Circular(circle));
        if (Codings(null) is not { } codings) return TerminologyAnswer.Fail(TerminologyIssue.Bad(NoCode, null, null, "invalid", null));
        TerminologyIssue? cannotInfer = null;
        if (codings is [{ System: null, Path: "" } bare])
        {
            if (terms.Flag("inferSystem") != true) return TerminologyAnswer.Fail(TerminologyIssue.Bad(NoCode, null, null, "invalid", null));
            codings = [Inferred(set, bare, out cannotInfer)];
        }

        var several = terms.Parameter("codeableConcept").Exists;
        var checks = new List<CodingCheck>();
        foreach (var coding in codings)
        {
            var check = new CodingCheck(terms, coding);
            if (cannotInfer is not null) check.Issues.Add(cannotInfer);
            check.InValueSet(set, several);
            if (check.Stop is { } stop) return TerminologyAnswer.Fail(stop);
            if (cannotInfer is not null) check.Issues.RemoveAll(i => i.MessageId == "Coding_has_no_system__cannot_validate");
            checks.Add(check);
        }

        var issues = checks.SelectMany(c => c.Issues).Distinct().ToList();
        if (several && !checks.Exists(c => c.IsFound) && issues.TrueForAll(i => i.Code != "not-found"))
        {
            issues.Add(new("error", "code-invalid", "not-in-vs", $"No valid coding was found for the value set '{(set.Text("url") is null ? "" : ConceptTerms.Canonical(set))}'", null, "TX_GENERAL_CC_ERROR_MESSAGE"));
        }

        return Answer(checks, issues, several);
    }

    /// <param name="given">The system of the address; one that does not exist when the parameters name it.</param>
    internal TerminologyAnswer InSystem(FhirElement given)
    {
        if (!given.Exists) given = terms.Parameter("codeSystem")["resource"];
        string? ofUrl = null;
        var url = given.Exists ? given.Text("url") : terms.Text("url") is { } canonical ? TerminologyTerms.Versioned(canonical, out ofUrl) : null;
        if (terms.Adopt(default) is { } missing) return TerminologyAnswer.Fail(missing);
        if (Codings(url) is not { } codings) return TerminologyAnswer.Fail(TerminologyIssue.Bad(NoCode, null, null, "invalid", null));
        var several = terms.Parameter("codeableConcept").Exists;
        var checks = new List<CodingCheck>();
        foreach (var coding in codings)
        {
            var check = new CodingCheck(terms, coding);
            checks.Add(check);
            var uri = coding.System ?? url;
            if (uri is null) return TerminologyAnswer.Fail(TerminologyIssue.Bad(NoCode, null, null, "invalid", null));
            if (url is not null && uri != url) check.InOtherSystem(url, several);
            else if (terms.SystemOf(given, uri, coding.Version ?? terms.Text("version") ?? terms.VersionOf(uri, ofUrl)) is { } system) check.InSystem(system);
            else Unknown(check, uri);
        }

        var issues = checks.SelectMany(c => c.Issues).Distinct().ToList();
        if (several && !checks.Exists(c => c.IsFound) && !issues.Exists(i => i.IsError)) issues.Add(new("error", "code-invalid", "invalid-code", $"No valid coding was found{(url is null ? "" : $" for the code system '{url}'")}", null, null));
        return Answer(checks, issues, several);
    }

    /// <summary>The value set that imports itself by way of others; null when none does. What is asked about may not come by the circle, but the set is broken all the same.</summary>
    private string? Circle(FhirElement set, HashSet<string> done, int depth, List<string>? open = null)
    {
        open ??= [];
        if (set.Text("url") is null) return null;
        var name = ConceptTerms.Canonical(set);
        if (open.Contains(name)) return name;
        if (!done.Add(name) || depth > 50) return null;
        open.Add(name);
        foreach (var import in set["compose"].Children("include").Concat(set["compose"].Children("exclude")).SelectMany(p => p.Children("valueSet")))
        {
            if (import.Value is { } canonical && Circle(terms.FindValueSet(canonical), done, depth + 1, open) is { } circle) return circle;
        }

        open.RemoveAt(open.Count - 1);
        return null;
    }

    private void Unknown(CodingCheck check, string uri)
    {
        var version = check.Coding.Version ?? terms.Text("version");
        var versions = terms.VersionsOf(uri);
        var other = version is not null && versions.Count > 0;
        check.Issues.Add(other ? TerminologyIssue.UnknownVersion(uri, version, versions, check.Coding.At("system")) : TerminologyIssue.UnknownSystem(uri, check.Coding.At("system")));
        check.Unknown.Add(("x-caused-by-unknown-system", other ? $"{uri}|{version}" : uri));
    }

    private List<AskedCoding>? Codings(string? system)
    {
        if (terms.Parameter("codeableConcept")["value"] is { Exists: true } concept)
        {
            return concept.HasValue ? null : [.. concept.Children("coding").Select((c, i) => (Element: c, Path: $"CodeableConcept.coding[{i}]")).Where(c => c.Element.Text("code") is not null).Select(c => Coding(c.Element, c.Path))];
        }

        if (terms.Parameter("coding")["value"] is { Exists: true } coding && coding.Text("code") is not null) return [Coding(coding, "Coding")];
        return terms.Text("code") is { } code ? [new AskedCoding(terms.Text("system") ?? system, terms.Text("systemVersion") ?? (system is null ? null : terms.Text("version")), code, terms.Text("display"), "")] : null;
    }

    private static AskedCoding Coding(FhirElement c, string path) => new(c.Text("system"), c.Text("version"), c.Text("code")!, c.Text("display"), path);

    /// <summary>The one system of which the set has the code.</summary>
    private AskedCoding Inferred(FhirElement set, AskedCoding bare, out TerminologyIssue? issue)
    {
        var expansion = new ValueSetExpansion(terms);
        var systems = expansion.Expand(set).Where(c => (c.Content?.Comparer ?? StringComparer.Ordinal).Equals(c.Code, bare.Code)).Select(c => c.System).Distinct().ToList();

        // What cannot be listed, be it for one unknown system or a grammar, may have the code all the same.
        if (expansion.Issue is not null) systems = [.. Systems(ValueSetContent.Of(set), [], []).Where(s => new ValueSetMatch(terms, bare with { System = s }).Find(ValueSetContent.Of(set)) is not null)];
        issue = systems.Count == 1 ? null
            : new("error", "not-found", "cannot-infer", systems.Count == 0
                ? $"The System URI could not be determined for the code '{bare.Code}' in the ValueSet '{(set.Text("url") is null ? "" : ConceptTerms.Canonical(set))}': value set expansion has no match ({string.Join(", ", expansion.UsedSystems.Select(s => s.Url))})"
                : $"The System URI could not be determined for the code '{bare.Code}' in the ValueSet '{(set.Text("url") is null ? "" : ConceptTerms.Canonical(set))}': multiple matches: {string.Join(", ", systems)}", "code", "UNABLE_TO_INFER_CODESYSTEM");
        return systems.Count == 1 ? bare with { System = systems[0] } : bare;
    }

    /// <summary>The systems that the set takes codes from, as far as imports are followed.</summary>
    private HashSet<string> Systems(ValueSetContent set, HashSet<string> systems, HashSet<ValueSetContent> seen)
    {
        if (seen.Count >= MaxSets || !seen.Add(set)) return systems;
        if (!set.HasCompose) systems.UnionWith(set.Expansion?.Codings.Select(c => c.System).OfType<string>() ?? []);
        foreach (var part in set.Includes)
        {
            if (part.System is { } system) systems.Add(system);
            foreach (var canonical in part.System is null ? part.ValueSets : [])
            {
                if (terms.FindValueSet(canonical) is { Exists: true } import) Systems(ValueSetContent.Of(import), systems, seen);
            }
        }

        return systems;
    }

    private TerminologyAnswer Answer(List<CodingCheck> checks, List<TerminologyIssue> issues, bool several)
    {
        issues = [.. issues.OrderBy(i => i.Severity, StringComparer.Ordinal).ThenBy(i => i.Type, StringComparer.Ordinal).ThenBy(i => i.Text, StringComparer.Ordinal)];
        var result = !issues.Exists(i => i.IsError) && checks.Exists(c => c.IsFound);
        var shown = checks.Find(c => c.IsFound) ?? (several ? null : checks.FirstOrDefault());
        var message = string.Join("; ", issues.Where(i => i.InMessage).Select(i => i.Text).Distinct().Order(StringComparer.Ordinal));
        return TerminologyAnswer.Write(w => TerminologyAnswer.WriteParameters(w, () =>
        {
            TerminologyAnswer.WriteParameter(w, "result", "Boolean", result ? "true" : "false");
            TerminologyAnswer.WriteParameter(w, "code", "Code", shown?.Coding.Code);
            if (several) WriteConcept(w);
            TerminologyAnswer.WriteParameter(w, "display", "String", shown?.Display);
            if (shown?.Concept?.IsInactive == true) TerminologyAnswer.WriteParameter(w, "inactive", "Boolean", "true");
            if (issues.Count > 0) WriteIssues(w, issues);
            if (message.Length > 0) TerminologyAnswer.WriteParameter(w, "message", "String", message);
            if (shown?.Concept is { } concept && shown.Coding.Code != concept.Code) TerminologyAnswer.WriteParameter(w, "normalized-code", "Code", concept.Code);
            if (shown?.Concept?.Status is { } status and not "active" and not "inactive") TerminologyAnswer.WriteParameter(w, "status", "Code", status);
            TerminologyAnswer.WriteParameter(w, "system", "Uri", shown?.Coding.System ?? (shown?.IsFound == true ? shown.System?.Url : null));
            TerminologyAnswer.WriteParameter(w, "version", "String", shown?.System?.Version);
            foreach (var (name, system) in checks.SelectMany(c => c.Unknown).Distinct()) TerminologyAnswer.WriteParameter(w, name, "Canonical", system);
        })) with { IsOpen = !result && issues.Exists(i => i.IsOfUnknown) };
    }

    private void WriteConcept(Utf8JsonWriter w)
    {
        w.WriteStartObject();
        w.WriteString("name", "codeableConcept");
        w.WritePropertyName("valueCodeableConcept");
        FhirJson.Write(w, terms.Parameter("codeableConcept")["value"]);
        w.WriteEndObject();
    }

    private static void WriteIssues(Utf8JsonWriter w, List<TerminologyIssue> issues)
    {
        w.WriteStartObject();
        w.WriteString("name", "issues");
        w.WritePropertyName("resource");
        TerminologyAnswer.WriteOutcome(w, issues);
        w.WriteEndObject();
    }
}
