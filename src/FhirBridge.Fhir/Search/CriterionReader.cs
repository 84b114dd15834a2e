namespace FhirBridge.Fhir.Search;

/// <summary>What became of one parameter of a search.</summary>
/// <param name="Criterion">The condition; null when there is a problem.</param>
/// <param name="Problem">What was wrong; null otherwise.</param>
/// <param name="IsUnknown">The parameter is not known at all, so that lenient handling may leave it out.</param>
internal readonly record struct CriterionResult(SearchCriterion? Criterion, Problem? Problem, bool IsUnknown);

/// <summary>Reads the parameters of one search into conditions: plain, chained or <c>_has</c>.</summary>
internal sealed class CriterionReader(SearchParseOptions options)
{
    // Compiling a filter against the types of a chain repeats it for each of them.
    private const int MaxSteps = 20_000;

    // https://hl7.org/fhir/R4/lifecycle.html#current, by the codes of R4's own value set of what lists are for and by those of LOINC for the same.
    private static readonly SortedDictionary<string, string> CurrentLists = new(StringComparer.Ordinal)
    {
        ["$current-allergies"] = "http://terminology.hl7.org/CodeSystem/list-example-use-codes|allergies,http://loinc.org|48765-2",
        ["$current-medications"] = "http://terminology.hl7.org/CodeSystem/list-example-use-codes|medications,http://loinc.org|10160-0",
        ["$current-problems"] = "http://terminology.hl7.org/CodeSystem/list-example-use-codes|problems,http://loinc.org|11450-4",
    };

    /// <summary>Longest chain in a filter.</summary>
    internal const int MaxFilterChain = 4;

    // Counted over the whole search, chain targets one by one, so that a short request cannot ask for much work.
    private int values;
    private int steps;

    /// <summary>Parameters beside those of R4 that the search asks by.</summary>
    internal SortedSet<string> Own { get; } = new(StringComparer.Ordinal);

    /// <summary>The parameter of that code that all the types have; null when there is none. One beside R4's is remembered.</summary>
    internal SearchParameterInfo? Find(IReadOnlyList<string> types, string code)
    {
        var found = options.Definitions.Search.Find(types, code);
        if (found is { IsOfR4: false }) Own.Add(code);
        return found;
    }

    /// <summary>Reads <c>name=value</c> for resources that may be of any of the types (none: of any type at all).</summary>
    internal CriterionResult Read(IReadOnlyList<string> types, string name, string value, int depth)
    {
        if (depth > options.MaxChain) return Invalid(name, $"a chain has at most {options.MaxChain} links");

        // Behind a chain a filter need not be one for each type that it leads to. Left out it is never.
        if (depth == 0 && name.EndsWith("_filter", StringComparison.Ordinal)) return ReadNamed(types, name, value, depth) with { IsUnknown = false };
        return ReadNamed(types, name, value, depth);
    }

    private CriterionResult ReadNamed(IReadOnlyList<string> types, string name, string value, int depth)
    {
        if (name.StartsWith("_has:", StringComparison.Ordinal)) return ReadHas(types, name, value, depth);
        var dot = name.IndexOf('.');
        if (dot >= 0) return ReadChain(types, name, name[..dot], type => Read([type], name[(dot + 1)..], value, depth + 1));
        return name switch
        {
            "_filter" => ReadFilter(types, value),
            "_list" => ReadList(types, value, depth),

            // "Servers SHALL refuse to process a search request if they do not recognize the _query parameter value": leaving it out would be another search.
            "_query" => Invalid(name, "no query of that name is known here"),
            "_text" or "_content" when types.Count == 0 || types.All(t => options.Definitions.FindSearchParameter(t, name) is not null) => ReadText(name, value),
            "url" when value.Contains('|') && Find(types, "version") is { Type: SearchParameterType.Token } => ReadCanonical(types, value),
            _ => ReadPlain(types, name, value),
        };
    }

