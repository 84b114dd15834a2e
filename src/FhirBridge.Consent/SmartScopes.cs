using System.Collections.Immutable;

namespace FhirBridge.Consent;

/// <summary>Level of a SMART scope.</summary>
public enum ScopeLevel
{
    /// <summary><c>patient/</c>: data of the launch patient.</summary>
    Patient,

    /// <summary><c>user/</c>: data that the user may see.</summary>
    User,

    /// <summary><c>system/</c>: data that the client itself may see.</summary>
    System,
}

/// <summary>One SMART resource scope.</summary>
/// <param name="Level">Whose data.</param>
/// <param name="Type">Resource type, or <c>*</c>.</param>
/// <param name="Interactions">Letters of <c>cruds</c>, in that order.</param>
/// <param name="Query">Search constraint after <c>?</c> as it stands; null when there is none.</param>
public sealed record SmartScope(ScopeLevel Level, string Type, string Interactions, string? Query)
{
    /// <summary>True when the scope speaks of that resource type.</summary>
    public bool Speaks(string type) => Type == "*" || string.Equals(Type, type, StringComparison.Ordinal);

    /// <summary>True when the scope holds at least one of the letters.</summary>
    public bool HoldsAny(string letters) => Interactions.AsSpan().IndexOfAny(letters) >= 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Level switch { ScopeLevel.Patient => "patient", ScopeLevel.User => "user", _ => "system" }}/{Type}.{Interactions}{(Query is null ? "" : "?" + Query)}";
}

/// <summary>
/// The SMART scopes of a token: v2 (<c>patient/Observation.rs?category=laboratory</c>) and v1 (<c>user/*.read</c>).
/// Spec: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html. What is not a well-formed resource scope grants nothing.
/// </summary>
public sealed class SmartScopes
{
    private const string Letters = "cruds";
    private readonly string text;

    private SmartScopes(string text, ImmutableArray<SmartScope> items)
    {
        this.text = text;
        Items = items;
    }

    /// <summary>The well-formed resource scopes, in the order of the claim.</summary>
    public ImmutableArray<SmartScope> Items { get; }

    /// <summary>Reads a <c>scope</c> claim; scopes that are not SMART resource scopes are kept in the text and grant nothing.</summary>
    public static SmartScopes Parse(string scope) =>
        new(scope, [.. scope.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(ParseOne).OfType<SmartScope>()]);

    /// <summary>
    /// True when any scope, whatever its level, allows one of the interactions on the type: the check before any lookup (consent.md L0).
    /// </summary>
    /// <param name="type">Resource type.</param>
    /// <param name="interaction">One of <c>c r u d s</c>.</param>
    public bool Allows(string type, char interaction)
    {
        foreach (var s in Items)
        {
            if (s.Speaks(type) && s.Interactions.Contains(interaction)) return true;
        }

        return false;
    }

    /// <summary>True when a scope allows one of the interactions on the type.</summary>
    /// <param name="type">Resource type.</param>
    /// <param name="interactions">Letters of <c>cruds</c>; one of them suffices.</param>
    /// <param name="patientLevel">True when <c>patient/</c> scopes count: the record is the launch patient's.</param>
    public bool Allows(string type, string interactions, bool patientLevel)
    {
        foreach (var s in Items)
        {
            if ((patientLevel || s.Level != ScopeLevel.Patient) && s.Speaks(type) && s.HoldsAny(interactions)) return true;
        }

        return false;
    }

    /// <summary>
    /// Search constraints on a type: null when one applicable scope has none, else the constraints of which a resource must match at
    /// least one. Empty when no scope applies.
    /// </summary>
    /// <param name="type">Resource type.</param>
    /// <param name="interactions">Letters of <c>cruds</c>; one of them suffices.</param>
    /// <param name="patientLevel">True when <c>patient/</c> scopes count.</param>
    public IReadOnlyList<string>? Constraints(string type, string interactions, bool patientLevel)
    {
        var queries = new List<string>();
        foreach (var s in Items)
        {
            if ((!patientLevel && s.Level == ScopeLevel.Patient) || !s.Speaks(type) || !s.HoldsAny(interactions)) continue;
            if (s.Query is null) return null;
            if (!queries.Contains(s.Query)) queries.Add(s.Query);
        }

        return queries;
    }

    /// <summary>True when every resource scope of <paramref name="requested"/> lies within one scope of these: same level, type, letters and constraint.</summary>
    public bool Covers(SmartScopes requested) => requested.Items.All(Covers);

    /// <summary>True when the scope lies within one of these.</summary>
    public bool Covers(SmartScope requested) => Items.Any(s =>
        s.Level == requested.Level && (s.Type == "*" || s.Type == requested.Type)
        && requested.Interactions.All(c => s.Interactions.Contains(c)) && (s.Query is null || s.Query == requested.Query));

    /// <inheritdoc/>
    public override string ToString() => text;

    private static SmartScope? ParseOne(string scope)
    {
        var slash = scope.IndexOf('/');
        if (slash < 0) return null;
        ScopeLevel? level = scope[..slash] switch { "patient" => ScopeLevel.Patient, "user" => ScopeLevel.User, "system" => ScopeLevel.System, _ => null };
        if (level is null) return null;

        var rest = scope[(slash + 1)..];
        var mark = rest.IndexOf('?');
        var query = mark < 0 ? null : rest[(mark + 1)..];
        if (mark >= 0) rest = rest[..mark];
        var dot = rest.IndexOf('.');
        if (dot <= 0 || !IsType(rest[..dot])) return null;

        var letters = rest[(dot + 1)..] switch
        {
            "read" when query is null => "rs",
            "write" when query is null => "cud",
            "*" when query is null => Letters,
            var v2 when InOrder(v2) => v2,
            _ => null,
        };
        return letters is null || query is { Length: 0 } ? null : new SmartScope(level.Value, rest[..dot], letters, query);
    }

    private static bool IsType(string s) => s == "*" || (char.IsAsciiLetterUpper(s[0]) && s.All(char.IsAsciiLetter));

    // SMART 2.2 demands the letters in this order; a scope that breaks it is malformed rather than generously read.
    private static bool InOrder(string s)
    {
        var last = -1;
        foreach (var c in s)
        {
            var at = Letters.IndexOf(c);
            if (at <= last) return false;
            last = at;
        }

        return s.Length > 0;
    }
}
