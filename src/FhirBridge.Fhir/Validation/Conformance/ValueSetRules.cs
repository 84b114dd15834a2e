using System.Text.RegularExpressions;

namespace FhirBridge.Fhir.Validation;

/// <summary>A ValueSet's composition against the code systems and value sets that are known. Spec: https://hl7.org/fhir/R4/valueset.html#compose.</summary>
internal sealed partial class ValueSetRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "ValueSet";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        var definitions = run.Proposed(resource);
        foreach (var part in resource["compose"].Children().Where(c => c.Name is "include" or "exclude")) Part(part, definitions, run);
        ValueSetImports.Check(resource, definitions, run);
    }

    /// <summary>True when a URI begins with a scheme.</summary>
    internal static bool IsAbsolute(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        return colon > 1 && char.IsAsciiLetter(uri[0]) && uri[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.');
    }

    /// <summary>True, and reported, when what names a code system cannot be one.</summary>
    internal static bool IsNoSystem(string system, FhirElement place, Definitions definitions, ValidationRun run)
    {
        if (!IsAbsolute(system)) run.Report(Problems.InvalidValue.With($"the system '{system}' is not absolute: a code system is named by its whole URL, also when it is contained", place.Path));
        else if (!definitions.FindResource("CodeSystem", system).Exists && definitions.FindResource("ValueSet", system).Exists) run.Report(Problems.InvalidValue.With($"the system '{system}' is a value set: it is to be named as valueSet, not as system", place.Path));
        else return false;
        return true;
    }

    private static void Part(FhirElement part, Definitions definitions, ValidationRun run)
    {
        foreach (var concept in part.Children("concept")) Languages(concept, run);
        if (part.Text("system") is not { } system || IsNoSystem(system, part, definitions, run)) return;
        var known = definitions.Terminology.FindCodeSystem(system, part.Text("version"));
        if (known is null && part["version"].HasValue && definitions.Terminology.FindCodeSystem(system) is not null) run.Report(Problems.Unverified.With($"the version '{part.Text("version")}' of the code system '{system}' is not known here", part["version"].Path));
        if (known?.Source.Text("content") == "supplement") run.Report(Problems.InvalidValue.With($"the system '{system}' is a supplement, which has no codes of its own", part.Path));
        Concepts(part, system, known, run);
        foreach (var filter in part.Children("filter"))
        {
            if (filter.Text("property") is not { } property || filter.Text("op") is not { } op || filter.Text("value") is not { } value) continue;
            if (system == SnomedFilter.System) SnomedFilter.Check(filter, property, op, value, run);
            ValueSetFilter.Check(filter, (property, op, value), known, definitions, run);
        }
    }

    private static void Concepts(FhirElement part, string system, CodeSystemContent? known, ValidationRun run)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in part.Children("concept"))
        {
            if (element.Text("code") is not { } code) continue;
            if (!seen.Add(code)) run.Report(Problems.Questionable.With($"the code '{code}' is listed already", element.Path));
            if (known is null) continue;
            if (known.Find(code) is not { } concept)
            {
                if (known.IsComplete) run.Report(MissingCode.In(known, run).With($"the code system '{system}' has no code '{code}'", element["code"].Path));
            }
            else if (element["display"] is { HasValue: true } display && concept.Display is { } stated && !CodingRule.IsDisplay(display.Value, stated, concept))
            {
                run.Report(Problems.CodeAdvised.With($"the display of {code} is '{stated}' in '{system}', found '{display.Value}'", display.Path));
            }
        }
    }

    private static void Languages(FhirElement concept, ValidationRun run)
    {
        foreach (var language in concept.Children("designation").Select(d => d["language"]))
        {
            if (language.HasValue && !LanguageTag().IsMatch(language.Value)) run.Report(Problems.CodeAdvised.With($"'{language.Value}' is no language tag: write 'de' or 'nl-BE', say", language.Path));
        }
    }

    // RFC 5646 §2.1, as far as the shape goes.
    [GeneratedRegex("^([A-Za-z]{2,8}|[iIxX])(-[A-Za-z0-9]{1,8})*$", RegexOptions.CultureInvariant)]
    private static partial Regex LanguageTag();
}
