namespace FhirBridge.Fhir.FhirPath;

/// <summary>sort() of the later text: by the items themselves or by keys, each ascending or descending; nothing comes before something.</summary>
internal static class Sorting
{
    public static void Sort(in Call call, Values input, bool[] descending, Values output)
    {
        var rows = new (FhirPathValue?[] Keys, int Place)[input.Count];
        for (var i = 0; i < input.Count; i++) rows[i] = (Keys(call, input[i], i), i);
        var evaluation = call.E;
        evaluation.Spend((long)input.Count * 16);
        try
        {
            // The place decides last, so that equal keys keep their order.
            Array.Sort(rows, (a, b) => Compare(evaluation, a.Keys, b.Keys, descending) is not 0 and var order ? order : a.Place.CompareTo(b.Place));
        }
        catch (InvalidOperationException e) when (e.InnerException is EvaluationException inner)
        {
            throw new EvaluationException(inner.Message, inner.Kind);
        }

        foreach (var (_, place) in rows) output.Add(input[place]);
    }

    private static FhirPathValue?[] Keys(in Call call, in FhirPathValue item, int place)
    {
        var scope = call.E.Rent();
        var found = call.E.Rent();
        scope.Add(item);
        var keys = new FhirPathValue?[Math.Max(call.Count, 1)];
        for (var k = 0; k < keys.Length; k++)
        {
            found.Clear();
            if (call.Count > 0) call.Lambda(k, scope, place, found);
            else found.Add(item);
            keys[k] = Evaluation.SingleSystem(found, out var value) ? value : null;
        }

        call.E.Return(found);
        call.E.Return(scope);
        return keys;
    }

    private static int Compare(Evaluation e, FhirPathValue?[] a, FhirPathValue?[] b, bool[] descending)
    {
        for (var k = 0; k < a.Length; k++)
        {
            var order = (a[k], b[k]) switch
            {
                (null, null) => 0,
                (null, _) => -1,
                (_, null) => 1,
                ({ } x, { } y) => Ordering.Compare(e, x, y) ?? 0,
            };
            if (order != 0) return k < descending.Length && descending[k] ? -order : order;
        }

        return 0;
    }
}
