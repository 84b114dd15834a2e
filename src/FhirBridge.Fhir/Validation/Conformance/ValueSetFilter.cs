using System.Globalization;
using System.Text.RegularExpressions;

namespace FhirBridge.Fhir.Validation;

/// <summary>A filter of a value set against what its code system declares. Spec: https://hl7.org/fhir/R4/valueset.html#filter, https://hl7.org/fhir/R4/codesystem.html#properties.</summary>
internal static class ValueSetFilter
{
    private static readonly string[] OnConcepts = ["concept", "code"];

    private static readonly string[] Hierarchical = ["is-a", "descendent-of", "is-not-a", "generalizes", "child-of"];

    /// <summary>What filters of any system may ask for (concept-properties, and the concept's own elements), with its type.</summary>
    private static readonly Dictionary<string, string> Standard = new(StringComparer.Ordinal)
    {
        ["concept"] = "code", ["code"] = "code", ["parent"] = "code", ["child"] = "code", ["subsumedBy"] = "code", ["display"] = "string", ["definition"] = "string",
        ["inactive"] = "boolean", ["notSelectable"] = "boolean", ["abstract"] = "boolean", ["status"] = "string", ["deprecated"] = "string", ["deprecationDate"] = "dateTime", ["effectiveDate"] = "dateTime", ["retirementDate"] = "dateTime",
    };

    /// <summary>What chooses nothing does no harm: a fault where the validation is strict, else a warning.</summary>
    private static ProblemKind Useless(ValidationRun run) => run.IsStrict ? Problems.InvalidDefinition : Problems.Questionable;

    /// <param name="filter">The filter.</param>
    /// <param name="said">Its property, operator and value.</param>
    /// <param name="system">The code system; null when it is not known.</param>
    /// <param name="definitions">For the systems that values are from.</param>
    /// <param name="run">Receives what is wrong.</param>
    internal static void Check(FhirElement filter, (string Property, string Op, string Value) said, CodeSystemContent? system, Definitions definitions, ValidationRun run)
    {
        var (property, op, value) = said;
        if (op == "regex")
        {
            Pattern(filter, value, run);
            return;
        }

        var declared = system?.Source.Children("property").FirstOrDefault(p => p.Text("code") == property).Text("type");
        var offered = system?.Source.Children("filter").FirstOrDefault(f => f.Text("code") == property) ?? default;
        if (offered.Exists && !offered.Children("operator").Any(o => o.Value == op))
        {
            run.Report(Problems.Questionable.With($"the code system '{system!.Url}' does not offer the operator '{op}' for the filter '{property}', but {string.Join(", ", offered.Children("operator").Select(o => o.Value))}", filter.Path));
        }

        if (declared is null && !offered.Exists && system is { IsComplete: true } && !Standard.ContainsKey(property))
        {
            run.Report(Useless(run).With($"the code system '{system.Url}' declares no property or filter '{property}': nothing could be chosen by it", filter.Path));
            return;
        }

        if (Hierarchical.Contains(op) && !OnConcepts.Contains(property) && system is { IsComplete: true } && !offered.Exists)
        {
            run.Report(Useless(run).With($"the operator '{op}' goes along the hierarchy of concepts: its property is 'concept', not '{property}'", filter.Path));
            return;
        }

        if (op == "exists")
        {
            if (value is not ("true" or "false")) run.Report(Useless(run).With($"whether '{property}' exists is asked with true or false, not '{value}'", filter.Path));
            return;
        }

        var type = declared ?? (OnConcepts.Contains(property) || !offered.Exists ? Standard.GetValueOrDefault(property) : null);
        foreach (var one in op is "in" or "not-in" ? value.Split(',', StringSplitOptions.TrimEntries) : [value]) Value(filter, property, one, type, system, definitions, run);
    }

    private static void Value(FhirElement filter, string property, string value, string? type, CodeSystemContent? system, Definitions definitions, ValidationRun run)
    {
        switch (type)
        {
            case "code":
                if (system is not { IsComplete: true } || system.Find(value) is not null) return;
                var why = OnConcepts.Contains(property) ? "for the filter to start from" : $"and the property '{property}' has codes of it";
                run.Report(MissingCode.In(system, run).With($"the code system '{system.Url}' has no code '{value}' {why}", filter.Path));
                break;
            case "Coding":
                Coding(filter, property, value, definitions, run);
                break;
            case "boolean" when value is not ("true" or "false"):
                run.Report(Useless(run).With($"the property '{property}' is true or false, not '{value}'", filter.Path));
                break;
            case "integer" when !int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _):
            case "decimal" when !decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _):
            case "dateTime" when PrimitiveGrammar.Check(PrimitiveKind.DateTime, System.Text.Encoding.UTF8.GetBytes(value)) is not null:
                run.Report(Useless(run).With($"the property '{property}' is a {type}, and '{value}' is none", filter.Path));
                break;
        }
    }

    /// <summary>The value of a property of type Coding is written <c>system(|version)#code</c>.</summary>
    private static void Coding(FhirElement filter, string property, string value, Definitions definitions, ValidationRun run)
    {
        var hash = value.LastIndexOf('#');
        if (hash <= 0 || hash == value.Length - 1)
        {
            run.Report(Useless(run).With($"the property '{property}' is a Coding: a filter names its value as system(|version)#code, not '{value}'", filter.Path));
            return;
        }

        var (canonical, code) = (value[..hash], value[(hash + 1)..]);
        var bar = canonical.IndexOf('|', StringComparison.Ordinal);
        var known = bar < 0 ? definitions.Terminology.FindCodeSystem(canonical) : definitions.Terminology.FindCodeSystem(canonical[..bar], canonical[(bar + 1)..]);
        if (known is { IsComplete: true } && known.Find(code) is null) run.Report(MissingCode.In(known, run).With($"the code system '{canonical}' has no code '{code}'", filter.Path));
    }

    private static void Pattern(FhirElement filter, string value, ValidationRun run)
    {
        if (ConceptFilter.IsPattern(value)) return;
        try
        {
            _ = new Regex(value, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(10));
            run.Report(Problems.Unverified.With("the pattern looks ahead or back, or is too long to be run here: what it chooses cannot be said", filter.Path));
        }
        catch (ArgumentException e)
        {
            run.Report(Problems.ExpressionRefused.With($"'{value}' is no regular expression: {e.Message}", filter.Path));
        }
    }
}
