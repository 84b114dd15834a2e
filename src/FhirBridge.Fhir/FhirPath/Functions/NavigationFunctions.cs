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

    /// <summary>All elements below the items, level by level. NOTE: by place, not by value: equal elements at different places are all there.</summary>
    private static void Descendants(in Call call, Values input, Values output)
    {
        var level = output.Count;
        for (var i = 0; i < input.Count; i++) Navigation.Children(call.E, input[i], output);
        for (; level < output.Count; level++) Navigation.Children(call.E, output[level], output);
    }
}
