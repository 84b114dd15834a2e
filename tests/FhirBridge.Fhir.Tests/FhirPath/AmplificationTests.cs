using System.Text;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>Expressions that ask for much again and again: work and memory are paid for, whatever they are made of.</summary>
public class AmplificationTests
{
    private static readonly FhirElement Bundle = FhirJson.Read(Encoding.UTF8.GetBytes(
        $$"""{"resourceType":"Bundle","type":"collection","entry":[{{string.Join(',', Enumerable.Range(0, 2_000).Select(i => $$"""{"resource":{"resourceType":"Basic","id":"b{{i}}","code":{"text":"x"} } }"""))}}]}""")).Value!.Root;

    private static readonly FhirPathContext Context = new()
    {
        Variables = new Dictionary<string, IReadOnlyList<FhirPathValue>>
        {
            ["s"] = [FhirPathValue.Of(new string('a', 400_000) + "z")],
            ["t"] = [FhirPathValue.Of(new string('a', 400_000) + "z")],
            ["n"] = [FhirPathValue.Of(new string('9', 400_000))],
            ["v"] = [.. Enumerable.Range(0, 50_000).Select(FhirPathValue.Of)],
        },
    };

    [Theory]
    [InlineData("defineVariable('a', descendants()).select(%a.select(%a.select(%a)))")]
    [InlineData("defineVariable('a', descendants()).select(%a.select(%a.count()))")]
    [InlineData("%v.select(%v.select(%v.count()))")]
    [InlineData("%v.select(%v.count())")]
    [InlineData("%v.aggregate($total.combine($total), 1)")]
    [InlineData("%v.aggregate($total | $this, {}).count()")]
    [InlineData("entry.select(%resource.descendants()).count()")]
    [InlineData("descendants().select(%s = %t).count()")]
    [InlineData("descendants().select(%s ~ %t).count()")]
    [InlineData("descendants().select(%s < %t).count()")]
    [InlineData("descendants().select(%s in (%t | 'a')).count()")]
    [InlineData("descendants().select((%s | %t).distinct().count()).count()")]
    [InlineData("descendants().select((%s | %t).max()).count()")]
    [InlineData("descendants().select((%s | %t | 'b').sort().count()).count()")]
    [InlineData("descendants().select(%s.toChars().count()).count()")]
    [InlineData("entry.select(%resource.conformsTo('http://hl7.org/fhir/StructureDefinition/bp'))")]
    public void Evaluate_MuchAgainAndAgain_EndsInTheBudget(string expression)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = FhirPathExpression.Compile(expression).Value!.Evaluate(Bundle, Context);

        Assert.Equal(Problems.ExpressionBudget, Assert.Single(result.Problems).Kind);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000_000);
    }

    /// <summary>Patterns that backtrack are dear, and so are long ones that are made anew each time.</summary>
    [Theory]
    [InlineData("descendants().select('aaaaaaaaaaaaaaaaaaab'.matches('(?=a)(a+)+$')).count()")]
    [InlineData("descendants().select('x'.matches(%p)).count()")]
    [InlineData("descendants().select('x'.replaceMatches(%p, 'y')).count()")]
    public void Match_CostlyPatternAgainAndAgain_EndsInTheBudget(string expression)
    {
        var context = Context with { Variables = new Dictionary<string, IReadOnlyList<FhirPathValue>> { ["p"] = [FhirPathValue.Of(string.Concat(Enumerable.Repeat("(a|b)*c?", 240)))] } };

        Assert.Equal(Problems.ExpressionBudget, Assert.Single(FhirPathExpression.Compile(expression).Value!.Evaluate(Bundle, context).Problems).Kind);
    }

    /// <summary>Strangers choose the texts: only short ones are kept.</summary>
    [Fact]
    public void Compile_LongExpression_IsNotKept()
    {
        var lengthy = "'let go' = 'let go'" + string.Concat(Enumerable.Repeat(" and (a.b.where(c=1))", 30));

        Assert.NotSame(FhirPathExpression.Compile(lengthy).Value, FhirPathExpression.Compile(lengthy).Value);
    }

    [Theory]
    [InlineData("%n.toInteger()")]
    [InlineData("%n.toLong()")]
    [InlineData("%n.toDecimal()")]
    [InlineData("%n.toQuantity()")]
    [InlineData("%n.toBoolean()")]
    public void Convert_TextLongerThanAnyNumber_IsNoNumber(string expression) =>
        Assert.Empty(FhirPathExpression.Compile(expression).Value!.Evaluate(Bundle, Context).Value!);

    [Fact]
    public void Evaluate_NumberOfVeryManyDigits_IsReadAsText()
    {
        var observation = FhirJson.ReadTrusted(Encoding.UTF8.GetBytes($$"""{"resourceType":"RiskAssessment","prediction":[{"relativeRisk":{{new string('9', 200_000)}}}]}""")).Value!.Root;

        Assert.False(FhirPathExpression.Compile("prediction.relativeRisk + 1").Value!.Evaluate(observation).IsOk);
        Assert.Equal("true", FhirPathExpression.Compile("prediction.relativeRisk.exists()").Value!.Scalar(observation).Value);
    }
}
