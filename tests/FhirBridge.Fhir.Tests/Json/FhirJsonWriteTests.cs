using System.Buffers;
using System.Text;
using System.Text.Json;

namespace FhirBridge.Fhir.Tests;

public class FhirJsonWriteTests
{
    [Theory]
    [InlineData("given", """{"given":["a",null,"c"],"_given":[null,{"id":"x"},null]}""")]
    [InlineData("family", """{"family":"f","_family":{"id":"y"}}""")]
    [InlineData("suffix", """{"_suffix":[{"id":"z"}]}""")]
    [InlineData("use", """{"use":"usual"}""")]
    [InlineData("prefix", "{}")]
    public void WriteProperty_WithSiblings_GivesAllOfIt(string name, string expected)
    {
        var p = Examples.Root("""{"resourceType":"Patient","name":[{"_given":[null,{"id":"x"},null],"use":"usual","given":["a",null,"c"],"family":"f","_family":{"id":"y"},"_suffix":[{"id":"z"}]}]}""");

        Assert.Equal(expected, Property(p["name"], name));
    }

    [Fact]
    public void WriteProperty_Choice_HasItsPropertyName()
    {
        var o = Examples.Root("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{ "value" : 1.50 },"_status":{"id":"s"}}""");

        Assert.Equal("""{"valueQuantity":{ "value" : 1.50 }}""", Property(o, "value"));
        Assert.Equal("""{"status":"final","_status":{"id":"s"}}""", Property(o, "status"));
    }

    [Fact]
    public void WriteProperty_EveryPropertyOfEveryExample_GivesTheResourceAgain() => OfficialExamples.AssertEach(example =>
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType", example.Root.Type);
            foreach (var property in example.Root.Children().Select(c => c.Name).Distinct().ToList()) FhirJson.WriteProperty(writer, example.Root, property);
            writer.WriteEndObject();
        }

        var again = FhirJson.Read(output.WrittenMemory);
        return again.IsOk && FhirJson.Canonical(example.Root).AsSpan().SequenceEqual(FhirJson.Canonical(again.Value.Root)) ? [] : ["another resource"];
    });

    [Fact]
    public void Write_TreeOfOtherMake_GoesByTypeAndKind()
    {
        var b = new ElementTreeBuilder();
        b.SetResource(b.Open("Patient"), "Patient");
        Leaf(b, "active", "boolean", "true");
        Leaf(b, "birthDate", "date", "2000");
        b.Open("name", "HumanName", "HumanName", 0);
        Leaf(b, "given", "string", "a \"b\"", 0);
        Leaf(b, "given", "string", "ü", 1);
        b.Close();
        Leaf(b, "multipleBirth", "integer", "2", -1, "multipleBirthInteger");
        b.Close();

        var root = b.Build().Root;

        Assert.Equal("""{"resourceType":"Patient","active":true,"birthDate":"2000","name":[{"given":["a \"b\"","ü"]}],"multipleBirthInteger":2}""", Written(root));
        Assert.Equal("2", root["multipleBirth"].Value);
    }

    [Fact]
    public void Write_ForeignTree_KeepsItsShape()
    {
        var b = new ElementTreeBuilder();
        b.Open("message");
        b.Open("PID", index: 0);
        Leaf(b, "PID.3", null, "123", 0);
        Leaf(b, "PID.3", null, "not a number", 1);
        b.SetValue(b.Open("PID.4"), "7", JsonValueKind.Number);
        b.Close();
        b.Close();
        b.Close();

        Assert.Equal("""{"PID":[{"PID.3":["123","not a number"],"PID.4":7}]}""", Written(b.Build().Root));
    }

    [Fact]
    public void Write_NumberThatIsNone_StaysText()
    {
        var b = new ElementTreeBuilder();
        b.SetResource(b.Open("Patient"), "Patient");
        Leaf(b, "active", "boolean", "yes");
        Leaf(b, "multipleBirth", "integer", "1,\"x\":2", -1, "multipleBirthInteger");
        b.Close();

        Assert.Equal("""{"resourceType":"Patient","active":"yes","multipleBirthInteger":"1,\"x\":2"}""", Written(b.Build().Root));
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","id":"a","text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'><br /><b class='x'>é</b></div>"}}""", """{ "text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><br/><b  class=\"x\" >&#233;</b></div>","status":"generated"}, "\u0069d":"\u0061", "resourceType":"Patient" }""", true)]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a","b"]}]}""", """{"resourceType":"Patient","name":[{"given":["b","a"]}]}""", false)]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueDecimal":1.0}]}""", """{"resourceType":"Patient","extension":[{"url":"u","valueDecimal":1.00}]}""", false)]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueString":"1"}]}""", """{"resourceType":"Patient","extension":[{"url":"u","valueCode":"1"}]}""", false)]
    public void Canonical_EqualContent_EqualBytes(string a, string b, bool same) =>
        Assert.Equal(same, Examples.Canonical(Examples.Root(a)) == Examples.Canonical(Examples.Root(b)));

    private static void Leaf(ElementTreeBuilder b, string name, string? type, string value, int index = -1, string? sourceName = null)
    {
        b.SetValue(b.Open(name, type, type, index, sourceName), value);
        b.Close();
    }

    private static string Written(FhirElement element)
    {
        var output = new ArrayBufferWriter<byte>();
        FhirJson.Write(element, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Property(FhirElement parent, string name)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            FhirJson.WriteProperty(writer, parent, name);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
