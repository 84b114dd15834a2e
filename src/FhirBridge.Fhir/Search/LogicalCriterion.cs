namespace FhirBridge.Fhir.Search;

/// <summary>A parameter that stands for a condition of another form: <c>_filter</c> for an expression, <c>_list</c> for a reverse chain.</summary>
/// <param name="Parameter">Name as in the URL.</param>
/// <param name="Text">The value as sent.</param>
/// <param name="Root">What it stands for.</param>
public sealed record NamedCriterion(string Parameter, string Text, SearchCriterion Root) : SearchCriterion
{
    /// <inheritdoc/>
    public override string Name => Parameter;

    /// <inheritdoc/>
    public override string RawValue => Text;
}

/// <summary>Conditions of a <c>_filter</c> joined by <c>and</c> or <c>or</c>. Spec: https://hl7.org/fhir/R4/search_filter.html.</summary>
/// <param name="IsAnd">True when all must hold, false when one must.</param>
/// <param name="Operands">Two or more.</param>
public sealed record LogicalCriterion(bool IsAnd, IReadOnlyList<SearchCriterion> Operands) : SearchCriterion
{
    /// <inheritdoc/>
    public override string Name => IsAnd ? "and" : "or";

    /// <inheritdoc/>
    public override string RawValue => "";
}

/// <summary>A negated condition of a <c>_filter</c>. What cannot be decided stays undecided.</summary>
/// <param name="Operand">What must not hold.</param>
public sealed record NotCriterion(SearchCriterion Operand) : SearchCriterion
{
    /// <inheritdoc/>
    public override string Name => "not";

    /// <inheritdoc/>
    public override string RawValue => "";
}

/// <summary>Walks over the conditions that a condition is made of.</summary>
internal static class SearchCriteria
{
    /// <summary>The conditions that must each hold when all of these do: those behind <c>and</c> and behind a name are taken out.</summary>
    internal static IEnumerable<SearchCriterion> Conjuncts(this IEnumerable<SearchCriterion> criteria) => criteria.SelectMany(Conjuncts);

    /// <summary>The same condition with each part that is neither logic nor a name replaced.</summary>
    internal static SearchCriterion Map(this SearchCriterion criterion, Func<SearchCriterion, SearchCriterion> part) => criterion switch
    {
        NamedCriterion named => named with { Root = named.Root.Map(part) },
        LogicalCriterion logic => logic with { Operands = [.. logic.Operands.Select(o => o.Map(part))] },
        NotCriterion not => new NotCriterion(not.Operand.Map(part)),
        ContainedCriterion contained => contained with { Targets = [.. contained.Targets.Select(t => t with { Criterion = t.Criterion.Map(part) })] },
        _ => part(criterion),
    };

    /// <summary>The parts that are neither logic nor a name.</summary>
    internal static IEnumerable<SearchCriterion> Parts(this SearchCriterion criterion) => criterion switch
    {
        NamedCriterion named => named.Root.Parts(),
        LogicalCriterion logic => logic.Operands.SelectMany(Parts),
        NotCriterion not => not.Operand.Parts(),
        ContainedCriterion contained => contained.Targets.SelectMany(t => t.Criterion.Parts()),
        _ => [criterion],
    };

    private static IEnumerable<SearchCriterion> Conjuncts(SearchCriterion criterion) => criterion switch
    {
        NamedCriterion named => Conjuncts(named.Root),
        LogicalCriterion { IsAnd: true } and => and.Operands.SelectMany(Conjuncts),
        _ => [criterion],
    };
}
