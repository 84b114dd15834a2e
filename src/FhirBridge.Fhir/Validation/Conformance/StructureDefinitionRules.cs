using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// A StructureDefinition against its base, the types and profiles that it names, and itself. What is not known yet is a warning: it is judged when the profile is used.
/// Spec: https://hl7.org/fhir/R4/structuredefinition.html, https://hl7.org/fhir/R4/profiling.html.
/// </summary>
internal sealed class StructureDefinitionRules : IResourceRules
{
    private const int StepsPerElement = 100;

    /// <inheritdoc/>
    public string Type => "StructureDefinition";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        var definitions = run.Proposed(resource);
        ExtensionContexts.Check(resource, definitions, run);
        var isBased = StructureBase.Check(resource, definitions, run);
        var judged = StructurePaths.Check(resource, definitions, run) && isBased ? SnapshotGenerator.Judge(resource, definitions) : null;
        if (judged is not null) Faults(resource, judged, run);
        Statements(resource, judged, definitions, run);
        if (judged?.Made is not { IsOk: true, Value: var made } || resource.Text("type") is not { } type || ProfileCompiler.Tree(made["snapshot"], type) is not { } root) return;
        new SlicingCheck(definitions, judged.Stated, run).Check(root);
        new RequiredContent(resource, definitions, judged.Stated, run).Check(root);
        SnapshotAgreement.Check(resource, made, run);
    }

    /// <summary>The elements that a definition states itself: those of its differential, or of its snapshot where it has no differential.</summary>
    internal static FhirElement Stated(FhirElement resource) => resource["differential"] is { Exists: true } differential ? differential : resource["snapshot"];

    private static void Faults(FhirElement resource, SnapshotJudgement judged, ValidationRun run)
    {
        var own = judged.Faults.Where(f => f.Source == resource).ToList();
        foreach (var fault in own) run.Report(fault.Problem with { Expression = fault.Element.Path });
        if (own.Count == judged.Faults.Count && (judged.Made.IsOk || own.Count > 0)) return;

        // What is wrong with a base is said of the base; here it only means that not all could be judged.
        var why = judged.Faults.FirstOrDefault(f => f.Source != resource)?.Problem.Diagnostics ?? judged.Made.Problems[0].Diagnostics;
        var place = resource["baseDefinition"] is { Exists: true } basis ? basis.Path : resource.Path;
        if (!judged.Made.IsOk && judged.Made.Problems[0].Kind == Problems.ExpressionBudget) run.Report(Problems.InvalidProfile.With(why, resource.Path));
        else run.Report(Problems.Unverified.With($"not all of it can be judged: {why}", place));
    }

    /// <summary>Each element by itself, with what its base says of it where that is known.</summary>
    private static void Statements(FhirElement resource, SnapshotJudgement? judged, Definitions definitions, ValidationRun run)
    {
        var complete = new Dictionary<FhirElement, FhirElement>();
        if (judged?.Made is { IsOk: true, Value: var made })
        {
            foreach (var element in made["snapshot"].Children("element"))
            {
                // What was made for a definition counts as work on it: a Bundle may hold many. An element of a snapshot costs some hundred times as much as one of a resource.
                for (var i = 0; i < StepsPerElement; i++)
                {
                    if (!run.Spend(resource)) return;
                }

                if (element.Text("id") is { } id && judged.Stated.TryGetValue(id, out var origin)) complete[origin] = element;
            }
        }

        var check = new ElementStatements(resource, definitions, run);
        foreach (var element in Stated(resource).Children("element"))
        {
            if (!run.Spend(element)) return;
            check.Check(element, complete.GetValueOrDefault(element, element));
        }
    }
}
