namespace FhirBridge.Fhir.Validation;

/// <summary>What all resources that bring logic have in common: the libraries that their expressions are looked up in. Spec: https://hl7.org/fhir/R4/clinicalreasoning-module.html.</summary>
internal static class KnowledgeLibraries
{
    /// <summary>Tells which libraries are not known, so that expressions cannot be looked up.</summary>
    internal static void Check(FhirElement resource, ValidationRun run)
    {
        foreach (var library in resource.Children("library"))
        {
            if (library.Value is { } canonical && run.Library(resource, canonical) is null) run.Report(Problems.Unverified.With($"the library '{canonical}' is not known here: whether it defines what the expressions name is not known", library.Path));
        }
    }
}

/// <summary>A Library: what it brings can be read. Spec: https://hl7.org/fhir/R4/library.html.</summary>
internal sealed class LibraryRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "Library";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        if (!resource["content"].Exists) return;
        foreach (var name in LogicLibrary.Of(resource).Twice.Distinct()) run.Report(Problems.InvalidDefinition.With($"the library defines '{name}' twice", resource["content"].Path));
    }
}

/// <summary>A Measure: the populations that its scoring asks for. Spec: https://hl7.org/fhir/R4/measure.html.</summary>
internal sealed class MeasureRules : IResourceRules
{
    private const string Populations = "http://terminology.hl7.org/CodeSystem/measure-population";

    /// <summary>By scoring: what must be there, and what may be. Spec: https://hl7.org/fhir/R4/measure.html, Criteria Names.</summary>
    private static readonly Dictionary<string, (string[] Required, string[] Optional)> ByScoring = new(StringComparer.Ordinal)
    {
        ["proportion"] = (["initial-population", "denominator", "numerator"], ["denominator-exclusion", "denominator-exception", "numerator-exclusion"]),
        ["ratio"] = (["initial-population", "denominator", "numerator"], ["denominator-exclusion", "numerator-exclusion", "measure-observation"]),
        ["continuous-variable"] = (["initial-population", "measure-population"], ["measure-population-exclusion", "measure-observation"]),
        ["cohort"] = (["initial-population"], []),
    };

    /// <inheritdoc/>
    public string Type => "Measure";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        KnowledgeLibraries.Check(resource, run);
        var scoring = resource["scoring"].Children("coding").Select(c => c.Text("code")).FirstOrDefault(c => c is not null && ByScoring.ContainsKey(c));
        foreach (var group in resource.Children("group"))
        {
            if (scoring is not null) Group(group, scoring, run);
        }
    }

    private static void Group(FhirElement group, string scoring, ValidationRun run)
    {
        var (required, optional) = ByScoring[scoring];
        var populations = group.Children("population").Select(p => (Element: p, Code: Code(p))).Where(p => p.Code is not null).ToList();
        if (populations.Count == 0) return;
        foreach (var missing in required.Except(populations.Select(p => p.Code!))) run.Report(Problems.Questionable.With($"a measure of {scoring} scoring has the population {missing}", group.Path));
        foreach (var (element, code) in populations)
        {
            if (!required.Contains(code) && !optional.Contains(code)) run.Report(Problems.Questionable.With($"a measure of {scoring} scoring has no population {code}", element.Path));
        }
    }

    private static string? Code(FhirElement population) =>
        population["code"].Children("coding").Where(c => c.Text("system") is null or Populations).Select(c => c.Text("code")).FirstOrDefault(c => c is not null);
}

/// <summary>An ActivityDefinition: what it makes, and the paths that it fills. Spec: https://hl7.org/fhir/R4/activitydefinition.html.</summary>
internal sealed class ActivityDefinitionRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "ActivityDefinition";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        KnowledgeLibraries.Check(resource, run);
        var definitions = run.Proposed(resource);
        var kind = resource.Text("kind");
        foreach (var value in resource.Children("dynamicValue")) DynamicPath.Check(value["path"], definitions.IsResource(kind) ? kind : null, run);
        if (resource["profile"] is not { HasValue: true } profile) return;
        if (definitions.FindEntry("StructureDefinition", profile.Value) is not { } known) run.Report(Problems.Unverified.With($"the profile '{profile.Value}' is not known here", profile.Path));
        else if (kind is not null && known.Subject is { } subject && !definitions.IsOrSpecialises(kind, subject)) run.Report(Problems.InvalidDefinition.With($"a {kind} is made, and the profile '{profile.Value}' is about {subject}", profile.Path));
    }
}

/// <summary>The path of a dynamicValue: names, indexes and a few functions on what is made. Spec: https://hl7.org/fhir/R4/activitydefinition-definitions.html#ActivityDefinition.dynamicValue.path.</summary>
internal static class DynamicPath
{
    /// <param name="path">The path.</param>
    /// <param name="type">Type of what is made; null when it is not known.</param>
    /// <param name="run">Receives what is wrong.</param>
    internal static void Check(FhirElement path, string? type, ValidationRun run)
    {
        if (!path.HasValue) return;

        // A value of an action itself is reached by %action.
        var compiled = FhirPath.FhirPathExpression.Compile(path.Value, new FhirPath.FhirPathOptions(type, AsFilters: true));
        if (!compiled.IsOk) run.Report(Problems.Questionable.With($"the path '{path.Value}' cannot be followed{(type is null ? "" : $" in {type}")}: {compiled.Problems[0].Diagnostics}", path.Path));
    }
}
