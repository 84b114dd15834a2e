using System.Buffers;
using System.Text;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Tests.Elements;

/// <summary>The example of docs/fhir-core.md does what it says.</summary>
public class DocumentedExampleTests
{
    [Fact]
    public void FhirCore_FirstExample_ReadsNavigatesEvaluatesAndWrites()
    {
        var read = FhirJson.Read("""{"resourceType":"Patient","name":[{"given":["Anna"],"family":"de Vries"}]}"""u8.ToArray());
        FhirElement patient = read.Value!.Root;
        string? family = patient["name"].Text("family");
        var given = FhirPathExpression.Compile("name.given.first()", "Patient").Value!;
        string? first = given.Scalar(patient).Value;
        var xml = new ArrayBufferWriter<byte>();
        FhirXml.Write(patient, xml);

        Assert.Equal(("de Vries", "Anna"), (family, first));
        Assert.Equal("<Patient xmlns=\"http://hl7.org/fhir\"><name><family value=\"de Vries\" /><given value=\"Anna\" /></name></Patient>", Encoding.UTF8.GetString(xml.WrittenSpan));
    }

    [Fact]
    public void Write_Indented_IsTheSameContent()
    {
        var json = """{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a <b>b</b>\n c</p></div>"},"active":true}"""u8.ToArray();
        var xml = new ArrayBufferWriter<byte>();
        FhirXml.Write(FhirJson.Read(json).Value!.Root, xml, indented: true);

        Assert.Contains("\n  <active value=\"true\" />", Encoding.UTF8.GetString(xml.WrittenSpan));
        Assert.Equal(FhirJson.Canonical(FhirJson.Read(json).Value!.Root), FhirJson.Canonical(FhirXml.Read(xml.WrittenMemory).Value!.Root));
    }

    /// <summary>A finished builder's array is used again: trees do not see each other's nodes, and a sibling stays with its primitive.</summary>
    [Fact]
    public void Trees_ReadOneAfterTheOther_StandAlone()
    {
        var first = FhirJson.Read("""{"resourceType":"Patient","birthDate":"2000","_birthDate":{"id":"a"},"gender":"male"}"""u8.ToArray()).Value!.Root;
        var second = FhirJson.Read("""{"resourceType":"Basic","id":"x","code":{"text":"y"}}"""u8.ToArray()).Value!.Root;

        Assert.Equal(("2000", """{"id":"a"}""", "male", "a"), (first.Text("birthDate"), Encoding.UTF8.GetString(first["birthDate"].RawSibling), first.Text("gender"), first["birthDate"].Text("id")));
        Assert.Equal(("x", "y", 4), (second.Text("id"), second["code"].Text("text"), second.Tree!.Count));
        Assert.Equal("2000", first.Text("birthDate"));
    }

    [Fact]
    public void Values_OfCodesAndSystems_AreSharedAndRight()
    {
        var trees = Enumerable.Range(0, 5_000).Select(i => FhirJson.Read(Encoding.UTF8.GetBytes($$$"""{"resourceType":"Basic","implicitRules":"urn:x:{{{i}}}","language":"é{{{i % 7}}}","code":{"coding":[{"system":"http://snomed.info/sct","code":"{{{i}}}"}]} }""")).Value!.Root).ToList();

        for (var i = 0; i < trees.Count; i++)
        {
            var coding = trees[i]["code"]["coding"];
            Assert.Equal(($"urn:x:{i}", $"é{i % 7}", "http://snomed.info/sct", $"{i}"), (trees[i].Text("implicitRules"), trees[i].Text("language"), coding.Text("system"), coding.Text("code")));
        }
    }
}
