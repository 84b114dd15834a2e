using System.Collections.Immutable;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Directives;

/// <summary>What a provision's <c>type</c> says.</summary>
internal enum ProvisionType
{
    /// <summary>No type, or one that R4 does not know: never guessed (consent.md §3.3).</summary>
    Untyped,

    /// <summary><c>permit</c>.</summary>
    Permit,

    /// <summary><c>deny</c>.</summary>
    Deny,
}

/// <summary>One provision of a consent as it was written; criteria that were not stated are null.</summary>
internal sealed class Provision
{
    public required string Path { get; init; }

    public ProvisionType Type { get; init; }

    public PeriodCriterion? Period { get; init; }

    public ActorCriterion? Actor { get; init; }

    public CodesCriterion? Action { get; init; }

    public CodingsCriterion? Purpose { get; init; }

    public LabelCriterion? SecurityLabel { get; init; }

    public ClassCriterion? Class { get; init; }

    public CodeCriterion? Code { get; init; }

    public DataPeriodCriterion? DataPeriod { get; init; }

    public DataCriterion? Data { get; init; }

    public ImmutableArray<Provision> Children { get; init; } = [];

    /// <summary>This node and all below it.</summary>
    public IEnumerable<Provision> All() => Children.SelectMany(c => c.All()).Prepend(this);
}

/// <summary><c>provision.period</c>; unsupported when it cannot be read.</summary>
internal sealed record PeriodCriterion(Interval Period, bool Unsupported)
{
    public bool Matches(DateTimeOffset now, bool permit) => Unsupported ? !permit : Period.Covers(now);
}

/// <summary>Codes of a closed list (action); <paramref name="Unsupported"/> when a repetition is not on it.</summary>
internal sealed record CodesCriterion(ImmutableArray<string> Codes, bool Unsupported)
{
    public bool Matches(string code, bool permit) => Codes.Contains(code) || (Unsupported && !permit);
}

/// <summary>Codings compared exactly (purpose).</summary>
internal sealed record CodingsCriterion(ImmutableArray<Coding> Codings, bool Unsupported);

/// <summary>
/// <c>provision.actor</c>. A role that is not known could constrain either side, so it makes the whole criterion undecidable:
/// false in a permit, true in a deny.
/// </summary>
internal sealed record ActorCriterion(ImmutableArray<ActorEntry> Recipients, ImmutableArray<ActorEntry> DataSide, bool UnknownRole);

/// <summary>One actor.</summary>
/// <param name="Side">What it constrains.</param>
/// <param name="Reference">Network reference; null when it leads nowhere (matches nobody, the consent is degraded).</param>
/// <param name="Unsupported">True for a form that cannot be compared: contained, by type alone.</param>
internal sealed record ActorEntry(ActorSide Side, string? Reference, bool Unsupported);
