using System.Collections.Concurrent;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// What R4 itself asks of an element, without what the readers have checked (elements, types, cardinality, the grammar of primitives, codes of required
/// bindings): invariants, the other bindings, and what codings, references and extensions must be. Built once a shape, so that a document is checked in
/// one pass over its nodes.
/// </summary>
internal static class BaseRules
{
    /// <summary>What a language must be of, whatever a binding to <see cref="Languages"/> prefers.</summary>
    internal const string AllLanguages = "http://hl7.org/fhir/ValueSet/all-languages";

    internal const string Languages = "http://hl7.org/fhir/ValueSet/languages";

    private static readonly ConcurrentDictionary<string, IReadOnlyList<IElementRule>> OfResources = new(StringComparer.Ordinal);

    /// <summary>The rules of an element; none for most primitives.</summary>
    internal static IReadOnlyList<IElementRule> Of(FhirElement element, Definitions definitions)
    {
        if (element.Shape is not { } shape) return [];
        if (element.IsResource) return OfResources.GetOrAdd(shape.Type ?? "", static (type, d) => [.. BuildResource(type, d)], definitions);

        // Two threads may build the same rules; either's will do.
        return shape.Rules ??= [.. Build(shape, definitions)];
    }

    private static IEnumerable<IElementRule> Build(NodeShape shape, Definitions definitions)
    {
        foreach (var rule in Invariants((shape.Element?.Invariants ?? []).Concat(OfType(shape.Type, definitions)))) yield return rule;
        if (shape.Element is { } definition)
        {
            foreach (var rule in OfElement(definition, shape.Type, definitions)) yield return rule;
        }

        foreach (var rule in OfDatatype(shape)) yield return rule;
    }

    /// <summary>What the element asks of the type at hand.</summary>
    private static IEnumerable<IElementRule> OfElement(ElementDefinition definition, string? type, Definitions definitions)
    {
        if (definition.Binding is { Strength: BindingStrength.Required or BindingStrength.Extensible, ValueSet: { } set } binding && IsCoded(type) && !IsRead(type, binding, definitions))
        {
            yield return new BindingRule(set, binding.Strength);
        }

        if (definition.Binding is { Strength: BindingStrength.Required } asked && (type == "code" || IsRead(type, asked, definitions))) yield return CodeValueRule.Instance;
        if (type == "code" && CodeGrammarRule.Of(definition.Binding) is { } grammar) yield return grammar;

        // The only set that R4 lets others take the place of, within a larger one.
        if (type is "Coding" or "CodeableConcept" && definition.Binding?.ValueSet == Languages) yield return new BindingRule(AllLanguages, BindingStrength.Required, isBoundary: true);
        if (definition.TryGetType(type ?? "", out var permitted) && permitted.Profiles is [SimpleQuantityRule.Profile]) yield return SimpleQuantityRule.Instance;
    }

    /// <summary>What R4 says in words of the datatype.</summary>
    private static IElementRule[] OfDatatype(NodeShape shape) => shape.Type switch
    {
        "string" or "markdown" => [TextRule.Instance],
        "xhtml" => [NarrativeLinkRule.Instance, NarrativeLanguageRule.Instance],
        "uri" or "url" => [UriRule.Instance],
        "canonical" => [UriRule.Instance, new CanonicalRule(Targets(shape))],
        "date" or "dateTime" or "instant" => [DateRule.Instance],
        "Coding" => [new CodingRule(), new ForeignCodingRule(), CodeFormRule.Instance],
        "Expression" => [new ExpressionRule()],
        "Reference" => [new ReferenceRule(Targets(shape))],
        "Identifier" => [IdentifierRule.Instance],
        "Extension" => [new ExtensionRule()],
        "Attachment" => [new AttachmentRule()],
        "SampledData" => [SampledDataRule.Instance],
        { } type when FhirTypes.IsQuantity(type) => UnitKindRule.Of(type) is { } kind ? [CodeFormRule.Instance, kind] : [CodeFormRule.Instance],
        _ => [],
    };

    private static IReadOnlyList<string> Targets(NodeShape shape) => shape.Element is { } element && element.TryGetType(shape.Type!, out var type) ? type.TargetProfiles : [];

    private static IEnumerable<IElementRule> BuildResource(string type, Definitions definitions)
    {
        foreach (var rule in Invariants(OfType(type, definitions))) yield return rule;
        if (ResourceRules.All.TryGetValue(type, out var prose)) yield return prose;
    }

    private static IEnumerable<IElementRule> Invariants(IEnumerable<InvariantDefinition> invariants)
    {
        foreach (var invariant in invariants.DistinctBy(i => i.Key))
        {
            if (invariant.Expression is not { } expression) continue;
            // ReferenceRule says which one is missing.
            if (invariant.Key == "ref-1") continue;
            if (invariant.Key == "ele-1") yield return new ContentRule();
            else if (invariant.Key == "dom-3") yield return new ContainedRule(invariant.Human);
            else yield return new InvariantRule(invariant.Key, invariant.Human, expression, invariant.Severity);
        }
    }

    private static IEnumerable<InvariantDefinition> OfType(string? type, Definitions definitions)
    {
        for (var t = type; t is not null && definitions.FindType(t) is { } found; t = found.BaseType)
        {
            foreach (var invariant in found.Invariants) yield return invariant;
        }
    }

    /// <summary>The readers check required codes that are enumerated.</summary>
    private static bool IsRead(string? type, BindingDefinition binding, Definitions definitions) =>
        binding.Strength == BindingStrength.Required && type is "code" or "Coding" or "CodeableConcept" && definitions.RequiredCodes(binding.ValueSet) is not null;

    private static bool IsCoded(string? type) => type is "code" or "Coding" or "CodeableConcept" or "uri" or "string" or "Quantity";
}
