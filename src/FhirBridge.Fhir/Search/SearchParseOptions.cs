namespace FhirBridge.Fhir.Search;

/// <summary>How a search is read.</summary>
public sealed record SearchParseOptions
{
    /// <summary>Strict handling, no base, no limits but the defaults.</summary>
    public static SearchParseOptions Default { get; } = new();

    /// <summary>
    /// Lenient handling (<c>Prefer: handling=lenient</c>): parameters that the server does not know are left out and reported as warnings.
    /// Default false. Unknown modifiers and bad values are refused either way, because leaving them out would widen the answer.
    /// </summary>
    public bool Lenient { get; init; }

    /// <summary>This server's base without the trailing slash: absolute references that start with it are local. Default none.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>The instant from which <c>ap</c> on dates measures its tenth. Default null: <c>ap</c> asks for an overlap with the date itself.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>Value sets and code systems for <c>:in :not-in :above :below</c>, and what the network knows beside R4. Default R4.</summary>
    public Definitions Definitions { get; init; } = Definitions.R4;

    /// <summary>Most values of all conditions together; a value behind a chain counts once for each type that the chain may lead to. Default 2,000.</summary>
    public int MaxValues { get; init; } = 2_000;

    /// <summary>Longest chain of references. Default 4.</summary>
    public int MaxChain { get; init; } = 4;
}
