namespace FhirBridge.Fhir.FhirPath;

/// <summary>N1 §5.8 Tree navigation.</summary>
internal static class NavigationFunctions
{
    public static readonly FunctionEntry[] All =
    [
        new("children", 0, 0, static (in call, input, output) =>
        {
            for (var i = 0; i < input.Count; i++) Navigation.Children(call.E, input[i], output);
        }),
        new("descendants", 0, 0, Descendants),
    ];

    /// <summary>All elements below each item. NOTE: by place, not by value as repeat(children()) would have it: equal elements at different places are all there.</summary>
    private static void Descendants(in Call call, Values input, Values output)
    {
        for (var i = 0; i < input.Count; i++)
        {
            if (input[i].Tree is not { } tree) continue;
            var end = tree.Nodes[input[i].NodeNumber].End;
            call.E.Spend(end - input[i].NodeNumber);
            for (var n = input[i].NodeNumber + 1; n < end; n++) output.Add(FhirPathValue.Node(tree, n));
        }
    }
}
