using System.Globalization;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Sqlite;

/// <summary>A select of contribution ids that holds every match of one condition, and perhaps more: <see cref="QueryMatcher"/> has the last word.</summary>
/// <param name="Sql">The select, parameters as <c>?</c>.</param>
/// <param name="Arguments">Text, long or double.</param>
internal sealed record SearchProbe(string Sql, IReadOnlyList<object> Arguments)
{
    /// <summary>How many selects it joins.</summary>
    internal int Selects { get; init; } = 1;

    // Ticks beyond 2^53 are rounded as doubles; decimals too.
    private const double DateSlack = 1_024;

    // SQLite joins at most 500 selects; a condition of more alternatives has no probe.
    internal const int MostAlternatives = 400;

    // Greater than every text that has the same beginning.
    private const string Beyond = "\U0010FFFF";

    // A canonical, its versions, and its fragments.
    private const string Versions = "target = ? OR target >= ? AND target < ? OR target >= ? AND target < ?";

    internal const string Nothing = "SELECT id FROM contribution WHERE 0";

    /// <summary>The ids that a condition on <c>_id</c> names for a type; null when it names too many, or something else.</summary>
    internal static IReadOnlyList<string>? Ids(ParameterCriterion id, string type)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in id.Values)
        {
            if (value is TokenValue { Code: { } code }) found.Add(code);
            else if (value is LocalSetValue set) found.UnionWith(set.Locals.Where(l => l.StartsWith(type + "/", StringComparison.Ordinal)).Select(l => l[(type.Length + 1)..]));
            else return null;
            if (found.Count > MostAlternatives) return null;
        }

        return [.. found];
    }

    /// <summary>The probe of a condition; null when the index tables say nothing about it.</summary>
    /// <param name="criterion">The condition.</param>
    /// <param name="names">From the name of an index entry to its numbers in the tables.</param>
    /// <param name="forms">Stored forms of a network reference.</param>
    internal static SearchProbe? For(SearchCriterion criterion, Func<string, IReadOnlyList<long>> names, Func<string, IEnumerable<string>> forms)
    {
        switch (criterion)
        {
            case NamedCriterion named: return For(named.Root, names, forms);
            case LogicalCriterion { IsAnd: false } or: return Union([.. or.Operands.Select(o => For(o, names, forms))]);
            case LogicalCriterion and: return and.Operands.Select(o => For(o, names, forms)).FirstOrDefault(p => p is not null);
            case ContainedCriterion within: return Of(names(within.Parameter), [("ix_target", "target >= '#' AND target < '$'", [])]);
        }

        if (criterion is not ParameterCriterion p || p.Parameter is "_id" or "_lastUpdated" || p.Type is SearchParameterType.Composite or SearchParameterType.Special) return null;
        if (p.Values.Count > MostAlternatives) return null;
        if (p.Modifier is SearchModifier.Missing or SearchModifier.Not or SearchModifier.NotIn or SearchModifier.Text or SearchModifier.Above) return null;
        var numbers = names(p.Modifier == SearchModifier.OfType ? p.Parameter + ":of-type" : p.Parameter);
        var conditions = new List<(string Table, string Where, object[] Arguments)>();
        foreach (var value in p.Values)
        {
            if (numbers.Count == 0) continue;
            if (Condition(p, value, forms) is not { } c) return null;
            conditions.Add(c);
        }

        return Of(numbers, conditions);
    }

    /// <summary>Numbers for the bare question marks of a select: SQLite counts them from the greatest number so far, here the numbers are said.</summary>
    internal static string Numbered(string sql, int from)
    {
        var parts = sql.Split('?');
        return parts[0] + string.Concat(parts.Skip(1).Select((part, i) => $"?{from + i}{part}"));
    }

    private static SearchProbe Of(IReadOnlyList<long> numbers, List<(string Table, string Where, object[] Arguments)> conditions)
    {
        if (numbers.Count == 0 || conditions.Count == 0) return new SearchProbe(Nothing, []);
        var names = string.Join(',', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)));
        return new SearchProbe(string.Join(" UNION ALL ", conditions.Select(c => $"SELECT id FROM {c.Table} WHERE p IN ({names}) AND ({c.Where})")), [.. conditions.SelectMany(c => c.Arguments)]) { Selects = conditions.Count };
    }

    // What one of several must hold of: where one of them has no probe, anything may match.
    private static SearchProbe? Union(List<SearchProbe?> probes)
    {
        if (probes.Contains(null) || probes.Sum(p => p!.Selects) > MostAlternatives) return null;
        return new SearchProbe(string.Join(" UNION ALL ", probes.Select(p => p!.Sql)), [.. probes.SelectMany(p => p!.Arguments)]) { Selects = probes.Sum(p => p!.Selects) };
    }

    private static (string Table, string Where, object[] Arguments)? Condition(ParameterCriterion p, SearchValue value, Func<string, IEnumerable<string>> forms) => value switch
    {
        StringValue s when p.Type == SearchParameterType.String => p.Modifier switch
        {
            SearchModifier.Exact => ("ix_string", "folded = ?", [s.Folded]),
            SearchModifier.Contains => ("ix_string", "instr(folded, ?) > 0", [s.Folded]),
            _ => ("ix_string", "folded >= ? AND folded < ?", [s.Folded, s.Folded + Beyond]),
        },
        ReferenceSetValue set => Targets(set, forms),
        LocalSetValue or ConceptValue or UnequalValue or TextValue => null,
        TokenValue { Code: { } code } => ("ix_token", "code = ?", [IndexRow.Code(code)]),
        TokenValue { System: { } codeSystem } => ("ix_token", "system = ?", [codeSystem]),
        IdentifierTypeValue o => ("ix_token", "code = ?", [IndexRow.Code(o.TypedValue)]),
        ReferenceValue r => Target(r, forms),
        UriValue u => p.Modifier == SearchModifier.Below ? ("ix_target", "target >= ? AND target < ?", [u.Uri.TrimEnd('/'), u.Uri.TrimEnd('/') + Beyond]) : ("ix_target", "target = ? OR target >= ? AND target < ?", [u.Uri, u.Uri + "|", u.Uri + "|" + Beyond]),
        CanonicalValue c => ("ix_target", Versions, [c.Url, c.Url + "|", c.Url + "|" + Beyond, c.Url + "#", c.Url + "#" + Beyond]),
        DateValue d => Range(d.Prefix, (double)d.Low, (double)d.High, (double)d.Low, (double)d.High, DateSlack),
        NumberValue { Converts: true } => null,
        NumberValue n => Range(n.Prefix, (double)n.Low, (double)n.High, (double)n.Number, (double)n.Number, 1e-9 * (1 + Math.Abs((double)n.Number))),
        _ => null,
    };

    private static (string Table, string Where, object[] Arguments)? Targets(ReferenceSetValue set, Func<string, IEnumerable<string>> forms)
    {
        if (set.Targets.Count > MostAlternatives) return null;
        string[] all = [.. set.Targets.SelectMany(forms).Concat(set.Targets).Distinct(StringComparer.Ordinal)];
        return ("ix_target", all.Length == 0 ? "0" : $"target IN ({string.Join(',', all.Select(_ => "?"))})", all);
    }

    private static (string Table, string Where, object[] Arguments)? Target(ReferenceValue r, Func<string, IEnumerable<string>> forms)
    {
        if (r.Id is not null && r.Local is null) return ("ix_target", "substr(target, ?) = ?", [-(long)(r.Id.Length + 1), "/" + r.Id]);
        string[] all = [.. (r.Local is { } local && r.Base is null ? forms(local) : []).Append(r.Local ?? r.Text).Append(r.Text).Distinct(StringComparer.Ordinal)];
        return ("ix_target", string.Join(" OR ", all.Skip(1).Select(_ => "target = ?").Append(Versions)), [.. all.Skip(1), all[0], r.Text + "|", r.Text + "|" + Beyond, r.Text + "#", r.Text + "#" + Beyond]);
    }

    // Wider than the comparison of the matcher by the slack, and simpler: ge and le as one bound.
    private static (string Table, string Where, object[] Arguments)? Range(SearchPrefix prefix, double low, double high, double above, double below, double slack) => prefix switch
    {
        SearchPrefix.Eq => ("ix_range", "low >= ? AND low <= ? AND high <= ?", [low - slack, high + slack, high + slack]),
        SearchPrefix.Ap => ("ix_range", "low <= ? AND high >= ?", [high + slack, low - slack]),
        SearchPrefix.Gt or SearchPrefix.Ge => ("ix_range", "high >= ?", [Math.Min(low, above) - slack]),
        SearchPrefix.Lt or SearchPrefix.Le => ("ix_range", "low <= ?", [Math.Max(high, below) + slack]),
        SearchPrefix.Sa => ("ix_range", "low >= ?", [Math.Min(high, above) - slack]),
        SearchPrefix.Eb => ("ix_range", "high <= ?", [Math.Max(low, below) + slack]),
        _ => null,
    };
}
