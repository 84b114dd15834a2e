using System.Text;

namespace FhirBridge.Fhir.Tests;

public class FhirXmlTests
{
    private const string Ns = "xmlns=\"http://hl7.org/fhir\"";

    [Fact]
    public void Write_JsonInAnyOrder_HasTheOrderOfR4()
    {
        var p = Examples.Root("""{"resourceType":"Patient","birthDate":"2000","_birthDate":{"extension":[{"valueString":"<v>","url":"u"}],"id":"x"},"name":[{"given":["a\r\n\"b\""],"use":"usual"}],"active":true,"contained":[{"resourceType":"Basic","code":{"text":"t"},"id":"c"}],"id":"p"}""");

        Assert.Equal(
            $"""<Patient {Ns}><id value="p" /><contained><Basic><id value="c" /><code><text value="t" /></code></Basic></contained><active value="true" /><name><use value="usual" /><given value="a&#xD;&#xA;&quot;b&quot;" /></name><birthDate id="x" value="2000"><extension url="u"><valueString value="&lt;v&gt;" /></extension></birthDate></Patient>""",
            Examples.Xml(p));
    }

    [Fact]
    public void Read_Nodes_AreThoseOfTheJsonReader()
    {
        var xml = Read($"""<?xml version="1.0"?><!-- c --><Observation {Ns} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>a &amp; b</p></div></text><status value="final"/><code><coding id="k"><code value="x"/></coding></code><valueQuantity><value value="1.50"/></valueQuantity></Observation>""").Value!.Root;

        Assert.Equal(("valueQuantity", "value", "Quantity"), (xml["value"].SourceName, xml["value"].Name, xml["value"].Type));
        Assert.Equal("Observation.code.coding[0].id", xml["code"]["coding"]["id"].Path);
        Assert.Equal("""<div xmlns="http://www.w3.org/1999/xhtml"><p>a &amp; b</p></div>""", xml["text"].Text("div"));
        Assert.Equal("""{"code":{"coding":[{"code":"x","id":"k"}]},"resourceType":"Observation","status":"final","text":{"div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>a &amp; b</p></div>","status":"generated"},"valueQuantity":{"value":1.50}}""", Examples.Canonical(xml));
    }

    [Theory]
    [InlineData("malformed-xml", null, "")]
    [InlineData("malformed-xml", null, "{}")]
    [InlineData("malformed-xml", null, "<Patient NS><id value='a'></Patient>")]
    [InlineData("malformed-xml", null, "<Patient NS/><Patient NS/>")]
    [InlineData("malformed-xml", null, "<!DOCTYPE Patient [<!ENTITY x 'y'>]><Patient NS><id value='&x;'/></Patient>")]
    [InlineData("malformed-xml", null, "<!DOCTYPE Patient SYSTEM 'http://a.example/x.dtd'><Patient NS><id value='a'/></Patient>")]
    [InlineData("malformed-xml", null, "<Patient NS><id value='&nbsp;'/></Patient>")]
    [InlineData("unknown-resource-type", null, "<Patient><id value='a'/></Patient>")]
    [InlineData("unknown-resource-type", null, "<Patiant NS><id value='a'/></Patiant>")]
    [InlineData("unknown-resource-type", "Patient.contained[0]", "<Patient NS><contained/></Patient>")]
    [InlineData("unknown-resource-type", "Patient.contained[0]", "<Patient NS><contained><HumanName/></contained></Patient>")]
    [InlineData("cardinality", "Patient.contained[0]", "<Patient NS><contained><Basic><code><text value='a'/></code></Basic><Basic/></contained></Patient>")]
    [InlineData("unknown-element", "Patient.birthdate", "<Patient NS><birthdate value='2000'/></Patient>")]
    [InlineData("unknown-element", "Patient.active", "<Patient NS><active xmlns='urn:x' value='true'/></Patient>")]
    [InlineData("unknown-element", "Patient.active.vale", "<Patient NS><active vale='true'/></Patient>")]
    [InlineData("unknown-element", "Patient.name[0].value", "<Patient NS><name value='x'><family value='a'/></name></Patient>")]
    [InlineData("wrong-order", "Patient.active", "<Patient NS><birthDate value='2000'/><active value='true'/></Patient>")]
    [InlineData("unknown-element", "Patient.text.div", "<Patient NS><text><status value='generated'/><div><p>a</p></div></text></Patient>")]
    [InlineData("invalid-value", "Patient.text.div", "<Patient NS><text><status value='generated'/><div xmlns='http://www.w3.org/1999/xhtml'><script/></div></text></Patient>")]
    [InlineData("cardinality", "Patient.active", "<Patient NS><active value='true'/><active value='true'/></Patient>")]
    [InlineData("cardinality", "Patient.deceased", "<Patient NS><deceasedBoolean value='true'/><deceasedDateTime value='2000'/></Patient>")]
    [InlineData("invalid-value", "Patient.active", "<Patient NS><active value='True'/></Patient>")]
    [InlineData("invalid-value", "Patient.active", "<Patient NS><active value=''/></Patient>")]
    [InlineData("invalid-value", "Patient.active", "<Patient NS><active/></Patient>")]
    [InlineData("invalid-value", "Patient.name[0]", "<Patient NS><name/></Patient>")]
    [InlineData("invalid-value", "Patient", "<Patient NS>text</Patient>")]
    [InlineData("invalid-value", "Patient.birthDate", "<Patient NS><birthDate value='2021-02-29'/></Patient>")]
    [InlineData("required", "Patient.link[0].other", "<Patient NS><link><type value='refer'/></link></Patient>")]
    [InlineData("code-invalid", "Patient.gender", "<Patient NS><gender value='m'/></Patient>")]
    public void Read_BadInput_NamesTheProblemAndThePlace(string kind, string? path, string xml)
    {
        var result = Read(xml.Replace("NS", Ns, StringComparison.Ordinal));

        Assert.False(result.IsOk);
        Assert.Contains(result.Problems, p => p.Kind.Code == kind && p.Expression == path && p.Line is >= 0 && p.Column is >= 0);
    }

    [Fact]
    public void Read_Problem_HasLineAndColumn()
    {
        var problem = Assert.Single(Read($"<Patient {Ns}>\n  <active value='x'/>\n</Patient>").Problems);

        Assert.Equal((2, 11), (problem.Line, problem.Column));
    }

    [Fact]
    public void Read_HundredThousandLevels_IsTooDeep()
    {
        var xml = $"<Patient {Ns}>" + string.Concat(Enumerable.Repeat("<extension url='u'>", 100_000));

        Assert.Contains(Read(xml).Problems, p => p.Kind == Problems.TooDeep);
    }

    [Fact]
    public void Read_TooManyBytes_IsTooLarge() =>
        Assert.Equal(Problems.TooLarge, Assert.Single(FhirXml.Read(new byte[100], new ReadLimits(MaxBytes: 99)).Problems).Kind);

    [Fact]
    public void Write_CharactersThatXmlLacks_BecomeReplacements()
    {
        var b = new ElementTreeBuilder();
        b.SetResource(b.Open("Basic"), "Basic");
        b.SetValue(b.Open("id", "id", "id"), "a\u0001\uD800b😀");
        b.Close();
        b.Close();

        Assert.Equal($"<Basic {Ns}><id value=\"a\uFFFD\uFFFDb😀\" /></Basic>", Examples.Xml(b.Build().Root));
    }

    private static Result<ElementTree> Read(string xml) => FhirXml.Read(Encoding.UTF8.GetBytes(xml));
}
