using System.Text;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Tests;

/// <summary>memberOf, subsumes and subsumedBy with nothing set in the context: https://hl7.org/fhir/R4/fhirpath.html#functions.</summary>
public class TerminologyFhirPathTests
{
    private const string Observation = """
        {"resourceType":"Observation","status":"final","extension":[{"url":"urn:e","valueCoding":{"system":"http://loinc.org","code":"8480-6"}}],"code":{"coding":[{"system":"http://loinc.org","code":"85354-9"},{"system":"urn:mine","code":"x"}]},
         "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]},{"text":"only text"}],
         "interpretation":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"HH"}]}],
         "dataAbsentReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"asked-unknown"}]},
         "method":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"}]},
         "valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"kg"}}
        """;

    [Theory]
    [InlineData("status.memberOf('http://hl7.org/fhir/ValueSet/observation-status')", "true")]
    [InlineData("'final'.memberOf('http://hl7.org/fhir/ValueSet/observation-status|4.0.1')", "true")]
    [InlineData("'finished'.memberOf('http://hl7.org/fhir/ValueSet/observation-status')", "false")]
    [InlineData("code.memberOf('http://hl7.org/fhir/ValueSet/observation-vitalsignresult')", "true")]
    [InlineData("code.coding[1].memberOf('http://hl7.org/fhir/ValueSet/observation-vitalsignresult')", "false")]
    [InlineData("category[0].memberOf('http://hl7.org/fhir/ValueSet/observation-category')", "true")]
    [InlineData("category[1].memberOf('http://hl7.org/fhir/ValueSet/observation-category')", "false")]
    [InlineData("category.where(memberOf('http://hl7.org/fhir/ValueSet/observation-category')).count()", "1")]
    [InlineData("value.memberOf('http://hl7.org/fhir/ValueSet/ucum-bodyweight')", "true")]
    [InlineData("value.code.memberOf('http://hl7.org/fhir/ValueSet/ucum-bodylength')", "false")]
    [InlineData("bodySite.memberOf('http://hl7.org/fhir/ValueSet/none')", null)]
    [InlineData("method.subsumes(dataAbsentReason)", "true")]
    [InlineData("method.subsumedBy(dataAbsentReason)", "false")]
    [InlineData("dataAbsentReason.coding.subsumedBy(%context.method.coding)", "true")]
    [InlineData("code.subsumes(category[0])", "false")]
    public void TerminologyFunction_ByDefault_IsAnsweredByR4(string expression, string? expected) =>
        Assert.Equal(expected, Scalar(expression, FhirPathContext.Default));

    [Theory]
    [InlineData("status.memberOf('http://hl7.org/fhir/ValueSet/none')")]
    [InlineData("'CarePlan'.memberOf('http://hl7.org/fhir/ValueSet/defined-types')")]
    [InlineData("code.coding[0].memberOf('http://hl7.org/fhir/ValueSet/observation-codes')")]
    [InlineData("extension.value.where($this is Coding).first().subsumes(%context.code.coding[0])")]
    public void TerminologyFunction_WithoutAnswer_IsAFault(string expression)
    {
        var result = FhirPathExpression.Compile(expression).Value!.Evaluate(FhirJson.Read(Encoding.UTF8.GetBytes(Observation)).Value!.Root);

        Assert.Equal(Problems.InvalidExpression, Assert.Single(result.Problems).Kind);
    }

    [Fact]
    public void TerminologyFunction_CallersHook_Wins()
    {
        var context = new FhirPathContext { MemberOf = (_, _) => false, Subsumes = (_, _) => false };

        Assert.Equal("false", Scalar("status.memberOf('http://hl7.org/fhir/ValueSet/observation-status')", context));
        Assert.Equal("false", Scalar("method.subsumes(dataAbsentReason)", context));
    }

    [Fact]
    public void TerminologyFunction_OtherDefinitions_AreAsked()
    {
        var definitions = new DefinitionsBuilder(Definitions.R4)
            .Add("""{"resourceType":"ValueSet","url":"urn:v","status":"active","compose":{"include":[{"system":"urn:mine","concept":[{"code":"x"}]}]}}"""u8.ToArray())
            .Build();

        Assert.Equal("true", Scalar("code.memberOf('urn:v')", new FhirPathContext { Definitions = definitions }));
    }

    private static string? Scalar(string expression, FhirPathContext context)
    {
        var result = FhirPathExpression.Compile(expression).Value!.Scalar(FhirJson.Read(Encoding.UTF8.GetBytes(Observation)).Value!.Root, context);
        Assert.True(result.IsOk, string.Join("; ", result.Problems));
        return result.Value;
    }
}
