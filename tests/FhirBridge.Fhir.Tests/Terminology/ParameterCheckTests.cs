using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests;

/// <summary>What is no question by R4's OperationDefinitions: wrong types, what may be given once given twice, several forms of the code.</summary>
public class ParameterCheckTests
{
    private const string Set = """{"name":"url","valueUri":"http://hl7.org/fhir/ValueSet/administrative-gender"}""";
    private const string Code = """{"name":"coding","valueCoding":{"system":"http://hl7.org/fhir/administrative-gender","code":"male"}}""";

    [Theory]
    [InlineData("""{"name":"activeOnly","valueString":"maybe"}""", "activeOnly")]
    [InlineData("""{"name":"activeOnly","valueInteger":1}""", "activeOnly")]
    [InlineData("""{"name":"excludeNested","valueCoding":{"code":"true"}}""", "excludeNested")]
    [InlineData("""{"name":"count","valueCoding":{"code":"1"}}""", "count")]
    [InlineData("""{"name":"count","valueDecimal":1.5}""", "count")]
    [InlineData("""{"name":"count","valueString":"99999999999"}""", "count")]
    [InlineData("""{"name":"offset","valueInteger":-1}""", "offset")]
    [InlineData("""{"name":"filter","part":[{"name":"filter","valueString":"m"}]}""", "filter")]
    [InlineData("""{"name":"filter","resource":{"resourceType":"Patient"}}""", "filter")]
    [InlineData("""{"name":"valueSet","valueUri":"http://hl7.org/fhir/ValueSet/administrative-gender"}""", "valueSet")]
    [InlineData("""{"name":"valueSet","resource":{"resourceType":"CodeSystem","status":"active","content":"complete"}}""", "valueSet")]
    [InlineData("""{"name":"count","valueInteger":1},{"name":"count","valueInteger":2}""", "count")]
    [InlineData("""{"name":"url","valueUri":"urn:other"}""", "url")]
    public void Expand_WithAnotherThingThanTheParameterIs_IsNoQuestion(string parameters, string named) =>
        IsNoQuestion(Operations().Expand(Tree($"{Set},{parameters}"), default, null), named);

    [Theory]
    [InlineData("""{"name":"coding","valueString":"male"}""", "coding")]
    [InlineData("""{"name":"codeableConcept","valueCoding":{"code":"male"}}""", "codeableConcept")]
    [InlineData("""{"name":"code","valueCoding":{"code":"male"}}""", "code")]
    [InlineData($$$"""{{{Code}}},{{{Code}}}""", "coding")]
    [InlineData($$$"""{{{Code}}},{"name":"code","valueCode":"male"}""", "coding")]
    [InlineData($$$"""{{{Code}}},{"name":"codeableConcept","valueCodeableConcept":{"text":"male"}}""", "codeableConcept")]
    [InlineData("""{"name":"code","valueCode":"male"},{"name":"code","valueCode":"female"},{"name":"system","valueUri":"http://hl7.org/fhir/administrative-gender"}""", "code")]
    [InlineData("""{"name":"code","valueCode":""},{"name":"system","valueUri":"http://hl7.org/fhir/administrative-gender"}""", "code")]
    [InlineData("""{"name":"code","valueCode":"male"},{"name":"system","valueUri":""}""", "code")]
    [InlineData($$$"""{{{Code}}},{"name":"abstract","valueString":"no"}""", "abstract")]
    public void ValidateCode_WithoutOneCodeOfItsType_IsNoQuestion(string parameters, string named)
    {
        IsNoQuestion(Operations().ValidateInValueSet(Tree($"{Set},{parameters}"), default, null), named);
        Assert.True(TerminologyOperations.Split(Tree($$$"""{{{Set}}},{"name":"validation","resource":{"resourceType":"Parameters","parameter":[{{{parameters}}}]}}"""))!.Select(p => Operations().Validate(p, null)).Single().IsMalformed);
    }

    [Theory]
    [InlineData("""{"name":"codingA","valueCoding":{"system":"urn:s","code":"a"}},{"name":"codeA","valueCode":"a"},{"name":"codeB","valueCode":"a"}""", "codeA")]
    [InlineData("""{"name":"codingA","valueString":"a"},{"name":"codeB","valueCode":"a"}""", "codingA")]
    public void Subsumes_OfTwoFormsOfOneCode_IsNoQuestion(string parameters, string named) => IsNoQuestion(Operations().Subsumes(Tree(parameters), default, null), named);

    [Fact]
    public void Translate_WithAnotherResourceForTheMap_IsNoQuestion() =>
        IsNoQuestion(Operations().Translate(Tree($$$"""{{{Code}}},{"name":"conceptMap","resource":{"resourceType":"ValueSet","status":"active"}}"""), default, null), "conceptMap");

    [Theory]
    [InlineData("""{"name":"count","valueInteger":2},{"name":"count","valueInteger":2}""")]
    [InlineData("""{"name":"filter","valueString":""}""")]
    [InlineData("""{"name":"ofAnotherServer","valueCoding":{"code":"x"}},{"name":"ofAnotherServer","valueString":"x"}""")]
    [InlineData("""{"name":"property","valueCode":"definition"},{"name":"property","valueCode":"kind"}""")]
    public void Expand_WithWhatContradictsNothing_IsAnswered(string parameters) => Assert.True(Operations().Expand(Tree($"{Set},{parameters}"), default, null).IsOk);

    [Theory]
    [InlineData("nl;q=7")]
    [InlineData("nl;q=-1")]
    [InlineData("nl;q=NaN")]
    public void Languages_WithAWeightThatIsNone_AreNotUnderstood(string languages) =>
        Assert.False(Operations().Expand(Tree($$$"""{{{Set}}},{"name":"displayLanguage","valueString":"{{{languages}}}"}"""), default, null).IsOk);

    private static TerminologyOperations Operations() => new(Definitions.R4, TimeProvider.System);

    private static FhirElement Tree(string parameters) => TxVectors.Tree(JsonNode.Parse($$$"""{"resourceType":"Parameters","parameter":[{{{parameters}}}]}""")!);

    private static void IsNoQuestion(TerminologyAnswer answer, string named)
    {
        Assert.True(answer.IsMalformed, JsonNode.Parse(answer.Json.Span)!.ToJsonString());
        Assert.Contains(named, JsonNode.Parse(answer.Json.Span)!["issue"]![0]!["details"]!["text"]!.GetValue<string>(), StringComparison.Ordinal);
    }
}
