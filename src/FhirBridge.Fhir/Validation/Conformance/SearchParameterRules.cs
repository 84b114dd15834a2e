using System.Buffers;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// A SearchParameter: its expression on each of its types, and whether targets, chains, comparators, modifiers and components are those of its type.
/// Spec: https://hl7.org/fhir/R4/searchparameter.html, https://hl7.org/fhir/R4/search.html#modifiers.
/// </summary>
internal sealed class SearchParameterRules : IResourceRules
{
    private const int MaxDerived = 100;

    private static readonly SearchValues<char> Reserved = SearchValues.Create(":&=?#|,$ ");

    private static readonly string[] Compared = ["number", "date", "quantity", "special"];

    private static readonly Dictionary<string, string[]> Modifiers = new(StringComparer.Ordinal)
    {
        ["string"] = ["missing", "exact", "contains", "text"],
        ["token"] = ["missing", "text", "not", "above", "below", "in", "not-in", "ofType"],
        ["reference"] = ["missing", "type", "identifier", "above", "below"],
        ["uri"] = ["missing", "above", "below"],
        ["number"] = ["missing"],
        ["date"] = ["missing"],
        ["quantity"] = ["missing"],
        ["composite"] = ["missing"],
    };

    /// <inheritdoc/>
    public string Type => "SearchParameter";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        var definitions = run.Proposed(resource);
        var type = resource.Text("type") ?? "";
        if (resource["code"] is { HasValue: true } code && code.Value.AsSpan().ContainsAny(Reserved))
        {
            run.Report(Problems.InvalidDefinition.With($"the code '{code.Value}' has a character that means something else in a search: it is made of letters, digits, '-', '_' and '.'", code.Path));
        }

        var kinds = Expression(resource, type, run);
        Components(resource, type, kinds, definitions, run);
        Traits(resource, type, run);
        Chains(resource, definitions, run);
        Derived(resource, type, definitions, run);
    }

    /// <summary>The types of what the expression selects; null when that is not known.</summary>
    private static IReadOnlyList<string>? Expression(FhirElement resource, string type, ValidationRun run)
    {
        if (resource["expression"] is not { HasValue: true } expression)
        {
            if (type is not ("special" or "composite" or "")) run.Report(Problems.Questionable.With($"a parameter of type {type} without an expression finds nothing", resource.Path));
            return null;
        }

        var kinds = new List<string>();
        var isKnown = true;
        foreach (var basis in resource.Children("base").Where(b => b.HasValue))
        {
            var compiled = FhirPathExpression.Compile(expression.Value, new FhirPathOptions(Definitions.R4.FindType(basis.Value!)?.Name, AsFilters: true));
            if (!compiled.IsOk)
            {
                run.Report(Problems.ExpressionRefused.With($"the expression does not compile for {basis.Value}: {compiled.Problems[0].Diagnostics}", expression.Path));
                return null;
            }

            if (compiled.Value.ResultTypes is { } found) kinds.AddRange(found);
            else isKnown = false;
        }

        if (!isKnown) return null;
        if (kinds.Count > 0 && !kinds.Exists(k => SearchedTypes.Fits(type, k)))
        {
            // R4 itself has parameters that select an extension where its value is meant.
            var kind = kinds.TrueForAll(k => k == "Extension") ? Problems.Questionable : Problems.InvalidDefinition;
            run.Report(kind.With($"the expression gives {string.Join(" or ", kinds.Distinct().Take(5))}, which cannot be searched as {type}", expression.Path));
        }

        return [.. kinds.Distinct()];
    }

    private static void Components(FhirElement resource, string type, IReadOnlyList<string>? kinds, Definitions definitions, ValidationRun run)
    {
        var components = resource.Children("component").ToList();
        if (type != "composite" && components.Count > 0) run.Report(Problems.InvalidDefinition.With($"only a composite parameter has components, this one is of type {type}", components[0].Path));
        if (type == "composite" && components.Count == 0) run.Report(Problems.InvalidDefinition.With("a composite parameter says what it is composed of (component)", resource.Path));
        foreach (var component in components)
        {
            if (component["definition"] is { HasValue: true } definition && definitions.FindEntry("SearchParameter", definition.Value) is null) run.Report(Problems.Unverified.With($"the search parameter '{definition.Value}' is not known here", definition.Path));
            if (component["expression"] is not { HasValue: true } expression) continue;

            // Of several types, one that has what the component asks for is enough; a backbone element is known by its path, which is not kept.
            var contexts = kinds is { Count: > 0 } && !kinds.Contains("BackboneElement") ? kinds.Where(k => Definitions.R4.FindType(k) is not null).Cast<string?>().ToList() : [];
            var compiled = contexts.DefaultIfEmpty(null).Select(c => FhirPathExpression.Compile(expression.Value, new FhirPathOptions(c, AsFilters: true))).ToList();
            if (!compiled.Exists(c => c.IsOk)) run.Report(Problems.ExpressionRefused.With($"the expression of the component does not compile: {compiled[0].Problems[0].Diagnostics}", expression.Path));
        }
    }

    private static void Traits(FhirElement resource, string type, ValidationRun run)
    {
        if (type.Length == 0) return;
        if (type != "reference" && resource["target"].Exists) run.Report(Problems.InvalidDefinition.With($"only a reference has targets, this parameter is of type {type}", resource["target"].Path));
        if (!Compared.Contains(type) && resource["comparator"].Exists) run.Report(Problems.InvalidDefinition.With($"a parameter of type {type} is not compared: comparators are for numbers, dates and quantities", resource["comparator"].Path));
        foreach (var modifier in resource.Children("modifier"))
        {
            if (modifier.HasValue && Modifiers.TryGetValue(type, out var allowed) && !allowed.Contains(modifier.Value)) run.Report(Problems.InvalidDefinition.With($"the modifier '{modifier.Value}' is none of type {type}, which has {string.Join(", ", allowed)}", modifier.Path));
        }
    }

    private static void Chains(FhirElement resource, Definitions definitions, ValidationRun run)
    {
        var targets = resource.Children("target").Select(t => t.Value).Where(definitions.IsResource).ToList();
        if (targets.Count == 0) return;
        foreach (var chain in resource.Children("chain"))
        {
            if (chain.Value is { } name && !targets.Exists(t => definitions.FindSearchParameter(t!, name.Split('.', ':')[0]) is not null)) run.Report(Problems.Unverified.With($"none of the targets has a search parameter '{name}' that is known here", chain.Path));
        }
    }

    private static void Derived(FhirElement resource, string type, Definitions definitions, ValidationRun run)
    {
        var (seen, place) = (new HashSet<string>(StringComparer.Ordinal) { resource.Text("url") ?? "" }, resource["derivedFrom"]);
        for (var at = resource; at.Text("derivedFrom") is { } canonical && seen.Count < MaxDerived;)
        {
            if (!seen.Add(canonical.Split('|')[0]))
            {
                run.Report(Problems.Circular.With("the search parameter is derived from itself", place.Path));
                return;
            }

            var basis = definitions.FindResource("SearchParameter", canonical);
            if (!basis.Exists)
            {
                run.Report(Problems.Unverified.With($"the search parameter '{canonical}' is not known here", place.Path));
                return;
            }

            if (at == resource && basis.Text("type") is { } ofBase && ofBase != type) run.Report(Problems.InvalidDefinition.With($"the parameter is of type {type}, and the one that it is derived from of type {ofBase}", resource["type"].Path));
            at = basis;
        }
    }
}
