using System.Text;
using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests;

/// <summary>What big, circular and hostile content does to the operations: an answer or an issue, never a hang.</summary>
public class TerminologyLimitTests
{
    [Fact]
    public void Expand_OfFiftyThousandConcepts_HasThemAllAndPages()
    {
        var json = new StringBuilder("""{"resourceType":"CodeSystem","url":"urn:big","status":"active","content":"complete","concept":[""");
        for (var i = 0; i < 50_000; i++) json.Append(i == 0 ? "" : ",").Append($$"""{"code":"c{{i}}","display":"Concept {{i}}"}""");
        var operations = Operations(json.Append("]}").ToString(), Set("urn:v", """{"system":"urn:big"}"""));

        var all = operations.Expand(Tree("""{"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"urn:v"}]}"""), default, null);
        Assert.Equal(50_000, all.Json.Span.Count("\"code\":"u8));
        var page = Expand(operations, """{"name":"url","valueUri":"urn:v"},{"name":"offset","valueInteger":49990},{"name":"count","valueInteger":20}""");
        Assert.Equal(10, page["expansion"]!["contains"]!.AsArray().Count);
        Assert.Equal(50_000, page["expansion"]!["total"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("""{"valueSet":["urn:v"]}""")]
    [InlineData("""{"valueSet":["urn:w"]}""")]
    [InlineData("""{"system":"urn:s","filter":[{"property":"code","op":"regex","value":"(a+)+\\1"}]}""")]
    [InlineData("""{"system":"urn:s","filter":[{"property":"colour","op":"=","value":"red"}]}""")]
    [InlineData("""{"system":"urn:absent"}""")]
    [InlineData("""{"valueSet":["urn:absent"]}""")]
    public void Expand_OfWhatCannotBeKnown_IsAnIssue(string include)
    {
        var operations = Operations(System, Set("urn:v", include), Set("urn:w", """{"valueSet":["urn:v"]}"""));
        Assert.Equal("OperationOutcome", Expand(operations, """{"name":"url","valueUri":"urn:v"}""")["resourceType"]!.GetValue<string>());
    }

    [Fact]
    public void Expand_OfImportsManyTimesOver_IsTooCostly()
    {
        var sets = Enumerable.Range(0, 40).Select(i => Set($"urn:v{i}", $$"""{"valueSet":["urn:v{{i + 1}}"]},{"valueSet":["urn:v{{i + 1}}"]}""")).Append(Set("urn:v40", """{"system":"urn:s"}"""));
        var operations = Operations([System, .. sets]);
        Assert.Equal("too-costly", Expand(operations, """{"name":"url","valueUri":"urn:v0"}""")["issue"]![0]!["code"]!.GetValue<string>());
        Assert.NotEmpty(operations.ValidateInValueSet(Tree("""{"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"urn:v0"},{"name":"coding","valueCoding":{"system":"urn:s","code":"none"}}]}"""), default, null).Json.ToArray());
    }

    [Fact]
    public void Expand_OfListedCodesOfASystemThatIsNotHere_BelievesTheList()
    {
        var operations = Operations(System, Set("urn:v", """{"system":"http://snomed.info/sct","concept":[{"code":"73211009","display":"Diabetes mellitus"}]}"""));
        var code = Assert.Single(Expand(operations, """{"name":"url","valueUri":"urn:v"}""")["expansion"]!["contains"]!.AsArray())!;
        Assert.Equal("Diabetes mellitus", code["display"]!.GetValue<string>());
    }

    [Fact]
    public void Operations_OnParametersOfAnyShape_AnswerOrRefuse()
    {
        var operations = Operations(System, Set("urn:v", """{"system":"urn:s"}"""));
        foreach (var parameters in new[] { "", """{"name":"url"}""", """{"name":"coding","valueCoding":{}}""", """{"name":"codeableConcept","valueCodeableConcept":{"text":"x"}}""", """{"name":"tx-resource","resource":{"resourceType":"ValueSet"}}""", """{"name":"url","valueUri":"urn:v"},{"name":"count","valueInteger":-1}""", """{"name":"displayLanguage","valueCode":";;"}""" })
        {
            var tree = Tree($$"""{"resourceType":"Parameters","parameter":[{{parameters}}]}""");
            foreach (var answer in new[] { operations.Expand(tree, default, ";q"), operations.ValidateInValueSet(tree, default, null), operations.ValidateInCodeSystem(tree, default, null), operations.Lookup(tree, default, null), operations.Subsumes(tree, default, null), operations.Translate(tree, default, null), operations.Validate(tree, null), TerminologyOperations.Joined(TerminologyOperations.Split(tree)?.Select(p => operations.Validate(p, null)).ToList()) })
            {
                Assert.NotNull(JsonNode.Parse(answer.Json.Span)!["resourceType"]);
            }
        }
    }

    private const string System = """{"resourceType":"CodeSystem","url":"urn:s","status":"active","content":"complete","concept":[{"code":"a"},{"code":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"}]}""";

    private static string Set(string url, string include) => $$"""{"resourceType":"ValueSet","url":"{{url}}","status":"active","compose":{"include":[{{include}}]} }""";

    private static TerminologyOperations Operations(params string[] resources) => new(Definitions.R4.With([.. resources.Select(Tree)]), TimeProvider.System);

    private static JsonNode Expand(TerminologyOperations operations, string parameters) =>
        JsonNode.Parse(operations.Expand(Tree($$"""{"resourceType":"Parameters","parameter":[{{parameters}}]}"""), default, null).Json.Span)!;

    private static FhirElement Tree(string json) => FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(json)).Value!.Root;
}
