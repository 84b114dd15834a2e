using System.Text.RegularExpressions;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>
/// matches, matchesFull, replaceMatches (N1 §5.6), with the single-line option that the specification asks for.
/// </summary>
/// <remarks>
/// NOTE: patterns come from strangers. They run on the engine without backtracking, whose time is linear in the text; only what that engine
/// cannot express (look-around, back references) backtracks, within a time limit, and is dear: few such matches fit into an evaluation.
/// </remarks>
internal static class RegexFunctions
{
    private const int MaxPattern = 2000;

    /// <summary>Compiled patterns are large: only few and short ones are kept, the others cost their making each time.</summary>
    private const int MaxCached = 64;

    private const int LongestCached = 500;

    private const int BacktrackingCost = 20_000;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(100);

    private static readonly BoundedCache<(string Pattern, RegexOptions Options), Regex> Cache = new(MaxCached);

    public static readonly FunctionEntry[] All =
    [
        new("matches", 1, 2, static (in call, input, output) => Test(call, input, output, full: false)),
        new("matchesFull", 1, 2, static (in call, input, output) => Test(call, input, output, full: true)),
        new("replaceMatches", 2, 3, Replace),
    ];

    private static void Test(in Call call, Values input, Values output, bool full)
    {
        if (StringFunctions.Subject(input) is not { } text || call.Text(0) is not { } pattern) return;
        call.E.SpendText(text.Length * 4L);
        var options = Options(call, 1);
        var end = options.HasFlag(RegexOptions.Multiline) ? "$" : "\\z";
        var regex = Find(call.E, full ? $"^(?:{pattern}){end}" : pattern, options);
        output.Add(Guarded(() => regex.IsMatch(text)));
    }

    private static void Replace(in Call call, Values input, Values output)
    {
        if (StringFunctions.Subject(input) is not { } text || call.Text(0) is not { } pattern || call.Text(1) is not { } substitution) return;
        if (pattern.Length == 0)
        {
            output.Add(FhirPathValue.Of(text));
            return;
        }

        var regex = Find(call.E, pattern, Options(call, 2));
        call.E.SpendText(text.Length * 4L);
        var e = call.E;
        var total = (long)text.Length;
        var result = Guarded(() => regex.Replace(text, match =>
        {
            var made = match.Result(substitution);
            total += made.Length;
            e.SpendText(total);
            return made;
        }));
        output.Add(FhirPathValue.Of(result));
    }

    /// <summary>Flags of the later text: i (case), m (lines). Single line is always on in N1.</summary>
    private static RegexOptions Options(in Call call, int index)
    {
        var options = RegexOptions.Singleline | RegexOptions.CultureInvariant;
        if (call.Count <= index || call.Text(index) is not { } flags) return options;
        foreach (var flag in flags)
        {
            options |= flag switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                _ => throw Evaluation.Fault($"'{flag}' is not a flag of regular expressions: expected i or m"),
            };
        }

        return options;
    }

    private static Regex Find(Evaluation e, string pattern, RegexOptions options)
    {
        var regex = Make(e, pattern, options);
        if (!regex.Options.HasFlag(RegexOptions.NonBacktracking)) e.Spend(BacktrackingCost);
        return regex;
    }

    private static Regex Make(Evaluation e, string pattern, RegexOptions options)
    {
        if (pattern.Length > MaxPattern) throw new EvaluationException($"the regular expression is longer than {MaxPattern} characters", Problems.ExpressionBudget);
        if (Cache.TryGet((pattern, options), out var known)) return known;
        e.Spend(pattern.Length * 5);
        Regex regex;
        try
        {
            try
            {
                regex = new Regex(pattern, options | RegexOptions.NonBacktracking, TimeLimit);
            }
            catch (NotSupportedException)
            {
                regex = new Regex(pattern, options, TimeLimit);
            }
        }
        catch (ArgumentException)
        {
            throw Evaluation.Fault("the regular expression is not valid");
        }

        if (pattern.Length <= LongestCached) Cache.Set((pattern, options), regex);
        return regex;
    }

    private static T Guarded<T>(Func<T> match)
    {
        try
        {
            return match();
        }
        catch (RegexMatchTimeoutException)
        {
            throw new EvaluationException("the regular expression takes too long", Problems.ExpressionBudget);
        }
    }
}
