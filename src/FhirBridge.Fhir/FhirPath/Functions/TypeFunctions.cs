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
        if (Evaluation.Single(input, out var item)) Select(item, call.Type, output);
    }

    public static void OfType(in Call call, Values input, Values output)
    {
        for (var i = 0; i < input.Count; i++) Select(input[i], call.Type, output);
    }

    /// <summary>
    /// Unlike is(), these take what a FHIR primitive converts to for a System type (https://hl7.org/fhir/R4/fhirpath.html#types: both
    /// <c>as(FHIR.string)</c> and <c>as(System.String)</c> are valid of a name).
    /// </summary>
    private static void Select(in FhirPathValue item, TypeName type, Values output)
    {
        if (FhirTypes.IsSelected(item, type)) output.Add(item);
        else if (item.IsElement && FhirTypes.SystemKind(type) is { } kind && item.System is { } value && value.Kind == kind) output.Add(value);
    }
}
