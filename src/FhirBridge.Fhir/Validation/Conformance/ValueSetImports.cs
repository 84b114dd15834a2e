namespace FhirBridge.Fhir.Validation;

/// <summary>The value sets that one is made of: known ones, and none that is made of this one again. Spec: https://hl7.org/fhir/R4/valueset.html#composition.</summary>
internal static class ValueSetImports
{
    // More value sets than any is made of.
    private const int MaxSets = 2_000;

    internal static void Check(FhirElement resource, Definitions definitions, ValidationRun run)
    {
        var url = resource.Text("url");
        foreach (var import in Imports(resource))
        {
            if (import.Value!.StartsWith('#'))
            {
                if (ContainedResources.Find(resource, import.Value).Type != "ValueSet") run.Report(Problems.UnknownReference.With($"the value set '{import.Value}' is not contained here", import.Path));
            }
            else if (definitions.FindEntry("ValueSet", import.Value) is null && definitions.Terminology.FindValueSet(import.Value) is null)
            {
                if (definitions.FindEntry("CodeSystem", import.Value) is not null) run.Report(Problems.InvalidDefinition.With($"'{import.Value}' is a code system: it is named as system, not as valueSet", import.Path));
                else run.Report(Problems.Unverified.With($"the value set '{import.Value}' is not known here: what it adds is not known either", import.Path));
            }
            else if (url is not null && Way(import.Value, url, definitions) is { } way)
            {
                run.Report(Problems.Circular.With($"the value set is made of itself: {string.Join(" → ", way.Prepend(url))}", import.Path));
            }
        }
    }

    private static IEnumerable<FhirElement> Imports(FhirElement set) =>
        set["compose"].Children().Where(c => c.Name is "include" or "exclude").SelectMany(p => p.Children("valueSet")).Where(v => v.HasValue);

    /// <summary>The value sets from one to the sought one, both included; null when there is no way.</summary>
    private static List<string>? Way(string from, string to, Definitions definitions)
    {
        var cameFrom = new Dictionary<string, string>(StringComparer.Ordinal) { [Url(from)] = "" };
        var open = new Queue<string>([Url(from)]);
        while (open.TryDequeue(out var at) && cameFrom.Count < MaxSets)
        {
            if (at == to)
            {
                var way = new List<string>();
                for (var step = at; step.Length > 0; step = cameFrom[step]) way.Insert(0, step);
                return way;
            }

            foreach (var next in Imports(definitions.FindResource("ValueSet", at)).Select(v => Url(v.Value!)))
            {
                if (cameFrom.TryAdd(next, at)) open.Enqueue(next);
            }
        }

        return null;
    }

    // All versions of a value set are taken for one: a set that is made of an older version of itself is not to be told from one that is made of itself.
    private static string Url(string canonical)
    {
        var bar = canonical.LastIndexOf('|');
        return bar < 0 ? canonical : canonical[..bar];
    }
}