    // "Servers SHOULD support automatically detecting a |[version] portion as part of the search parameter, and interpreting that portion as a search on the version."
    private CriterionResult ReadCanonical(IReadOnlyList<string> types, string value)
    {
        var alternatives = new List<SearchCriterion>();
        foreach (var raw in SearchValueParser.Split(value, ',').Where(v => v.Length > 0))
        {
            var whole = ReadPlain(types, "url", raw);
            if (whole.Criterion is not { } literal) return whole;
            alternatives.Add(literal);
            var (url, version) = UriComparison.Split(SearchValueParser.Unescape(raw));
            if (version is null) continue;
            alternatives.Add(new LogicalCriterion(true,
            [
                new ParameterCriterion("url", SearchParameterType.Uri, SearchModifier.None, null, [new UriValue(raw, url)]),
                new ParameterCriterion("version", SearchParameterType.Token, SearchModifier.None, null, [new TokenValue(raw, null, version)]),
            ]));
        }

        return new(new NamedCriterion("url", value, new LogicalCriterion(false, alternatives)), null, false);
    }

    private CriterionResult ReadFilter(IReadOnlyList<string> types, string value)
    {
        if (new FilterReader(value).Read(out var error) is not { } syntax) return Invalid("_filter", error!);
        var compiled = new FilterCompiler(this).Compile(syntax, types, 0);
        return compiled.Criterion is { } root ? new(new NamedCriterion("_filter", value, root), null, false) : compiled;
    }

    // Lists refer to what they hold: the parameter is a reverse chain with a name of its own (https://hl7.org/fhir/R4/search.html#list).
    private CriterionResult ReadList(IReadOnlyList<string> types, string value, int depth)
    {
        if (value.StartsWith('$')) return ReadCurrentList(types, value, depth);
        var ids = string.Join(',', value.Split(',').Select(v => v.StartsWith("List/", StringComparison.Ordinal) ? v[5..] : v));
        var read = ReadHas(types, "_has:List:item:_id", ids, depth);
        return read.Criterion is { } root ? new(new NamedCriterion("_list", value, root), null, false) : read;
    }

    // "Searching by lists by their logical function": the List that is current, and says by its code what it is for.
    private CriterionResult ReadCurrentList(IReadOnlyList<string> types, string value, int depth)
    {
        if (!CurrentLists.TryGetValue(value, out var codes)) return Invalid("_list", $"there are {string.Join(", ", CurrentLists.Keys)}, and lists by their id");
        var code = ReadHas(types, "_has:List:item:code", codes, depth);
        var status = ReadHas(types, "_has:List:item:status", "current", depth);
        if (code.Criterion is not HasCriterion byCode) return code;
        var both = new LogicalCriterion(true, [byCode.Criterion, ((HasCriterion)status.Criterion!).Criterion]);
        return new(new NamedCriterion("_list", value, byCode with { Criterion = both }), null, false);
    }

    /// <summary>Counts one step of compiling; false when they are too many.</summary>
    internal bool Step() => ++steps <= MaxSteps;

    private CriterionResult ReadText(string name, string value)
    {
        var alternatives = new List<TextSearchValue>();
        foreach (var raw in SearchValueParser.Split(value, ',').Where(v => v.Length > 0))
        {
            if (++values > options.MaxValues) return Invalid(name, $"a search has at most {options.MaxValues} values");
            if (SearchValueParser.Words(raw, out var error) is not { } words) return Invalid(name, $"'{Shown.Text(raw)}': {error}");
            alternatives.Add(words);
        }

        return new(new TextCriterion(name, alternatives), null, false);
    }

