namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Value sets in a circle, filters that are not understood, hierarchies in a circle, supplements, maps: both ways.</summary>
public sealed class TerminologyRuleTests
{
    private const string System = """
        {"resourceType":"CodeSystem","url":"urn:test:s","status":"active","content":"complete","property":[{"code":"flag","type":"boolean"},{"code":"size","type":"integer"},{"code":"weight","type":"decimal"},{"code":"since","type":"dateTime"},{"code":"kind","type":"string"}],
         "concept":[{"code":"a","display":"Anna","designation":[{"value":"An"}]},{"code":"b"}]}
        """;

    private const string Target = """{"resourceType":"CodeSystem","url":"urn:test:t","status":"active","content":"complete","concept":[{"code":"x","display":"X"},{"code":"y"}]}""";

    private const string SourceSet = """{"resourceType":"ValueSet","url":"urn:vs:s","status":"active","compose":{"include":[{"system":"urn:test:s","concept":[{"code":"a"}]}]}}""";

    [Theory]
    [InlineData("""{"property":"flag","op":"=","value":"true"}""", "")]
    [InlineData("""{"property":"flag","op":"=","value":"1"}""", "invalid-definition")]
    [InlineData("""{"property":"flag","op":"in","value":"true,false"}""", "")]
    [InlineData("""{"property":"flag","op":"in","value":"true,yes"}""", "invalid-definition")]
    [InlineData("""{"property":"size","op":"=","value":"-3"}""", "")]
    [InlineData("""{"property":"size","op":"=","value":"3.5"}""", "invalid-definition")]
    [InlineData("""{"property":"weight","op":"=","value":"3.5"}""", "")]
    [InlineData("""{"property":"weight","op":"=","value":"heavy"}""", "invalid-definition")]
    [InlineData("""{"property":"since","op":"=","value":"2020-01"}""", "")]
    [InlineData("""{"property":"since","op":"=","value":"yesterday"}""", "invalid-definition")]
    [InlineData("""{"property":"kind","op":"=","value":"anything"}""", "")]
    [InlineData("""{"property":"kind","op":"regex","value":"a.*"}""", "")]
    [InlineData("""{"property":"kind","op":"regex","value":"a("}""", "expression-refused")]
    [InlineData("""{"property":"kind","op":"regex","value":"(?=a)b"}""", "unverified")]
    [InlineData("""{"property":"kind","op":"exists","value":"true"}""", "")]
    [InlineData("""{"property":"kind","op":"exists","value":"1"}""", "invalid-definition")]
    [InlineData("""{"property":"kind","op":"is-a","value":"a"}""", "invalid-definition")]
    [InlineData("""{"property":"nothing","op":"=","value":"a"}""", "invalid-definition")]
    [InlineData("""{"property":"concept","op":"is-a","value":"a"}""", "")]
    [InlineData("""{"property":"concept","op":"is-a","value":"z"}""", "code-invalid")]
    [InlineData("""{"property":"concept","op":"in","value":"a,z"}""", "code-invalid")]
    [InlineData("""{"property":"notSelectable","op":"=","value":"false"}""", "")]
    [InlineData("""{"property":"notSelectable","op":"=","value":"0"}""", "invalid-definition")]
    public void Filter_IsWhatItsSystemDeclares(string filter, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"ValueSet","url":"urn:v","compose":{"include":[{"system":"urn:test:s","filter":[{{filter}}] }] } }""", System));

    [Theory]
    [InlineData("""{"property":"constraint","op":"=","value":"<< 73211009"}""", "")]
    [InlineData("""{"property":"constraint","op":"=","value":"73211009 << 73211009"}""", "expression-refused")]
    [InlineData("""{"property":"constraint","op":"in","value":"<< 73211009"}""", "invalid-definition")]
    [InlineData("""{"property":"concept","op":"is-a","value":"73211009"}""", "")]
    [InlineData("""{"property":"concept","op":"is-a","value":"73211008"}""", "code-invalid")]
    [InlineData("""{"property":"concept","op":"is-a","value":"diabetes"}""", "code-invalid")]
    [InlineData("""{"property":"expressions","op":"=","value":"true"}""", "")]
    [InlineData("""{"property":"expressions","op":"=","value":"all"}""", "invalid-definition")]
    [InlineData("""{"property":"363698007","op":"in","value":"73211009"}""", "")]
    [InlineData("""{"property":"363698007","op":"not-in","value":"73211009"}""", "invalid-definition")]
    [InlineData("""{"property":"notSelectable","op":"=","value":"1"}""", "invalid-definition")]
    public void Filter_OnSnomedCt_IsKnownWithoutItsConcepts(string filter, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"ValueSet","url":"urn:v","compose":{"include":[{"system":"http://snomed.info/sct","filter":[{{filter}}] }] } }"""));

    [Theory]
    [InlineData(""" "concept":[{"code":"a","display":"An"}] """, "")]
    [InlineData(""" "concept":[{"code":"a","display":"Bert"}] """, "code-advised")]
    [InlineData(""" "concept":[{"code":"a"},{"code":"a"}] """, "questionable")]
    [InlineData(""" "concept":[{"code":"a","designation":[{"language":"nl-BE","value":"x"}]}] """, "")]
    [InlineData(""" "concept":[{"code":"a","designation":[{"language":"the Dutch one","value":"x"}]}] """, "code-advised")]
    [InlineData(""" "version":"9" """, "unverified")]
    public void Include_ItsConcepts(string rest, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"ValueSet","url":"urn:v","compose":{"include":[{"system":"urn:test:s",{{rest}} }] } }""", System));

    [Theory]
    [InlineData("urn:vs:s", "")]
    [InlineData("urn:v", "circular")]
    [InlineData("urn:v|1", "unverified")]
    [InlineData("urn:v1", "circular")]
    [InlineData("urn:unknown", "unverified")]
    [InlineData("urn:test:s", "invalid-definition")]
    [InlineData("#none", "unknown-reference")]
    public void Import_InACircle_OrUnknown(string import, string expected)
    {
        const string one = """{"resourceType":"ValueSet","url":"urn:v1","compose":{"include":[{"valueSet":["urn:v2"]}]}}""";
        const string two = """{"resourceType":"ValueSet","url":"urn:v2","compose":{"exclude":[{"valueSet":["urn:vs:s","urn:v"]}]}}""";
        Assert.Equal(expected, Codes($$"""{"resourceType":"ValueSet","url":"urn:v","compose":{"include":[{"valueSet":["{{import}}"] }] } }""", System, SourceSet, one, two));
    }

    [Fact]
    public void Imports_OfManyValueSets_End()
    {
        var chain = Enumerable.Range(0, 3_000).Select(i => $$"""{"resourceType":"ValueSet","url":"urn:v{{i}}","compose":{"include":[{"valueSet":["urn:v{{i + 1}}"] }] } }""").ToArray();
        Assert.Equal("", Codes("""{"resourceType":"ValueSet","url":"urn:v","compose":{"include":[{"valueSet":["urn:v0"]}]}}""", chain));
    }

    [Theory]
    [InlineData("""{"code":"a","property":[{"code":"parent","valueCode":"b"}]},{"code":"b"}""", "")]
    [InlineData("""{"code":"a","property":[{"code":"parent","valueCode":"b"}]},{"code":"b","property":[{"code":"parent","valueCode":"a"}]}""", "circular")]
    [InlineData("""{"code":"a","concept":[{"code":"b","property":[{"code":"child","valueCode":"a"}]}]}""", "circular")]
    [InlineData("""{"code":"a","property":[{"code":"parent","valueCode":"z"}]}""", "code-invalid")]
    [InlineData("""{"code":"a"},{"code":"a"}""", "invalid-definition")]
    [InlineData("""{"code":"a"},{"code":"A"}""", "")]
    public void Concepts_OfAHierarchy(string concepts, string expected) =>
        Assert.Equal(expected, Codes($$"""{"resourceType":"CodeSystem","url":"urn:c","content":"complete","property":[{"code":"parent","type":"code"},{"code":"child","type":"code"}],"concept":[{{concepts}}]}"""));

    [Fact]
    public void Codes_ThatDifferInCaseOnly_AreTheSameWhereCaseDoesNotMatter() =>
        Assert.Equal("invalid-definition", Codes("""{"resourceType":"CodeSystem","url":"urn:c","content":"complete","caseSensitive":false,"concept":[{"code":"a"},{"code":"A"}]}"""));

    [Fact]
    public void Hierarchy_OfOneLongChain_IsWalked()
    {
        var chain = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $$"""{"code":"c{{i}}","property":[{"code":"parent","valueCode":"c{{(i + 1) % 20_000}}"}]}"""));
        Assert.Equal("circular", Codes($$"""{"resourceType":"CodeSystem","url":"urn:c","content":"complete","property":[{"code":"parent","type":"code"}],"concept":[{{chain}}]}"""));
    }

    [Theory]
    [InlineData("urn:test:s", "a", "")]
    [InlineData("urn:test:s", "z", "code-invalid")]
    [InlineData("urn:nothing", "a", "unverified")]
    [InlineData("urn:sup", "a", "circular")]
    public void Supplement_AddsToWhatIsThere(string supplements, string code, string expected) =>
        Assert.Equal(expected, Codes($$"""{"resourceType":"CodeSystem","url":"urn:sup","content":"supplement","supplements":"{{supplements}}","concept":[{"code":"{{code}}"}]}""", System));

    [Theory]
    [InlineData(""" "element":[{"code":"a","target":[{"code":"x","equivalence":"equal"}]}] """, "")]
    [InlineData(""" "element":[{"code":"z","target":[{"code":"x","equivalence":"equal"}]}] """, "code-invalid questionable")]
    [InlineData(""" "element":[{"code":"a","target":[{"code":"z","equivalence":"equal"}]}] """, "code-invalid")]
    [InlineData(""" "element":[{"code":"b","target":[{"code":"x","equivalence":"equal"}]}] """, "questionable")]
    [InlineData(""" "element":[{"code":"a"},{"code":"a"}] """, "questionable")]
    [InlineData(""" "element":[{"code":"a","display":"Bert"}] """, "code-advised")]
    [InlineData(""" "element":[{"code":"a","target":[{"equivalence":"unmatched"}]}] """, "")]
    [InlineData(""" "element":[{"code":"a","target":[{"code":"x","equivalence":"unmatched"}]}] """, "questionable")]
    [InlineData(""" "element":[{"code":"a","target":[{"equivalence":"wider"}]}] """, "questionable")]
    [InlineData(""" "element":[{"code":"a","target":[{"code":"x","equivalence":"equal","dependsOn":[{"property":"urn:p","system":"urn:test:t","value":"z"}]}]}] """, "code-invalid")]
    [InlineData(""" "unmapped":{"mode":"fixed","code":"y"} """, "")]
    [InlineData(""" "unmapped":{"mode":"fixed","code":"z"} """, "code-invalid")]
    [InlineData(""" "unmapped":{"mode":"provided","code":"y"} """, "questionable")]
    [InlineData(""" "unmapped":{"mode":"other-map","url":"urn:other"} """, "")]
    [InlineData(""" "unmapped":{"mode":"other-map","url":"urn:later"} """, "unverified")]
    [InlineData(""" "unmapped":{"mode":"other-map","url":"urn:m"} """, "circular")]
    [InlineData(""" "unmapped":{"mode":"other-map","url":"urn:back"} """, "circular")]
    public void Map_BetweenKnownSystems(string group, string expected)
    {
        const string other = """{"resourceType":"ConceptMap","url":"urn:other"}""";
        const string back = """{"resourceType":"ConceptMap","url":"urn:back","group":[{"unmapped":{"mode":"other-map","url":"urn:m"}}]}""";
        Assert.Equal(expected, Codes($$"""{"resourceType":"ConceptMap","url":"urn:m","sourceCanonical":"urn:vs:s","group":[{"source":"urn:test:s","target":"urn:test:t",{{group}}}]}""", System, Target, SourceSet, other, back));
    }

    [Theory]
    [InlineData(""" "sourceCanonical":"urn:vs:s" """, "")]
    [InlineData(""" "sourceCanonical":"urn:vs:later" """, "unverified")]
    [InlineData(""" "sourceCanonical":"#none" """, "unknown-reference")]
    [InlineData(""" "group":[{"target":"urn:test:t","element":[{"code":"a"}]}] """, "questionable")]
    [InlineData(""" "group":[{"source":"urn:vs:s","target":"urn:test:t"}] """, "invalid-value")]
    public void Map_ItsEnds(string rest, string expected) => Assert.Equal(expected, Codes($$"""{"resourceType":"ConceptMap","url":"urn:m",{{rest}}}""", System, Target, SourceSet));

    private static string Codes(string resource, params string[] known) => string.Join(' ', Rules.Run(resource, known).Select(p => p.Kind.Code).Distinct());
}
