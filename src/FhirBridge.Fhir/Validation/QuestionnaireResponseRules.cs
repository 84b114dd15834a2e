namespace FhirBridge.Fhir.Validation;

/// <summary>A QuestionnaireResponse against its Questionnaire. Spec: https://hl7.org/fhir/R4/questionnaireresponse.html#notes.</summary>
internal sealed class QuestionnaireResponseRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "QuestionnaireResponse";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        if (resource.Text("questionnaire") is not { } canonical)
        {
            run.Report(Problems.Informational.With("the response names no questionnaire: its answers are not checked", resource.Path));
            return;
        }

        var questionnaire = canonical.StartsWith('#') ? ContainedResources.Find(resource, canonical) : run.Definitions.FindResource("Questionnaire", canonical);
        if (questionnaire is { Exists: true, Type: "Questionnaire" }) new ResponseCheck(run, resource, new QuestionnaireForm(questionnaire)).Check();
        else run.Report(Problems.Unverified.With($"the questionnaire '{canonical}' is not known here: the answers are not checked", resource["questionnaire"].Path));
    }
}
