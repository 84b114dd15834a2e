using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Validation;

/// <summary>A GraphDefinition: its links can be followed. Spec: https://hl7.org/fhir/R4/graphdefinition.html.</summary>
internal sealed class GraphDefinitionRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "GraphDefinition";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run) => Links(resource, resource.Text("start"), run);

    // Depth is that of the reader, which bounds it.
    private static void Links(FhirElement around, string? from, ValidationRun run)
    {
        foreach (var link in around.Children("link"))
        {
            var path = link["path"];
            if (path.HasValue)
            {
                var compiled = FhirPathExpression.Compile(path.Value, new FhirPathOptions(run.Definitions.IsResource(from) ? from : null, AsFilters: true));
                if (!compiled.IsOk) run.Report(Problems.ExpressionRefused.With($"the path does not compile{(from is null ? "" : $" for {from}")}: {compiled.Problems[0].Diagnostics}", path.Path));
            }

            foreach (var target in link.Children("target"))
            {
                if (!path.Exists && !target["params"].Exists) run.Report(Problems.InvalidDefinition.With("a link is followed along a path, or by a search (params) for its target: neither is given", target.Path));
                if (target["params"] is { HasValue: true } search && !search.Value.Contains("{ref}", StringComparison.Ordinal)) run.Report(Problems.Questionable.With("the search says with {ref} where the resource that is pointed at stands", search.Path));
                Links(target, target.Text("type"), run);
            }
        }
    }
}

/// <summary>A CompartmentDefinition: its members are placed by search parameters that they have. Spec: https://hl7.org/fhir/R4/compartmentdefinition.html.</summary>
internal sealed class CompartmentDefinitionRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "CompartmentDefinition";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in resource.Children("resource"))
        {
            if (member.Text("code") is not { } type) continue;
            if (!seen.Add(type)) run.Report(Problems.InvalidDefinition.With($"{type} is listed already", member.Path));
            foreach (var parameter in member.Children("param"))
            {
                if (parameter.HasValue && parameter.Value != "{def}" && run.Definitions.FindSearchParameter(type, parameter.Value) is null) run.Report(Problems.Unverified.With($"{type} has no search parameter '{parameter.Value}' that is known here", parameter.Path));
            }
        }
    }
}

/// <summary>A MessageDefinition: its focus and answers are what they are said to be. Spec: https://hl7.org/fhir/R4/messagedefinition.html.</summary>
internal sealed class MessageDefinitionRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "MessageDefinition";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        var definitions = run.Proposed(resource);
        foreach (var focus in resource.Children("focus"))
        {
            if (focus["profile"] is not { HasValue: true } profile || focus.Text("code") is not { } type) continue;
            if (definitions.FindEntry("StructureDefinition", profile.Value) is not { } known) run.Report(Problems.Unverified.With($"the profile '{profile.Value}' is not known here", profile.Path));
            else if (known.Subject is { } subject && !definitions.IsOrSpecialises(type, subject)) run.Report(Problems.InvalidDefinition.With($"the profile '{profile.Value}' is about {subject}, not about {type}", profile.Path));
        }

        foreach (var other in resource.Children("replaces").Concat(resource.Children("parent")).Append(resource["base"]).Where(o => o.HasValue))
        {
            if (other.Value!.Split('|')[0] == resource.Text("url")) run.Report(Problems.Circular.With("the message is based on itself", other.Path));
        }
    }
}
