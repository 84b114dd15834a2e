namespace FhirBridge.Fhir.Tests.Validation;

public sealed class ValidationCasesTests
{
    // A profile of a package, and a file that the origin names and does not have.
    private static readonly string[] Missing = ["fr-smsse-regulee.json", "http://hl7.org/fhir/uv/cgm/StructureDefinition/cgm-data-submission-bundle"];

    [Fact]
    public void Cases_FilesThatTheyName_AreThere()
    {
        Assert.Equal(260, ValidationCases.All.Count);
        Assert.Equal(260, ValidationCases.All.Select(c => c.Name).Distinct().Count());
        var missing = ValidationCases.All
            .SelectMany(c => c.Supporting.Append(c.File).Concat(c.ProfileStep is { } step ? step.Supporting.Append(step.Source) : []))
            .Where(f => !ValidationCases.Has(f));
        Assert.Equal(Missing, missing.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("QuestionnaireResponse.item[0].answer[1].value.ofType(Coding).display", "QuestionnaireResponse.item[0].answer[1].value.display")]
    [InlineData("Bundle.entry[1].resource/*Patient/p*/.name[0]", "Bundle.entry[1].resource.name[0]")]
    [InlineData("/f:Patient/f:name/f:text", "Patient.name.text")]
    [InlineData("Patient", "Patient")]
    public void Place_Expression_IsWithoutTypesAndComments(string expression, string place) => Assert.Equal(place, ValidationCases.Place(expression));
}
