namespace FhirBridge.Fhir.Tests.Validation;

public sealed class ValidationCasesTests
{
    [Fact]
    public void Cases_AllFilesThatTheyName_AreThere()
    {
        Assert.Equal(260, ValidationCases.All.Count);
        Assert.Equal(260, ValidationCases.All.Select(c => c.Name).Distinct().Count());
        foreach (var c in ValidationCases.All)
        {
            Assert.NotEmpty(ValidationCases.File(c.File));
            foreach (var file in c.Supporting) Assert.NotEmpty(ValidationCases.File(file));
            if (c.ProfileStep is null) continue;
            Assert.NotEmpty(ValidationCases.File(c.ProfileStep.Source));
            foreach (var file in c.ProfileStep.Supporting) Assert.NotEmpty(ValidationCases.File(file));
        }
    }

    [Theory]
    [InlineData("QuestionnaireResponse.item[0].answer[1].value.ofType(Coding).display", "QuestionnaireResponse.item[0].answer[1].value.display")]
    [InlineData("Bundle.entry[1].resource/*Patient/p*/.name[0]", "Bundle.entry[1].resource.name[0]")]
    [InlineData("Patient", "Patient")]
    public void Place_Expression_IsWithoutTypesAndComments(string expression, string place) => Assert.Equal(place, ValidationCases.Place(expression));
}
