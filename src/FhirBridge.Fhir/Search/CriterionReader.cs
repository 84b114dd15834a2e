namespace FhirBridge.Fhir.Search;

/// <summary>What became of one parameter of a search.</summary>
/// <param name="Criterion">The condition; null when there is a problem.</param>
/// <param name="Problem">What was wrong; null otherwise.</param>
/// <param name="IsUnknown">The parameter is not known at all, so that lenient handling may leave it out.</param>
internal readonly record struct CriterionResult(SearchCriterion? Criterion, Problem? Problem, bool IsUnknown);

/// <summary>Reads the parameters of one search into conditions: plain, chained or <c>_has</c>.</summary>
internal sealed class CriterionReader(SearchParseOptions options)
{
    // Counted over the whole search, chain targets one by one, so that a short request cannot ask for much work.
    private int values;

    /// <summary>Reads <c>name=value</c> for resources that may be of any of the types (none: of any type at all).</summary>
    internal CriterionResult Read(IReadOnlyList<string> types, string name, string value, int depth)
    {
        if (depth > options.MaxChain) return Invalid(name, $"a chain has at most {options.MaxChain} links");
        if (name.StartsWith("_has:", StringComparison.Ordinal)) return ReadHas(types, name, value, depth);
        var dot = name.IndexOf('.');
        return dot >= 0 ? ReadChain(types, name, name[..dot], name[(dot + 1)..], value, depth) : ReadPlain(types, name, value);
    }

    private CriterionResult ReadPlain(IReadOnlyList<string> types, string name, string value)
    {
        var (code, modifierText) = SplitName(name);
        if (SearchParameterCatalogue.Find(types, code) is not { } parameter) return Unknown(name, types);
        if (!TryModifier(parameter, modifierText, out var modifier, out var targetType)) return UnknownModifier(code, modifierText!, parameter.Type);
        var alternatives = new List<SearchValue>();
        foreach (var raw in SearchValueParser.Split(value, ','))
        {
            if (raw.Length == 0) continue;
            if (++values > options.MaxValues) return Invalid(name, $"a search has at most {options.MaxValues} values");
            if (SearchValueParser.Parse(parameter, modifier, targetType, raw, options, out var error) is not { } parsed) return Invalid(name, $"'{Shown.Text(raw)}': {error}");
            alternatives.Add(parsed);
        }

        if (modifier == SearchModifier.Missing && alternatives.Count > 1) return Invalid(name, "':missing' takes one value");
        return new(new ParameterCriterion(parameter.Code, parameter.Type, modifier, targetType, alternatives) { ComponentParameters = parameter.ComponentNames }, null, false);
    }

    private CriterionResult ReadChain(IReadOnlyList<string> types, string name, string head, string tail, string value, int depth)
    {
        var (code, statedType) = SplitName(head);
        if (SearchParameterCatalogue.Find(types, code) is not { } parameter) return Unknown(name, types);
        if (parameter.Type != SearchParameterType.Reference) return Invalid(name, $"'{code}' is not a reference, so that no chain can follow it");
        if (statedType is not null && !parameter.MayRefer(statedType)) return Invalid(name, $"'{code}' does not refer to '{Shown.Text(statedType)}'");
        if (statedType is null && !parameter.HasStatedTargets) return Invalid(name, $"'{code}' may refer to any type; state it as '{code}:[type].…'");
        var targets = new List<ChainTarget>();
        CriterionResult? first = null;
        foreach (var type in statedType is null ? parameter.Targets : [statedType])
        {
            var next = Read([type], tail, value, depth + 1);
            if (next.Criterion is { } criterion) targets.Add(new ChainTarget(type, criterion));
            else if (!next.IsUnknown) return next;
            else first ??= next;
        }

        return targets.Count > 0 ? new(new ChainCriterion(parameter.Code, statedType, targets), null, false) : first ?? Unknown(name, types);
    }

    private CriterionResult ReadHas(IReadOnlyList<string> types, string name, string value, int depth)
    {
        var parts = name.Split(':', 4);
        if (parts.Length < 4 || parts[3].Length == 0) return Invalid(name, "'_has' is '_has:[type]:[reference parameter]:[parameter]'");
        if (!SearchParameterCatalogue.IsResourceType(parts[1])) return Invalid(name, $"'{Shown.Text(parts[1])}' is not a resource type of R4");
        if (SearchParameterCatalogue.Find([parts[1]], parts[2]) is not { Type: SearchParameterType.Reference } reference) return Unknown(name, [parts[1]]);
        if (types.Count > 0 && !types.Any(reference.MayRefer)) return Invalid(name, $"'{parts[2]}' of {parts[1]} does not refer to {string.Join(", ", types)}");
        var inner = Read([parts[1]], parts[3], value, depth + 1);
        return inner.Criterion is { } criterion ? new(new HasCriterion(parts[1], reference.Code, criterion), null, false) : inner;
    }

    private static bool TryModifier(SearchParameterInfo parameter, string? text, out SearchModifier modifier, out string? targetType)
    {
        modifier = SearchModifier.None;
        targetType = null;
        if (text is null) return true;
        modifier = SearchModifiers.Parse(text);
        if (modifier == SearchModifier.None && parameter.Type == SearchParameterType.Reference && parameter.MayRefer(text))
        {
            modifier = SearchModifier.Type;
            targetType = text;
        }

        // _id is a token by name only: it has no system, no text and no hierarchy.
        if (parameter.Code == "_id" && modifier is not (SearchModifier.Missing or SearchModifier.Not)) return false;
        return modifier != SearchModifier.None && SearchModifiers.Applies(modifier, parameter.Type);
    }

    private static (string Code, string? Modifier) SplitName(string name)
    {
        var colon = name.IndexOf(':');
        return colon < 0 ? (name, null) : (name[..colon], name[(colon + 1)..]);
    }

    private static CriterionResult Unknown(string name, IReadOnlyList<string> types) =>
        new(null, Problems.UnknownParameter.With($"the search parameter '{Shown.Text(name)}' is not known for {(types.Count == 0 ? "all types" : string.Join(", ", types))}"), true);

    private static CriterionResult UnknownModifier(string code, string modifier, SearchParameterType type) =>
        new(null, Problems.UnknownParameter.With($"the search parameter '{code}' ({type.ToString().ToLowerInvariant()}) has no modifier ':{Shown.Text(modifier)}'"), false);

    private static CriterionResult Invalid(string name, string what) =>
        new(null, Problems.InvalidParameter.With($"the search parameter '{Shown.Text(name)}': {what}"), false);
}
