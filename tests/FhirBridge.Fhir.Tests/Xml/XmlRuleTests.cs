using System.Text;

namespace FhirBridge.Fhir.Tests;

/// <summary>The rules of https://hl7.org/fhir/R4/xml.html, case by case.</summary>
public class XmlRuleTests
{
    [Theory]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'/>")]
    [InlineData("<Goal xmlns='http://hl7.org/fhir'/>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><id value='a'/></Patient>")]
    [InlineData("<f:Patient xmlns:f='http://hl7.org/fhir'><f:id value='a'/></f:Patient>")]
    [InlineData("<Patient xmlns='http://hl7.org/fhir/'><id value='a'/></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir' id='a'><active value='true'/></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><active id='b' value='true'/></Patient>")]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><active value='1'/></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><active value=' true'/></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><active>true</active></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><active value='true'>true</active></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><active value='true'><![CDATA[x]]></active></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><active value='true'> <!-- c --> <?p q?> </active></Patient>")]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><active value='true'/><active value='true'/></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><gender value='male'/><active value='true'/></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><name><given value='a'/></name><active value='true'/><name><given value='b'/></name></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><extension url='u'><valueString value='v'/></extension></Patient>")]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><extension><url value='u'/><valueString value='v'/></extension></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><extension url='u'><valuestring value='v'/></extension></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><contained xmlns:x='urn:x'><Basic xmlns='http://hl7.org/fhir'><code><text value='a'/></code></Basic></contained></Patient>")]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><contained id='x'><Basic><code><text value='a'/></code></Basic></contained></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><contained><Basic xmlns=''><code><text value='a'/></code></Basic></contained></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir' xml:base='http://a.example/'><active value='true'/></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir' xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='x'/><active value='true'/></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><text><status value='empty'/><div xmlns='http://www.w3.org/1999/xhtml'>a<br/></div></text></Patient>")]
    [InlineData("<Patient xmlns='http://hl7.org/fhir' xmlns:h='http://www.w3.org/1999/xhtml'><text><status value='empty'/><h:div>a<h:br/></h:div></text></Patient>")]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><text><status value='empty'/><div xmlns='http://www.w3.org/1999/xhtml'>a<x xmlns='urn:x'/></div></text></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><text><status value='empty'/><div xmlns='http://www.w3.org/1999/xhtml' onclick='x()'>a</div></text></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><text><status value='empty'/><div xmlns='http://www.w3.org/1999/xhtml'>a</div><div xmlns='http://www.w3.org/1999/xhtml'>b</div></text></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><multipleBirthInteger value='+2'/></Patient>", false)]
    [InlineData("<Patient xmlns='http://hl7.org/fhir'><multipleBirthInteger value='2'/></Patient>")]
    [InlineData("<?xml version='1.1'?><Patient xmlns='http://hl7.org/fhir'><active value='true'/></Patient>", false)]
    [InlineData("<?xml version='1.0' encoding='UTF-8'?><Patient xmlns='http://hl7.org/fhir'><active value='true'/></Patient>")]
    [InlineData(" <?xml version='1.0'?><Patient xmlns='http://hl7.org/fhir'><active value='true'/></Patient>", false)]
    public void Read_Case_IsAcceptedOrRefused(string xml, bool accepted = true)
    {
        var result = FhirXml.Read(Encoding.UTF8.GetBytes(xml));

        Assert.True(result.IsOk == accepted, result.IsOk ? "is accepted" : string.Join('\n', result.Problems));
        if (!accepted) Assert.All(result.Problems, p => Assert.True(p.Line >= 1 && p.Column >= 1));
        else Assert.True(FhirJson.Read(FhirJson.Canonical(result.Value!.Root)).IsOk);
    }

    [Fact]
    public void Read_ManyDifferentFaults_AreAllReportedWithTheirPlaces()
    {
        const string xml = """
            <Patient xmlns="http://hl7.org/fhir" x="1">
              <id value="a_b"/>
              <text><status value="empty"/><div xmlns="http://www.w3.org/1999/xhtml"><script/></div></text>
              <active value="True"/>
              <name><use value="nick"/><fam value="x"/></name>
              <gender value="m"/>
              <telecom/>
              <birthDate value="2020-13-01"/>
              <deceasedBoolean value="true"/>
              <deceasedDateTime value="2020"/>
              stray
              <link><type value="refer"/></link>
            </Patient>
            """;

        Assert.Equal(
            [
                "1:38 unknown-element Patient.x",
                "2:7 invalid-value Patient.id",
                "3:33 invalid-value Patient.text.div",
                "4:11 invalid-value Patient.active",
                "5:14 code-invalid Patient.name[0].use",
                "5:29 unknown-element Patient.name[0].fam",
                "6:11 code-invalid Patient.gender",
                "7:4 wrong-order Patient.telecom",
                "7:4 invalid-value Patient.telecom[0]",
                "8:14 invalid-value Patient.birthDate",
                "10:4 cardinality Patient.deceased",
                "10:35 invalid-value Patient",
                "12:4 required Patient.link[0].other",
            ],
            FhirXml.Read(Encoding.UTF8.GetBytes(xml)).Problems.Select(p => $"{p.Line}:{p.Column} {p.Kind.Code} {p.Expression}"));
    }
}
