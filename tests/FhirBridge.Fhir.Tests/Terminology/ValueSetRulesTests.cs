using System.Text;

namespace FhirBridge.Fhir.Tests;

/// <summary>What https://hl7.org/fhir/R4/valueset.html#compose says of includes, excludes, filters and imports, on systems made for it.</summary>
public class ValueSetRulesTests
{
    /// <summary>a is above b and c, c above d, and d under b, too (property parent); e stands alone.</summary>
    private const string System = """
        {"resourceType":"CodeSystem","url":"urn:s","version":"1","status":"active","content":"complete",
         "property":[{"code":"up","uri":"http://hl7.org/fhir/concept-properties#parent","type":"code"},{"code":"off","uri":"http://hl7.org/fhir/concept-properties#inactive","type":"boolean"},
                     {"code":"colour","type":"string"},{"code":"kind","type":"Coding"},{"code":"notSelectable","uri":"urn:other","type":"boolean"}],
         "concept":[{"code":"a","display":"Alpha","property":[{"code":"colour","valueString":"red"}],
                     "concept":[{"code":"b","display":"Beta","property":[{"code":"colour","valueString":"blue"},{"code":"kind","valueCoding":{"system":"urn:k","code":"k1"}}]},
                                {"code":"c","property":[{"code":"colour","valueString":"dark red"},{"code":"notSelectable","valueBoolean":true}],
                                 "concept":[{"code":"d","property":[{"code":"up","valueCode":"b"}]}]}]},
                    {"code":"e","property":[{"code":"off","valueBoolean":true}]}]}
        """;

    [Theory]
    [InlineData("concept", "is-a", "c", "c d")]
    [InlineData("concept", "is-a", "b", "b d")]
    [InlineData("concept", "is-a", "none", "")]
    [InlineData("concept", "descendent-of", "a", "b c d")]
    [InlineData("concept", "is-not-a", "c", "a b e")]
    [InlineData("concept", "generalizes", "d", "a b c d")]
    [InlineData("concept", "child-of", "b", "d")]
    [InlineData("concept", "descendent-leaf", "a", "d")]
    [InlineData("off", "=", "false", "a b c d")]
    [InlineData("off", "=", "true", "e")]
    [InlineData("off", "exists", "true", "e")]
    [InlineData("inactive", "not-in", "true", "a b c d")]
    [InlineData("concept", "=", "b", "b")]
    [InlineData("concept", "in", "a, e,x", "a e")]
    [InlineData("code", "not-in", "a,b", "c d e")]
    [InlineData("code", "regex", "[a-c]", "a b c")]
    [InlineData("display", "regex", "Alpha|Be", "a")]
    [InlineData("display", "=", "Beta", "b")]
    [InlineData("colour", "=", "red", "a")]
    [InlineData("colour", "regex", "[a-z ]*red", "a c")]
    [InlineData("colour", "in", "red,blue", "a b")]
    [InlineData("colour", "not-in", "red,blue", "c d e")]
    [InlineData("colour", "exists", "true", "a b c")]
    [InlineData("colour", "exists", "false", "d e")]
    [InlineData("kind", "=", "k1", "b")]
    [InlineData("parent", "=", "b", "d")]
    [InlineData("up", "=", "c", "d")]
    [InlineData("child", "=", "d", "b c")]
    public void Filter_OfR4_ChoosesTheConcepts(string property, string op, string value, string expected)
    {
        var terminology = With(System, Set("urn:v", Include($$"""{"property":"{{property}}","op":"{{op}}","value":"{{value}}"}""")));

        Assert.Equal(expected, string.Join(' ', "abcde".Where(c => terminology.Contains("urn:v", new Coding("urn:s", c.ToString())) == true)));
        Assert.All("abcdex", c => Assert.NotNull(terminology.Contains("urn:v", new Coding("urn:s", c.ToString()))));
        Assert.Equal(expected.Contains('d', StringComparison.Ordinal), terminology.Contains("urn:v", "d"));
    }

