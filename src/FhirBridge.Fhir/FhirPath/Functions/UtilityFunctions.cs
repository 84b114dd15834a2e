namespace FhirBridge.Fhir.FhirPath;

/// <summary>N1 §5.9 Utility, with sort, comparable, coalesce and defineVariable of the later text.</summary>
internal static class UtilityFunctions
{
    public static readonly FunctionEntry[] All =
    [
        new("trace", 1, 2, Trace),
        new("now", 0, 0, static (in call, input, output) => output.Add(FhirPathValue.Of(FhirPathTemporal.OfInstant(call.E.Now)))),
        new("today", 0, 0, static (in call, input, output) => output.Add(FhirPathValue.Of(FhirPathTemporal.OfInstant(call.E.Now).AsDate()))),
        new("timeOfDay", 0, 0, static (in call, input, output) => output.Add(FhirPathValue.Of(FhirPathTemporal.OfInstant(call.E.Now).AsTime()))),
        new("not", 0, 0, static (in call, input, output) => output.Add(!Evaluation.Truth(input))),
        new("comparable", 1, 1, Comparable),
        new("defineVariable", 1, 2, DefineVariable),
        new("coalesce", 1, 100, Coalesce),
        new("sort", 0, 10, static (in call, input, output) => Sorting.Sort(call, input, [], output)),
    ];

    private static void Trace(in Call call, Values input, Values output)
    {
        output.AddRange(input);
        if (call.E.Context.Trace is not { } sink || call.Text(0) is not { } name) return;
        if (call.Count == 1)
        {
            sink(name, input.ToArray());
            return;
        }

        var item = call.E.Rent();
        var traced = call.E.Rent();
        for (var i = 0; i < input.Count; i++)
        {
            item.Set(input[i]);
            call.Lambda(1, item, i, traced);
        }

        sink(name, traced.ToArray());
        call.E.Return(traced);
        call.E.Return(item);
    }

    /// <summary>Of the later text: the first argument that is not empty; those behind it are not evaluated.</summary>
    private static void Coalesce(in Call call, Values input, Values output)
    {
        var before = output.Count;
        for (var i = 0; i < call.Count && output.Count == before; i++) call.Evaluate(i, call.Scope, output);
    }

    /// <summary>Of the later text: names the input, or what an expression makes of it, for what follows; passes the input on.</summary>
    private static void DefineVariable(in Call call, Values input, Values output)
    {
        var name = call.Text(0) ?? throw Evaluation.Fault("defineVariable() takes a name, found nothing");
        if (Variables.IsTaken(call.E, name)) throw Evaluation.Fault($"the variable %{name} is defined already");
        var items = input;
        if (call.Count > 1) call.Evaluate(1, input, items = call.E.Rent());
        call.E.Spend(1 + items.Count);
        call.E.Defined = new(name, items.ToArray(), call.E.Defined);
        if (call.Count > 1) call.E.Return(items);
        output.AddRange(input);
    }

    private static void Comparable(in Call call, Values input, Values output)
    {
        if (!Evaluation.SingleSystem(input, out var a) || !call.Value(0, out var b)) return;
        if (Equality.Quantities(a, b) is not var (p, q))
        {
            if (!a.IsNumber || !b.IsNumber) throw Evaluation.Fault($"comparable() takes quantities, found {a.Type} and {b.Type}");
            output.Add(true);
            return;
        }

        output.Add(p.CompareTo(q) is not null);
    }
}
