namespace FhirBridge.Fhir.FhirPath;

/// <summary>Steps from items to their children.</summary>
internal static class Navigation
{
    /// <summary>A name at the start of a path: a child of <c>$this</c>.</summary>
    public static Step ChildStep(string name) => (e, scope, output) => Children(e, scope, name, output);

    /// <summary>A capitalised name at the start of a path: <c>$this</c> itself when it is of that type, else a child (N1 §3 Path selection, §10.1 Models).</summary>
    public static Step RootStep(string name) => (e, scope, output) =>
    {
        for (var i = 0; i < scope.Count; i++)
        {
            ref readonly var item = ref scope[i];
            if (item.IsElement && item.Element.Type is { } type && FhirTypes.IsA(type, name)) output.Add(item);
            else Children(e, item, name, output);
        }
    };

    public static void Children(Evaluation e, Values input, string name, Values output)
    {
        for (var i = 0; i < input.Count; i++) Children(e, input[i], name, output);
    }

    /// <summary>The children of that definition name. NOTE: not by <see cref="FhirElement.Children(string)"/>, which also knows <c>valueQuantity</c>; FHIRPath does not.</summary>
    private static void Children(Evaluation e, in FhirPathValue item, string name, Values output)
    {
        e.Spend();
        if (item.Kind != FhirPathKind.Element)
        {
            OfSystem(item, name, output);
            return;
        }

        if (item.Tree is not { } tree) return;
        var nodes = tree.Nodes;
        var end = nodes[item.NodeNumber].End;
        if (name == "value" && item.Element.HasValue)
        {
            // R4: a primitive has a child named value, of the System type.
            output.Add(item.System!.Value);
            return;
        }

        // Of what the definitions know, an element that does not repeat stands once (of a choice, a resource that breaks R4 may have several).
        var typed = nodes[item.NodeNumber].DefinitionPath is not null;
        var passed = 0;
        for (var n = item.NodeNumber + 1; n < end; n = nodes[n].End)
        {
            // To pass a node by is far cheaper than to take it: %resource.type behind a thousand entries, asked for each of them, must be possible.
            if (++passed % 16 == 0) e.Spend();
            if (!string.Equals(nodes[n].Name, name, StringComparison.Ordinal)) continue;
            e.Spend();
            output.Add(FhirPathValue.Node(tree, n));
            if (typed && nodes[n].Index < 0 && string.Equals(nodes[n].SourceName, name, StringComparison.Ordinal)) return;
        }
    }

    /// <summary>All children.</summary>
    public static void Children(Evaluation e, in FhirPathValue item, Values output)
    {
        if (item.Tree is not { } tree) return;
        var nodes = tree.Nodes;
        var end = nodes[item.NodeNumber].End;
        for (var n = item.NodeNumber + 1; n < end; n = nodes[n].End)
        {
            e.Spend();
            output.Add(FhirPathValue.Node(tree, n));
        }
    }

    private static void OfSystem(in FhirPathValue item, string name, Values output)
    {
        switch (item.Kind, name)
        {
            case (FhirPathKind.Quantity, "value"):
                output.Add(FhirPathValue.Of(item.AsQuantity.Value));
                break;
            case (FhirPathKind.Quantity, "unit"):
                output.Add(FhirPathValue.Of(item.AsQuantity.Unit));
                break;
            case (FhirPathKind.Type, "namespace"):
                output.Add(FhirPathValue.Of(item.AsType.Namespace));
                break;
            case (FhirPathKind.Type, "name"):
                output.Add(FhirPathValue.Of(item.AsType.Name));
                break;
            case (FhirPathKind.Type, "baseType") when FhirTypes.BaseOf(item.AsType) is { } ancestor:
                output.Add(FhirPathValue.Of(ancestor));
                break;
        }
    }
}
