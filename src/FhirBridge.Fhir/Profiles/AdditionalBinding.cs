using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// A binding beside the first one: R5's <c>binding.additional</c> as profiles of R4 write it, the extension of HL7's tools before it, and <c>elementdefinition-maxValueSet</c>.
/// Those for particular circumstances (<c>usage</c>) are told, since nothing in a resource says whether they apply; those that only help people (<c>ui</c>, <c>starter</c>, <c>candidate</c>,
/// <c>component</c>, <c>preferred</c>, <c>minimum</c>) ask nothing of it. Spec: https://hl7.org/fhir/R5/elementdefinition-definitions.html#ElementDefinition.binding.additional.
/// </summary>
internal static class AdditionalBinding
{
    private const string MaxValueSet = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet";

    private const string OfR5 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.binding.additional";

    private const string OfTools = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding";

    /// <summary>The rules that the extensions of a binding state.</summary>
    internal static IEnumerable<IElementRule> Of(FhirElement binding)
    {
        foreach (var extension in binding.Children("extension"))
        {
            var url = extension.Text("url");
            if (url == MaxValueSet && extension["value"].Value is { } widest) yield return new BindingRule(widest, BindingStrength.Required, binding, isBoundary: true);
            else if (url is OfR5 or OfTools && Rule(extension) is { } rule) yield return rule;
        }
    }

    private static IElementRule? Rule(FhirElement extension)
    {
        var purpose = Part(extension, "purpose");
        if (Part(extension, "valueSet") is not { } set) return null;
        BindingStrength? strength = purpose switch
        {
            "required" or "maximum" => BindingStrength.Required,

            // Records from before the set may have other codes.
            "extensible" or "current" => BindingStrength.Extensible,
            _ => null,
        };
        if (strength is null) return null;
        if (extension.Children("extension").Any(e => e.Text("url") == "usage")) return new UsageRule(set);
        var rule = new BindingRule(set, strength.Value, extension);
        return Part(extension, "any") == "true" ? new AnyRule(rule) : rule;
    }

    private static string? Part(FhirElement extension, string url)
    {
        foreach (var part in extension.Children("extension"))
        {
            if (part.Text("url") == url) return part["value"].Value;
        }

        return null;
    }

    /// <summary>A binding that one of the repetitions must keep, and not all.</summary>
    private sealed class AnyRule(BindingRule rule) : IElementRule
    {
        /// <inheritdoc/>
        public void Check(FhirElement element, ValidationRun run)
        {
            // Asked once, at the first of them.
            if (element.Index > 0) return;
            foreach (var repetition in element.Parent.Children(element.Name))
            {
                if (rule.Holds(repetition, run) != false) return;
            }

            rule.Check(element, run);
        }
    }

    /// <summary>A binding of circumstances that a resource does not tell.</summary>
    private sealed class UsageRule(string set) : IElementRule
    {
        /// <inheritdoc/>
        public void Check(FhirElement element, ValidationRun run)
        {
            if (!element.HasValue && !element["coding"].Exists && !element["code"].Exists) return;
            run.Report(Problems.NotChecked.With($"in some circumstances the code must be in the value set '{set}'; whether it must be here is not known", element.Path));
        }
    }
}
