using System.Text;
using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests;

/// <summary>The parameters of R4's OperationDefinitions, one by one, on a small world of its own.</summary>
public class OperationParameterTests
{
    private static readonly Definitions World = Definitions.R4.With([.. new[]
    {
        """
        {"resourceType":"CodeSystem","url":"urn:s","version":"1","name":"S","status":"active","content":"complete","language":"en",
         "property":[{"code":"kind","type":"code"},{"code":"notSelectable","uri":"http://hl7.org/fhir/concept-properties#notSelectable","type":"boolean"}],
         "concept":[
          {"code":"g","display":"Group","property":[{"code":"notSelectable","valueBoolean":true}],"concept":[
           {"code":"a","display":"First","definition":"The first","property":[{"code":"kind","valueCode":"x"}],"designation":[{"language":"nl","value":"Eerste"},{"language":"de","use":{"system":"urn:use","code":"short"},"value":"Erste"}]},
           {"code":"b","display":"Second"}]},
          {"code":"c","display":"Third","property":[{"code":"inactive","valueBoolean":true}]}]}
        """,
        """{"resourceType":"CodeSystem","url":"urn:s","version":"2","status":"active","content":"complete","concept":[{"code":"a"},{"code":"d"}]}""",
        """{"resourceType":"CodeSystem","url":"urn:t","status":"active","content":"complete","concept":[{"code":"A"},{"code":"B"}]}""",
        """{"resourceType":"ValueSet","url":"urn:v","version":"1","status":"active","compose":{"include":[{"system":"urn:s","version":"1"},{"system":"urn:t"}]}}""",
        """{"resourceType":"ValueSet","url":"urn:v","version":"0.9","status":"active","compose":{"include":[{"system":"urn:t"}]}}""",
        """{"resourceType":"ValueSet","url":"urn:foreign","status":"active","compose":{"include":[{"system":"urn:t"},{"system":"urn:unknown"}]}}""",
        """
        {"resourceType":"ConceptMap","url":"urn:m","version":"1","status":"active","sourceUri":"urn:v","targetUri":"urn:w","group":[{"source":"urn:s","sourceVersion":"1","target":"urn:t","element":[
          {"code":"a","target":[{"code":"A","equivalence":"narrower","product":[{"property":"urn:side","system":"urn:t","value":"B"}]}]},
          {"code":"b","target":[{"code":"B","equivalence":"equal","dependsOn":[{"property":"urn:why","system":"urn:s","value":"c"}]}]}],
          "unmapped":{"mode":"other-map","url":"urn:m2"}}]}
        """,
        """{"resourceType":"ConceptMap","url":"urn:m2","status":"active","group":[{"source":"urn:s","target":"urn:t","element":[{"code":"c","target":[{"code":"B","equivalence":"wider"}]}],"unmapped":{"mode":"fixed","code":"Z"}}]}""",
    }.Select(json => FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(json)).Value!.Root)]);

    [Theory]
    [InlineData("", "g* a b c- A B")]
    [InlineData("valueSetVersion=0.9", "A B")]
    [InlineData("activeOnly=true", "g* a b A B")]
    [InlineData("excludeNotForUI=true", "a b c- A B")]
    [InlineData("exclude-system=urn:t", "g* a b c-")]
    [InlineData("exclude-system=urn:s|1", "A B")]
    [InlineData("exclude-system=urn:s|2", "g* a b c- A B")]
    [InlineData("filter=first", "a")]
    [InlineData("filter=eer", "a")]
    [InlineData("filter=first second", "")]
    [InlineData("count=2", "g* a")]
    [InlineData("count=002&offset=00", "g* a")]
    [InlineData("count=2&offset=4", "A B")]
    [InlineData("offset=5", "B")]
    [InlineData("offset=50", "")]
    [InlineData("force-system-version=urn:s|2", "a d A B")]
    [InlineData("excludePostCoordinated=true", "g* a b c- A B")]
    [InlineData("date=2126-01-01", "g* a b c- A B")]
    public void Expand_HasTheCodes(string parameters, string expected) => Assert.Equal(expected, Shown(Ask("expand", "url=urn:v&" + parameters)));

    [Fact]
    public void Expand_ExcludesASystemThatIsNotHere() => Assert.Equal("A B", Shown(Ask("expand", "url=urn:foreign&exclude-system=urn:unknown")));

    [Theory]
    [InlineData("displayLanguage=nl", "Eerste")]
    [InlineData("displayLanguage=nl-BE", "Eerste")]
    [InlineData("displayLanguage=fr", "First")]
    public void Expand_ShowsTheLanguage(string parameters, string expected) => Assert.Equal(expected, Contained(Ask("expand", "url=urn:v&" + parameters), "a")["display"]!.GetValue<string>());

    [Theory]
    [InlineData("includeDesignations=true", "Eerste Erste")]
    [InlineData("includeDesignations=true&designation=nl", "Eerste")]
    [InlineData("designation=urn:ietf:bcp:47|nl", "Eerste")]
    [InlineData("designation=urn:use|short", "Erste")]
    [InlineData("includeDesignations=false&designation=nl", "")]
    public void Expand_ShowsDesignations(string parameters, string expected) =>
        Assert.Equal(expected, string.Join(' ', (Contained(Ask("expand", "url=urn:v&" + parameters), "a")["designation"]?.AsArray() ?? []).Select(d => d!["value"]!.GetValue<string>())));

    [Fact]
    public void Expand_IncludesTheDefinitionWhenAsked()
    {
        Assert.Null(Ask("expand", "url=urn:v")["compose"]);
        Assert.NotNull(Ask("expand", "url=urn:v&includeDefinition=true")["compose"]);
    }

    [Theory]
    [InlineData("expand", "context=Patient.gender", "required")]
    [InlineData("expand", "", "required")]
    [InlineData("expand", "url=urn:v&count=-1", "invalid")]
    [InlineData("expand", "url=urn:v&offset=x", "invalid")]
    [InlineData("expand", "url=urn:v&date=2020-01-01", "not-supported")]
    [InlineData("expand", "url=urn:v&date=yesterday", "invalid")]
    [InlineData("expand", "url=urn:none", "not-found")]
    [InlineData("validate-code", "context=Patient.gender&code=a&system=urn:s", "required")]
    [InlineData("validate-code", "url=urn:v", "invalid")]
    [InlineData("lookup", "code=a", "required")]
    [InlineData("lookup", "code=z&system=urn:t", "not-found")]
    [InlineData("lookup", "code=a&system=urn:none", "not-found")]
    [InlineData("subsumes", "system=urn:s&codeA=a", "required")]
    [InlineData("subsumes", "system=urn:t&codeA=A&codeB=Z", "not-found")]
    [InlineData("translate", "url=urn:m", "required")]
    [InlineData("translate", "url=urn:none&code=a&system=urn:s", "not-found")]
    public void WhatCannotBeAnswered_IsTold(string operation, string parameters, string type) => Assert.Equal(type, Ask(operation, parameters)["issue"]![0]!["code"]!.GetValue<string>());

    [Theory]
    [InlineData("url=urn:v&system=urn:s&systemVersion=1&code=a", true)]
    [InlineData("url=urn:v&system=urn:s&systemVersion=1&code=a&display=First", true)]
    [InlineData("url=urn:v&system=urn:s&systemVersion=1&code=a&display=Eerste", true)]
    [InlineData("url=urn:v&system=urn:s&systemVersion=1&code=a&display=Wrong", false)]
    [InlineData("url=urn:v&system=urn:s&systemVersion=1&code=a&display=Wrong&lenient-display-validation=true", true)]
    [InlineData("url=urn:v&system=urn:s&systemVersion=1&code=g", true)]
    [InlineData("url=urn:v&system=urn:s&systemVersion=1&code=g&abstract=true", true)]
    [InlineData("url=urn:v&system=urn:s&systemVersion=1&code=g&abstract=false", false)]
    [InlineData("url=urn:v&valueSetVersion=0.9&system=urn:s&code=a", false)]
    [InlineData("url=urn:v&code=A&inferSystem=true", true)]
    [InlineData("url=urn:v&system=urn:s&systemVersion=1&code=c&activeOnly=true", false)]
    public void ValidateCode_Answers(string parameters, bool expected) => Assert.Equal(expected, Value(Ask("validate-code", parameters), "result")!.GetValue<bool>());

    [Theory]
    [InlineData("url=urn:s&version=1&code=a", true)]
    [InlineData("url=urn:s&code=b", false)]
    [InlineData("url=urn:s&version=1&code=g&abstract=false", false)]
    [InlineData("url=urn:s&version=1&code=g", true)]
    public void ValidateCode_OfASystem_Answers(string parameters, bool expected) => Assert.Equal(expected, Value(Ask("cs-validate-code", parameters), "result")!.GetValue<bool>());

    [Theory]
    [InlineData("", "inactive")]
    [InlineData("property=kind", "kind=x")]
    [InlineData("property=parent", "parent=g")]
    [InlineData("property=*", "inactive parent=g kind=x")]
    public void Lookup_TellsProperties(string parameters, string expected)
    {
        var properties = Ask("lookup", "system=urn:s&version=1&code=a&" + parameters)["parameter"]!.AsArray().Where(p => p!["name"]!.GetValue<string>() == "property").Select(p => p!["part"]!.AsArray());
        Assert.Equal(expected, string.Join(' ', properties.Select(p => p[0]!["valueCode"]!.GetValue<string>() + (p.FirstOrDefault(x => x!["name"]!.GetValue<string>() == "value")?["valueCode"] is { } code ? "=" + code : ""))));
    }

    [Fact]
    public void Lookup_TellsChildrenAndNames()
    {
        var children = Ask("lookup", "system=urn:s&version=1&code=g&property=child")["parameter"]!.AsArray().Where(p => p!["name"]!.GetValue<string>() == "property");
        Assert.Equal(["a", "b"], children.Select(p => p!["part"]![1]!["valueCode"]!.GetValue<string>()));
        var answer = Ask("lookup", "system=urn:s&version=1&code=a&property=lang.nl");
        Assert.Equal(["Eerste"], answer["parameter"]!.AsArray().Where(p => p!["name"]!.GetValue<string>() == "designation").Select(p => p!["part"]!.AsArray().Single(x => x!["name"]!.GetValue<string>() == "value")!["valueString"]!.GetValue<string>()));
        Assert.Equal(("S", "1", "First", "The first"), (Text(answer, "name"), Text(answer, "version"), Text(answer, "display"), Text(answer, "definition")));
        Assert.Equal("Eerste", Text(Ask("lookup", "system=urn:s&version=1&code=a&displayLanguage=nl"), "display"));
    }

    [Theory]
    [InlineData("codeA=g&codeB=a", "subsumes")]
    [InlineData("codeA=a&codeB=g", "subsumed-by")]
    [InlineData("codeA=a&codeB=a", "equivalent")]
    [InlineData("codeA=a&codeB=b", "not-subsumed")]
    public void Subsumes_Answers(string parameters, string expected) => Assert.Equal(expected, Text(Ask("subsumes", "system=urn:s&version=1&" + parameters), "outcome"));

    [Fact]
    public void Subsumes_TakesCodings()
    {
        var request = JsonNode.Parse("""{"resourceType":"Parameters","parameter":[{"name":"codingA","valueCoding":{"system":"urn:s","version":"1","code":"g"}},{"name":"codingB","valueCoding":{"system":"urn:s","version":"1","code":"b"}}]}""")!;
        Assert.Equal("subsumes", Text(Ask("subsumes", request), "outcome"));
    }

    [Theory]
    [InlineData("url=urn:m&system=urn:s&code=a", "narrower A")]
    [InlineData("url=urn:m&conceptMapVersion=1&system=urn:s&version=1&code=a", "narrower A")]
    [InlineData("url=urn:m&system=urn:s&version=2&code=a", "")]
    [InlineData("system=urn:s&code=a&source=urn:v&target=urn:w", "narrower A")]
    [InlineData("system=urn:s&code=a&source=urn:other", "")]
    [InlineData("system=urn:s&code=a&targetsystem=urn:other", "")]
    [InlineData("url=urn:m&system=urn:s&code=b", "")]
    [InlineData("url=urn:m&system=urn:s&code=c", "wider B")]
    [InlineData("url=urn:m&system=urn:s&code=unknown", "equivalent Z")]
    [InlineData("url=urn:m&system=urn:t&code=A&reverse=true", "wider a")]
    public void Translate_GivesTheMatches(string parameters, string expected) => Assert.Equal(expected, Matches(Ask("translate", parameters)));

    [Fact]
    public void Translate_HeedsDependencies_AndTellsProducts()
    {
        var request = JsonNode.Parse("""
            {"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"urn:m"},{"name":"coding","valueCoding":{"system":"urn:s","code":"b"}},
             {"name":"dependency","part":[{"name":"element","valueUri":"urn:why"},{"name":"concept","valueCodeableConcept":{"coding":[{"system":"urn:s","code":"c"}]}}]}]}
            """)!;
        Assert.Equal("equal B", Matches(Ask("translate", request)));
        var product = Ask("translate", "url=urn:m&system=urn:s&code=a")["parameter"]!.AsArray().Single(p => p!["name"]!.GetValue<string>() == "match")!["part"]!.AsArray().Single(p => p!["name"]!.GetValue<string>() == "product")!;
        Assert.Equal(("urn:side", "B"), (product["part"]![0]!["valueUri"]!.GetValue<string>(), product["part"]![1]!["valueCoding"]!["code"]!.GetValue<string>()));
        var several = JsonNode.Parse("""{"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"urn:m"},{"name":"codeableConcept","valueCodeableConcept":{"coding":[{"system":"urn:s","code":"a"},{"system":"urn:s","code":"c"}]}}]}""")!;
        Assert.Equal("narrower A, wider B", Matches(Ask("translate", several)));
    }

    /// <summary>Every parameter that R4 gives to the operations is one that the tests above, or the vectors, ask with.</summary>
    [Theory]
    [InlineData("ValueSet-expand", "context")]
    [InlineData("ValueSet-expand", "contextDirection")]
    public void ParametersOfR4_ThatHaveNoMeaningHere_AreRefusedOrWithoutEffect(string operation, string parameter)
    {
        var definition = Definitions.R4.FindResource("OperationDefinition", "http://hl7.org/fhir/OperationDefinition/" + operation);
        Assert.Contains(definition.Children("parameter"), p => p.Text("name") == parameter);
        Assert.Equal("g* a b c- A B", Shown(Ask("expand", $"url=urn:v&{parameter}=x")));
    }

    private static JsonNode Ask(string operation, string query) => Ask(operation, new JsonObject
    {
        ["resourceType"] = "Parameters",
        ["parameter"] = new JsonArray([.. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).Select(p => new JsonObject { ["name"] = p[0], ["valueString"] = p[1] })]),
    });

    private static JsonNode Ask(string operation, JsonNode request)
    {
        var operations = new TerminologyOperations(World, TimeProvider.System);
        var parameters = TxVectors.Tree(request);
        return JsonNode.Parse((operation switch
        {
            "expand" => operations.Expand(parameters, default, null),
            "validate-code" => operations.ValidateInValueSet(parameters, default, null),
            "cs-validate-code" => operations.ValidateInCodeSystem(parameters, default, null),
            "lookup" => operations.Lookup(parameters, default, null),
            "subsumes" => operations.Subsumes(parameters, default, null),
            _ => operations.Translate(parameters, default, null),
        }).Json.Span)!;
    }

    /// <summary>The codes of an expansion: * for one that only groups others, - for one out of use.</summary>
    private static string Shown(JsonNode answer) => string.Join(' ', All(answer["expansion"] ?? throw new InvalidDataException(answer.ToJsonString())).Select(c => $"{c["code"]}{(c["abstract"] is null ? "" : "*")}{(c["inactive"] is null ? "" : "-")}"));

    private static JsonNode Contained(JsonNode answer, string code) => All(answer["expansion"]!).First(c => c["code"]!.GetValue<string>() == code);

    private static IEnumerable<JsonNode> All(JsonNode around) => (around["contains"]?.AsArray() ?? []).SelectMany(c => All(c!).Prepend(c!));

    private static string Matches(JsonNode answer) => string.Join(", ", answer["parameter"]!.AsArray().Where(p => p!["name"]!.GetValue<string>() == "match").Select(p => $"{p!["part"]![0]!["valueCode"]} {p["part"]![1]!["valueCoding"]!["code"]}"));

    private static JsonNode? Value(JsonNode answer, string name) => answer["parameter"]!.AsArray().First(p => p!["name"]!.GetValue<string>() == name)!.AsObject().Single(p => p.Key.StartsWith("value", StringComparison.Ordinal)).Value;

    private static string? Text(JsonNode answer, string name) => Value(answer, name)?.ToString();
}
