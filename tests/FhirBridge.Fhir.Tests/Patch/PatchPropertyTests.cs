using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FhirBridge.Fhir.Patch;

namespace FhirBridge.Fhir.Tests.Patch;

/// <summary>Patches by chance on official examples, against a naive oracle; and hostile ones.</summary>
public sealed class PatchPropertyTests
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 500 };

    [Fact]
    public void JsonPatch_DoesWhatANaiveOneDoes() => Fuzz.Run(400, random =>
    {
        var document = JsonNode.Parse(random.Example().Json.Span, documentOptions: Deep)!;
        var operations = new JsonArray([.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => (JsonNode)RandomOperation(random, document))]);
        var patch = JsonPatch.Read(Encoding.UTF8.GetBytes(operations.ToJsonString()));
        Assert.True(patch.IsOk, operations.ToJsonString());
        var expected = NaiveJsonPatch.Apply(document.DeepClone(), operations);
        var actual = patch.Value.ApplyTo(document.DeepClone());
        Assert.True(expected.Ok == actual.IsOk, $"{operations.ToJsonString()}: {(actual.IsOk ? "done" : actual.Problems[0])}");

        // The very text: order and digits count.
        if (actual.IsOk) Assert.Equal(expected.Document?.ToJsonString(), actual.Value?.ToJsonString());
    });

    [Fact]
    public void FhirPathPatch_OfADifference_MakesTheOther() => Fuzz.Run(150, random =>
    {
        var before = random.Example();
        var same = OfficialExamples.OfType(before.Root.Type!).Where(e => e.Json.Length < 12_000).ToList();
        var after = JsonNode.Parse(random.Of(same).Json.Span, documentOptions: Deep)!.AsObject();
        after.Remove("id");
        if (before.Root.Text("id") is { } id) after["id"] = id;
        var target = FhirJson.Read(JsonSerializer.SerializeToUtf8Bytes(after));
        var parameters = PatchDiffer.Between(before.Root, target.Value!.Root);
        var patch = ResourcePatch.ReadParameters(parameters.Root);
        if (patch.Problems.Any(p => p.Kind == Problems.PatchBudget)) return;
        var patched = patch.Value!.Apply(before.Result.Value!);
        Assert.True(patched.IsOk, $"{before.Name}: {(patched.IsOk ? "" : patched.Problems[0])}");
        Assert.Equal(Encoding.UTF8.GetString(FhirJson.Canonical(target.Value.Root)), Encoding.UTF8.GetString(FhirJson.Canonical(patched.Value.Root)));
    });

    [Fact]
    public void Reading_NeverThrows() => Fuzz.Run(1_000, random =>
    {
        foreach (var (seed, likely) in new[]
        {
            ("""[{"op":"copy","from":"/a~1b/0","path":"/a/-"},{"op":"test","path":"","value":{"a":[1.0,"\ud83d\ude00",null]}}]"""u8.ToArray(), "\"\\~/{}[],:u0d-"u8.ToArray()),
            ("""<d xmlns:f="http://hl7.org/fhir"><add sel="f:a/f:b[2][@c='d']" pos="after"><f:e g="h"/>t<!--c--></add><remove sel="*/text()[1]"/></d>"""u8.ToArray(), "<>/'\"[]@*:=&;()"u8.ToArray()),
        })
        {
            var bytes = random.Bytes(seed, likely);
            var patch = seed[0] == '[' ? ResourcePatch.ReadJson(bytes) : ResourcePatch.ReadXml(bytes);
            if (patch.IsOk) patch.Value.Apply(OfficialExamples.Get("Patient-example.json").Result.Value!);
        }
    });

    [Fact]
    public void Copies_ThatDouble_EndInTheBudget()
    {
        var doubling = string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""{"op":"copy","from":"","path":"/x{{i}}"}"""));
        Refused(ResourcePatch.ReadJson(Encoding.UTF8.GetBytes($"[{doubling}]")), Problems.PatchBudget);
        var flat = string.Join(',', Enumerable.Repeat("""{"op":"copy","from":"/name","path":"/name/-"}""", 60));
        Refused(ResourcePatch.ReadJson(Encoding.UTF8.GetBytes($"[{flat}]")), Problems.PatchBudget);
        var name = new string('x', 1_000_000);
        var large = string.Join(',', Enumerable.Repeat($$"""{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient"},{"name":"name","valueString":"name"},{"name":"value","valueHumanName":{"text":"{{name}}"} }]}""", 4));
        Assert.True(ResourcePatch.ReadParameters(FhirJson.Read(Encoding.UTF8.GetBytes($$"""{"resourceType":"Parameters","parameter":[{{large}}]}""")).Value!.Root).Value!.Apply(OfficialExamples.Get("Patient-example.json").Result.Value!).IsOk);
    }

    [Fact]
    public void Patches_OfTooManyOperations_AreRefused()
    {
        var many = ResourcePatch.MaxOperations + 1;
        Assert.Equal(Problems.PatchBudget, ResourcePatch.ReadJson(Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("0", many))}]")).Problems[0].Kind);
        Assert.Equal(Problems.PatchBudget, ResourcePatch.ReadXml(Encoding.UTF8.GetBytes($"<d>{string.Concat(Enumerable.Repeat("<remove sel='a'/>", many))}</d>")).Problems[0].Kind);
    }

    [Theory]
    [InlineData("""[{"op":"add","path":"/name/99999999999999999999","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/name/2147483648","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/name/-1","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/name/01","value":1}]""")]
    [InlineData("""[{"op":"remove","path":"/name/-"}]""")]
    [InlineData("""[{"op":"remove","path":""}]""")]
    [InlineData("""[{"op":"add","path":"/birthDate/x","value":1}]""")]
    [InlineData("""[{"op":"move","from":"/name","path":"/name/0"}]""")]
    [InlineData("""[{"op":"copy","from":"/~01","path":"/name/0"}]""")]
    [InlineData("""[{"op":"add","path":"/resourceType","value":"Practitioner"}]""")]
    [InlineData("""[{"op":"remove","path":"/id"}]""")]
    public void Pointers_ThatLeadNowhere_AreRefused(string patch) => Refused(ResourcePatch.ReadJson(Encoding.UTF8.GetBytes(patch)), Problems.PatchFailed);

    [Theory]
    [InlineData("1", "1.00e0", true)]
    [InlineData("1e2", "100", true)]
    [InlineData("1e99999999999", "1", false)]
    [InlineData("1", "-1e-99999999999", false)]
    [InlineData("0.1", "0.10000000000000000000000000000000001", false)]
    [InlineData("12345678901234567890123", "12345678901234567890124", false)]
    public void Test_ComparesNumbersByValue(string here, string stated, bool equal)
    {
        var patch = JsonPatch.Read(Encoding.UTF8.GetBytes($$"""[{"op":"test","path":"/n","value":{{stated}} }]"""));
        Assert.Equal(equal, patch.Value!.ApplyTo(JsonNode.Parse($$"""{"n":{{here}} }""")).IsOk);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("1")]
    public void Resource_ReplacedByNone_IsRefused(string value) => Refused(ResourcePatch.ReadJson(Encoding.UTF8.GetBytes($$"""[{"op":"replace","path":"","value":{{value}} }]""")), Problems.WrongType);

    /// <summary>The dearest patch that is let through: every operation looks at the whole of a large Bundle.</summary>
    [Fact]
    public void FhirPathPatch_OfALargeResource_EndsInTheBudget()
    {
        var entries = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $$$"""{"fullUrl":"urn:x:{{{i}}}","resource":{"resourceType":"Basic","code":{"text":"a text of some length, so that the Bundle is large"} } }"""));
        var bundle = FhirJson.Read(Encoding.UTF8.GetBytes($$"""{"resourceType":"Bundle","type":"collection","entry":[{{entries}}]}""")).Value!;
        var operations = string.Join(',', Enumerable.Repeat("""{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Bundle.type"},{"name":"value","valueCode":"collection"}]}""", ResourcePatch.MaxOperations));
        var patch = ResourcePatch.ReadParameters(FhirJson.Read(Encoding.UTF8.GetBytes($$"""{"resourceType":"Parameters","parameter":[{{operations}}]}""")).Value!.Root);
        Assert.Equal(Problems.PatchBudget, patch.Value!.Apply(bundle).Problems[0].Kind);
    }

    [Theory]
    [InlineData("""[{"op":"add","path":"/a~2","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/a~","value":1}]""")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""")]
    [InlineData("""[{"op":"add","path":"#/a","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/a"}]""")]
    [InlineData("""[{"op":["add"],"path":"/a"}]""")]
    [InlineData("""[null]""")]
    [InlineData("null")]
    public void JsonPatches_ThatAreNone_AreMalformed(string patch) => Assert.Equal(Problems.MalformedPatch, ResourcePatch.ReadJson(Encoding.UTF8.GetBytes(patch)).Problems[0].Kind);

    [Theory]
    [InlineData("[{\"op\":\"add\",\"path\":\"/a\",\"value\":\"\\ud800\"}]")]
    [InlineData("[{\"op\":\"add\",\"path\":\"/a\",\"value\":{\"\\udc00\":1}}]")]
    [InlineData("[{\"op\":\"add\",\"path\":\"/a\",\"op\":\"remove\"}]")]
    [InlineData("[")]
    public void Json_ThatIsNoText_IsMalformed(string patch) => Assert.Equal(Problems.MalformedJson, ResourcePatch.ReadJson(Encoding.UTF8.GetBytes(patch)).Problems[0].Kind);

    [Fact]
    public void Depth_OfPatchAndResult_IsBounded()
    {
        var deep = new string('[', 5_000) + new string(']', 5_000);
        Assert.Equal(Problems.MalformedJson, ResourcePatch.ReadJson(Encoding.UTF8.GetBytes($$"""[{"op":"add","path":"/x","value":{{deep}} }]""")).Problems[0].Kind);
        var inward = new StringBuilder("[{\"op\":\"add\",\"path\":\"/x\",\"value\":{}}");
        var path = "/x";
        for (var i = 0; i < 200; i++, path += "/x") inward.Append($$""",{"op":"add","path":"{{path}}/x","value":{} }""");
        Refused(ResourcePatch.ReadJson(Encoding.UTF8.GetBytes(inward.Append(']').ToString())), Problems.PatchBudget);
        var xml = string.Concat(Enumerable.Repeat("<a>", 5_000)) + string.Concat(Enumerable.Repeat("</a>", 5_000));
        Assert.Equal(Problems.TooDeep, ResourcePatch.ReadXml(Encoding.UTF8.GetBytes($"<d><add sel='b'>{xml}</add></d>")).Problems[0].Kind);
    }

    private static void Refused(Result<ResourcePatch> patch, ProblemKind kind)
    {
        var result = patch.Value!.Apply(OfficialExamples.Get("Patient-example.json").Result.Value!);
        Assert.False(result.IsOk);
        Assert.Equal(kind, result.Problems[0].Kind);
    }

    private static JsonObject RandomOperation(Random random, JsonNode document)
    {
        string Pointer()
        {
            var (pointer, node) = ("", document);
            while (node is JsonObject or JsonArray && random.Next(6) > 0)
            {
                if (node is JsonObject o)
                {
                    if (o.Count == 0) break;
                    var name = random.Of(o.Select(p => p.Key).ToList());
                    (pointer, node) = ($"{pointer}/{name}", o[name]);
                }
                else
                {
                    var a = node!.AsArray();
                    var index = random.Next(a.Count + 1);
                    (pointer, node) = ($"{pointer}/{(index == a.Count && random.Next(2) == 0 ? "-" : index)}", index < a.Count ? a[index] : null);
                }
            }

            return random.Next(8) == 0 ? pointer + "/new" : pointer;
        }

        var op = random.Of(new[] { "add", "remove", "replace", "move", "copy", "test" });
        var operation = new JsonObject { ["op"] = op, ["path"] = Pointer() };
        if (op is "move" or "copy") operation["from"] = Pointer();
        if (op is "add" or "replace") operation["value"] = random.Of(new JsonNode?[] { 1, JsonNode.Parse("1.00"), "é\"", null, new JsonArray(1, 2), new JsonObject { ["a"] = true } })?.DeepClone();
        if (op == "test") operation["value"] = random.Next(3) == 0 ? JsonValue.Create(1) : NaiveJsonPatch.Find(document, operation["path"]!.GetValue<string>()).Found?.DeepClone();
        return operation;
    }
}
