using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>A URI that is a UUID or an OID is a good one; names of examples are refused where that is asked. Spec: https://hl7.org/fhir/R4/datatypes.html#uri.</summary>
internal sealed class UriRule : IElementRule
{
    internal static UriRule Instance { get; } = new();

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Value is not { } uri) return;
        if (UriForms.Fault(uri) is { } fault) run.Fault($"'{CodingRule.Shortened(uri)}' is no good URI: {fault}", element);
        if (run.Refuse.HasFlag(Refusals.Examples) && element.Type == "uri" && ExampleNames.Has(uri)) run.Report(Problems.InvalidValue.With($"'{CodingRule.Shortened(uri)}' is a name for examples, and these are real data", element.Path));
    }
}

/// <summary>
/// A canonical is absolute (R4 advises it, and many of its own examples are not), or the fragment of what is contained, and leads to a resource of a type that it may lead to, as far as it is known here. Spec: https://hl7.org/fhir/R4/references.html#canonical.
/// </summary>
internal sealed class CanonicalRule(IReadOnlyList<string> targets) : IElementRule
{
    private static readonly string[] Known = ["StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap", "Questionnaire", "Measure", "Library", "ImplementationGuide", "SearchParameter", "OperationDefinition"];

    private readonly string[] types = [.. targets.Select(t => t[(t.LastIndexOf('/') + 1)..])];

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Value is not { Length: > 0 } canonical) return;
        if (canonical[0] == '#')
        {
            var target = run.Resolve(element);
            if (target.Exists && target.Type is { } type && !Fits(type, run)) run.Fault($"the canonical '{canonical}' leads to a {type}, and not to {string.Join(" or ", types)}", element);
            return;
        }

        if (!CodingRule.IsAbsolute(canonical)) run.Report(Problems.Questionable.With($"a canonical is absolute, found '{CodingRule.Shortened(canonical)}': it leads nowhere from another server", element.Path));
        else if (types.Length > 0 && !types.Contains("Resource") && Found(canonical, run) is { } other) run.Fault($"the canonical '{CodingRule.Shortened(canonical)}' is that of a {other}, and not of {string.Join(" or ", types)}", element);
    }

    /// <summary>The type of what is found by the canonical, when it is none that may stand there.</summary>
    private string? Found(string canonical, ValidationRun run)
    {
        var url = canonical.AsSpan(0, canonical.IndexOf('#') is >= 0 and var hash ? hash : canonical.Length).ToString();
        if (types.Any(t => run.Definitions.FindEntry(t, url) is not null)) return null;
        return Array.Find(Known, t => run.Definitions.FindEntry(t, url) is not null && !Fits(t, run));
    }

    private bool Fits(string type, ValidationRun run) => types.Length == 0 || types.Any(t => run.Definitions.IsOrSpecialises(type, t));
}

/// <summary>
/// The system of an identifier is absolute; where it says that the value is a URI, the value is a whole one. Spec: https://hl7.org/fhir/R4/datatypes.html#Identifier.
/// </summary>
internal sealed class IdentifierRule : IElementRule
{
    internal static IdentifierRule Instance { get; } = new();

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element["system"] is not { HasValue: true } system) return;
        if (!CodingRule.IsAbsolute(system.Value)) run.Fault($"the system of an identifier is an absolute URI, found '{CodingRule.Shortened(system.Value)}'", system);
        if (system.Value != "urn:ietf:rfc:3986" || element["value"] is not { HasValue: true } value) return;
        if (!CodingRule.IsAbsolute(value.Value)) run.Fault($"an identifier of the system urn:ietf:rfc:3986 is a whole URI: 'urn:oid:{CodingRule.Shortened(value.Value)}', say, not '{CodingRule.Shortened(value.Value)}'", element);
        else if (UriForms.Fault(value.Value) is { } fault) run.Fault($"'{CodingRule.Shortened(value.Value)}' is no good URI: {fault}", value);
    }
}
