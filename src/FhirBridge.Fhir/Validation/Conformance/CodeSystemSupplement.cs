namespace FhirBridge.Fhir.Validation;

/// <summary>A supplement adds designations and properties to the concepts of another code system, and no concepts. Spec: https://hl7.org/fhir/R4/codesystem.html#supplements.</summary>
internal static class CodeSystemSupplement
{
    internal static void Check(FhirElement resource, CodeSystemContent content, Definitions definitions, ValidationRun run)
    {
        var supplements = resource["supplements"];
        if (resource.Text("content") != "supplement")
        {
            if (supplements.Exists) run.Report(Problems.Questionable.With($"only a supplement supplements another code system: its content is then 'supplement', not '{resource.Text("content")}'", supplements.Path));
            return;
        }

        if (!supplements.HasValue)
        {
            run.Report(Problems.Required.With("a supplement names the code system that it supplements", resource.Path));
            return;
        }

        var bar = supplements.Value.LastIndexOf('|');
        var url = bar < 0 ? supplements.Value : supplements.Value[..bar];
        if (url == resource.Text("url"))
        {
            run.Report(Problems.Circular.With("the code system supplements itself: a supplement has a url of its own", supplements.Path));
            return;
        }

        if (definitions.Terminology.FindCodeSystem(url, bar < 0 ? null : supplements.Value[(bar + 1)..]) is not { } basis)
        {
            run.Report(Problems.Unverified.With($"the code system '{supplements.Value}' is not known here: the supplement adds to nothing until it is", supplements.Path));
            return;
        }

        if (basis.Content == "supplement") run.Report(Problems.InvalidDefinition.With($"'{supplements.Value}' is a supplement itself: it has no codes that could be supplemented", supplements.Path));
        else if (basis.IsComplete) Codes(content, basis, run);
    }

    private static void Codes(CodeSystemContent content, CodeSystemContent basis, ValidationRun run)
    {
        foreach (var concept in content.Concepts)
        {
            if (basis.Find(concept.Code) is null) run.Report(MissingCode.In(basis, run).With($"the code system '{basis.Url}' has no code '{concept.Code}' that could be supplemented", concept.Element["code"].Path));
        }
    }
}
