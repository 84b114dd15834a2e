namespace FhirBridge.Fhir.FhirPath;

/// <summary>What a function is called with: its argument steps, the scope they are evaluated in, and the type argument of is/as/ofType.</summary>
internal readonly record struct Call(Evaluation E, Values Scope, Step[] Steps, TypeName Type)
{
    public int Count => Steps.Length;

    /// <summary>An argument as a collection; the caller may return it to the evaluation.</summary>
    public Values Values(int index)
    {
        var values = E.Rent();
        Evaluate(index, Scope, values);
        return values;
    }

    /// <summary>An argument as a single System value; false when it is empty.</summary>
    public bool Value(int index, out FhirPathValue value)
    {
        var values = Values(index);
        var found = Evaluation.SingleSystem(values, out value);
        E.Return(values);
        return found;
    }

    /// <summary>An argument as a text; null when it is empty.</summary>
    public string? Text(int index)
    {
        if (!Value(index, out var value)) return null;
        return value.Kind == FhirPathKind.String ? value.AsString : throw Evaluation.Fault($"expected a String as argument, found {value.Type}");
    }

    /// <summary>An argument as an integer; null when it is empty.</summary>
    public int? Integer(int index)
    {
        if (!Value(index, out var value)) return null;
        return value.Kind is FhirPathKind.Integer or FhirPathKind.Long && value.AsLong is >= int.MinValue and <= int.MaxValue
            ? (int)value.AsLong
            : throw Evaluation.Fault($"expected an Integer as argument, found {value.Type}");
    }

    /// <summary>An argument as a decimal; null when it is empty.</summary>
    public decimal? Number(int index)
    {
        if (!Value(index, out var value)) return null;
        return value.IsNumber ? value.AsDecimal : throw Evaluation.Fault($"expected a number as argument, found {value.Type}");
    }

    /// <summary>Evaluates a lambda argument for one item of the input, with <c>$this</c> and <c>$index</c>.</summary>
    public void Lambda(int index, Values item, int position, Values output)
    {
        var outer = E.Index;
        E.Index = position;
        E.Spend();
        Evaluate(index, item, output);
        E.Index = outer;
    }

    /// <summary>Evaluates an argument against a scope of its own; variables that are defined in it end with it.</summary>
    public void Evaluate(int index, Values scope, Values output)
    {
        var defined = E.Defined;
        Steps[index](E, scope, output);
        E.Defined = defined;
    }
}

/// <summary>A function of the language: reads its input (what stands before the dot) and appends to the output.</summary>
internal delegate void Function(in Call call, Values input, Values output);

/// <summary>A row of the function table.</summary>
/// <param name="Name">Name in expressions.</param>
/// <param name="Min">Fewest arguments.</param>
/// <param name="Max">Most arguments.</param>
/// <param name="Body">What it does.</param>
/// <param name="TakesType">The argument is a type, not an expression.</param>
internal sealed record FunctionEntry(string Name, int Min, int Max, Function Body, bool TakesType = false);
