namespace FhirBridge.Fhir;

/// <summary>The operations of R4 on value sets, code systems and concept maps: Parameters in, a resource out. Whatever the request says, nothing is thrown.</summary>
/// <param name="definitions">What is known; a request may bring more (<c>tx-resource</c>).</param>
/// <param name="time">The clock of the expansions.</param>
/// <param name="maxCodes">Codes in an expansion at most, when fewer than 100,000 are wanted; a longer one is too costly, unless a page of it is asked for.</param>
public sealed class TerminologyOperations(Definitions definitions, TimeProvider time, int? maxCodes = null)
{
    private const int MaxBatch = 500;

    // What the questions of a batch share is laid out for each of them.
    private const int MaxShared = 64_000_000;

    /// <summary>ValueSet/$expand.</summary>
    /// <param name="parameters">Parameters.</param>
    /// <param name="valueSet">The value set of the address; one that does not exist when the parameters name it.</param>
    /// <param name="acceptLanguage">Header of the request; null when it has none.</param>
    public TerminologyAnswer Expand(FhirElement parameters, FhirElement valueSet, string? acceptLanguage) =>
        WithSet(parameters, valueSet, acceptLanguage, (terms, set) => new ExpansionWriter(terms, time).Expand(set));

    /// <summary>ValueSet/$validate-code.</summary>
    public TerminologyAnswer ValidateInValueSet(FhirElement parameters, FhirElement valueSet, string? acceptLanguage) =>
        WithSet(parameters, valueSet, acceptLanguage, (terms, set) => new CodeValidation(terms).InValueSet(set));

    /// <summary>CodeSystem/$validate-code.</summary>
    public TerminologyAnswer ValidateInCodeSystem(FhirElement parameters, FhirElement codeSystem, string? acceptLanguage) =>
        With(parameters, acceptLanguage, codeSystem, terms => new CodeValidation(terms).InSystem(codeSystem));

    /// <summary>CodeSystem/$lookup.</summary>
    public TerminologyAnswer Lookup(FhirElement parameters, FhirElement codeSystem, string? acceptLanguage) =>
        With(parameters, acceptLanguage, codeSystem, terms => new CodeLookup(terms).Lookup(codeSystem));

    /// <summary>CodeSystem/$subsumes.</summary>
    public TerminologyAnswer Subsumes(FhirElement parameters, FhirElement codeSystem, string? acceptLanguage) =>
        With(parameters, acceptLanguage, codeSystem, terms => new CodeLookup(terms).Subsumes(codeSystem));

    /// <summary>ConceptMap/$translate.</summary>
    public TerminologyAnswer Translate(FhirElement parameters, FhirElement conceptMap, string? acceptLanguage) =>
        With(parameters, acceptLanguage, default, terms =>
        {
            if (conceptMap.Exists) return new ConceptTranslation(terms).Translate(conceptMap);
            if (terms.Parameter("conceptMap")["resource"] is { Exists: true } inline) return new ConceptTranslation(terms).Translate(inline);
            if (terms.Text("url") is not { } url) return new ConceptTranslation(terms).Translate(default);
            var named = terms.Definitions.FindResource("ConceptMap", terms.Text("conceptMapVersion") is { } version ? $"{url}|{version}" : url);
            return named.Exists
                ? new ConceptTranslation(terms).Translate(named)
                : TerminologyAnswer.Fail(new TerminologyIssue("error", "not-found", "not-found", $"A definition for the concept map '{url}' could not be found", null, null));
        });

    /// <summary>
    /// ValueSet/$batch-validate-code: each <c>validation</c> is the Parameters of one $validate-code, and takes what it does not say itself from the others of the request.
    /// Null when there are too many, or when they share too much. Each is answered by <see cref="Validate"/>, all together by <see cref="Joined"/>.
    /// </summary>
    public static IReadOnlyList<FhirElement>? Split(FhirElement parameters)
    {
        var shared = parameters.Children("parameter").Where(p => p.Text("name") != "validation").ToList();
        var asked = parameters.Children("parameter").Where(p => p.Text("name") == "validation").Select(p => p["resource"]).ToList();
        return asked.Count > MaxBatch || (long)asked.Count * shared.Sum(p => p.Raw.Length) > MaxShared ? null : [.. asked.Select(Whole)];

        FhirElement Whole(FhirElement one)
        {
            var own = one.Children("parameter").Select(p => p.Text("name")).ToHashSet();
            return Merge([.. one.Children("parameter"), .. shared.Where(p => p.Text("name") == "tx-resource" || !own.Contains(p.Text("name")))]);
        }
    }

