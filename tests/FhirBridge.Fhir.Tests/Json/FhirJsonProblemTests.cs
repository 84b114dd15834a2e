using System.Text;

namespace FhirBridge.Fhir.Tests;

public class FhirJsonProblemTests
{
    [Theory]

    // not JSON, or not a resource
    [InlineData("malformed-json", null, "")]
    [InlineData("malformed-json", null, "   ")]
    [InlineData("malformed-json", null, """{"resourceType":"Patient" """)]
    [InlineData("malformed-json", null, """{"resourceType":"Patient",}""")]
    [InlineData("malformed-json", null, """{"resourceType":"Patient"} x""")]
    [InlineData("malformed-json", null, """{"resourceType":"Patient"}{}""")]
    [InlineData("malformed-json", null, """{"resourceType":"Patient", /* c */ "id":"a"}""")]
    [InlineData("malformed-json", null, "{\"resourceType\":\"Patient\",\"id\":\"a\tb\"}")]
    [InlineData("malformed-json", "Patient.id", """{"resourceType":"Patient","id":"\uD800"}""")]
    [InlineData("malformed-json", "Patient", """{"resourceType":"Patient","\uDC00":"a"}""")]
    [InlineData("malformed-json", "Patient.active", """{"resourceType":"Patient","active":true,"active":true}""")]
    [InlineData("malformed-json", "Patient.birthDate", """{"resourceType":"Patient","_birthDate":{"id":"a"},"birthDate":"2000","_birthDate":{"id":"b"}}""")]
    [InlineData("wrong-type", null, "[]")]
    [InlineData("wrong-type", null, "null")]
    [InlineData("wrong-type", null, "\"Patient\"")]
    [InlineData("unknown-resource-type", null, "{}")]
    [InlineData("unknown-resource-type", null, """{"resourceType":7}""")]
    [InlineData("unknown-resource-type", null, """{"resourceType":"Patiant"}""")]
    [InlineData("unknown-resource-type", null, """{"resourceType":"DomainResource"}""")]
    [InlineData("unknown-resource-type", null, """{"resourceType":"HumanName"}""")]
    [InlineData("unknown-resource-type", "Patient.contained[1]", """{"resourceType":"Patient","contained":[{"resourceType":"Patient","id":"a"},{"id":"x"}]}""")]
    [InlineData("unknown-resource-type", "Bundle.entry[0].resource", """{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Nope"}}]}""")]

