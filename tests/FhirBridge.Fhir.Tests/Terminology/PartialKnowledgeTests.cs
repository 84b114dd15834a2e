using System.Text;
using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests;

/// <summary>Questions that a part of what there is answers, or leaves open: fragments, examples, stored expansions, systems that are not here, value sets that contradict R4's rules.</summary>
public class PartialKnowledgeTests
{
    private static readonly Definitions World = Definitions.R4.With([.. new[]
    {
        """
        {"resourceType":"CodeSystem","url":"urn:s","version":"1","status":"active","content":"complete",
         "property":[{"code":"up","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"},{"code":"kind","uri":"urn:property#kind","type":"code"}],
         "concept":[{"code":"g","display":"Group","concept":[{"code":"a","display":"First","property":[{"code":"kind","valueCode":"x"}]},{"code":"b","concept":[{"code":"c"}]}]}]}
        """,
        """{"resourceType":"CodeSystem","url":"urn:s","version":"2","status":"active","content":"complete","concept":[{"code":"a"}]}""",
        """{"resourceType":"CodeSystem","url":"urn:fragment","status":"active","content":"fragment","concept":[{"code":"f","concept":[{"code":"f1"}]},{"code":"h"}]}""",
        """{"resourceType":"CodeSystem","url":"urn:examples","status":"active","content":"example","concept":[{"code":"e"}]}""",
        """{"resourceType":"ValueSet","url":"urn:one","status":"active","compose":{"include":[{"system":"urn:s","version":"1"}]}}""",
        """{"resourceType":"ValueSet","url":"urn:stored","status":"active","expansion":{"timestamp":"2020-01-01","contains":[{"system":"urn:s","version":"1","code":"c"}]}}""",
        """{"resourceType":"ValueSet","url":"urn:units","status":"active","compose":{"include":[{"system":"http://unitsofmeasure.org"}]}}""",
        """{"resourceType":"ValueSet","url":"urn:partly","status":"active","compose":{"include":[{"valueSet":["urn:one"]},{"system":"urn:unknown"}]}}""",
        """{"resourceType":"ValueSet","url":"urn:nothing-named","status":"active","compose":{"include":[{"concept":[{"code":"a"}]}]}}""",
        """{"resourceType":"ValueSet","url":"urn:without-system","status":"active","compose":{"include":[{"valueSet":["urn:one"],"concept":[{"code":"a"}]}]}}""",
        """{"resourceType":"ValueSet","url":"urn:list-and-filter","status":"active","compose":{"include":[{"system":"urn:s","concept":[{"code":"a"}],"filter":[{"property":"code","op":"=","value":"b"}]}]}}""",
        """{"resourceType":"ConceptMap","url":"urn:m","status":"active","sourceUri":"urn:one|1","targetUri":"urn:to","group":[{"source":"urn:s","target":"urn:t","element":[{"code":"a","target":[{"code":"A","equivalence":"equal"}]}]}]}""",
    }.Select(json => FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(json)).Value!.Root)]);

    [Theory]
    [InlineData("url=urn:stored&system=urn:s&code=c", "1")]
    [InlineData("url=urn:stored&system=urn:s&systemVersion=1&code=c", "1")]
    [InlineData("url=urn:stored&system=urn:s&systemVersion=2&code=c", null)]
    [InlineData("url=urn:units&code=mg&inferSystem=true", "")]
    [InlineData("url=urn:units&code=none at all&inferSystem=true", null)]
    [InlineData("url=urn:partly&code=c&inferSystem=true", "1")]
    public void ValidateCode_FindsTheCodeInTheVersionThatIsMeant(string parameters, string? version)
    {
        var answer = Json(Operations().ValidateInValueSet(Tree(parameters), default, null));
        Assert.Equal(version is not null, Value(answer, "result")!.GetValue<bool>());
        if (version is not null) Assert.Equal(version, Value(answer, "version")?.GetValue<string>() ?? "");
    }

    [Fact]
    public void ValidateCode_OfExamples_DoesNotRefuseOtherCodes()
    {
        Assert.True(Value(Json(Operations().ValidateInCodeSystem(Tree("url=urn:examples&code=e"), default, null)), "result")!.GetValue<bool>());
        var other = Operations().ValidateInCodeSystem(Tree("url=urn:examples&code=other"), default, null);
        Assert.True(other.IsOpen);
        Assert.Equal("urn:examples", Value(Json(other), "x-caused-by-unknown-system")!.GetValue<string>());
    }

    [Theory]
    [InlineData("f", "f1", "subsumes")]
    [InlineData("f1", "f", "subsumed-by")]
    [InlineData("f", "f", "equivalent")]
    [InlineData("f", "h", null)]
    public void Subsumes_InAFragment_TellsOnlyWhatIsThere(string left, string right, string? expected)
    {
        var answer = Operations().Subsumes(Tree($"system=urn:fragment&codeA={left}&codeB={right}"), default, null);
        Assert.Equal((expected is not null, false), (answer.IsOk, answer.IsMalformed));
        if (expected is not null) Assert.Equal(expected, Value(Json(answer), "outcome")!.GetValue<string>());
    }

    [Theory]
    [InlineData("urn:nothing-named")]
    [InlineData("urn:without-system")]
    [InlineData("urn:list-and-filter")]
    public void ValueSet_AgainstTheRulesOfR4_HasNoAnswer(string url)
    {
        Assert.False(Operations().Expand(Tree("url=" + url), default, null).IsOk);
        Assert.False(Operations().ValidateInValueSet(Tree($"url={url}&system=urn:s&code=a"), default, null).IsOk);
        Assert.Null(World.Terminology.Contains(url, new Coding("urn:s", "a")));
    }

    [Theory]
    [InlineData("source=urn:one", true)]
    [InlineData("source=urn:one|1", true)]
    [InlineData("source=urn:one|2", false)]
    [InlineData("target=urn:to|3", true)]
    [InlineData("target=urn:other", false)]
    public void Translate_TakesTheVersionsOfTheValueSets(string parameters, bool expected) =>
        Assert.Equal(expected, Value(Json(Operations().Translate(Tree($"system=urn:s&code=a&{parameters}"), default, null)), "result")!.GetValue<bool>());

    [Fact]
    public void Translate_OfACodeWithoutItsSystem_IsNoQuestion() => Assert.True(Operations().Translate(Tree("url=urn:m&code=a"), default, null).IsMalformed);

    [Theory]
    [InlineData("kind", "kind=x")]
    [InlineData("urn:property#kind", "kind=x")]
    [InlineData("urn:property#other", "")]
    [InlineData("parent", "parent=g parent=g parent=b")]
    [InlineData("child", "child=a child=b child=c")]
    [InlineData("http://hl7.org/fhir/concept-properties#child", "child=a child=b child=c")]
    public void Expand_TellsPropertiesByCodeAndByUri(string property, string expected)
    {
        var codes = Json(Operations().Expand(Tree($"url=urn:one&excludeNested=true&property={property}"), default, null))["expansion"]!["contains"]!.AsArray();
        var told = codes.SelectMany(c => c!["extension"]?.AsArray() ?? []).Select(x => x!["extension"]!.AsArray()).Select(x => $"{x[0]!["valueCode"]}={x[1]!["valueCode"]}");
        Assert.Equal(expected, string.Join(' ', told));
    }

    private static TerminologyOperations Operations() => new(World, TimeProvider.System);

    private static FhirElement Tree(string query) => TxVectors.Tree(new JsonObject
    {
        ["resourceType"] = "Parameters",
        ["parameter"] = new JsonArray([.. query.Split('&').Select(p => p.Split('=', 2)).Select(p => new JsonObject { ["name"] = p[0], ["valueString"] = p[1] })]),
    });

    private static JsonNode Json(TerminologyAnswer answer) => JsonNode.Parse(answer.Json.Span)!;

    private static JsonNode? Value(JsonNode answer, string name) =>
        answer["parameter"]!.AsArray().FirstOrDefault(p => p!["name"]!.GetValue<string>() == name)?.AsObject().Single(p => p.Key.StartsWith("value", StringComparison.Ordinal)).Value;
}
