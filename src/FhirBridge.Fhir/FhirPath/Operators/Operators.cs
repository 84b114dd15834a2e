namespace FhirBridge.Fhir.FhirPath;

/// <summary>What a binary operator does with its two evaluated sides.</summary>
internal delegate void Operator(Evaluation e, Values left, Values right, Values output);

/// <summary>The binary operators by sign, except logic.</summary>
internal static class Operators
{
    public static Operator Find(string op) => op switch
    {
        "=" => static (e, a, b, output) => output.Add(Equality.Equal(e, a, b)),
        "!=" => static (e, a, b, output) => output.Add(!Equality.Equal(e, a, b)),
        "~" => static (e, a, b, output) => output.Add(Equality.Equivalent(e, a, b)),
        "!~" => static (e, a, b, output) => output.Add(!Equality.Equivalent(e, a, b)),
        "<" => static (e, a, b, output) => output.Add(Ordering.Compare(e, a, b) is { } order ? order < 0 : (bool?)null),
        ">" => static (e, a, b, output) => output.Add(Ordering.Compare(e, a, b) is { } order ? order > 0 : (bool?)null),
        "<=" => static (e, a, b, output) => output.Add(Ordering.Compare(e, a, b) is { } order ? order <= 0 : (bool?)null),
        ">=" => static (e, a, b, output) => output.Add(Ordering.Compare(e, a, b) is { } order ? order >= 0 : (bool?)null),
        "|" => static (e, a, b, output) => CombiningFunctions.Union(e, a, b, output),
        "in" => static (e, a, b, output) => Contains(e, b, a, output),
        "contains" => static (e, a, b, output) => Contains(e, a, b, output),
        "&" => Concatenate,
        "+" => Arithmetic.Add,
        "-" => Arithmetic.Subtract,
        "*" => Arithmetic.Multiply,
        "/" => Arithmetic.Divide,
        "div" => Arithmetic.Div,
        "mod" => Arithmetic.Mod,
        _ => throw new InvalidOperationException($"no rule for {op}"),
    };

    private static void Contains(Evaluation e, Values collection, Values item, Values output)
    {
        if (!Evaluation.Single(item, out var wanted)) return;
        output.Add(Equality.Contains(e, collection, wanted));
    }

    private static void Concatenate(Evaluation e, Values a, Values b, Values output)
    {
        var left = Text(a);
        var right = Text(b);
        e.SpendText((long)left.Length + right.Length);
        output.Add(FhirPathValue.Of(left + right));
    }

    private static string Text(Values values)
    {
        if (!Evaluation.SingleSystem(values, out var value)) return "";
        return value.Kind == FhirPathKind.String ? value.AsString : throw Evaluation.Fault($"& joins Strings, found {value.Type}");
    }
}
