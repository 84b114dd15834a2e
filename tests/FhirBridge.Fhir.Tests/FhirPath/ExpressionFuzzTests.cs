using System.Text;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>
/// Expressions made by chance, from the grammar and from those of the definitions, on official examples: each ends in a result or in a
/// problem, within the steps and the memory that it is given.
/// </summary>
[Collection("expression cache")]
public sealed class ExpressionFuzzTests
{
    private const int Steps = 20_000;

    // A step makes an item, or 64 characters of text; a pattern, a unit or a sorted collection has a start of its own.
    private const long MostBytes = (Steps * 2_000L) + 20_000_000;

    private static readonly FunctionEntry[] Functions =
    [
        .. ExistenceFunctions.All, .. FilteringFunctions.All, .. SubsettingFunctions.All, .. ConversionFunctions.All, .. StringFunctions.All, .. RegexFunctions.All, .. MathFunctions.All, .. NavigationFunctions.All,
        .. UtilityFunctions.All, .. TemporalFunctions.All, .. TypeFunctions.All, .. AggregateFunctions.All, .. FhirFunctions.All, .. TerminologyFunctions.All,
    ];

    private static readonly string[] Operators =
        ["+", "-", "*", "/", "div", "mod", "&", "|", "=", "!=", "~", "!~", "<", "<=", ">", ">=", "and", "or", "xor", "implies", "in", "contains"];

    private static readonly string[] Leaves =
    [
        "{}", "true", "false", "0", "1", "-1", "2147483647", "5L", "1.5", "0.000000000000000000000001", "79228162514264337593543950335.0", "''", "'a'", "'\\u00e9\\n'", "'http://loinc.org'", "'^(a+)+$'", "'2020-01-01'",
        "@2020", "@2020-02-29", "@9999-12-31", "@0001-01-01", "@2020-02-29T10:11:12.123+14:00", "@T10:11", "@T23:59:59.999", "1 year", "2147483647 months", "5 'mg'", "1 '[degF]'", "0 '1'", "4 'xyz'",
        "$this", "$index", "$total", "%context", "%resource", "%rootResource", "%ucum", "%`vs-x`", "%unknown", "id", "meta", "text.div", "extension.url", "contained", "name", "code.coding", "value", "status", "subject.reference",
        "descendants()", "children()", "identifier.value", "telecom", "period.start", "item.item", "entry.resource", "url", "version", "`div`", "System.String", "FHIR.Patient", "Quantity", "Observation.value",
    ];

    private static readonly string[] Types = ["Patient", "FHIR.string", "System.Integer", "Quantity", "String", "boolean", "Nothing", "Resource"];
    private static readonly Lazy<string[]> Official = new(() =>
        [.. Definitions.R4.AllSearchParameters.Select(p => p.Expression).Concat(Definitions.R4.Types.SelectMany(t => t.Invariants.Concat(t.Elements.SelectMany(e => e.Invariants))).Select(i => i.Expression)).OfType<string>().Distinct()]);

    [Fact]
    public void Evaluate_ExpressionsOfTheGrammar_AnswerWithinTheirMeans()
    {
        var (all, evaluated) = (0, 0);
        Fuzz.Run(6000, random =>
        {
            all++;
            if (AssertAnswer(Expression(random, random.Next(1, 6)), random)) evaluated++;
        });

        // Most of what the grammar makes must be worth evaluating.
        Assert.True(evaluated > all / 4, $"{evaluated} of {all}");
    }

