using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>What the compiler refuses, where it points, and what it says.</summary>
[Collection("expression cache")]
public sealed class CompileTests
{
    [Theory]
    [InlineData("name.", 1, 6, "name of an element")]
    [InlineData("name.given[", 1, 12, "ends too early")]
    [InlineData("name.where(use = 'x'", 1, 21, "')'")]
    [InlineData("name\n  .given)", 2, 9, "operator or the end")]
    [InlineData("1 + 'open", 1, 5, "not closed")]
    [InlineData("2 /* open", 1, 3, "'*/'")]
    [InlineData("@2020-13", 1, 1, "not a date")]
    [InlineData("name.foo()", 1, 6, "'foo' is unknown")]
    [InlineData("name.where()", 1, 6, "1 arguments")]
    [InlineData("name.first(1)", 1, 6, "0 arguments")]
    [InlineData("name is Person2", 1, 6, "'Person2' is unknown")]
    [InlineData("name.ofType(1)", 1, 13, "name of a type")]
    [InlineData("name # given", 1, 6, "cannot stand here")]
    [InlineData("99999999999", 1, 1, "outside the range")]
    [InlineData("and true", 1, 1, "before the operator")]
    [InlineData("$that", 1, 1, "$this, $index or $total")]
    [InlineData("", 1, 1, "ends too early")]
    public void Fault_InTheText_PointsAtItsPlace(string expression, int line, int column, string says)
    {
        var problem = FhirPathExpression.Compile(expression).Problems[0];
        Assert.Equal(Problems.InvalidExpression, problem.Kind);
        Assert.Equal((line, column), (problem.Line, problem.Column));
        Assert.Contains(says, problem.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Patient", "name.gven", 6, "HumanName", "'given'")]
    [InlineData("Patient", "nam.given", 1, "Patient", "'name'")]
    [InlineData("Observation", "valueQuantity.unit", 1, "Observation", "value.ofType(Quantity)")]
    [InlineData("Observation", "Observation.valueString", 13, "Observation", "value.ofType(string)")]
    [InlineData("Observation", "(value as Period).unit", 19, "Period", "")]
    [InlineData("Patient", "name.where(usse = 'official')", 12, "HumanName", "'use'")]
    [InlineData("Patient", "name.count().given", 14, "System.Integer", "")]
    [InlineData("CarePlan.activity", "detail.statu", 8, "CarePlan.activity.detail", "'status'")]
    [InlineData("Bundle", "entry.link.relatoin", 12, "Bundle.link", "'relation'")]
    [InlineData("Patient", "extension('http://x').valu", 23, "Extension", "'value'")]
    public void UnknownElement_WithAContextType_IsReportedWithWhatWasExpected(string context, string expression, int column, string owner, string expected)
    {
        var problem = FhirPathExpression.Compile(expression, context).Problems[0];
        Assert.Equal(column, problem.Column);
        Assert.Contains($"{owner} has no element", problem.Diagnostics, StringComparison.Ordinal);
        Assert.Contains(expected, problem.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name.given.substring('a')", 22, "substring() takes Integer or Long, found System.String")]
    [InlineData("name.given.first().startsWith(active)", 31, "startsWith() takes String, found boolean")]
    [InlineData("name.upper()", 6, "upper() works on String, found HumanName")]
    [InlineData("name.given.allTrue()", 12, "allTrue() works on Boolean, found string")]
    [InlineData("birthDate.sqrt()", 11, "sqrt() works on Integer or Long or Decimal, found date")]
    [InlineData("name.take('1')", 11, "take() takes Integer or Long, found System.String")]
    [InlineData("name['a']", 6, "an index is Integer or Long, found System.String")]
    [InlineData("-name", 1, "a sign is for Integer or Long or Decimal or Quantity, found HumanName")]
    [InlineData("birthDate + 1", 11, "+ is not defined for date and System.Integer")]
    [InlineData("birthDate + 1 'kg'", 13, "'kg' cannot be added to date")]
    [InlineData("birthDate - 1 'a'", 13, "'a' cannot be added to date")]
    [InlineData("birthDate > 5", 11, "> is not defined for date and System.Integer")]
    [InlineData("name.count() < 'a'", 14, "< is not defined for System.Integer and System.String")]
    [InlineData("active & 'a'", 8, "& is not defined for boolean and System.String")]
    [InlineData("name.where(given + 1 = 2)", 18, "+ is not defined for string and System.Integer")]
    [InlineData("id + 1", 4, "+ is not defined for id and System.Integer")]
    [InlineData("'a' * 2", 5, "* is not defined for System.String and System.Integer")]
    [InlineData("(gender | active) mod 2", 19, "mod is not defined for code or boolean and System.Integer")]
    public void WrongType_WithAContextType_IsReportedWithWhatWasFound(string expression, int column, string says)
    {
        var problem = FhirPathExpression.Compile(expression, "Patient").Problems[0];
        Assert.Equal(column, problem.Column);
        Assert.Contains(says, problem.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name", "HumanName")]
    [InlineData("Patient.name.given.first()", "string")]
    [InlineData("name.exists() and active", "System.Boolean")]
    [InlineData("name.given.count() + 1", "System.Integer")]
    [InlineData("name.count() / 2", "System.Decimal")]
    [InlineData("birthDate + 1 day", "System.Date")]
    [InlineData("deceased", "boolean,dateTime")]
    [InlineData("id", "id")]
    [InlineData("active.value", "System.Boolean")]
    [InlineData("contact", "BackboneElement")]
    [InlineData("iif(active, name.family, 1)", "string,System.Integer")]
    [InlineData("name.select(given | family)", "string")]
    [InlineData("extension('http://x').value.ofType(Coding)", "Coding")]
    [InlineData("name.given.ofType(System.String)", "System.String")]
    [InlineData("children()", null)]
    [InlineData("%x", null)]
    public void ResultTypes_WithAContextType_AreWhatIsKnown(string expression, string? types)
    {
        var known = FhirPathExpression.Compile(expression, "Patient").Value!.ResultTypes;
        Assert.Equal(types, known is null ? null : string.Join(',', known));
    }

    [Theory]
    [InlineData("Patient", "contained.anything.at.all")]
    [InlineData("Patient", "name.given.substring(1)")]
    [InlineData("Patient", "deceased < today()")]
    [InlineData("Patient", "deceased and active")]
    [InlineData("Patient", "name.given = 1")]
    [InlineData("Patient", "birthDate + 1 day > today() - 2 'wk'")]
    [InlineData("Patient", "name.sort(-family, given.first())")]
    [InlineData("Patient", "iif(active, 1, 'a') + 1")]
    [InlineData("Patient", "extension('http://x').value + 1")]
    [InlineData("Observation", "value > 5 'mg' and value < 5")]
    [InlineData("Observation", "value.abs() + 1 'mg'")]
    [InlineData("Patient", "active.toString().length() + multipleBirth")]
    [InlineData("Patient", "managingOrganization.resolve().name")]
    [InlineData("Questionnaire", "repeat(item).code.code")]
    [InlineData("Questionnaire", "item.item.item.answerOption.value.ofType(Coding).code")]
    [InlineData("Patient", "(name | contact.name).given")]
    [InlineData("Observation", "value.unit")]
    [InlineData("Observation", "component.value.ofType(Quantity).value > 5")]
    [InlineData("Bundle", "entry.resource.ofType(Patient).name")]
    [InlineData("Patient", "Resource.id | DomainResource.text.status")]
    [InlineData("Patient", "iif(active, name, contact.name).family")]
    [InlineData("Patient", "%resource.whatever | %context.name.given")]
    [InlineData("Patient", "children().whatever")]
    public void WhatCannotBeKnown_WithAContextType_IsNotObjectedTo(string context, string expression)
    {
        var compiled = FhirPathExpression.Compile(expression, context);
        Assert.True(compiled.IsOk, compiled.IsOk ? "" : compiled.Problems[0].Diagnostics);
    }

    [Fact]
    public void Compile_Twice_GivesTheSameObject() =>
        Assert.Same(FhirPathExpression.Compile("name.given.first()").Value, FhirPathExpression.Compile("name.given.first()").Value);

    [Fact]
    public void Compile_AFloodOfStrangers_LeavesWhatIsUsedInTheCache()
    {
        var regular = FhirPathExpression.Compile("name.given.last()").Value;
        for (var i = 0; i < 20_000; i++)
        {
            FhirPathExpression.Compile($"name.given[{i}]");
            if (i % 500 == 0) Assert.Same(regular, FhirPathExpression.Compile("name.given.last()").Value);
        }
    }
}
