namespace FhirBridge.Fhir.Validation;

/// <summary>A CodeSystem in itself. Spec: https://hl7.org/fhir/R4/codesystem.html.</summary>
internal sealed class CodeSystemRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "CodeSystem";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        var content = resource.Text("content");
        if (content == "not-present" && resource["concept"].Exists) run.Report(Problems.BusinessRule.With("the code system says that its content is not present, but has concepts", resource["concept"].Path));
        if (content == "supplement" && !resource["supplements"].Exists) run.Report(Problems.Required.With("a supplement names the code system that it supplements", resource.Path));
        var declared = resource.Children("property").Where(p => p.Text("code") is not null).GroupBy(p => p.Text("code")!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Text("type"), StringComparer.Ordinal);
        Concepts(resource, declared, run);
    }

    // Depth is that of the reader, which bounds it.
    private static void Concepts(FhirElement around, Dictionary<string, string?> declared, ValidationRun run)
    {
        foreach (var concept in around.Children("concept"))
        {
            foreach (var property in concept.Children("property")) Property(concept, property, declared, run);
            Concepts(concept, declared, run);
        }
    }

    private static void Property(FhirElement concept, FhirElement property, Dictionary<string, string?> declared, ValidationRun run)
    {
        if (property.Text("code") is not { } code) return;
        var value = property["value"];
        if (!declared.TryGetValue(code, out var type))
        {
            run.Report(Problems.Questionable.With($"the concept '{concept.Text("code")}' has the property '{code}', which the code system does not declare", property.Path));
        }
        else if (type is not null && value.Type is not null && value.Type != type)
        {
            run.Report(Problems.WrongType.With($"the property '{code}' is declared as {type}, but the concept '{concept.Text("code")}' has a {value.Type}", value.Path));
        }
        else if (value.Type == "Coding" && value.Text("system") is { } system && value.Text("code") is { } target && run.Definitions.Terminology.FindCodeSystem(system, value.Text("version")) is { IsComplete: true } known && known.Find(target) is null)
        {
            run.Report(Problems.CodeInvalid.With($"the code system '{system}' has no code '{target}'", value["code"].Path));
        }
    }
}