    [Fact]
    public void Evaluate_ExpressionsOfTheDefinitionsChanged_AnswerWithinTheirMeans() => Fuzz.Run(4000, random =>
    {
        var text = new StringBuilder(random.Of(Official.Value));
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(text.Length + 1);
            switch (random.Next(4))
            {
                case 0:
                    text.Remove(at, Math.Min(text.Length - at, random.Next(1, 6)));
                    break;
                case 1:
                    text.Insert(at, random.Of(["(", ")", "[", "]", "'", "`", ".", ",", "|", "@", "%", "$", "{}", "\\", "/*", "//", "\0", "\ud800", "é", " ", "0", "-", "not()", ".first()", " and ", " is ", " as "]));
                    break;
                case 2:
                    text.Insert(at, random.Of(Leaves));
                    break;
                default:
                    text.Insert(0, "(").Append(") ").Append(random.Of(Operators)).Append(' ').Append(random.Of(Official.Value));
                    break;
            }
        }

        AssertAnswer(text.ToString(), random);
    });

    [Theory]
    [InlineData("(", 50_000)]
    [InlineData("(1+", 20_000)]
    [InlineData("-", 60_000)]
    [InlineData("not(", 15_000)]
    [InlineData("a.", 30_000)]
    [InlineData("a[0]", 16_000)]
    [InlineData("1|", 30_000)]
    [InlineData("'a'&", 16_000)]
    [InlineData("iif(true,", 7_000)]
    [InlineData("select($this).", 4_600)]
    [InlineData("/*", 30_000)]
    [InlineData("'\\u0041", 9_000)]
    [InlineData("@2020-01-01T", 5_000)]
    [InlineData("9", 65_000)]
    [InlineData("0.1", 20_000)]
    [InlineData("true and ", 7_000)]
    [InlineData("as Quantity ", 5_000)]
    [InlineData("% ", 30_000)]
    [InlineData("[", 65_000)]
    public void Compile_OnePieceAgainAndAgain_AnswersWithinItsMeans(string piece, int times)
    {
        var random = new Random(times);
        foreach (var end in new[] { "", "1", "1" + new string(')', 3), "'" }) AssertAnswer(string.Concat(Enumerable.Repeat(piece, times)) + end, random);
        foreach (var count in new[] { 40, 145, 290 }) AssertAnswer(string.Concat(Enumerable.Repeat(piece, count)) + "1", random);
    }

    /// <summary>True when the expression was evaluated.</summary>
    private static bool AssertAnswer(string expression, Random random)
    {
        var resource = random.Example().Root;
        var options = new FhirPathOptions(random.Next(2) == 0 ? resource.Type : null) { AsFilters = random.Next(2) == 0 };
        var before = GC.GetAllocatedBytesForCurrentThread();
        var compiled = FhirPathExpression.Compile(expression, options);
        var problems = compiled.Problems;
        if (compiled.IsOk)
        {
            var result = compiled.Value.Evaluate(resource, new FhirPathContext { StepBudget = Steps });
            if (result.IsOk) Assert.True(result.Value.Count <= Steps);
            problems = result.Problems;
        }
        else
        {
            Assert.All(problems, p => Assert.True(p.Line >= 1 && p.Column >= 1, p.ToString()));
            Assert.NotEmpty(problems);
        }

        Assert.All(problems, p => Assert.True(p.Kind == Problems.InvalidExpression || p.Kind == Problems.ExpressionBudget, p.ToString()));
        Assert.All(problems, p => Assert.True(p.Diagnostics.Length < 2000, p.Diagnostics));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        return compiled.IsOk;
    }

    private static string Expression(Random random, int depth)
    {
        if (depth == 0) return random.Of(Leaves);
        return random.Next(10) switch
        {
            0 => random.Of(Leaves),
            1 or 2 => $"{Expression(random, depth - 1)} {random.Of(Operators)} {Expression(random, depth - 1)}",
            3 => $"({Expression(random, depth - 1)})",
            4 => $"({Expression(random, depth - 1)})[{Expression(random, depth - 1)}]",
            5 => $"({Expression(random, depth - 1)}) {random.Of(["is", "as"])} {random.Of(Types)}",
            6 => "-" + Expression(random, depth - 1),
            _ => $"({Expression(random, depth - 1)}).{Call(random, depth - 1)}",
        };
    }

    private static string Call(Random random, int depth)
    {
        var function = random.Of(Functions);
        if (function.TakesType) return $"{function.Name}({random.Of(Types)})";
        var count = random.Next(function.Min, Math.Min(function.Max, function.Min + 2) + 1);
        return $"{function.Name}({string.Join(", ", Enumerable.Range(0, count).Select(_ => Expression(random, Math.Min(depth, 2))))})";
    }
}
