using System.Text;
using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests;

/// <summary>What the operations answer at the edges of R4's rules, on a small world of its own: instances, sets within sets, stored expansions, maps in a circle, parameters that are none.</summary>
public class OperationRuleTests
{
    private static readonly Definitions World = Definitions.R4.With([.. new[]
    {
        """
        {"resourceType":"CodeSystem","url":"urn:s","version":"1","status":"active","content":"complete","language":"en",
         "property":[{"code":"status","uri":"http://hl7.org/fhir/concept-properties#status","type":"code"}],
         "concept":[{"code":"old","display":"Old"},{"code":"g","display":"Group","concept":[{"code":"a","display":"First"},{"code":"b","concept":[{"code":"b1"}]}]},
                    {"code":"r","display":"Gone","property":[{"code":"status","valueCode":"retired"}]}]}
        """,
        """{"resourceType":"CodeSystem","url":"urn:s","version":"2","status":"active","content":"complete","concept":[{"code":"g"},{"code":"a"},{"code":"new"}]}""",
        """{"resourceType":"CodeSystem","url":"urn:t","status":"active","content":"complete","concept":[{"code":"A"},{"code":"B"},{"code":"C"}]}""",
        """{"resourceType":"CodeSystem","url":"urn:any","status":"active","content":"complete","caseSensitive":false,"concept":[{"code":"Up"}]}""",
        """{"resourceType":"CodeSystem","url":"urn:more","status":"active","content":"supplement","supplements":"urn:s|1","concept":[{"code":"a","property":[{"code":"extra","valueString":"told"}]}]}""",
        """{"resourceType":"ValueSet","url":"urn:all","status":"active","compose":{"include":[{"system":"urn:s","version":"1"}]}}""",
        """{"resourceType":"ValueSet","url":"urn:active","status":"active","compose":{"inactive":false,"include":[{"system":"urn:s","version":"1"}]}}""",
        """{"resourceType":"ValueSet","url":"urn:importsActive","status":"active","compose":{"include":[{"valueSet":["urn:active"]}]}}""",
        """{"resourceType":"ValueSet","url":"urn:withoutActive","status":"active","compose":{"include":[{"system":"urn:s","version":"1"}],"exclude":[{"valueSet":["urn:active"]}]}}""",
        """{"resourceType":"ValueSet","url":"urn:anyCase","status":"active","compose":{"include":[{"system":"urn:any"}]}}""",
        """{"resourceType":"ValueSet","url":"urn:units","status":"active","compose":{"include":[{"system":"http://unitsofmeasure.org","version":"2.1"}]}}""",
        """{"resourceType":"ValueSet","url":"urn:stored","status":"active","expansion":{"timestamp":"2020-01-01","contains":[{"system":"urn:q","code":"g","abstract":true,"contains":[{"system":"urn:q","code":"h"},{"system":"urn:q","code":"i","inactive":true}]}]}}""",
        """{"resourceType":"ValueSet","url":"urn:page","status":"active","expansion":{"timestamp":"2020-01-01","total":7,"contains":[{"system":"urn:t","code":"A"}]}}""",
        """
        {"resourceType":"ConceptMap","url":"urn:m","status":"active","sourceUri":"urn:from","targetUri":"urn:to","group":[{"source":"urn:s","target":"urn:t","element":[
          {"code":"a","target":[{"code":"A","equivalence":"equal"}]},{"code":"a","target":[{"code":"B","equivalence":"wider"}]}]},
         {"source":"urn:any","target":"urn:t","element":[{"code":"Up","target":[{"code":"C","equivalence":"equal"}]}]}]}
        """,
        """{"resourceType":"ConceptMap","url":"urn:later","status":"active","sourceScopeUri":"urn:from","targetScopeCanonical":"urn:to|1","group":[{"source":"urn:s|1","target":"urn:t","element":[{"code":"b","target":[{"code":"B","relationship":"equivalent"}]}]}]}""",
        $$"""{"resourceType":"ConceptMap","url":"urn:circle","status":"active","group":[{{string.Join(',', Enumerable.Repeat("""{"source":"urn:l","target":"urn:t","element":[{"code":"x"}],"unmapped":{"mode":"other-map","url":"urn:circle"}}""", 12))}}]}""",
    }.Select(json => FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(json)).Value!.Root)]);

    [Theory]
    [InlineData("activeOnly=yes")]
    [InlineData("excludeNested=1")]
    [InlineData("includeDesignations=TRUE")]
    [InlineData("activeOnly=true&activeOnly=yes")]
    [InlineData("count=1&count=x")]
    public void Expand_WithAFlagThatIsNone_IsRefused(string parameter) => Assert.True(Answer("expand", "url=urn:all&" + parameter).IsMalformed);

    [Theory]
    [InlineData("expand", """{"name":"valueSet","resource":{"resourceType":"Patient"}}""")]
    [InlineData("translate", """{"name":"conceptMap","resource":{"resourceType":"ValueSet"}}""")]
    [InlineData("validate-code", """{"name":"url","valueUri":"urn:all"},{"name":"codeableConcept","valueString":"a"}""")]
    public void Question_WithSomethingElseInAParameter_IsRefused(string operation, string parameters) =>
        Assert.True(Answer(operation, TxVectors.Tree(JsonNode.Parse($$"""{"resourceType":"Parameters","parameter":[{{parameters}},{"name":"code","valueCode":"a"}]}""")!)).IsMalformed);

    [Theory]
    [InlineData("code=old", true)]
    [InlineData("code=new", false)]
    public void ValidateCode_AtAnOlderVersionOfASystem_LooksInThatOne(string parameters, bool expected) =>
        Assert.Equal(expected, Result(Answer("cs-validate-code", parameters, World.FindResource("CodeSystem", "urn:s|1"))));

    [Fact]
    public void ValidateCode_OfASystem_DoesNotAnswerForAnotherOne()
    {
        Assert.False(Result(Answer("cs-validate-code", Coding("coding", "urn:t", "A"), World.FindResource("CodeSystem", "urn:s|1"))));
        Assert.False(Result(Answer("cs-validate-code", TxVectors.Tree(JsonNode.Parse("""{"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"urn:s"},{"name":"coding","valueCoding":{"system":"urn:t","code":"A"}}]}""")!))));
        var several = JsonNode.Parse("""{"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"urn:t"},{"name":"codeableConcept","valueCodeableConcept":{"coding":[{"system":"urn:s","code":"zzz"},{"system":"urn:t","code":"A"}]}}]}""")!;
        Assert.True(Result(Answer("cs-validate-code", TxVectors.Tree(several))));
    }

    [Fact]
    public void Question_WithVeryManyCodings_IsTooCostly()
    {
        var codings = string.Join(',', Enumerable.Repeat("""{"system":"urn:s","code":"zzz"}""", 501));
        var asked = TxVectors.Tree(JsonNode.Parse($$"""{"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"urn:all"},{"name":"codeableConcept","valueCodeableConcept":{"coding":[{{codings}}]} }]}""")!);
        Assert.Contains("too-costly", Text(Answer("validate-code", asked)), StringComparison.Ordinal);
        Assert.Contains("too-costly", Text(Answer("translate", asked)), StringComparison.Ordinal);
    }

    [Fact]
    public void Batch_ThatSharesTooMuch_IsNotLaidOut()
    {
        var shared = $$"""{"name":"tx-resource","resource":{"resourceType":"CodeSystem","url":"urn:x","status":"active","content":"complete","description":"{{new string('x', 700_000)}}"} }""";
        var one = """{"name":"validation","resource":{"resourceType":"Parameters","parameter":[{"name":"code","valueCode":"a"}]}}""";
        Assert.Null(TerminologyOperations.Split(TxVectors.Tree(JsonNode.Parse($$"""{"resourceType":"Parameters","parameter":[{{shared}},{{string.Join(',', Enumerable.Repeat(one, 100))}}]}""")!)));
        Assert.NotNull(TerminologyOperations.Split(TxVectors.Tree(JsonNode.Parse($$"""{"resourceType":"Parameters","parameter":[{{shared}},{{one}}]}""")!)));
    }

    [Fact]
    public void ValidateCode_TellsThePlaceAmongAllCodings()
    {
        var concept = JsonNode.Parse("""{"resourceType":"Parameters","parameter":[{"name":"url","valueUri":"urn:all"},{"name":"codeableConcept","valueCodeableConcept":{"coding":[{"display":"no code"},{"system":"urn:s","version":"1","code":"a","display":"Wrong"}]}}]}""")!;
        Assert.Contains("CodeableConcept.coding[1].display", Text(Answer("validate-code", TxVectors.Tree(concept))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("url=urn:importsActive&system=urn:s&code=r", false)]
    [InlineData("url=urn:importsActive&system=urn:s&code=a", true)]
    [InlineData("url=urn:withoutActive&system=urn:s&code=r", true)]
    [InlineData("url=urn:withoutActive&system=urn:s&code=a", false)]
    [InlineData("url=urn:anyCase&code=UP&inferSystem=true", true)]
    [InlineData("url=urn:all&system=urn:s&code=a&display=First&displayLanguage=*", true)]
    [InlineData("url=urn:all&system=urn:s&code=a&display=Wrong&displayLanguage=*", false)]
    [InlineData("url=urn:units&system=http://unitsofmeasure.org&code=mg", true)]
    [InlineData("url=urn:units&system=http://unitsofmeasure.org&systemVersion=2.1&code=mg", true)]
    [InlineData("url=urn:units&system=http://unitsofmeasure.org&code=nonsense", false)]
    [InlineData("url=urn:page&system=urn:t&code=A", true)]
    public void ValidateCode_Answers(string parameters, bool expected) => Assert.Equal(expected, Result(Answer("validate-code", parameters)));

    [Fact]
    public void ValidateCode_InAnyLanguage_HasNothingToSayOfTheLanguage() =>
        Assert.DoesNotContain("issues", Text(Answer("validate-code", "url=urn:all&system=urn:s&code=a&display=First&displayLanguage=*")), StringComparison.Ordinal);

    [Fact]
    public void PageOfAnExpansion_DoesNotSayWhatIsNotInTheSet()
    {
        Assert.False(Answer("validate-code", "url=urn:page&system=urn:t&code=B").IsOk);
        Assert.False(Answer("expand", "url=urn:page").IsOk);
    }

    [Theory]
    [InlineData("", "g h i")]
    [InlineData("activeOnly=true", "g h")]
    [InlineData("excludeNotForUI=true", "h i")]
    public void Expand_OfAStoredExpansion_HeedsWhatItSaysOfItsCodes(string parameters, string expected) =>
        Assert.Equal(expected, string.Join(' ', JsonNode.Parse(Answer("expand", "url=urn:stored&" + parameters).Json.Span)!["expansion"]!["contains"]!.AsArray().Select(c => (string)c!["code"]!)));

    [Fact]
    public void Import_DeeperThanIsFollowed_IsNoAnswer()
    {
        var deep = World.With([.. Enumerable.Range(0, 60).Select(i => TxVectors.Tree(JsonNode.Parse($$"""{"resourceType":"ValueSet","url":"urn:deep{{i}}","status":"active","compose":{"include":[{"valueSet":["urn:deep{{i + 1}}"]}]} }""")!))]);
        Assert.False(new TerminologyOperations(deep, TimeProvider.System).ValidateInValueSet(Query("url=urn:deep0&system=urn:t&code=A"), default, null).IsOk);
    }

    [Theory]
    [InlineData("", "", "new", "old")]
    [InlineData("\"version\":\"1\",", "\"version\":\"2\",", "g", "a")]
    public void Subsumes_OfCodesThatAreInNoOneVersion_IsNoAnswer(string versionA, string versionB, string a, string b) => Assert.False(Compare(versionA, versionB, a, b).IsOk);

    [Theory]
    [InlineData("\"version\":\"1\",", "", "subsumes")]
    [InlineData("", "\"version\":\"1\",", "subsumes")]
    [InlineData("", "", "not-subsumed")]
    public void Subsumes_TakesTheVersionOfEitherCoding(string versionA, string versionB, string expected) => Assert.Contains($"\"{expected}\"", Text(Compare(versionA, versionB, "g", "a")), StringComparison.Ordinal);

    [Fact]
    public void Subsumes_AtASystem_IsAboutThatSystem()
    {
        Assert.Contains("\"subsumes\"", Text(Answer("subsumes", "codeA=g&codeB=b1", World.FindResource("CodeSystem", "urn:s|1"))), StringComparison.Ordinal);
        Assert.False(Answer("subsumes", "system=urn:t&codeA=A&codeB=B", World.FindResource("CodeSystem", "urn:s|1")).IsOk);
    }

    [Fact]
    public void Lookup_TellsPropertiesOfASupplement() => Assert.Contains("told", Text(Answer("lookup", "system=urn:s&version=1&code=a&property=extra&useSupplement=urn:more")), StringComparison.Ordinal);

    [Theory]
    [InlineData("system=urn:s&code=a", "A B")]
    [InlineData("system=urn:any&code=UP", "C")]
    [InlineData("system=urn:t&code=A&reverse=true", "a")]
    [InlineData("system=urn:t&code=A&reverse=true&source=urn:to&target=urn:from", "a")]
    [InlineData("system=urn:t&code=A&reverse=true&target=urn:to", "")]
    [InlineData("system=urn:t&code=A&reverse=true&targetsystem=urn:s", "a")]
    [InlineData("system=urn:t&code=A&reverse=true&targetsystem=urn:any", "")]
    [InlineData("targetCode=A&targetSystem=urn:t&targetScope=urn:to", "a")]
    public void Translate_GivesTheMatches(string parameters, string expected) =>
        Assert.Equal(expected, string.Join(' ', JsonNode.Parse(Answer("translate", "url=urn:m&" + parameters).Json.Span)!["parameter"]!.AsArray().Where(p => (string)p!["name"]! == "match").Select(p => (string)p!["part"]![1]!["valueCoding"]!["code"]!)));

    [Theory]
    [InlineData("sourceScope=urn:from&targetScope=urn:to", true)]
    [InlineData("sourceScope=urn:to", false)]
    [InlineData("source=urn:from", true)]
    public void Translate_HeedsTheScopeOfALaterMap(string parameters, bool expected) => Assert.Equal(expected, Result(Answer("translate", "url=urn:later&system=urn:s&code=b&" + parameters)));

    [Fact]
    public void Translate_WithMapsInACircle_Ends() => Assert.False(Result(Answer("translate", "url=urn:circle&system=urn:l&code=y")));

    [Fact]
    public void Expand_WithAnExtensionThatHasNoValue_LeavesItOut()
    {
        var listed = JsonNode.Parse("""
            {"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":{"resourceType":"ValueSet","status":"active","compose":{"include":[{"system":"urn:nowhere","concept":[
             {"code":"x","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/valueset-label","extension":[{"url":"urn:z","valueString":"z"}]}]}]}]}}}]}
            """)!;
        var answer = Answer("expand", TxVectors.Tree(listed));
        Assert.True(answer.IsOk);
        Assert.Contains("\"x\"", Text(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("g", "a b1")]
    [InlineData("b", "b1")]
    [InlineData("b1", "")]
    public void Filter_DescendentLeaf_ChoosesWhatHasNothingBelow(string value, string expected)
    {
        var set = $$"""{"name":"valueSet","resource":{"resourceType":"ValueSet","status":"active","compose":{"include":[{"system":"urn:s","version":"1","filter":[{"property":"concept","op":"descendent-leaf","value":"{{value}}"}]}]} } }""";
        var expanded = JsonNode.Parse(Answer("expand", TxVectors.Tree(JsonNode.Parse($$"""{"resourceType":"Parameters","parameter":[{{set}}]}""")!)).Json.Span)!["expansion"]!["contains"]?.AsArray() ?? [];
        Assert.Equal(expected, string.Join(' ', expanded.Select(c => (string)c!["code"]!)));
        Assert.Equal(expected, string.Join(' ', new[] { "g", "a", "b", "b1" }.Where(code => Result(Answer("validate-code", TxVectors.Tree(JsonNode.Parse(
            $$"""{"resourceType":"Parameters","parameter":[{{set}},{"name":"coding","valueCoding":{"system":"urn:s","code":"{{code}}"} }]}""")!))))));
    }

    private static TerminologyAnswer Compare(string versionA, string versionB, string a, string b) => Answer("subsumes", TxVectors.Tree(JsonNode.Parse(
        $$"""{"resourceType":"Parameters","parameter":[{"name":"codingA","valueCoding":{"system":"urn:s",{{versionA}}"code":"{{a}}"} },{"name":"codingB","valueCoding":{"system":"urn:s",{{versionB}}"code":"{{b}}"} }]}""")!));

    private static FhirElement Coding(string name, string system, string code) =>
        TxVectors.Tree(JsonNode.Parse($$"""{"resourceType":"Parameters","parameter":[{"name":"{{name}}","valueCoding":{"system":"{{system}}","code":"{{code}}"} }]}""")!);

    private static FhirElement Query(string query) => TxVectors.Tree(new JsonObject
    {
        ["resourceType"] = "Parameters",
        ["parameter"] = new JsonArray([.. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).Select(p => new JsonObject { ["name"] = p[0], ["valueString"] = p[1] })]),
    });

    private static TerminologyAnswer Answer(string operation, string query, FhirElement address = default) => Answer(operation, Query(query), address);

    private static TerminologyAnswer Answer(string operation, FhirElement parameters, FhirElement address = default)
    {
        var operations = new TerminologyOperations(World, TimeProvider.System);
        return operation switch
        {
            "expand" => operations.Expand(parameters, address, null),
            "validate-code" => operations.ValidateInValueSet(parameters, address, null),
            "cs-validate-code" => operations.ValidateInCodeSystem(parameters, address, null),
            "lookup" => operations.Lookup(parameters, address, null),
            "subsumes" => operations.Subsumes(parameters, address, null),
            _ => operations.Translate(parameters, address, null),
        };
    }

    private static string Text(TerminologyAnswer answer) => Encoding.UTF8.GetString(answer.Json.Span);

    private static bool Result(TerminologyAnswer answer) => (bool)JsonNode.Parse(answer.Json.Span)!["parameter"]!.AsArray().First(p => (string)p!["name"]! == "result")!["valueBoolean"]!;
}
