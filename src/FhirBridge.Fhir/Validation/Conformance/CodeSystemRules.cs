namespace FhirBridge.Fhir.Validation;

/// <summary>A CodeSystem in itself, and a supplement against what it supplements. Spec: https://hl7.org/fhir/R4/codesystem.html.</summary>
internal sealed class CodeSystemRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "CodeSystem";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        if (resource.Text("content") == "not-present" && resource["concept"].Exists) run.Report(Problems.BusinessRule.With("the code system says that its content is not present, but has concepts", resource["concept"].Path));
        var declared = Declared(resource, run);
        var (content, definitions) = (new CodeSystemContent(resource), run.Proposed(resource));
        CodeSystemCodes.Check(resource, content, run);
        CodeSystemSupplement.Check(resource, content, definitions, run);
        Concepts(resource, declared, content, definitions, run);
    }

    private static Dictionary<string, string?> Declared(FhirElement resource, ValidationRun run)
    {
        var declared = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var property in resource.Children("property"))
        {
            if (property.Text("code") is { } code && !declared.TryAdd(code, property.Text("type"))) run.Report(Problems.Questionable.With($"the property '{code}' is declared already", property["code"].Path));
        }

        var filters = new HashSet<string>(StringComparer.Ordinal);
        foreach (var filter in resource.Children("filter"))
        {
            if (filter.Text("code") is { } code && !filters.Add(code)) run.Report(Problems.Questionable.With($"the filter '{code}' is declared already", filter["code"].Path));
        }

        return declared;
    }

    // Depth is that of the reader, which bounds it.
    private static void Concepts(FhirElement around, Dictionary<string, string?> declared, CodeSystemContent content, Definitions definitions, ValidationRun run)
    {
        foreach (var concept in around.Children("concept"))
        {
            foreach (var property in concept.Children("property")) Property(concept, property, declared, content, definitions, run);
            Concepts(concept, declared, content, definitions, run);
        }
    }

    private static void Property(FhirElement concept, FhirElement property, Dictionary<string, string?> declared, CodeSystemContent content, Definitions definitions, ValidationRun run)
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
        else if (type == "code" && content.IsComplete && value is { HasValue: true } && content.Find(value.Value) is null && content.StandardName(code) is "parent" or "child" or "subsumedBy")
        {
            run.Report(Problems.CodeInvalid.With($"the property '{code}' of '{concept.Text("code")}' names the concept '{value.Value}', which the code system does not have", value.Path));
        }
        else if (value.Type == "Coding" && value.Text("system") is { } system && value.Text("code") is { } target && definitions.Terminology.FindCodeSystem(system, value.Text("version")) is { IsComplete: true } known && known.Find(target) is null)
        {
            run.Report(Problems.CodeInvalid.With($"the code system '{system}' has no code '{target}'", value["code"].Path));
        }
    }
}
