using System.Text;
using FhirBridge.Fhir.FhirPath;
using FsCheck;
using FsCheck.Fluent;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>Expressions made to hurt: each ends in a problem, none in a crash, a hang or an overflow.</summary>
/// <remarks>In one collection with the tests of the compiler: these fill the cache of expressions, and one of those looks at it.</remarks>
[Collection("expression cache")]
public sealed class BudgetTests
{
    private static readonly FhirElement Patient = Vectors.Tree("resources/r4/patient-example.json", typed: true);

    public static TheoryData<string> TooDeep =>
    [
        new string('(', 100_000),
        new string('(', 1_000) + "1" + new string(')', 1_000),
        new string('-', 5_000) + "1",
        "1" + string.Concat(Enumerable.Repeat("+1", 5_000)),
        "name" + string.Concat(Enumerable.Repeat(".name", 5_000)),
        string.Concat(Enumerable.Repeat("iif(", 2_000)),
        string.Concat(Enumerable.Repeat("a[", 2_000)),
        "name" + string.Concat(Enumerable.Repeat(".where(true)", 2_000)),
        new string('a', 100_000),
    ];

    [Theory]
    [MemberData(nameof(TooDeep))]
    public void Compile_TooDeepOrTooLong_IsABudgetProblem(string expression)
    {
        var compiled = FhirPathExpression.Compile(expression);
        Assert.False(compiled.IsOk);
        Assert.Equal(Problems.ExpressionBudget, compiled.Problems[0].Kind);
    }

    [Theory]
    [InlineData("1.repeat($this + 1)")]
    [InlineData("'a'.repeat($this & 'b')")]
    [InlineData("'ab'.repeat($this.replace('a', 'aab'))")]
    [InlineData("'aaaaaaaaaaaaaaaaaaaa'.repeat($this & $this)")]
    [InlineData("(0|1|2|3|4|5|6|7|8|9).select(%context.descendants().select(%context.descendants().select(%context.descendants().count())))")]
    [InlineData("descendants().combine(descendants()).combine(descendants()).select(%resource.descendants().where(%resource.descendants().count() > 1)).count()")]
    public void Evaluate_EndlessOrExplosive_IsABudgetProblem(string expression)
    {
        var result = FhirPathExpression.Compile(expression).Value!.Evaluate(Patient, new FhirPathContext { StepBudget = 100_000 });
        Assert.False(result.IsOk);
        Assert.Equal(Problems.ExpressionBudget, result.Problems[0].Kind);
    }

    public static TheoryData<string> DeepestAllowed =>
    [
        string.Concat(Enumerable.Repeat("select(", 140)) + "name" + new string(')', 140),
        string.Concat(Enumerable.Repeat("where(", 140)) + "true" + new string(')', 140),
        new string('-', 140) + "1",
        "1" + string.Concat(Enumerable.Repeat("+1", 290)),
        "'a'" + string.Concat(Enumerable.Repeat(" & 'b'", 290)),
        "$this" + string.Concat(Enumerable.Repeat(".select($this)", 290)),
        string.Concat(Enumerable.Repeat("iif(true, ", 140)) + "1" + new string(')', 140),
        string.Concat(Enumerable.Repeat("aggregate(", 140)) + "1" + new string(')', 140),
    ];

    [Theory]
    [MemberData(nameof(DeepestAllowed))]
    public void Evaluate_AsDeepAsAllowedOnASmallStack_AnswersOrIsABudgetProblem(string expression)
    {
        var answered = false;
        var thread = new Thread(
            () =>
            {
                var compiled = FhirPathExpression.Compile(expression, "Patient");
                var problems = compiled.IsOk ? compiled.Value.Evaluate(Patient).Problems : compiled.Problems;
                answered = problems.All(p => p.Kind == Problems.ExpressionBudget);
            },
            384 * 1024);
        thread.Start();
        thread.Join();
        Assert.True(answered);
    }

    [Fact]
    public void Union_OfManyDifferentElements_StaysWithinTheDefaultBudget()
    {
        var items = string.Join(',', Enumerable.Range(0, 3000).Select(i => $$"""{"linkId":"{{i}}","type":"group","code":[{"code":"c{{i}}"}]}"""));
        var questionnaire = FhirJson.ReadTrusted(Encoding.UTF8.GetBytes($$"""{"resourceType":"Questionnaire","status":"draft","item":[{{items}}]}""")).Value!.Root;
        Assert.Equal("3000", FhirPathExpression.Compile("(item | item).count()").Value!.Scalar(questionnaire).Value);
        Assert.Equal("3000", FhirPathExpression.Compile("repeat(item).code.distinct().count()").Value!.Scalar(questionnaire).Value);
    }