    // structure
    [InlineData("unknown-element", "Patient.birthdate", """{"resourceType":"Patient","birthdate":"2000"}""")]
    [InlineData("unknown-element", "Patient._name", """{"resourceType":"Patient","_name":[{"id":"a"}]}""")]
    [InlineData("unknown-element", "Patient.name[0].resourceType", """{"resourceType":"Patient","name":[{"resourceType":"HumanName","family":"a"}]}""")]
    [InlineData("unknown-element", "Patient.deceased", """{"resourceType":"Patient","deceased":true}""")]
    [InlineData("unknown-element", "Patient.deceasedString", """{"resourceType":"Patient","deceasedString":"x"}""")]
    [InlineData("unknown-element", "Patient", """{"resourceType":"Patient","resourceType":"Patient","id":"a"}""")]
    [InlineData("cardinality", "Patient.deceased", """{"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2000"}""")]
    [InlineData("cardinality", "Patient.deceased", """{"resourceType":"Patient","deceasedBoolean":true,"_deceasedDateTime":{"id":"a"}}""")]
    [InlineData("cardinality", "Patient.deceased", """{"resourceType":"Patient","_deceasedDateTime":{"id":"a"},"deceasedBoolean":true}""")]
    [InlineData("wrong-type", "Patient.active", """{"resourceType":"Patient","active":"true"}""")]
    [InlineData("wrong-type", "Patient.active", """{"resourceType":"Patient","active":[true]}""")]
    [InlineData("wrong-type", "Patient.active", """{"resourceType":"Patient","active":null}""")]
    [InlineData("wrong-type", "Patient.active", """{"resourceType":"Patient","active":{"value":true}}""")]
    [InlineData("wrong-type", "Patient.name", """{"resourceType":"Patient","name":{"family":"a"}}""")]
    [InlineData("wrong-type", "Patient.name[0]", """{"resourceType":"Patient","name":["a"]}""")]
    [InlineData("wrong-type", "Patient.name[0]", """{"resourceType":"Patient","name":[null]}""")]
    [InlineData("wrong-type", "Patient.name[0]", """{"resourceType":"Patient","name":[[{"family":"a"}]]}""")]
    [InlineData("wrong-type", "Patient.maritalStatus", """{"resourceType":"Patient","maritalStatus":"M"}""")]
    [InlineData("wrong-type", "Patient.name[0].given[0]", """{"resourceType":"Patient","name":[{"given":[null]}]}""")]
    [InlineData("wrong-type", "Patient.name[0].given[1]", """{"resourceType":"Patient","name":[{"given":["a",null],"_given":[{"id":"x"}]}]}""")]
    [InlineData("wrong-type", "Patient.name[0].given", """{"resourceType":"Patient","name":[{"given":["a"],"_given":{"id":"x"}}]}""")]
    [InlineData("wrong-type", "Patient.birthDate", """{"resourceType":"Patient","birthDate":"2000","_birthDate":[{"id":"a"}]}""")]
    [InlineData("wrong-type", "Patient.birthDate", """{"resourceType":"Patient","birthDate":"2000","_birthDate":"a"}""")]
    [InlineData("wrong-type", "Patient.multipleBirth", """{"resourceType":"Patient","multipleBirthInteger":"1"}""")]
    [InlineData("wrong-type", "Patient.birthDate", """{"resourceType":"Patient","birthDate":2000}""")]
    [InlineData("invalid-value", "Patient.name", """{"resourceType":"Patient","name":[]}""")]
    [InlineData("invalid-value", "Patient.name[0]", """{"resourceType":"Patient","name":[{}]}""")]
    [InlineData("invalid-value", "Patient.birthDate", """{"resourceType":"Patient","birthDate":""}""")]
    [InlineData("invalid-value", "Patient.birthDate", """{"resourceType":"Patient","_birthDate":{}}""")]
    [InlineData("unknown-element", "Patient.birthDate.value", """{"resourceType":"Patient","_birthDate":{"value":"2000"}}""")]
    [InlineData("unknown-element", "Patient.text._div", """{"resourceType":"Patient","text":{"status":"empty","_div":{"id":"a"}}}""")]
    [InlineData("unknown-element", "Patient.extension[0]._url", """{"resourceType":"Patient","extension":[{"url":"u","_url":{"id":"a"},"valueString":"v"}]}""")]
    [InlineData("unknown-element", "Patient.name[0]._id", """{"resourceType":"Patient","name":[{"id":"a","_id":{"id":"a"}}]}""")]
    [InlineData("required", "Patient.link[0].other", """{"resourceType":"Patient","link":[{"type":"refer"}]}""")]
    [InlineData("required", "Patient.extension[0].url", """{"resourceType":"Patient","extension":[{"valueString":"a"}]}""")]
    [InlineData("required", "Patient.birthDate.extension[0].url", """{"resourceType":"Patient","_birthDate":{"extension":[{"valueString":"a"}]}}""")]
    [InlineData("code-invalid", "Patient.gender", """{"resourceType":"Patient","gender":"Male"}""")]
    [InlineData("code-invalid", "Patient.name[0].use", """{"resourceType":"Patient","name":[{"use":"none"}]}""")]
    [InlineData("code-invalid", "AllergyIntolerance.clinicalStatus", """{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/a"},"clinicalStatus":{"coding":[{"system":"http://example.org","code":"active"}]}}""")]
    public void Read_BadInput_NamesTheProblemAndThePlace(string kind, string? path, string json)
    {
        var result = Examples.Json(json);

        Assert.False(result.IsOk);
        Assert.Contains(result.Problems, p => p.Kind.Code == kind && p.Expression == path && p.Line >= 1 && p.Column >= 1);
    }

