using System.Collections.Frozen;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>What a function takes and gives, as far as it can be said before it is evaluated.</summary>
/// <param name="Input">What its input may be.</param>
/// <param name="Result">System type of the result; null when it depends on the input or is no System type.</param>
/// <param name="Arguments">What its arguments may be; the last counts for all that follow.</param>
internal sealed record Signature(Kinds Input, string? Result, params Kinds[] Arguments)
{
    private static readonly FrozenDictionary<string, Signature> Table = Rows().ToFrozenDictionary(StringComparer.Ordinal);

    public static Signature? Find(string function) => Table.GetValueOrDefault(function);

    /// <summary>What the argument at that place may be.</summary>
    public Kinds Argument(int index) => Arguments.Length == 0 ? Kinds.Any : Arguments[Math.Min(index, Arguments.Length - 1)];

    private static IEnumerable<KeyValuePair<string, Signature>> Rows() =>
    [
        .. Of(new(Kinds.Any, "Boolean"), "empty", "exists", "all", "subsetOf", "supersetOf", "isDistinct", "not", "hasValue", "htmlChecks", "subsumes", "subsumedBy"),
        .. Of(new(Kinds.Any, "Boolean"), "convertsToBoolean", "convertsToInteger", "convertsToLong", "convertsToDecimal", "convertsToString", "convertsToDate", "convertsToDateTime", "convertsToTime"),
        .. Of(new(Kinds.Any, "Boolean", Kinds.String), "convertsToQuantity", "conformsTo", "memberOf", "hasExtension"),
        .. Of(new(Kinds.Measure, "Boolean", Kinds.Measure), "comparable"),
        .. Of(new(Kinds.Boolean, "Boolean"), "allTrue", "anyTrue", "allFalse", "anyFalse"),
        .. Of(new(Kinds.String, "Boolean", Kinds.String), "startsWith", "endsWith", "contains", "matches", "matchesFull"),
        .. Of(new(Kinds.String, "Integer", Kinds.String), "indexOf", "lastIndexOf", "length"),
        .. Of(new(Kinds.String, "String", Kinds.String), "upper", "lower", "trim", "replace", "replaceMatches", "split", "join", "toChars", "encode", "decode", "escape", "unescape"),
        .. Of(new(Kinds.String, "String", Kinds.Whole), "substring"),
        .. Of(new(Kinds.Any, "Integer"), "count", "toInteger", "precision"),
        .. Of(new(Kinds.Any, "Boolean"), "toBoolean"),
        .. Of(new(Kinds.Any, "Long"), "toLong"),
        .. Of(new(Kinds.Any, "Decimal"), "toDecimal"),
        .. Of(new(Kinds.Any, "String"), "toString"),
        .. Of(new(Kinds.Any, "Date"), "toDate", "today", "dateOf"),
        .. Of(new(Kinds.Any, "DateTime"), "toDateTime", "now"),
        .. Of(new(Kinds.Any, "Time"), "toTime", "timeOfDay", "timeOf"),
        .. Of(new(Kinds.Any, "Quantity", Kinds.String), "toQuantity"),
        .. Of(new(Kinds.Any, "Integer"), "yearOf", "monthOf", "dayOf", "hourOf", "minuteOf", "secondOf", "millisecondOf"),
        .. Of(new(Kinds.Any, "Decimal"), "timezoneOffsetOf"),
        .. Of(new(Kinds.Measure, null, Kinds.Whole), "abs", "ceiling", "floor", "truncate", "round"),
        .. Of(new(Kinds.Number, "Decimal", Kinds.Number), "exp", "ln", "log", "sqrt"),
        .. Of(new(Kinds.Number, null, Kinds.Number), "power"),
        .. Of(new(Kinds.Any, null, Kinds.Whole), "skip", "take", "lowBoundary", "highBoundary"),
        .. Of(new(Kinds.Any, null, Kinds.String), "extension", "checkModifiers", "slice"),
        .. Of(new(Kinds.Any, null, Kinds.String, Kinds.Any), "trace", "defineVariable"),
    ];

    private static IEnumerable<KeyValuePair<string, Signature>> Of(Signature signature, params string[] functions) => functions.Select(f => KeyValuePair.Create(f, signature));
}
