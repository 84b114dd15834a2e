namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// Makes the snapshot of a StructureDefinition that has a differential only: the elements of its base with what the differential states, datatypes and
/// profiles of types unfolded where the differential reaches into them. One run per object; not thread-safe.
/// </summary>
/// <remarks>Spec: https://hl7.org/fhir/R4/profiling.html#snapshot. Bounded in elements, depth and bytes, whatever definitions say of each other.</remarks>
internal sealed partial class SnapshotGenerator
{
    private const string Types = "http://hl7.org/fhir/StructureDefinition/";

    // Definitions that build on each other this often are a circle.
    private const int MaxOpen = 30;

    private const int MaxElements = 60_000;

    private const int MaxSlices = 5_000;

    private const int MaxFaults = 50;

    private const int MaxBytes = 20_000_000;

    private readonly Definitions definitions;
    private readonly Dictionary<string, Result<SnapshotNode>> trees = new(StringComparer.Ordinal);
    private readonly HashSet<string> open = new(StringComparer.Ordinal);
    private readonly List<DifferentialFault> faults = [];
    private readonly Dictionary<SnapshotNode, FhirElement> origins = [];
    private readonly HashSet<SnapshotNode> newSlices = [];
    private int elements;

    // The profile that an element reaches into while its own snapshot is being made.
    private string? circle;

    private SnapshotGenerator(Definitions definitions) => this.definitions = definitions;

    /// <summary>
    /// The StructureDefinition with a snapshot; itself when it has one. What a differential states against its base is not done and accompanies the result
    /// as <c>InvalidProfile</c>, with profile and element.
    /// </summary>
    /// <remarks>
    /// Fails with <c>InvalidProfile</c> when there is no telling what is meant: no differential, an unknown or circular base, an unknown path, a slice of
    /// what is not sliced; with <c>ExpressionBudget</c> when it takes too much.
    /// </remarks>
    internal static Result<FhirElement> WithSnapshot(FhirElement structureDefinition, Definitions definitions) =>
        structureDefinition["snapshot"].Exists ? structureDefinition : new SnapshotGenerator(definitions).Run(structureDefinition);

    /// <summary>As <see cref="WithSnapshot"/>, whether it has a snapshot or not.</summary>
    internal static Result<FhirElement> Regenerate(FhirElement structureDefinition, Definitions definitions) => new SnapshotGenerator(definitions).Run(structureDefinition);

    /// <summary>
    /// As <see cref="Regenerate"/>, with all that the differential states against its base, each with its element. Where a definition states a snapshot alone, that is taken for what it states.
    /// </summary>
    internal static SnapshotJudgement Judge(FhirElement structureDefinition, Definitions definitions)
    {
        var generator = new SnapshotGenerator(definitions);
        var made = generator.Run(structureDefinition, out var tree);
        var stated = new Dictionary<string, FhirElement>(StringComparer.Ordinal);
        if (tree is not null)
        {
            foreach (var (node, id, _) in tree.WithIds())
            {
                if (generator.origins.TryGetValue(node, out var element)) stated[id] = element;
            }
        }

        return new SnapshotJudgement(made, generator.faults, stated);
    }

    private Result<FhirElement> Run(FhirElement source) => Run(source, out _);

    private Result<FhirElement> Run(FhirElement source, out SnapshotNode? made)
    {
        if (source.Text("url") is { } url) open.Add(url);
        var tree = Generate(source);
        made = tree.Value;
        if (!tree.IsOk) return Result<FhirElement>.Fail(tree.Problems);
        if (SnapshotWriter.Write(source, tree.Value, MaxBytes) is not { } json) return TooMuch(source);
        var read = FhirJson.ReadTrusted(json);
        return read.IsOk ? Result<FhirElement>.Ok(read.Value.Root, [.. faults.Select(f => f.Problem)]) : Result<FhirElement>.Fail(read.Problems);
    }

    /// <summary>The elements of the definition of that canonical, from its snapshot where it has one.</summary>
    private Result<SnapshotNode> TreeOf(string canonical)
    {
        if (trees.TryGetValue(canonical, out var known)) return known;
        var source = definitions.FindResource("StructureDefinition", canonical);
        var url = source.Text("url") ?? canonical;
        if (!source.Exists) return Problems.InvalidProfile.With($"the profile '{Shown(canonical)}' is unknown");
        if (open.Count > MaxOpen || !open.Add(url)) return Unusable(source, "its bases lead in a circle");
        var tree = source["snapshot"] is { Exists: true } snapshot ? Read(source, snapshot) : Generate(source);
        open.Remove(url);

        // What failed because it is open may succeed when it is not.
        if (tree.IsOk) trees[canonical] = tree;
        return tree;
    }

