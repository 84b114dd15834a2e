namespace FhirBridge.Fhir.Validation;

/// <summary>A ValueSet's composition against the code systems that are known. Spec: https://hl7.org/fhir/R4/valueset.html#compose.</summary>
internal sealed class ValueSetRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "ValueSet";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        foreach (var part in resource["compose"].Children().Where(c => c.Name is "include" or "exclude")) Part(part, run);
    }

    /// <summary>True when a URI begins with a scheme.</summary>
    internal static bool IsAbsolute(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        return colon > 1 && char.IsAsciiLetter(uri[0]) && uri[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.');
    }

    private static void Part(FhirElement part, ValidationRun run)
    {
        if (part.Text("system") is not { } system) return;
        if (!IsAbsolute(system))
        {
            run.Report(Problems.InvalidValue.With($"the system '{system}' is not absolute: a code system is named by its whole URL, also when it is contained", part.Path));
            return;
        }

        if (run.Definitions.FindResource("CodeSystem", system) is not { Exists: true } && run.Definitions.FindResource("ValueSet", system) is { Exists: true })
        {
            run.Report(Problems.InvalidValue.With($"the system '{system}' is a value set: it is to be named as valueSet, not as system", part.Path));
            return;
        }

        if (run.Definitions.Terminology.FindCodeSystem(system, part.Text("version")) is not { } known) return;
        if (known.Source.Text("content") == "supplement") run.Report(Problems.InvalidValue.With($"the system '{system}' is a supplement, which has no codes of its own", part.Path));
        foreach (var concept in part.Children("concept"))
        {
            if (known.IsComplete && concept.Text("code") is { } code && known.Find(code) is null) run.Report(Problems.CodeInvalid.With($"the code system '{system}' has no code '{code}'", concept["code"].Path));
        }

        foreach (var filter in part.Children("filter")) Filter(filter, known, run);
    }

    private static void Filter(FhirElement filter, CodeSystemContent system, ValidationRun run)
    {
        if (filter.Text("property") is not { } property || filter.Text("op") is not { } op || filter.Text("value") is not { } value) return;
        var declared = system.Source.Children("property").FirstOrDefault(p => p.Text("code") == property);
        var stated = system.Source.Children("filter").FirstOrDefault(f => f.Text("code") == property);
        if (stated.Exists && !stated.Children("operator").Any(o => o.Value == op))
        {
            run.Report(Problems.Questionable.With($"the code system '{system.Url}' does not offer the operator '{op}' for the filter '{property}'", filter.Path));
        }

        if (op is "regex" or "exists" or "in" or "not-in") return;
        if (property is "concept" or "code" && op != "=" && system.IsComplete && system.Find(value) is null)
        {
            run.Report(Problems.CodeInvalid.With($"the code system '{system.Url}' has no code '{value}' for the filter to start from", filter.Path));
        }
        else if (declared.Text("type") == "code" && system.IsComplete && system.Find(value) is null)
        {
            run.Report(Problems.CodeInvalid.With($"the property '{property}' has codes of '{system.Url}', and '{value}' is none", filter.Path));
        }
        else if (declared.Text("type") == "Coding")
        {
            CodingFilter(filter, property, value, run);
        }
    }

    /// <summary>The value of a property of type Coding is written <c>system(|version)#code</c>.</summary>
    private static void CodingFilter(FhirElement filter, string property, string value, ValidationRun run)
    {
        var hash = value.LastIndexOf('#');
        if (hash <= 0 || hash == value.Length - 1)
        {
            run.Report(Problems.InvalidValue.With($"the property '{property}' is a Coding: a filter names its value as system(|version)#code, not '{value}'", filter.Path));
            return;
        }

        var (canonical, code) = (value[..hash], value[(hash + 1)..]);
        var bar = canonical.IndexOf('|', StringComparison.Ordinal);
        var known = bar < 0 ? run.Definitions.Terminology.FindCodeSystem(canonical) : run.Definitions.Terminology.FindCodeSystem(canonical[..bar], canonical[(bar + 1)..]);
        if (known is { IsComplete: true } && known.Find(code) is null) run.Report(Problems.CodeInvalid.With($"the code system '{canonical}' has no code '{code}'", filter.Path));
    }
}
