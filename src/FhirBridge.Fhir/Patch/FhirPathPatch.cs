using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Fhir.Patch;

/// <summary>FHIRPath Patch. Spec: https://hl7.org/fhir/R4/fhirpatch.html. Each operation sees what the ones before it did.</summary>
internal sealed class FhirPathPatch : ResourcePatch
{
    /// <summary>FHIRPath steps of all operations together; see <see cref="FhirPathContext.StepBudget"/>.</summary>
    private const int AllSteps = 2_000_000;

    private readonly IReadOnlyList<FhirPathOperation> operations;

    private FhirPathPatch(IReadOnlyList<FhirPathOperation> operations) => this.operations = operations;

    /// <summary>Reads the Parameters.</summary>
    internal static Result<FhirPathPatch> Read(FhirElement parameters)
    {
        if (parameters.Type != "Parameters") return Problems.MalformedPatch.With("a FHIRPath Patch is a Parameters resource", parameters.Type);
        var all = new ParametersView(parameters).Parameter.ToList();
        if (PatchBudget.OfCount(all.Count) is { } tooMany) return tooMany;
        var read = all.Select((p, i) => FhirPathOperation.Read(p, i + 1)).ToList();
        var problems = read.SelectMany(r => r.Problems).ToList();
        return problems.Count > 0 ? Result<FhirPathPatch>.Fail(problems) : new FhirPathPatch([.. read.Select(r => r.Value!)]);
    }

    /// <inheritdoc/>
    private protected override Result<ReadOnlyMemory<byte>> Change(ElementTree resource)
    {
        var document = JsonNodes.Of(resource.Root);
        var state = JsonNodes.Bytes(document);
        var budget = new PatchBudget();
        var steps = Math.Clamp(AllSteps / Math.Max(1, operations.Count), 4_000, 1_000_000);
        foreach (var operation in operations)
        {
            // What stands between two operations need not follow R4: a required element may be deleted here and added there.
            var tree = FhirJson.ReadTrusted(state);
            if (!tree.IsOk) return Result<ReadOnlyMemory<byte>>.Fail(tree.Problems.Select(OfResult));
            var selected = Select(operation, tree.Value.Root, steps);
            if (!selected.IsOk) return Result<ReadOnlyMemory<byte>>.Fail(selected.Problems);
            var editor = new ResourceEditor(document);
            var problem = operation.Type == "insert" && selected.Value.Count == 0 ? Begin(operation, tree.Value.Root, steps, editor) : Apply(operation, selected.Value, editor);
            if (problem is not null) return problem;
            state = JsonNodes.Bytes(document);
            if (state.Length > ReadLimits.Default.MaxBytes || !budget.Look(state.Length)) return PatchBudget.Spent(operation.ToString());
        }

        return state;
    }

    private static Result<IReadOnlyList<FhirElement>> Select(FhirPathOperation operation, FhirElement root, long steps)
    {
        var compiled = FhirPathExpression.Compile(operation.Path, new FhirPathOptions(root.Type));
        if (!compiled.IsOk) return Named(operation, compiled.Problems);
        var items = compiled.Value.Evaluate(root, new FhirPathContext { StepBudget = steps });
        if (!items.IsOk) return Named(operation, items.Problems);
        if (items.Value.Any(i => !i.IsElement || i.Element.Tree != root.Tree)) return operation.Fails("the path selects values that are computed or of another resource; it must select elements of this one");
        return Result<IReadOnlyList<FhirElement>>.Ok([.. items.Value.Select(i => i.Element)]);
    }

    private static Result<IReadOnlyList<FhirElement>> Named(FhirPathOperation operation, IEnumerable<Problem> problems) =>
        Result<IReadOnlyList<FhirElement>>.Fail(problems.Select(p => p with { Diagnostics = $"{operation}: {p.Diagnostics}" }));

    /// <summary>insert in a list that has no items yet: without its last name the path says whose list it is.</summary>
    private static Problem? Begin(FhirPathOperation operation, FhirElement root, long steps, ResourceEditor editor)
    {
        if (operation.List() is not var (owner, name)) return operation.Fails("the path selects nothing, and does not end with the name of a list");
        var owners = owner.Length == 0 ? Result<IReadOnlyList<FhirElement>>.Ok([root]) : Select(operation with { Path = owner }, root, steps);
        if (!owners.IsOk || owners.Value is not [var one]) return operation.Fails("there is no list at this path to insert in: not one element is found that it would be of");
        return editor.Begin(operation with { Name = name }, one);
    }

    private static Problem? Apply(FhirPathOperation operation, IReadOnlyList<FhirElement> selected, ResourceEditor editor)
    {
        switch (operation.Type)
        {
            case "move" when selected.Count == 0:
                return operation.Fails("there is no list at this path to move in");
            case "insert" or "move":
                return editor.List(operation, selected);
            case "delete" when selected.Count == 0:
                return null;
            case "add" or "replace" when selected.Count == 0:
                return operation.Fails("the path selects nothing");
        }

        if (selected.Count > 1) return operation.Fails($"the path selects {selected.Count} elements; it must select one");
        if (operation.Type == "add") return editor.Add(operation, selected[0]);
        if (!selected[0].Parent.Exists) return operation.Fails("the path selects the resource itself; select an element of it");
        if (operation.Type == "replace") return editor.Replace(operation, selected[0]);
        editor.Delete(selected[0]);
        return null;
    }
}