    private Result<SnapshotNode> Generate(FhirElement source)
    {
        var differential = source["differential"];
        if (!differential.Exists) differential = source["snapshot"];
        if (!differential.Exists) return Unusable(source, "it has neither snapshot nor differential");
        if (source.Text("type") is not { } type) return Unusable(source, "it names no type");
        var name = type[(type.LastIndexOf('/') + 1)..];
        var found = Basis(source, name);
        if (!found.IsOk) return found;
        var basis = source.Text("baseDefinition") is { } url ? definitions.FindResource("StructureDefinition", url) : default;
        var isSpecialisation = source.Text("derivation") is "specialization" or null && basis.Text("type") != type;
        if (!isSpecialisation && basis.Text("type") != type) return Unusable(source, $"its base '{Shown(basis.Text("url") ?? "")}' is about {basis.Text("type") ?? "nothing"}");
        if (Copy(found.Value, name, null) is not { } root) return TooMuch(source);
        if (isSpecialisation) root.Replace("base");
        var unusable = Apply(source, differential, root, isSpecialisation);
        return unusable.Count > 0 ? Result<SnapshotNode>.Fail(unusable) : root;
    }

    private Result<SnapshotNode> Basis(FhirElement source, string name)
    {
        // Base is no StructureDefinition of R4: it is above all types, and has no elements.
        if (source.Text("baseDefinition") is not { } url) return source.Text("derivation") == "constraint" ? Unusable(source, "it has no snapshot and no base") : new SnapshotNode(name, null, []);
        if (url == Types + "Base") return new SnapshotNode(name, null, []);
        if (!definitions.FindResource("StructureDefinition", url).Exists) return Unusable(source, $"its base '{Shown(url)}' is unknown");
        return TreeOf(url);
    }

    /// <summary>The tree of a published snapshot; empty nodes stand for elements that it passes over.</summary>
    private Result<SnapshotNode> Read(FhirElement source, FhirElement snapshot)
    {
        var name = source.Text("type") is { } type ? type[(type.LastIndexOf('/') + 1)..] : "";
        var root = new SnapshotNode(name, null, []);
        foreach (var (element, address) in ElementAddress.Of(snapshot, name))
        {
            if (address is null) return Unusable(source, "its elements are not those of its type");
            var node = root;
            foreach (var step in address)
            {
                if (!Spend(1)) return TooMuch(source);
                node = node.Child(step.Name) ?? node.Add(new SnapshotNode(step.Name, null, []));
                if (step.Slice is not null) node = node.Slice(step.Slice) ?? Outer(node, step.Slice).AddSlice(new SnapshotNode(step.Name, step.Slice, []));
            }

            node.Properties = [.. element.Children().Where(c => c.Name is not ("id" or "path" or "sliceName" or "mapping"))];
        }

        return root;
    }

    /// <summary>What a slice is a slice of: the element, or the slice that its own name starts with.</summary>
    private static SnapshotNode Outer(SnapshotNode sliced, string slice) => slice.LastIndexOf('/') is > 0 and var slash ? sliced.Slice(slice[..slash]) ?? sliced : sliced;

    /// <summary>A copy with all that is below, under another name where that is the root of a type; null at the end of the budget.</summary>
    private SnapshotNode? Copy(SnapshotNode node, string name, string? slice, bool withSlices = true)
    {
        if (!Spend(1)) return null;
        var copy = new SnapshotNode(name, slice, node.Properties);
        if (!CopyChildren(node, copy)) return null;
        if (!withSlices) return copy;
        foreach (var own in node.Slices)
        {
            if (Copy(own, own.Name, own.SliceName) is not { } below) return null;
            copy.AddSlice(below);
        }

        return copy;
    }

    private bool CopyChildren(SnapshotNode from, SnapshotNode to)
    {
        foreach (var child in from.Children)
        {
            if (Copy(child, child.Name, null) is not { } below) return false;
            to.Add(below);
        }

        return true;
    }

    private bool Spend(int count) => (elements += count) <= MaxElements;

    private static Problem Unusable(FhirElement source, string why, string? element = null) =>
        Problems.InvalidProfile.With($"the profile '{Shown(source.Text("url") ?? "")}' cannot be used: {why}", element is null ? null : Shown(element));

    private static Problem TooMuch(FhirElement source) => Problems.ExpressionBudget.With($"the snapshot of '{Shown(source.Text("url") ?? "")}' takes more elements than it may");

    private static string Shown(string text) => text.Length > 200 ? text[..200] : text;
}