    [Fact]
    public void Evaluate_TextThatDoubles_IsABudgetProblem()
    {
        var expression = "'0123456789'" + string.Concat(Enumerable.Repeat(".replace('', 'xxxxxxxxxxxxxxxx')", 10));
        var result = FhirPathExpression.Compile(expression).Value!.Evaluate(Patient);
        Assert.Equal(Problems.ExpressionBudget, result.Problems[0].Kind);
    }

    [Fact]
    public void Matches_CatastrophicPattern_AnswersWithoutBacktracking()
    {
        var result = FhirPathExpression.Compile("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$')").Value!.Evaluate(Patient);
        Assert.True(result.IsOk);
        Assert.Equal("false", Assert.Single(result.Value).ToString());
    }

    [Theory]
    [InlineData("'a'.matches('(')")]
    [InlineData("'a'.matches('[')")]
    [InlineData("'a'.replaceMatches('*', 'b')")]
    public void Matches_InvalidPattern_IsAProblem(string expression) =>
        Assert.Equal(Problems.InvalidExpression, FhirPathExpression.Compile(expression).Value!.Evaluate(Patient).Problems[0].Kind);

    [Theory]
    [InlineData("2147483647 + 1")]
    [InlineData("(-2147483647 - 1) - 1")]
    [InlineData("2147483647 * 2")]
    [InlineData("79228162514264337593543950335.0 * 10.0")]
    [InlineData("10.power(400)")]
    [InlineData("1000000.0.exp()")]
    [InlineData("0.power(-1)")]
    [InlineData("@9999-12-31 + 1 year")]
    [InlineData("@0001-01-01 - 1 day")]
    [InlineData("@2020-01-01 + 2147483647 years")]
    [InlineData("@2020-01-01 + 79228162514264337593543950335.0 days")]
    [InlineData("79228162514264337593543950335.0 'm' * 10.0 's'")]
    [InlineData("1 '((((((((((((((((((((((m))))))))))))))))))))))' + 1 'm'")]
    public void Arithmetic_OutOfRange_IsEmpty(string expression)
    {
        var result = FhirPathExpression.Compile(expression).Value!.Evaluate(Patient);
        Assert.True(result.IsOk, result.IsOk ? "" : result.Problems[0].ToString());
        Assert.Empty(result.Value);
    }

    [Fact]
    public void AnyText_CompiledAndEvaluated_NeverThrows()
    {
        var words = new[] { "name", "given", "Patient", ".", "(", ")", "[", "]", "'a'", "1", "2.5", "@2020-01", "@T10:00", "+", "-", "*", "/", "|", "=", "~", "<", "and", "implies", "is", "as", "{}", "$this", "$index", "%resource", "%x", "where(", "select(", "repeat(", "first()", "toString()", "children()", "iif(", ",", "1 year", "5 'mg'", "`", "'", "//", "matches('a')", "resolve()", "descendants()", "sort()", "true", "System", "Quantity" };
        var expressions = Gen.Elements(words).ListOf().Select(w => string.Join(' ', w.Take(40))).ToArbitrary();
        Prop.ForAll(expressions, expression =>
        {
            var compiled = FhirPathExpression.Compile(expression, "Patient");
            if (compiled.IsOk) compiled.Value.Evaluate(Patient, new FhirPathContext { StepBudget = 20_000 });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void OfficialExpressions_Mutated_NeverThrow()
    {
        var expressions = Vectors.Json("official-r4.json").EnumerateArray().Select(t => t.GetProperty("expression").GetString()!).ToArray();
        var mutations = from expression in Gen.Elements(expressions)
                        from at in Gen.Choose(0, Math.Max(expression.Length - 1, 0))
                        from length in Gen.Choose(0, 5)
                        from insert in Gen.Elements("", "(", ")", "'", ".", "[", "0", "@", "\\", "|", "\u0000", "é", "$", "%", "`")
                        select new StringBuilder(expression).Remove(at, Math.Min(length, expression.Length - at)).Insert(at, insert).ToString();
        Prop.ForAll(mutations.ToArbitrary(), expression =>
        {
            var compiled = FhirPathExpression.Compile(expression, "Patient");
            if (compiled.IsOk) compiled.Value.Evaluate(Patient, new FhirPathContext { StepBudget = 20_000 });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }
}