    [Theory]
    [InlineData("weight", "=", "1")]
    [InlineData("concept", "like", "a")]
    [InlineData("colour", "is-a", "red")]
    [InlineData("code", "regex", "(")]
    [InlineData("code", "regex", "(?=a)a")]
    [InlineData("colour", "exists", "perhaps")]
    public void Filter_NotUnderstood_LeavesOnlyWhatTheOthersDecide(string property, string op, string value)
    {
        var filter = $$"""{"property":"{{property}}","op":"{{op}}","value":"{{value}}"}""";
        var terminology = With(System, Set("urn:v", Include(filter)), Set("urn:and", Include(filter, """{"property":"concept","op":"=","value":"a"}""")), Set("urn:or", $$"""{{Include(filter)}},{"system":"urn:s","concept":[{"code":"a"}]}"""));

        Assert.Null(terminology.Contains("urn:v", new Coding("urn:s", "a")));
        Assert.False(terminology.Contains("urn:v", new Coding("urn:s", "none")));
        Assert.False(terminology.Contains("urn:and", new Coding("urn:s", "b")));
        Assert.Null(terminology.Contains("urn:and", new Coding("urn:s", "a")));
        Assert.True(terminology.Contains("urn:or", new Coding("urn:s", "a")));
        Assert.Null(terminology.Contains("urn:or", new Coding("urn:s", "b")));
    }

    [Fact]
    public void Exclude_UnknownOrKnown_TakesAwayOnlyWhatItMay()
    {
        var terminology = With(
            System,
            Set("urn:known", """{"system":"urn:s"}""", """{"system":"urn:s","concept":[{"code":"a"}]}"""),
            Set("urn:unknown", """{"system":"urn:s"}""", """{"valueSet":["urn:nowhere"]}"""));

        Assert.False(terminology.Contains("urn:known", new Coding("urn:s", "a")));
        Assert.True(terminology.Contains("urn:known", new Coding("urn:s", "b")));
        Assert.Null(terminology.Contains("urn:unknown", new Coding("urn:s", "a")));
        Assert.False(terminology.Contains("urn:unknown", new Coding("urn:s", "x")));
    }

    [Fact]
    public void Import_SeveralValueSets_MeansAllOfThem()
    {
        var terminology = With(
            System,
            Set("urn:ab", """{"system":"urn:s","concept":[{"code":"a"},{"code":"b"}]}"""),
            Set("urn:bc", """{"system":"urn:s","concept":[{"code":"b"},{"code":"c"}]}"""),
            Set("urn:both", """{"valueSet":["urn:ab","urn:bc|1"]}"""),
            Set("urn:either", """{"valueSet":["urn:ab"]},{"valueSet":["urn:bc"]}"""),
            Set("urn:withSystem", """{"system":"urn:s","valueSet":["urn:ab"],"filter":[{"property":"concept","op":"is-a","value":"b"}]}"""),
            Set("urn:wrongVersion", """{"valueSet":["urn:ab|2"]}"""));

        Assert.Equal("b", Members(terminology, "urn:both"));
        Assert.Equal("abc", Members(terminology, "urn:either"));
        Assert.Equal("b", Members(terminology, "urn:withSystem"));
        Assert.Null(terminology.Contains("urn:wrongVersion", new Coding("urn:s", "a")));
        Assert.True(terminology.Contains("urn:both", "b"));
        Assert.False(terminology.Contains("urn:both", "a"));
        Assert.Null(terminology.Contains("urn:wrongVersion", "a"));
    }

    [Fact]
    public void Import_InACircle_IsUnknownUnlessAnotherPartDecides()
    {
        var terminology = With(
            System,
            Set("urn:self", """{"valueSet":["urn:self"]}"""),
            Set("urn:one", """{"valueSet":["urn:two"]},{"system":"urn:s","concept":[{"code":"a"}]}"""),
            Set("urn:two", """{"valueSet":["urn:one"]}"""));

        Assert.Null(terminology.Contains("urn:self", new Coding("urn:s", "a")));
        Assert.True(terminology.Contains("urn:two", new Coding("urn:s", "a")));
        Assert.Null(terminology.Contains("urn:two", new Coding("urn:s", "b")));
        Assert.True(terminology.Contains("urn:two", "a"));
    }

    [Fact]
    public void Import_ManyTimesOver_EndsWithoutAnAnswer()
    {
        // Each set imports the next twice: 2^40 ways to the end.
        var sets = Enumerable.Range(0, 40).Select(i => Set($"urn:{i}", $$"""{"valueSet":["urn:{{i + 1}}"]},{"valueSet":["urn:{{i + 1}}"]}""")).Append(Set("urn:40", """{"system":"urn:s","concept":[{"code":"a"}]}"""));
        var terminology = With([System, .. sets]);

        Assert.True(terminology.Contains("urn:0", new Coding("urn:s", "a")));
        Assert.Null(terminology.Contains("urn:0", new Coding("urn:s", "b")));
        Assert.Null(With([.. Enumerable.Range(0, 400).Select(i => Set($"urn:{i}", $$"""{"valueSet":["urn:{{i + 1}}"]}"""))]).Contains("urn:0", "a"));
    }