    private CriterionResult ReadPlain(IReadOnlyList<string> types, string name, string value)
    {
        var (code, modifierText) = SplitName(name);
        if (Find(types, code) is not { } parameter) return Unknown(name, types);
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

    /// <summary>Reads a chain's first name, and what follows for each type that it may lead to.</summary>
    internal CriterionResult ReadChain(IReadOnlyList<string> types, string name, string head, Func<string, CriterionResult> follow)
    {
        var (code, statedType) = SplitName(head);
        if (Find(types, code) is not { } parameter) return Unknown(name, types);
        if (parameter.Type != SearchParameterType.Reference) return Invalid(name, $"'{code}' is not a reference, so that no chain can follow it");
        if (statedType is not null && !parameter.MayRefer(statedType)) return Invalid(name, $"'{code}' does not refer to '{Shown.Text(statedType)}'");
        if (statedType is null && !parameter.HasStatedTargets) return Invalid(name, $"'{code}' may refer to any type; state it as '{code}:[type].…'");
        var targets = new List<ChainTarget>();
        CriterionResult? first = null;
        foreach (var type in statedType is null ? parameter.Targets : [statedType])
        {
            if (!Step()) return Invalid(name, "it leads to too many types; state them, as in 'subject:Patient.name'");
            var next = follow(type);
            if (next.Criterion is { } criterion) targets.Add(new ChainTarget(type, criterion));
            else if (!next.IsUnknown) return next;
            else first ??= next;
        }

        return targets.Count > 0 ? new(new ChainCriterion(parameter.Code, statedType, targets), null, false) : first ?? Unknown(name, types);
    }

    internal CriterionResult ReadHas(IReadOnlyList<string> types, string name, string value, int depth)
    {
        var parts = name.Split(':', 4);
        if (Referring(types, name, parts, out var reference) is { } problem) return problem;
        return Has(parts[1], reference!, Read([parts[1]], parts[3], value, depth + 1));
    }

    /// <summary>Reads <c>_has:Type:reference:name</c> of a filter, where the last name is tested as <paramref name="follow"/> says.</summary>
    internal CriterionResult ReadHas(IReadOnlyList<string> types, string name, Func<string, string, CriterionResult> follow)
    {
        var parts = name.Split(':', 4);
        if (Referring(types, name, parts, out var reference) is { } problem) return problem;
        return Has(parts[1], reference!, follow(parts[1], parts[3]));
    }

    private static CriterionResult Has(string source, SearchParameterInfo reference, CriterionResult inner) =>
        inner.Criterion is { } criterion ? new(new HasCriterion(source, reference.Code, criterion), null, false) : inner;

    private CriterionResult? Referring(IReadOnlyList<string> types, string name, string[] parts, out SearchParameterInfo? reference)
    {
        reference = null;
        if (parts.Length < 4 || parts[3].Length == 0) return Invalid(name, "'_has' is '_has:[type]:[reference parameter]:[parameter]'");
        if (!SearchParameterCatalogue.IsResourceType(parts[1])) return Invalid(name, $"'{Shown.Text(parts[1])}' is not a resource type of R4");
        if (Find([parts[1]], parts[2]) is not { Type: SearchParameterType.Reference } found) return Unknown(name, [parts[1]]);
        if (types.Count > 0 && !types.Any(found.MayRefer)) return Invalid(name, $"'{parts[2]}' of {parts[1]} does not refer to {string.Join(", ", types)}");
        reference = found;
        return null;
    }

    /// <summary>The condition of one test of a filter on a parameter of the resource itself.</summary>
    internal CriterionResult ReadTest(IReadOnlyList<string> types, string name, string op, string value)
    {
        var code = name == "id" && Find(types, name) is null ? "_id" : name;
        if (Find(types, code) is not { } parameter) return Unknown(name, types);
        if (++values > options.MaxValues) return Invalid("_filter", $"a search has at most {options.MaxValues} values");
        var (modifier, parsed) = FilterOperators.Parse(parameter, op, value, options, out var error);
        if (parsed is null) return Invalid("_filter", $"'{name} {Shown.Text(op)} {Shown.Text(value)}': {error}");
        return new(new ParameterCriterion(parameter.Code, parameter.Type, modifier, null, [parsed]) { ComponentParameters = parameter.ComponentNames }, null, false);
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
        if (parameter.Type == SearchParameterType.Special) return false;
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

    internal static CriterionResult Invalid(string name, string what) =>
        new(null, Problems.InvalidParameter.With($"the search parameter '{Shown.Text(name)}': {what}"), false);
}
