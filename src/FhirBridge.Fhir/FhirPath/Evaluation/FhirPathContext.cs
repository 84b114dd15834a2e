namespace FhirBridge.Fhir.FhirPath;

/// <summary>What an evaluation may use beside its focus. Immutable and reusable; everything has a default.</summary>
public sealed record FhirPathContext
{
    /// <summary>The defaults: no variables, no resolver beyond the tree, the system clock, the default budget.</summary>
    public static FhirPathContext Default { get; } = new();

    /// <summary><c>%resource</c>; by default the nearest resource around the focus.</summary>
    public FhirElement Resource { get; init; }

    /// <summary><c>%rootResource</c>; by default the container of a contained resource, else <c>%resource</c>.</summary>
    public FhirElement RootResource { get; init; }

    /// <summary>Further variables by name, without the percent sign.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<FhirPathValue>>? Variables { get; init; }

    /// <summary>Finds what a reference names when it is not contained and not in the Bundle; an element that does not exist when unknown.</summary>
    public Func<string, FhirElement>? Resolve { get; init; }

    /// <summary>The definitions that answer for terminology and profiles where the properties below are not set. Default: R4's own.</summary>
    public Definitions Definitions { get; init; } = Definitions.R4;

    /// <summary>
    /// Is the code, Coding, CodeableConcept or string in the value set of that URL? Null when that cannot be said, which is a fault of the evaluation.
    /// By default <see cref="Definitions"/> answer.
    /// </summary>
    public Func<FhirPathValue, string, bool?>? MemberOf { get; init; }

    /// <summary>Does the element conform to the profile of that URL? Null when the profile is unknown, which is a fault of the evaluation. By default <see cref="Definitions"/> answer.</summary>
    public Func<FhirElement, string, bool?>? ConformsTo { get; init; }

    /// <summary>Does the first code subsume the second? Null when that cannot be said, which is a fault unless another pair subsumes. Equal codes are never asked for. By default <see cref="Definitions"/> answer.</summary>
    public Func<Coding, Coding, bool?>? Subsumes { get; init; }

    /// <summary>The ElementDefinition of an element, for <c>elementDefinition()</c>; an element that does not exist when unknown. By default that of the type.</summary>
    public Func<FhirElement, FhirElement>? ElementDefinition { get; init; }

    /// <summary>Is the element in the named slice of the structure of that URL? For <c>slice()</c>; null when the structure is unknown, which is a fault. By default <see cref="Definitions"/> answer.</summary>
    public Func<FhirElement, string, string, bool?>? InSlice { get; init; }

    /// <summary>Receives what <c>trace()</c> names; nothing is traced by default.</summary>
    public Action<string, IReadOnlyList<FhirPathValue>>? Trace { get; init; }

    /// <summary>The clock of <c>now()</c>, <c>today()</c> and <c>timeOfDay()</c>, with its time zone.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Most steps (items visited, texts made, pairs compared) before <see cref="Problems.ExpressionBudget"/>. Default 1,000,000.</summary>
    public long StepBudget { get; init; } = 1_000_000;

    /// <summary>What several evaluations may take together; null when each is on its own.</summary>
    internal StepMeter? Meter { get; init; }
}

/// <summary>Steps left for all evaluations of one task. Not thread-safe.</summary>
internal sealed class StepMeter(long steps)
{
    internal long Left { get; set; } = steps;
}

/// <summary>How an expression is compiled.</summary>
/// <param name="ContextType">Type of the focus (<c>Patient</c>, or a path like <c>CarePlan.activity</c>): names are checked against the definitions. Null leaves them unchecked.</param>
/// <param name="AsFilters">
/// <c>as</c> keeps the items of the type, however many there are, instead of refusing more than one, and <c>is Boolean</c> is true of a FHIR
/// boolean. The R4 definitions are written that way (<c>(ActivityDefinition.useContext.value as CodeableConcept)</c>, que-7); N1 is not.
/// </param>
public sealed record FhirPathOptions(string? ContextType = null, bool AsFilters = false)
{
    /// <summary>N1 as it stands, nothing known of the focus.</summary>
    public static FhirPathOptions Default { get; } = new();

    /// <summary>For expressions out of the R4 definitions: search parameters and invariants.</summary>
    public static FhirPathOptions Definitions { get; } = new(AsFilters: true);

    /// <summary>Names of functions that others offer, and this engine does not: an expression with them compiles, and is a fault when it is evaluated. Default none.</summary>
    public IReadOnlyCollection<string> FunctionsOfOthers { get; init; } = [];
}