    [Fact]
    public void Inactive_ComposeWithoutThem_LeavesThemOut()
    {
        var active = """{"resourceType":"ValueSet","url":"urn:v","status":"active","compose":{"inactive":false,"include":[{"system":"urn:s"}]}}""";

        Assert.Equal("abcd", Members(With(System, active), "urn:v"));
        Assert.Equal("abcde", Members(With(System, Set("urn:v", """{"system":"urn:s"}""")), "urn:v"));
    }

    [Fact]
    public void Expansion_WithoutCompose_IsWhatCounts()
    {
        const string contains = """ "contains":[{"system":"urn:s","code":"g","abstract":true,"contains":[{"system":"urn:s","code":"h"}]}]""";
        var terminology = With(
            $$"""{"resourceType":"ValueSet","url":"urn:full","status":"active","expansion":{"timestamp":"2020-01-01","total":2,{{contains}}} }""",
            $$"""{"resourceType":"ValueSet","url":"urn:page","status":"active","expansion":{"timestamp":"2020-01-01","total":7,{{contains}}} }""",
            $$"""{"resourceType":"ValueSet","url":"urn:open","status":"active","compose":{"include":[{"system":"urn:elsewhere"}]},"expansion":{"timestamp":"2020-01-01",{{contains}}} }""",
            """{"resourceType":"ValueSet","url":"urn:empty","status":"active"}""");

        Assert.True(terminology.Contains("urn:full", new Coding("urn:s", "h")));
        Assert.False(terminology.Contains("urn:full", new Coding("urn:s", "g")));
        Assert.True(terminology.Contains("urn:full", "h"));
        Assert.False(terminology.Contains("urn:full", "x"));
        Assert.True(terminology.Contains("urn:page", "h"));
        Assert.Null(terminology.Contains("urn:page", "x"));
        Assert.Null(terminology.Contains("urn:empty", "x"));

        // The compose cannot be answered: what was expanded elsewhere can.
        Assert.False(terminology.Contains("urn:open", new Coding("urn:elsewhere", "x")));
        Assert.False(terminology.Contains("urn:open", new Coding("urn:s", "h")));
    }

    [Fact]
    public void CaseInsensitiveSystem_CodesInAnyCase_AreTheSame()
    {
        var terminology = With(
            """{"resourceType":"CodeSystem","url":"urn:s","status":"active","content":"complete","caseSensitive":false,"concept":[{"code":"Up","concept":[{"code":"Low"}]}]}""",
            Set("urn:all", """{"system":"urn:s"}"""),
            Set("urn:list", """{"system":"urn:s","concept":[{"code":"Up"}]}"""),
            Set("urn:below", Include("""{"property":"concept","op":"descendent-of","value":"UP"}""")));

        Assert.True(terminology.Contains("urn:all", new Coding("urn:s", "lOW")));
        Assert.True(terminology.Contains("urn:list", new Coding("urn:s", "UP")));
        Assert.False(terminology.Contains("urn:list", new Coding("urn:s", "LOW")));
        Assert.True(terminology.Contains("urn:below", new Coding("urn:s", "low")));
        Assert.True(terminology.Subsumes(new Coding("urn:s", "UP"), new Coding("urn:s", "low")));
        Assert.True(terminology.Subsumes(new Coding("urn:s", "UP"), new Coding("urn:s", "up")));
    }

    [Fact]
    public void Version_OfSystem_IsTheOneThatCounts()
    {
        var terminology = With(
            """{"resourceType":"CodeSystem","url":"urn:s","version":"1","status":"active","content":"complete","concept":[{"code":"old"}]}""",
            """{"resourceType":"CodeSystem","url":"urn:s","version":"2","status":"active","content":"complete","concept":[{"code":"new"}]}""",
            Set("urn:any", """{"system":"urn:s"}"""),
            Set("urn:first", """{"system":"urn:s","version":"1"}"""),
            Set("urn:third", """{"system":"urn:s","version":"3"}"""));

        Assert.True(terminology.Contains("urn:any", new Coding("urn:s", "new")));
        Assert.True(terminology.Contains("urn:any", new Coding("urn:s", "old"), "1"));
        Assert.False(terminology.Contains("urn:any", new Coding("urn:s", "old")));
        Assert.True(terminology.Contains("urn:first", new Coding("urn:s", "old")));
        Assert.False(terminology.Contains("urn:first", new Coding("urn:s", "old"), "2"));
        Assert.Null(terminology.Contains("urn:third", new Coding("urn:s", "old")));
    }