    [Fact]
    public void Read_SeveralFaults_AllAreReportedInOrderWithLineAndColumn()
    {
        var result = Examples.Json("{\n  \"resourceType\": \"CarePlan\",\n  \"status\": \"activ\",\n  \"tittle\": \"é\", \"created\": \"2020-02-30\",\n  \"activity\": [{\"detail\": {\"kind\": 1}}]\n}");

        Assert.Equal(
            [
                ("required", "CarePlan.intent", 1, 1),
                ("required", "CarePlan.subject", 1, 1),
                ("code-invalid", "CarePlan.status", 3, 13),
                ("unknown-element", "CarePlan.tittle", 4, 3),
                ("invalid-value", "CarePlan.created", 4, 29),
                ("required", "CarePlan.activity[0].detail.status", 5, 27),
                ("wrong-type", "CarePlan.activity[0].detail.kind", 5, 36),
            ],
            result.Problems.Select(p => (p.Kind.Code, p.Expression!, p.Line!.Value, p.Column!.Value)));
        Assert.Contains("did you mean 'title'?", result.Problems[3].Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MalformedLate_KeepsWhatWasFoundBefore()
    {
        var result = Examples.Json("{\"resourceType\":\"Patient\",\"gender\":\"x\",\n\"active\":tru}");

        Assert.Equal(["code-invalid", "malformed-json"], result.Problems.Select(p => p.Kind.Code));
        Assert.Equal((2, 13), (result.Problems[1].Line, result.Problems[1].Column));
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    [InlineData("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":", "}]}")]
    [InlineData("{\"resourceType\":\"Patient\",\"extension\":[{\"url\":\"u\",\"extension\":[", "]}]}")]
    public void Read_HundredThousandLevels_IsTooDeep(string open, string close)
    {
        var json = string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000));

        var result = Examples.Json(json, new ReadLimits(MaxBytes: 100_000_000));

        Assert.Contains(result.Problems, p => p.Kind == Problems.TooDeep || p.Kind == Problems.UnknownResourceType);
        Assert.Contains(result.Problems, p => p.Kind == Problems.TooDeep);
    }

    [Fact]
    public void Read_DeepestThatIsEverAllowed_NeedsLittleStack()
    {
        var depth = 240;
        var json = "{\"resourceType\":\"Patient\",\"extension\":[" + string.Concat(Enumerable.Repeat("{\"url\":\"u\",\"extension\":[", depth)) + "{\"url\":\"u\",\"valueBoolean\":true}"
            + string.Concat(Enumerable.Repeat("]}", depth)) + "]}";
        var count = 0;
        var thread = new Thread(() => count = Examples.Json(json, new ReadLimits(MaxDepth: int.MaxValue)).Value!.Count, 512 * 1024);

        thread.Start();
        thread.Join();

        Assert.Equal(1 + (2 * (depth + 1)) + 1, count);
    }

    [Fact]
    public void Read_DepthAtTheLimit_IsRead()
    {
        var json = """{"resourceType":"Patient","name":[{"family":"a"}]}""";

        Assert.True(Examples.Json(json, new ReadLimits(MaxDepth: 3)).IsOk);
        Assert.Equal(Problems.TooDeep, Assert.Single(Examples.Json(json, new ReadLimits(MaxDepth: 2)).Problems).Kind);
    }

    [Fact]
    public void Read_TooManyBytes_IsTooLarge() =>
        Assert.Equal(Problems.TooLarge, Assert.Single(Examples.Json("""{"resourceType":"Patient"}""", new ReadLimits(MaxBytes: 20)).Problems).Kind);

    [Fact]
    public void Read_ManyFaults_StopsAtTheLimit()
    {
        var json = "{\"resourceType\":\"Patient\"," + string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"x{i}\":1")) + "}";

        Assert.Equal(7, Examples.Json(json, new ReadLimits(MaxProblems: 7)).Problems.Count);
    }

    [Fact]
    public void Read_InvalidUtf8_NamesTheByte()
    {
        byte[] json = [.. "{\"resourceType\":\"Patient\",\n\"id\":\""u8, 0xC3, 0x28, .. "\"}"u8];

        var problem = Assert.Single(FhirJson.Read(json).Problems);

        Assert.Equal((Problems.MalformedJson, 2, 7), (problem.Kind, problem.Line, problem.Column));
    }

    [Fact]
    public void Read_ByteOrderMark_IsLeftOut()
    {
        byte[] json = [0xEF, 0xBB, 0xBF, .. """{"resourceType":"Patient"}"""u8];

        var tree = FhirJson.Read(json).Value!;

        Assert.Equal("""{"resourceType":"Patient"}""", Encoding.UTF8.GetString(tree.Source.Span));
        Assert.Equal(Encoding.UTF8.GetString(tree.Source.Span), Encoding.UTF8.GetString(tree.Root.Raw));
    }

    [Fact]
    public void Read_TypesStandLate_AreFound()
    {
        var inner = "{\"id\":\"" + new string('a', 50) + "\",\"resourceType\":\"Patient\"}";
        var json = "{\"type\":\"collection\",\"entry\":[" + string.Join(',', Enumerable.Repeat($"{{\"resource\":{inner}}}", 20_000)) + "],\"resourceType\":\"Bundle\"}";

        Assert.Equal(2 + (20_000 * 3), Examples.Json(json).Value!.Count);
    }
}
