using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// A binding. What the terminology cannot say is no failure; outside an extensible set there may be a reason. The value set may be contained in the profile (<c>#id</c>).
/// Spec: https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.binding.
/// </summary>
internal sealed class BindingRule : IElementRule
{
    private readonly FhirElement source;
    private readonly ValueSetContent? own;
    private readonly bool allowsText;

    /// <param name="valueSet">Canonical, or the fragment of a contained one.</param>
    /// <param name="strength">Required or extensible.</param>
    /// <param name="statement">Where the binding is stated, in the profile; none for those of R4's own elements.</param>
    /// <param name="isBoundary">True when it limits the codes that are given, and asks for none: a text alone is none.</param>
    internal BindingRule(string valueSet, BindingStrength strength, FhirElement statement = default, bool isBoundary = false)
    {
        ValueSet = valueSet;
        Strength = strength;
        allowsText = isBoundary || strength != BindingStrength.Required;
        if (!statement.Exists || !valueSet.StartsWith('#')) return;
        source = ContainedResources.Find(statement.Resource, valueSet);
        if (source.Type == "ValueSet") own = new ValueSetContent(source);
    }

    internal string ValueSet { get; }

    internal BindingStrength Strength { get; }

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        var holds = Holds(element, run);
        if (holds == true && run.HasDoubts) run.Accept(element, own is null ? run.Definitions.FindResource("ValueSet", ValueSet) : source);
        if (holds != false) return;
        if (Strength == BindingStrength.Required) run.Report(Problems.CodeInvalid.With($"the code is not in the value set '{ValueSet}', from which it must be", element.Path));
        else run.Report(Problems.CodeAdvised.With($"the code is not in the value set '{ValueSet}', from which it must be if any fits", element.Path));
    }

    /// <summary>Null when that cannot be said, or when there is nothing to be said of.</summary>
    internal bool? Holds(FhirElement element, ValidationRun run)
    {
        // Extensions may stand in for a value, with the reason why there is none.
        if (!element.HasValue && !HasContent(element)) return null;

        // Of a choice, the binding is about the types that can be bound: a boolean is in no value set.
        if (element.HasValue && !IsText(element.Type, run.Definitions)) return null;

        // A text alone is what an extensible binding allows.
        if (allowsText && element.Type == "CodeableConcept" && !element["coding"].Exists) return null;
        return own is null ? run.IsIn(ValueSet, element) : run.Definitions.Terminology.Contains(own, element);
    }

    private static bool IsText(string? type, Definitions definitions) => type is null or "code" || definitions.IsOrSpecialises(type, "string") || definitions.IsOrSpecialises(type, "uri");

    private static bool HasContent(FhirElement element)
    {
        foreach (var child in element.Children())
        {
            if (child.Name is not ("id" or "extension")) return true;
        }

        return false;
    }
}
