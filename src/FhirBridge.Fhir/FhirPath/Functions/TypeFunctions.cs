namespace FhirBridge.Fhir.FhirPath;

/// <summary>N1 §6.3 Types and §10 reflection.</summary>
internal static class TypeFunctions
{
    public static readonly FunctionEntry[] All =
    [
        new("is", 1, 1, Is, TakesType: true),
        new("as", 1, 1, As, TakesType: true),
        new("type", 0, 0, static (in call, input, output) =>
        {
            for (var i = 0; i < input.Count; i++) output.Add(FhirPathValue.Of(input[i].Type));
        }),
    ];

    public static void Is(in Call call, Values input, Values output)
    {
        if (Evaluation.Single(input, out var item)) output.Add(FhirTypes.IsA(item, call.Type));
    }

    public static void As(in Call call, Values input, Values output)
    {
        if (Evaluation.Single(input, out var item) && FhirTypes.IsSelected(item, call.Type)) output.Add(item);
    }

    public static void OfType(in Call call, Values input, Values output)
    {
        for (var i = 0; i < input.Count; i++)
        {
            if (FhirTypes.IsSelected(input[i], call.Type)) output.Add(input[i]);
        }
    }
}