    /// <summary>True when a part of a batch is about a code system, not about a value set.</summary>
    public static bool IsOfSystem(FhirElement parameters) => parameters.Children("parameter").All(p => p.Text("name") is not ("url" or "valueSet"));

    /// <summary>One part of a batch.</summary>
    public TerminologyAnswer Validate(FhirElement parameters, string? acceptLanguage) =>
        IsOfSystem(parameters) ? ValidateInCodeSystem(parameters, default, acceptLanguage) : ValidateInValueSet(parameters, default, acceptLanguage);

    /// <summary>The answer to a batch; null where there were too many questions.</summary>
    public static TerminologyAnswer Joined(IReadOnlyList<TerminologyAnswer>? answers)
    {
        if (answers is null) return TerminologyAnswer.Fail(TerminologyIssue.Bad($"at most {MaxBatch} codes are checked in one request, and what they share counts for each of them: {MaxShared / 1_000_000} MB in all", null, null, "too-costly", null));
        return TerminologyAnswer.Write(w => TerminologyAnswer.WriteParameters(w, () =>
        {
            foreach (var answer in answers)
            {
                w.WriteStartObject();
                w.WriteString("name", "validation");
                w.WritePropertyName("resource");
                w.WriteRawValue(answer.Json.Span, skipInputValidation: true);
                w.WriteEndObject();
            }
        }));
    }

    private static FhirElement Merge(List<FhirElement> parameters)
    {
        var json = TerminologyAnswer.Write(w => TerminologyAnswer.WriteParameters(w, () =>
        {
            foreach (var p in parameters) FhirJson.Write(w, p);
        })).Json;
        return FhirJson.ReadTrusted(json).Value!.Root;
    }

    private TerminologyAnswer With(FhirElement parameters, string? acceptLanguage, FhirElement resource, Func<TerminologyTerms, TerminologyAnswer> answer)
    {
        // What the resource of the address leads to is looked for beside it.
        var terms = new TerminologyTerms(resource.Exists ? definitions.With([resource]) : definitions, parameters, acceptLanguage, maxCodes);
        return terms.Fault(time.GetUtcNow()) is { } fault ? TerminologyAnswer.Fail(fault) : answer(terms);
    }

    private TerminologyAnswer WithSet(FhirElement parameters, FhirElement valueSet, string? acceptLanguage, Func<TerminologyTerms, FhirElement, TerminologyAnswer> answer) =>
        With(parameters, acceptLanguage, default, terms =>
        {
            if (valueSet.Exists) return answer(terms, valueSet);
            if (terms.Parameter("valueSet")["resource"] is { Exists: true } inline) return answer(terms, inline);
            if (terms.Text("url") is not { } url) return TerminologyAnswer.Fail(TerminologyIssue.Bad("a value set is needed: url, valueSet, or its address", null, null, "required", null));
            var canonical = terms.Text("valueSetVersion") is { } version ? $"{url}|{version}" : url;
            var found = terms.FindValueSet(canonical);
            if (!found.Exists && OfWholeSystem(terms, url) is { Exists: true } all) found = all;
            return found.Exists ? answer(terms, found) : TerminologyAnswer.Fail(TerminologyIssue.UnknownValueSet(canonical));
        });

    /// <summary>The value set of all codes of a system, where only the system names it (<c>CodeSystem.valueSet</c>), or by the convention <c>?fhir_vs</c>.</summary>
    private static FhirElement OfWholeSystem(TerminologyTerms terms, string url)
    {
        var system = url.EndsWith("?fhir_vs", StringComparison.Ordinal) ? url[..^"?fhir_vs".Length] : terms.Terminology.SystemOfAllCodes(url);
        if (system is null || terms.FindSystem(system, null) is null) return default;
        var json = TerminologyAnswer.Write(w =>
        {
            w.WriteStartObject();
            w.WriteString("resourceType", "ValueSet");
            w.WriteString("url", url);
            w.WriteString("status", "active");
            w.WriteStartObject("compose");
            w.WriteStartArray("include");
            w.WriteStartObject();
            w.WriteString("system", system);
            w.WriteEndObject();
            w.WriteEndArray();
            w.WriteEndObject();
            w.WriteEndObject();
        }).Json;
        return FhirJson.ReadTrusted(json).Value!.Root;
    }
}
