namespace FhirBridge.Fhir.Validation;

/// <summary>A ConceptMap against the code systems and value sets that it maps between. Spec: https://hl7.org/fhir/R4/conceptmap.html.</summary>
internal sealed class ConceptMapRules : IResourceRules
{
    // More maps than any leads on to.
    private const int MaxMaps = 200;

    /// <inheritdoc/>
    public string Type => "ConceptMap";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        var definitions = run.Proposed(resource);
        foreach (var set in new[] { resource["source"], resource["target"] }) Set(set, resource, definitions, run);
        foreach (var group in resource.Children("group"))
        {
            var (source, target) = (System(group, "source", definitions, run), System(group, "target", definitions, run));
            if (!group["source"].Exists && !resource["source"].Exists) run.Report(Problems.Questionable.With("neither the group nor the map says which code system the mapped codes are from", group.Path));
            if (!group["target"].Exists && !resource["target"].Exists && group.Children("element").Any(e => e["target"]["code"].Exists)) run.Report(Problems.Questionable.With("neither the group nor the map says which code system is mapped to", group.Path));
            Elements(resource, group, source, target, definitions, run);
            if (group["unmapped"] is { Exists: true } unmapped) Unmapped(resource, unmapped, target, definitions, run);
        }
    }

    private static void Set(FhirElement set, FhirElement resource, Definitions definitions, ValidationRun run)
    {
        if (set.Value is not { Length: > 0 } canonical) return;
        if (canonical[0] == '#')
        {
            if (ContainedResources.Find(resource, canonical).Type != "ValueSet") run.Report(Problems.UnknownReference.With($"the value set '{canonical}' is not contained here", set.Path));
        }
        else if (definitions.FindEntry("ValueSet", canonical) is null && definitions.Terminology.FindValueSet(canonical) is null)
        {
            var why = definitions.FindEntry("CodeSystem", canonical) is null ? $"the value set '{canonical}' is not known here" : $"'{canonical}' is a code system; a map is between value sets, and its groups name the code systems";
            run.Report(Problems.Unverified.With(why, set.Path));
        }
    }

    private static CodeSystemContent? System(FhirElement group, string name, Definitions definitions, ValidationRun run)
    {
        var system = group[name];
        if (!system.HasValue || ValueSetRules.IsNoSystem(system.Value, system, definitions, run)) return null;
        return definitions.Terminology.FindCodeSystem(system.Value, group.Text(name + "Version"));
    }

    private static void Elements(FhirElement map, FhirElement group, CodeSystemContent? source, CodeSystemContent? target, Definitions definitions, ValidationRun run)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in group.Children("element"))
        {
            if (element.Text("code") is { } code && !seen.Add(code)) run.Report(Problems.Questionable.With($"the code '{code}' is mapped already: all its targets belong to one element", element.Path));
            Code(element, source, run);
            InSet(element, map["source"].Value, group.Text("source"), definitions, run);
            foreach (var one in element.Children("target"))
            {
                Code(one, target, run);
                InSet(one, map["target"].Value, group.Text("target"), definitions, run);
                Equivalence(one, run);
                foreach (var further in one.Children("dependsOn").Concat(one.Children("product"))) Further(further, definitions, run);
            }
        }
    }

    private static void Code(FhirElement element, CodeSystemContent? system, ValidationRun run)
    {
        if (system is null || element["code"] is not { HasValue: true } code) return;
        if (system.Find(code.Value) is not { } concept)
        {
            if (system.IsComplete) run.Report(MissingCode.In(system, run).With($"the code system '{system.Url}' has no code '{code.Value}'", code.Path));
        }
        else if (element["display"] is { HasValue: true } display && concept.Display is { } stated && !CodingRule.IsDisplay(display.Value, stated, concept))
        {
            run.Report(Problems.CodeAdvised.With($"the display of {code.Value} is '{stated}' in '{system.Url}', found '{display.Value}'", display.Path));
        }
    }

    private static void InSet(FhirElement element, string? set, string? system, Definitions definitions, ValidationRun run)
    {
        if (set is null || system is null || element["code"] is not { HasValue: true } code) return;
        if (definitions.Terminology.Contains(set, new Coding(system, code.Value)) == false) run.Report(Problems.Questionable.With($"the code '{code.Value}' is not in the value set '{set}' that the map is about", code.Path));
    }

    private static void Equivalence(FhirElement target, ValidationRun run)
    {
        var (equivalence, code) = (target.Text("equivalence"), target["code"]);
        if (equivalence is "unmatched" && code.Exists) run.Report(Problems.Questionable.With("'unmatched' says that there is no match, and a code is given as one", target.Path));
        else if (equivalence is not (null or "unmatched" or "disjoint") && !code.Exists) run.Report(Problems.Questionable.With($"'{equivalence}' says how the target fits, and there is no target code", target.Path));
    }

    private static void Further(FhirElement further, Definitions definitions, ValidationRun run)
    {
        if (further.Text("system") is not { } system || further["value"] is not { HasValue: true } value) return;
        if (definitions.Terminology.FindCodeSystem(system) is { IsComplete: true } known && known.Find(value.Value) is null) run.Report(MissingCode.In(known, run).With($"the code system '{system}' has no code '{value.Value}'", value.Path));
    }

    private static void Unmapped(FhirElement map, FhirElement unmapped, CodeSystemContent? target, Definitions definitions, ValidationRun run)
    {
        var mode = unmapped.Text("mode");
        if (mode == "fixed") Code(unmapped, target, run);
        else if (unmapped["code"].Exists) run.Report(Problems.Questionable.With($"a code for what is not mapped belongs to the mode 'fixed', not to '{mode}'", unmapped["code"].Path));
        if (unmapped["url"] is not { HasValue: true } url) return;
        if (mode != "other-map") run.Report(Problems.Questionable.With($"another map belongs to the mode 'other-map', not to '{mode}'", url.Path));
        else if (LeadsBack(map.Text("url"), url.Value, definitions)) run.Report(Problems.Circular.With($"what is not mapped here is mapped by '{url.Value}', which leads back here", url.Path));
        else if (definitions.FindEntry("ConceptMap", url.Value) is null) run.Report(Problems.Unverified.With($"the map '{url.Value}' is not known here", url.Path));
    }

    private static bool LeadsBack(string? url, string next, Definitions definitions)
    {
        if (url is null) return false;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([next]);
        while (open.TryPop(out var at) && seen.Count < MaxMaps)
        {
            var bar = at.LastIndexOf('|');
            if ((bar < 0 ? at : at[..bar]) == url) return true;
            if (!seen.Add(at)) continue;
            foreach (var unmapped in definitions.FindResource("ConceptMap", at).Children("group").Select(g => g["unmapped"]))
            {
                if (unmapped.Text("mode") == "other-map" && unmapped.Text("url") is { } further) open.Push(further);
            }
        }

        return false;
    }
}
