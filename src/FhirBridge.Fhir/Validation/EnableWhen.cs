namespace FhirBridge.Fhir.Validation;

/// <summary>
/// Which items of a questionnaire are enabled by the answers of a response, in three values.
/// Spec: https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.enableWhen.
/// </summary>
/// <remarks>Conditions look at the answers that are there, not at whether their questions are enabled: cycles of conditions cannot go round.</remarks>
internal sealed class EnableWhen
{
    private readonly FhirElement response;
    private readonly ValidationRun run;
    private readonly Dictionary<string, List<FhirElement>> byLinkId = new(StringComparer.Ordinal);

    internal EnableWhen(FhirElement response, ValidationRun run)
    {
        (this.response, this.run) = (response, run);
        Index(response);
    }

    /// <summary>Is the item enabled?</summary>
    /// <param name="item">The item of the questionnaire.</param>
    /// <param name="around">Where it stands in the response, or would stand: the response, an item or an answer.</param>
    /// <param name="own">The item in the response; does not exist when it was left out.</param>
    internal bool? IsEnabled(FormItem item, FhirElement around, FhirElement own)
    {
        if (item.Conditions.Count == 0) return true;
        var results = item.Conditions.Select(c => Holds(c, Nearest(c.Text("question") ?? "", around, own))).ToList();
        bool? all = results.Contains(false) ? false : results.Contains(null) ? null : true;
        bool? any = results.Contains(true) ? true : results.Contains(null) ? null : false;
        return item.Behavior switch
        {
            "all" => all,
            "any" => any,

            // R4 asks for it where there are several conditions; without it only what both say is known.
            _ => all == any ? all : null,
        };
    }

    private bool? Holds(FhirElement condition, FhirElement source)
    {
        var values = source.Children("answer").TakeWhile(a => run.Spend(a)).Select(a => a["value"]).Where(v => v.Exists).ToList();
        if (run.Budget.IsExhausted) return null;
        var stated = condition["answer"];
        return condition.Text("operator") switch
        {
            "exists" => stated.HasValue ? values.Count > 0 == (stated.Value == "true") : null,
            "=" => Any(values, v => ValueOrder.AreEqual(v, stated)),
            "!=" => !Any(values, v => ValueOrder.AreEqual(v, stated)),
            ">" => Any(values, v => ValueOrder.Compare(v, stated) > 0),
            "<" => Any(values, v => ValueOrder.Compare(v, stated) < 0),
            ">=" => Any(values, v => ValueOrder.Compare(v, stated) >= 0),
            "<=" => Any(values, v => ValueOrder.Compare(v, stated) <= 0),
            _ => null,
        };

        static bool? Any(List<FhirElement> values, Func<FhirElement, bool?> test)
        {
            bool? result = false;
            foreach (var value in values)
            {
                var one = test(value);
                if (one == true) return true;
                if (one is null) result = null;
            }

            return result;
        }
    }

    /// <summary>The occurrence of a question that shares the most of the way from the root, there the last one before the item, else the first one after it.</summary>
    private FhirElement Nearest(string linkId, FhirElement around, FhirElement own)
    {
        if (!byLinkId.TryGetValue(linkId, out var found)) return default;
        var place = own.Exists ? own.NodeNumber : int.MaxValue;
        for (var scope = around; scope.Exists; scope = scope.Parent)
        {
            var (from, end) = (FirstAt(found, scope.NodeNumber), FirstAt(found, scope.Tree!.Nodes[scope.NodeNumber].End));
            if (from < end) return found[Math.Max(from, Math.Min(end, FirstAt(found, place)) - 1)];
            if (scope == response) break;
        }

        return default;
    }

    /// <summary>Index of the first element that does not stand before that node.</summary>
    private static int FirstAt(List<FhirElement> found, int node)
    {
        var (low, high) = (0, found.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (found[middle].NodeNumber < node) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private void Index(FhirElement around)
    {
        foreach (var child in around.Children())
        {
            if (child.Name is not ("item" or "answer")) continue;
            if (child.Name == "item" && child.Text("linkId") is { } linkId)
            {
                if (!byLinkId.TryGetValue(linkId, out var found)) byLinkId.Add(linkId, found = []);
                found.Add(child);
            }

            Index(child);
        }
    }
}