    [Fact]
    public void Fragment_Content_SaysYesButNeverNo()
    {
        var terminology = With(
            """{"resourceType":"CodeSystem","url":"urn:s","status":"active","content":"fragment","concept":[{"code":"a","concept":[{"code":"b"}]},{"code":"c"}]}""",
            Set("urn:all", """{"system":"urn:s"}"""),
            Set("urn:below", Include("""{"property":"concept","op":"is-a","value":"a"}""")));

        Assert.True(terminology.Contains("urn:all", new Coding("urn:s", "a")));
        Assert.Null(terminology.Contains("urn:all", new Coding("urn:s", "x")));
        Assert.True(terminology.Contains("urn:below", new Coding("urn:s", "b")));
        Assert.Null(terminology.Contains("urn:below", new Coding("urn:s", "c")));
        Assert.True(terminology.Subsumes(new Coding("urn:s", "a"), new Coding("urn:s", "b")));
        Assert.Null(terminology.Subsumes(new Coding("urn:s", "a"), new Coding("urn:s", "c")));
    }

    [Fact]
    public void CodeSystem_ThatNamesTheValueSetOfAllItsCodes_AnswersForIt()
    {
        var terminology = With("""{"resourceType":"CodeSystem","url":"urn:s","status":"active","content":"complete","valueSet":"urn:implied","concept":[{"code":"a"}]}""");

        Assert.True(terminology.Contains("urn:implied", "a"));
        Assert.False(terminology.Contains("urn:implied", new Coding("urn:s", "b")));
    }

    [Fact]
    public void Hierarchy_OfAnotherMeaning_IsNoSubsumption()
    {
        var terminology = With("""{"resourceType":"CodeSystem","url":"urn:s","status":"active","content":"complete","hierarchyMeaning":"part-of","concept":[{"code":"a","concept":[{"code":"b"}]}]}""");

        Assert.Null(terminology.Subsumes(new Coding("urn:s", "a"), new Coding("urn:s", "b")));
    }

    [Fact]
    public void Hierarchy_InACircle_Ends()
    {
        var terminology = With(
            """{"resourceType":"CodeSystem","url":"urn:s","status":"active","content":"complete","concept":[{"code":"a","property":[{"code":"parent","valueCode":"b"}]},{"code":"b","property":[{"code":"subsumedBy","valueCode":"a"}]},{"code":"c"}]}""");

        Assert.True(terminology.Subsumes(new Coding("urn:s", "a"), new Coding("urn:s", "b")));
        Assert.True(terminology.Subsumes(new Coding("urn:s", "b"), new Coding("urn:s", "a")));
        Assert.False(terminology.Subsumes(new Coding("urn:s", "c"), new Coding("urn:s", "a")));
    }

    [Fact]
    public void NotSelectable_ByUri_IsAbstract()
    {
        var terminology = With(System, """{"resourceType":"CodeSystem","url":"urn:t","status":"active","content":"complete","property":[{"code":"group","uri":"http://hl7.org/fhir/concept-properties#notSelectable","type":"boolean"}],"concept":[{"code":"a","property":[{"code":"group","valueBoolean":true}]},{"code":"b"}]}""");

        Assert.True(terminology.Find(new Coding("urn:t", "a"))!.IsAbstract);
        Assert.False(terminology.Find(new Coding("urn:t", "b"))!.IsAbstract);

        // The name says it, too, whatever its URI.
        Assert.True(terminology.Find(new Coding("urn:s", "c"))!.IsAbstract);
    }

    private static string Members(Terminology terminology, string set) =>
        string.Concat("abcde".Where(c => terminology.Contains(set, new Coding("urn:s", c.ToString())) == true));

    private static string Include(params string[] filters) => $$"""{"system":"urn:s","filter":[{{string.Join(',', filters)}}]}""";

    private static string Set(string url, string include, string? exclude = null) =>
        $$"""{"resourceType":"ValueSet","url":"{{url}}","version":"1","status":"active","compose":{"include":[{{include}}]{{(exclude is null ? "" : $",\"exclude\":[{exclude}]")}}} }""";

    private static Terminology With(params string[] resources)
    {
        var builder = new DefinitionsBuilder(Definitions.R4);
        foreach (var json in resources) builder.Add(Encoding.UTF8.GetBytes(json));
        Assert.Empty(builder.Problems);
        return builder.Build().Terminology;
    }
}
