using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>What a fault of evaluation says: the innermost function or operator, and its place in the expression.</summary>
public sealed class FaultTests
{
    private static readonly FhirElement Patient = Vectors.Tree("resources/r4/patient-example.json", typed: true);

    [Theory]
    [InlineData("name.given.substring(1)", 1, 12, "substring(): expected a single item, found 5")]
    [InlineData("1 < 'a'", 1, 3, "<: System.Integer and System.String have no order")]
    [InlineData("name.where(given.first() + 1 = 2)", 1, 26, "+ is not defined for System.String and System.Integer")]
    [InlineData("name.where(\n  given.single().exists())", 2, 9, "single(): expected a single item")]
    [InlineData("-'a'", 1, 1, "-: System.String has no sign")]
    [InlineData("(1 | 2) is Integer", 1, 9, "is: expected a single item, found 2")]
    [InlineData("(1 | 2)['a']", 1, 8, "[]: an index is an Integer")]
    [InlineData("name and active", 1, 6, "and: expected a single item, found 3")]
    [InlineData("1 + %x", 1, 5, "%x is unknown")]
    [InlineData("'a'.matches('(')", 1, 5, "matches(): the regular expression is not valid")]
    [InlineData("5.round(-1)", 1, 3, "round(): the precision of round() is not negative")]
    [InlineData("(1 | 2).iif(true, 1)", 1, 9, "iif() takes a single item as input")]
    [InlineData("defineVariable('x', 1).defineVariable('x')", 1, 24, "defineVariable(): the variable %x is defined already")]
    public void Fault_OfEvaluation_NamesItsStepAndPlace(string expression, int line, int column, string says)
    {
        var problem = FhirPathExpression.Compile(expression).Value!.Evaluate(Patient).Problems[0];
        Assert.Equal(Problems.InvalidExpression, problem.Kind);
        Assert.Equal((line, column), (problem.Line, problem.Column));
        Assert.Contains(says, problem.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Budget_OfEvaluation_NamesItsStep()
    {
        var problem = FhirPathExpression.Compile("1.repeatAll($this)").Value!.Evaluate(Patient, new FhirPathContext { StepBudget = 1000 }).Problems[0];
        Assert.Equal(Problems.ExpressionBudget, problem.Kind);
        Assert.Contains("repeatAll()", problem.Diagnostics, StringComparison.Ordinal);
    }
}
