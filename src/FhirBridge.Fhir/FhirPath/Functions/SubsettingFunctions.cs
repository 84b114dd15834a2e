namespace FhirBridge.Fhir.FhirPath;

/// <summary>N1 §5.3 Subsetting and §5.4 Combining.</summary>
internal static class SubsettingFunctions
{
    public static readonly FunctionEntry[] All =
    [
        new("single", 0, 0, static (in call, input, output) =>
        {
            if (Evaluation.Single(input, out var item)) output.Add(item);
        }),
        new("first", 0, 0, static (in call, input, output) => Range(input, 0, 1, output)),
        new("last", 0, 0, static (in call, input, output) => Range(input, input.Count - 1, 1, output)),
        new("tail", 0, 0, static (in call, input, output) => Range(input, 1, input.Count, output)),
        new("skip", 1, 1, static (in call, input, output) => Range(input, Math.Max(call.Integer(0) ?? 0, 0), input.Count, output)),
        new("take", 1, 1, static (in call, input, output) => Range(input, 0, call.Integer(0) ?? 0, output)),
        new("intersect", 1, 1, Intersect),
        new("exclude", 1, 1, Exclude),
        new("union", 1, 1, static (in call, input, output) => CombiningFunctions.Union(call.E, input, call.Values(0), output)),
        new("combine", 1, 2, static (in call, input, output) =>
        {
            output.AddRange(input);
            output.AddRange(call.Values(0));
        }),
    ];

    private static void Range(Values input, int start, int count, Values output)
    {
        for (var i = Math.Max(start, 0); i < input.Count && count > 0; i++, count--) output.Add(input[i]);
    }

    private static void Intersect(in Call call, Values input, Values output)
    {
        var other = call.Values(0);
        var common = call.E.Rent();
        for (var i = 0; i < input.Count; i++)
        {
            if (Equality.Contains(call.E, other, input[i])) common.Add(input[i]);
        }

        CombiningFunctions.Distinct(call.E, common, output);
        call.E.Return(common);
        call.E.Return(other);
    }

    private static void Exclude(in Call call, Values input, Values output)
    {
        var other = call.Values(0);
        for (var i = 0; i < input.Count; i++)
        {
            if (!Equality.Contains(call.E, other, input[i])) output.Add(input[i]);
        }

        call.E.Return(other);
    }
}

/// <summary>What union, distinct and their relatives share.</summary>
internal static class CombiningFunctions
{
    /// <summary>Items without their repetitions, in order of first appearance.</summary>
    public static void Distinct(Evaluation e, Values input, Values output)
    {
        if (input.Count <= 1)
        {
            output.AddRange(input);
            return;
        }

        var seen = new ItemSet(e);
        for (var i = 0; i < input.Count; i++)
        {
            if (seen.Add(input[i])) output.Add(input[i]);
        }
    }

    public static void Union(Evaluation e, Values a, Values b, Values output)
    {
        var both = e.Rent();
        both.AddRange(a);
        both.AddRange(b);
        Distinct(e, both, output);
        e.Return(both);
    }
}
