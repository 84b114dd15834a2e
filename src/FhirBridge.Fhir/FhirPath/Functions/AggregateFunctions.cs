namespace FhirBridge.Fhir.FhirPath;

/// <summary>N1 §7 Aggregates, with sum, min, max and avg of the later text, which are shorthands of it.</summary>
internal static class AggregateFunctions
{
    public static readonly FunctionEntry[] All =
    [
        new("aggregate", 1, 2, Aggregate),
        new("sum", 0, 0, static (in call, input, output) => Fold(call.E, input, Arithmetic.Add, output)),
        new("min", 0, 0, static (in call, input, output) => Extreme(call.E, input, -1, output)),
        new("max", 0, 0, static (in call, input, output) => Extreme(call.E, input, 1, output)),
        new("avg", 0, 0, Average),
    ];

    private static void Aggregate(in Call call, Values input, Values output)
    {
        var outer = call.E.Total;
        var total = new Values();
        if (call.Count > 1) total.AddRange(call.Values(1));
        var item = call.E.Rent();
        for (var i = 0; i < input.Count; i++)
        {
            item.Set(input[i]);
            call.E.Total = total;
            var next = new Values();
            call.Lambda(0, item, i, next);
            total = next;
        }

        call.E.Total = outer;
        call.E.Return(item);
        output.AddRange(total);
    }

    private static void Fold(Evaluation e, Values input, Operator op, Values output)
    {
        if (!AllHaveValues(input)) return;
        var total = new Values();
        total.Add(input[0]);
        var item = new Values();
        for (var i = 1; i < input.Count; i++)
        {
            item.Set(input[i]);
            var next = new Values();
            op(e, total, item, next);
            total = next;
        }

        if (Evaluation.SingleSystem(total, out var value)) output.Add(value);
    }

    private static void Average(in Call call, Values input, Values output)
    {
        var sum = new Values();
        Fold(call.E, input, Arithmetic.Add, sum);
        var count = new Values();
        count.Add(FhirPathValue.Of((decimal)input.Count));
        Arithmetic.Divide(call.E, sum, count, output);
    }

    private static void Extreme(Evaluation e, Values input, int sign, Values output)
    {
        if (!AllHaveValues(input)) return;
        var best = input[0].System!.Value;
        for (var i = 1; i < input.Count; i++)
        {
            var next = input[i].System!.Value;
            if (Ordering.Compare(e, next, best) is not { } order) return;
            if (Math.Sign(order) == sign) best = next;
        }

        output.Add(best);
    }

    private static bool AllHaveValues(Values input)
    {
        for (var i = 0; i < input.Count; i++)
        {
            if (input[i].System is not null) continue;
            if (FhirTypes.IsValueless(input[i].Element)) return false;
            throw Evaluation.Fault($"{input[i].Type} cannot be aggregated");
        }

        return input.Count > 0;
    }
}
