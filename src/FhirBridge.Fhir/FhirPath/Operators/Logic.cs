namespace FhirBridge.Fhir.FhirPath;

/// <summary>Three-valued logic (N1 §6.5). The right side is not evaluated when the left side decides.</summary>
internal static class Logic
{
    public static Step? Compile(string op, Step left, Step right) => op switch
    {
        "and" => (e, scope, output) => output.Add(And(e, scope, left, right)),
        "or" => (e, scope, output) => output.Add(Or(e, scope, left, right)),
        "xor" => (e, scope, output) => output.Add(Truth(e, scope, left) ^ Truth(e, scope, right)),
        "implies" => (e, scope, output) => output.Add(Implies(e, scope, left, right)),
        _ => null,
    };

    private static bool? And(Evaluation e, Values scope, Step left, Step right)
    {
        var a = Truth(e, scope, left);
        return a is false ? false : a & Truth(e, scope, right);
    }

    private static bool? Or(Evaluation e, Values scope, Step left, Step right)
    {
        var a = Truth(e, scope, left);
        return a is true ? true : a | Truth(e, scope, right);
    }

    private static bool? Implies(Evaluation e, Values scope, Step left, Step right)
    {
        var a = Truth(e, scope, left);
        return a is false ? true : !a | Truth(e, scope, right);
    }

    private static bool? Truth(Evaluation e, Values scope, Step step)
    {
        e.Spend();
        var defined = e.Defined;
        var values = e.Rent();
        step(e, scope, values);
        e.Defined = defined;
        var truth = Evaluation.Truth(values);
        e.Return(values);
        return truth;
    }
}
