using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Validation;

/// <summary>What one ElementDefinition states: its types and their profiles, its binding, its values and its invariants. Spec: https://hl7.org/fhir/R4/elementdefinition.html.</summary>
internal sealed class ElementStatements(FhirElement structure, Definitions definitions, ValidationRun run)
{
    private const string SystemTypes = "http://hl7.org/fhirpath/System.";

    private static readonly string[] Coded = ["code", "Coding", "CodeableConcept", "Quantity", "string", "uri"];

    private readonly Lazy<HashSet<string>> paths = new(() => [.. structure["snapshot"].Children("element").Concat(structure["differential"].Children("element")).Select(e => e.Text("path")).OfType<string>()]);

    /// <param name="stated">The element as the definition states it.</param>
    /// <param name="complete">The same with what its base says; the stated one itself where that is not known.</param>
    internal void Check(FhirElement stated, FhirElement complete)
    {
        foreach (var type in stated.Children("type")) Type(type);
        if (stated["binding"] is { Exists: true } binding) Binding(binding, complete);
        if (stated["contentReference"] is { HasValue: true } reference) ContentReference(reference);
        Values(stated, complete);
        foreach (var constraint in stated.Children("constraint")) Constraint(constraint, complete);
    }

    private void Type(FhirElement type)
    {
        if (type.Text("code") is not { } code || code.StartsWith(SystemTypes, StringComparison.Ordinal)) return;
        if (definitions.FindType(code) is null && definitions.FindEntry("StructureDefinition", code) is null)
        {
            if (CodingRule.IsAbsolute(code)) run.Report(Problems.Unverified.With($"the type '{code}' is not known here", type["code"].Path));
            else if (code != "*" && code != "Base") run.Report(Problems.InvalidDefinition.With($"R4 has no type '{code}'", type["code"].Path));
            return;
        }

        foreach (var profile in type.Children("profile")) Profile(profile, code);
        foreach (var target in type.Children("targetProfile")) Profile(target, "Resource");
    }

    private void Profile(FhirElement canonical, string code)
    {
        if (canonical.Value is not { Length: > 0 } url || url[0] == '#') return;
        if (definitions.FindEntry("StructureDefinition", url) is not { } known)
        {
            run.Report(Problems.Unverified.With($"the profile '{url}' is not known here", canonical.Path));
        }
        else if (known.Subject is { } subject && definitions.FindType(subject) is not null && !definitions.IsOrSpecialises(subject, code) && definitions.FindType(code) is not null)
        {
            // Of what a resource has inside there are no profiles; some name the one around it, and mean the part of it.
            var kind = code is "BackboneElement" or "Element" ? Problems.Questionable : Problems.InvalidDefinition;
            run.Report(kind.With($"the profile '{url}' is about {subject}, and is named for {(code == "Resource" ? "a reference to a resource" : code)}", canonical.Path));
        }
    }

    private void Binding(FhirElement binding, FhirElement complete)
    {
        var types = complete.Children("type").Select(t => t.Text("code")).OfType<string>().ToList();
        if (types.Count > 0 && !types.Exists(t => definitions.FindType(t) is null || Coded.Any(c => definitions.IsOrSpecialises(t, c))))
        {
            run.Report((run.IsStrict ? Problems.InvalidDefinition : Problems.Questionable).With($"a binding is for coded elements, and this one is {string.Join(" or ", types)}", binding.Path));
        }

        if (binding["valueSet"] is not { HasValue: true } set || set.Value.StartsWith('#')) return;
        if (definitions.FindEntry("ValueSet", set.Value) is not null || definitions.Terminology.FindValueSet(set.Value) is not null) return;
        if (definitions.FindEntry("CodeSystem", set.Value) is not null) run.Report(Problems.InvalidDefinition.With($"'{set.Value}' is a code system: a binding names a value set", set.Path));
        else if (binding.Text("strength") is "required" or "extensible") run.Report(Problems.Unverified.With($"the value set '{set.Value}' is not known here: codes cannot be compared with it", set.Path));
    }

    private void ContentReference(FhirElement reference)
    {
        var text = reference.Value!;
        var path = text[(text.IndexOf('#') + 1)..];
        if (text.IndexOf('#') > 0 || paths.Value.Contains(path)) return;
        if (definitions.FindType(path.Split('.')[0]) is not null && StructurePaths.Unknown(path.Split('.'), definitions) is null) return;
        run.Report(Problems.InvalidDefinition.With($"there is no element '{path}' whose content could be repeated", reference.Path));
    }

    private void Values(FhirElement stated, FhirElement complete)
    {
        foreach (var value in stated.Children().Where(c => c.Name is "fixed" or "pattern"))
        {
            if (complete["binding"] is not { Exists: true } binding || binding.Text("strength") != "required" || binding.Text("valueSet") is not { } set) continue;
            if (HasCode(value) && definitions.Terminology.Contains(set, value) == false) run.Report(Problems.CodeInvalid.With($"the value is not in the value set '{set}', from which it must be: nothing could have it", value.Path));
        }

        var (least, most) = (complete["minValue"], complete["maxValue"]);
        if ((stated["minValue"].Exists || stated["maxValue"].Exists) && least.Exists && most.Exists && ValueOrder.Compare(least, most) > 0)
        {
            run.Report(Problems.InvalidDefinition.With($"the least value {least.Value} is more than the greatest {most.Value}", stated.Path));
        }
    }

    private static bool HasCode(FhirElement value) => value.HasValue || value["code"].Exists || value["coding"]["code"].Exists;

    private void Constraint(FhirElement constraint, FhirElement complete)
    {
        if (constraint["expression"] is not { HasValue: true } expression) return;
        Problem? fault = null;
        foreach (var context in Contexts(complete).DefaultIfEmpty(null))
        {
            var compiled = FhirPathExpression.Compile(expression.Value, new FhirPathOptions(context, AsFilters: true));

            // Of the types of a choice, one is enough.
            if (compiled.IsOk) return;
            fault ??= compiled.Problems[0];
        }

        run.Report(Problems.ExpressionRefused.With($"the invariant {constraint.Text("key")} does not compile: {fault!.Diagnostics}", expression.Path));
    }

    /// <summary>The types, or paths into types, that an element may be of; none when that is not known of all.</summary>
    private IReadOnlyList<string?> Contexts(FhirElement complete)
    {
        var path = complete.Text("path") ?? "";
        if (!path.Contains('.')) return definitions.FindType(path) is not null ? [path] : [];
        if (complete.Text("contentReference") is { } reference) return Known(reference[(reference.IndexOf('#') + 1)..]);
        var contexts = new List<string?>();
        foreach (var code in complete.Children("type").Select(t => t.Text("code") ?? "").Distinct())
        {
            var known = Known(code is "BackboneElement" or "Element" ? complete["base"].Text("path") ?? path : code);
            if (known.Count == 0) return [];
            contexts.AddRange(known);
        }

        return contexts;
    }

    private static IReadOnlyList<string?> Known(string context) => Definitions.R4.FindType(context) is not null || Definitions.R4.Elements(context).Count > 0 ? [context] : [];
}
