namespace FhirBridge.Fhir.FhirPath;

/// <summary>N1 §5.1 Existence.</summary>
internal static class ExistenceFunctions
{
    public static readonly FunctionEntry[] All =
    [
        new("empty", 0, 0, static (in call, input, output) => output.Add(input.Count == 0)),
        new("exists", 0, 1, Exists),
        new("all", 1, 1, AllHold),
        new("allTrue", 0, 0, static (in call, input, output) => output.Add(Count(input, true) == input.Count)),
        new("anyTrue", 0, 0, static (in call, input, output) => output.Add(Count(input, true) > 0)),
        new("allFalse", 0, 0, static (in call, input, output) => output.Add(Count(input, false) == input.Count)),
        new("anyFalse", 0, 0, static (in call, input, output) => output.Add(Count(input, false) > 0)),
        new("subsetOf", 1, 1, static (in call, input, output) => output.Add(Subset(call.E, input, call.Values(0)))),
        new("supersetOf", 1, 1, static (in call, input, output) => output.Add(Subset(call.E, call.Values(0), input))),
        new("count", 0, 0, static (in call, input, output) => output.Add(FhirPathValue.Of(input.Count))),
        new("distinct", 0, 0, static (in call, input, output) => CombiningFunctions.Distinct(call.E, input, output)),
        new("isDistinct", 0, 0, IsDistinct),
    ];

    private static void Exists(in Call call, Values input, Values output)
    {
        if (call.Count == 0)
        {
            output.Add(input.Count > 0);
            return;
        }

        var kept = call.E.Rent();
        FilteringFunctions.Where(call, input, kept);
        output.Add(kept.Count > 0);
        call.E.Return(kept);
    }

    private static void AllHold(in Call call, Values input, Values output)
    {
        var item = call.E.Rent();
        var result = call.E.Rent();
        var all = true;
        for (var i = 0; i < input.Count && all; i++)
        {
            item.Set(input[i]);
            result.Clear();
            call.Lambda(0, item, i, result);
            all = Evaluation.Truth(result) is true;
        }

        call.E.Return(result);
        call.E.Return(item);
        output.Add(all);
    }

    private static int Count(Values input, bool wanted)
    {
        var count = 0;
        for (var i = 0; i < input.Count; i++)
        {
            if (input[i].System is not { Kind: FhirPathKind.Boolean } value) throw Evaluation.Fault($"expected Booleans, found {input[i].Type}");
            if (value.AsBoolean == wanted) count++;
        }

        return count;
    }

    private static bool Subset(Evaluation e, Values part, Values whole)
    {
        for (var i = 0; i < part.Count; i++)
        {
            if (!Equality.Contains(e, whole, part[i])) return false;
        }

        return true;
    }

    private static void IsDistinct(in Call call, Values input, Values output)
    {
        var distinct = call.E.Rent();
        CombiningFunctions.Distinct(call.E, input, distinct);
        output.Add(distinct.Count == input.Count);
        call.E.Return(distinct);
    }
}
