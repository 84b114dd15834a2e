namespace FhirBridge.Fhir.Validation;

/// <summary>A CapabilityStatement: what it names is about the types that it names it for. Spec: https://hl7.org/fhir/R4/capabilitystatement.html.</summary>
internal sealed class CapabilityStatementRules : IResourceRules
{
    private static readonly string[] OfInstances = ["read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create", "search-type"];

    /// <inheritdoc/>
    public string Type => "CapabilityStatement";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        var definitions = run.Proposed(resource);
        Leads(resource, run);
        foreach (var rest in resource.Children("rest"))
        {
            foreach (var part in rest.Children("resource")) Resource(part, definitions, run);
            foreach (var operation in rest.Children("operation")) Operation(operation, definitions, run);
            foreach (var compartment in rest.Children("compartment")) Known("CompartmentDefinition", compartment, definitions, run);
        }
    }

    private static void Resource(FhirElement part, Definitions definitions, ValidationRun run)
    {
        if (part.Text("type") is not { } type) return;
        foreach (var profile in part.Children("supportedProfile").Prepend(part["profile"]).Where(p => p.HasValue))
        {
            if (definitions.FindEntry("StructureDefinition", profile.Value!) is not { } known) run.Report(Problems.Unverified.With($"the profile '{profile.Value}' is not known here", profile.Path));
            else if (known.Subject is { } subject && !definitions.IsOrSpecialises(type, subject)) run.Report(Problems.InvalidDefinition.With($"the profile '{profile.Value}' is about {subject}, not about {type}", profile.Path));
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var interaction in part.Children("interaction").Select(i => i["code"]).Where(c => c.HasValue))
        {
            if (!seen.Add(interaction.Value!)) run.Report(Problems.Questionable.With($"the interaction '{interaction.Value}' is listed already", interaction.Path));
            else if (!OfInstances.Contains(interaction.Value)) run.Report(Problems.Questionable.With($"'{interaction.Value}' is no interaction on a type", interaction.Path));
        }

        foreach (var parameter in part.Children("searchParam")) SearchParameter(parameter, type, definitions, run);
        foreach (var include in part.Children("searchInclude").Where(i => i.HasValue && i.Value != "*")) Include(include, definitions, run);
        foreach (var include in part.Children("searchRevInclude").Where(i => i.HasValue)) Include(include, definitions, run);
        foreach (var operation in part.Children("operation")) Operation(operation, definitions, run);
    }

    private static void SearchParameter(FhirElement parameter, string type, Definitions definitions, ValidationRun run)
    {
        if (parameter["definition"] is not { HasValue: true } canonical) return;
        var definition = definitions.FindResource("SearchParameter", canonical.Value);
        if (!definition.Exists) run.Report(Problems.Unverified.With($"the search parameter '{canonical.Value}' is not known here", canonical.Path));
        else if (definition.Text("type") is { } own && parameter.Text("type") is { } said && own != said) run.Report(Problems.InvalidDefinition.With($"the search parameter '{canonical.Value}' is of type {own}, not {said}", parameter["type"].Path));
        else if (definition["base"].Exists && !definition.Children("base").Any(b => b.Value is { } basis && definitions.IsOrSpecialises(type, basis))) run.Report(Problems.InvalidDefinition.With($"the search parameter '{canonical.Value}' is not for {type}", canonical.Path));
    }

    /// <summary><c>CarePlan:subject</c>, <c>CarePlan:subject:Patient</c>.</summary>
    private static void Include(FhirElement include, Definitions definitions, ValidationRun run)
    {
        var parts = include.Value!.Split(':');
        if (parts.Length == 1) return;
        if (!definitions.IsResource(parts[0])) run.Report(Problems.InvalidDefinition.With($"'{parts[0]}' is no resource type", include.Path));
        else if (parts[1] != "*" && definitions.FindSearchParameter(parts[0], parts[1]) is null) run.Report(Problems.Unverified.With($"{parts[0]} has no search parameter '{parts[1]}' that is known here", include.Path));
    }

    private static void Operation(FhirElement operation, Definitions definitions, ValidationRun run)
    {
        if (operation["name"] is { HasValue: true } name && name.Value.StartsWith('$')) run.Report(Problems.Questionable.With($"an operation is named without the dollar sign: '{name.Value[1..]}'", name.Path));
        Known("OperationDefinition", operation["definition"], definitions, run);
    }

    private static void Known(string type, FhirElement canonical, Definitions definitions, ValidationRun run)
    {
        if (canonical.HasValue && definitions.FindEntry(type, canonical.Value) is null) run.Report(Problems.Unverified.With($"the {type} '{canonical.Value}' is not known here", canonical.Path));
    }

    /// <summary>What a statement imports and instantiates may not be itself.</summary>
    private static void Leads(FhirElement resource, ValidationRun run)
    {
        foreach (var other in resource.Children("instantiates").Concat(resource.Children("imports")).Where(o => o.HasValue))
        {
            if (other.Value!.Split('|')[0] == resource.Text("url")) run.Report(Problems.Circular.With("the statement builds on itself", other.Path));
        }
    }
}
