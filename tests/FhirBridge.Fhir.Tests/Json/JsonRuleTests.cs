using System.Text;

namespace FhirBridge.Fhir.Tests;

/// <summary>The rules of https://hl7.org/fhir/R4/json.html and datatypes.html, narrative.html, bundle.html, references.html, case by case.</summary>
public class JsonRuleTests
{
    [Theory]

    // json.html: order and place of properties say nothing; arrays of primitives are aligned with null.
    [InlineData("""{"id":"a","active":true,"resourceType":"Patient"}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a",null,"c"],"_given":[null,{"id":"x"},null]}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"_given":[null,{"id":"x"}],"given":["a",null]}]}""")]
    [InlineData("""{"resourceType":"Patient"}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[null,null]}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a"],"_given":[{"id":"x"},{"id":"y"}]}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a"],"_given":[]}]}""", false)]
    [InlineData("""{"resourceType":"Patient","name":[{"given":[],"_given":[{"id":"x"}]}]}""", false)]
    [InlineData("""{"resourceType":"Patient","name":[{"given":[null],"_given":[{"id":"x"}]}]}""")]
    [InlineData("""{"resourceType":"Patient","name":[{"given":[null,null],"_given":[{"id":"x"}]}]}""", false)]
    [InlineData("""{"resourceType":"Patient","name":[{"given":["a"],"_given":[null]}]}""")]
    [InlineData("""{"resourceType":"Patient","birthDate":"1970","_birthDate":null}""", false)]
    [InlineData("""{"resourceType":"Patient","fhir_comments":["c"]}""", false)]
    [InlineData("""{"resourceType":"Patient","birthDate":"1970","_birthDate":{"fhir_comments":["c"]}}""", false)]
    [InlineData("""{"resourceType":"Patient","ACTIVE":true}""", false)]
    [InlineData("""{"resourceType":"patient"}""", false)]
    [InlineData("""{"resourceType":["Patient"]}""", false)]
    [InlineData("""{"resourceType":"Patient","name":null}""", false)]
    [InlineData("""{"resourceType":"Patient","name":[]}""", false)]
    [InlineData("""{"resourceType":"Patient","name":[{}]}""", false)]
    [InlineData("""{"resourceType":"Patient","contact":[{"name":{}}]}""", false)]
    [InlineData("""{"resourceType":"Patient","id":""}""", false)]
    [InlineData("""{"resourceType":"Patient","$schema":"x"}""", false)]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":2,"_multipleBirthInteger":{"id":"x"}}""")]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":2,"_multipleBirthBoolean":{"id":"x"}}""", false)]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":"2"}""", false)]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":2.0}""", false)]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":2e0}""", false)]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":-0}""", false)]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":02}""", false)]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":+2}""", false)]
    [InlineData("""{"resourceType":"Patient","multipleBirthInteger":3000000000}""", false)]
    [InlineData("""{"resourceType":"Patient","active":1}""", false)]
    [InlineData("""{"resourceType":"Patient","active":"true"}""", false)]
    [InlineData("""{"resourceType":"Patient","active":True}""", false)]
    [InlineData("""{'resourceType':'Patient'}""", false)]
    [InlineData("""{"resourceType":"Patient"}//""", false)]

    // datatypes.html: texts, codes, ids, dates.
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\" a\\t\\r\\n b \"}]}")]
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"a\\u0000b\"}]}", false)]
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"\\ud83d\\ude00 \\u00e9 😀\"}]}")]
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"\\ud83d\"}]}", false)]
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"\\ude00\\ud83d\"}]}", false)]
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"\\x41\"}]}", false)]
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"a\u0001\"}]}", false)]
    [InlineData("""{"resourceType":"Patient","gender":"male "}""", false)]
    [InlineData("""{"resourceType":"Patient","id":"a_b"}""", false)]
    [InlineData("""{"resourceType":"Patient","id":"1234567890123456789012345678901234567890123456789012345678901234"}""")]
    [InlineData("""{"resourceType":"Patient","id":"12345678901234567890123456789012345678901234567890123456789012345"}""", false)]
    [InlineData("""{"resourceType":"Patient","birthDate":"2020-13-01"}""", false)]
    [InlineData("""{"resourceType":"Patient","birthDate":"2020-02-30"}""", false)]
    [InlineData("""{"resourceType":"Patient","birthDate":"20200101"}""", false)]
    [InlineData("""{"resourceType":"Patient","birthDate":"2020-01-01T00:00:00Z"}""", false)]
    [InlineData("""{"resourceType":"Patient","deceasedDateTime":"2020-01-01T24:00:00Z"}""", false)]
    [InlineData("""{"resourceType":"Patient","deceasedDateTime":"2020-01-01T10:00Z"}""", false)]
    [InlineData("""{"resourceType":"Patient","deceasedDateTime":"2020-01-01T10:00:00"}""", false)]
    [InlineData("""{"resourceType":"Patient","deceasedDateTime":"2020-01-01T10:00:00.5+05:30"}""")]
    [InlineData("""{"resourceType":"Patient","meta":{"lastUpdated":"2020-01-01"}}""", false)]
    [InlineData("""{"resourceType":"Patient","meta":{"lastUpdated":"2020-01-01T10:00:00"}}""", false)]
    [InlineData("""{"resourceType":"Patient","meta":{"profile":["http://a b"]}}""", false)]
    [InlineData("""{"resourceType":"Patient","implicitRules":" http://a"}""", false)]
    [InlineData("""{"resourceType":"Patient","photo":[{"data":"YWI="}]}""")]
    [InlineData("""{"resourceType":"Patient","photo":[{"data":"YW I="}]}""")]
    [InlineData("""{"resourceType":"Patient","photo":[{"data":"YWI"}]}""", false)]
    [InlineData("""{"resourceType":"Patient","photo":[{"size":-1}]}""", false)]
    [InlineData("""{"resourceType":"Patient","telecom":[{"rank":0}]}""", false)]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueOid":"urn:oid:1.2.840"},{"url":"u","valueUuid":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"}]}""")]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueOid":"1.2.840"}]}""", false)]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueOid":"urn:oid:1.02"}]}""", false)]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueUuid":"urn:uuid:C757873D-EC9A-4326-A141-556F43239520"}]}""", false)]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueString":"a","valueCode":"b"}]}""", false)]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"u","valueTime":"10:00"}]}""", false)]
    [InlineData("""{"resourceType":"Patient","extension":[{"url":"","valueString":"a"}]}""", false)]

    // narrative.html
    [InlineData("""{"resourceType":"Patient","text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>"}}""")]
    [InlineData("""{"resourceType":"Patient","text":{"status":"empty","div":"<div>a</div>"}}""", false)]
    [InlineData("""{"resourceType":"Patient","text":{"status":"empty","div":"a"}}""", false)]
    [InlineData("""{"resourceType":"Patient","text":{"status":"empty"}}""", false)]
    [InlineData("""{"resourceType":"Patient","text":{"status":"unknown","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">a</div>"}}""", false)]
    [InlineData("""{"resourceType":"Patient","text":{"status":"empty","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><script>x()</script></div>"}}""", false)]

    // bundle.html, references.html
    [InlineData("""{"resourceType":"Bundle","type":"searchset","total":0}""")]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","total":-1}""", false)]
    [InlineData("""{"resourceType":"Bundle"}""", false)]
    [InlineData("""{"resourceType":"Bundle","type":"batch","entry":[{"fullUrl":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}]}""")]
    [InlineData("""{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"post","url":"Patient"}}]}""", false)]
    [InlineData("""{"resourceType":"Bundle","type":"batch","entry":[{"resource":{}}]}""", false)]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"resource":[{"resourceType":"Patient"}]}]}""", false)]
    [InlineData("""{"resourceType":"Bundle","type":"searchset","entry":[{"search":{"mode":"match","score":0.50}}]}""")]
    [InlineData("""{"resourceType":"Patient","managingOrganization":{"reference":"Organization/1","type":"Organization","identifier":{"value":"x"},"display":"d"}}""")]
    [InlineData("""{"resourceType":"Patient","managingOrganization":"Organization/1"}""", false)]
    [InlineData("""{"resourceType":"Patient","generalPractitioner":{"reference":"Practitioner/1"}}""", false)]
    [InlineData("""{"resourceType":"Patient","managingOrganization":{"resourceType":"Organization","name":"x"}}""", false)]
    public void Read_Case_IsAcceptedOrRefused(string json, bool accepted = true)
    {
        var result = FhirJson.Read(Encoding.UTF8.GetBytes(json));

        Assert.True(result.IsOk == accepted, result.IsOk ? "is accepted" : string.Join('\n', result.Problems));
        if (accepted) Assert.True(FhirXml.Read(Encoding.UTF8.GetBytes(Examples.Xml(result.Value!.Root))).IsOk);
    }

    [Theory]
    [InlineData("1.00")]
    [InlineData("1e3")]
    [InlineData("1E-22")]
    [InlineData("-0")]
    [InlineData("-0.0")]
    [InlineData("0.000000000000000000000000000000000001")]
    [InlineData("123456789012345678901234567890.123456789012345678901234567890")]
    public void Read_Decimal_KeepsItsDigitsThroughXml(string digits)
    {
        var root = Examples.Root("{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"valueQuantity\":{\"value\":" + digits + "}}");

        var back = FhirXml.Read(Encoding.UTF8.GetBytes(Examples.Xml(root))).Value!.Root;

        Assert.Equal(digits, root["value"].Text("value"));
        Assert.Contains($"\"value\":{digits}}}", Examples.Canonical(back), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_StringOfMoreThanAMebi_IsRefusedAndMarkdownIsNot()
    {
        static string Annotation(int length) => $$"""{"resourceType":"Goal","lifecycleStatus":"active","description":{"text":"{{new string('é', length)}}"},"subject":{"display":"x"},"note":[{"text":"{{new string('é', 1_048_577)}}"}]}""";

        Assert.True(Examples.Json(Annotation(1_048_576)).IsOk);
        Assert.Equal("Goal.description.text", Assert.Single(Examples.Json(Annotation(1_048_577)).Problems).Expression);
    }

    [Fact]
    public void Read_OtherEncodings_AreRefused()
    {
        const string json = """{"resourceType":"Patient","name":[{"text":"é"}]}""";
        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, Encoding.Latin1 })
        {
            foreach (var preamble in new[] { [], encoding.GetPreamble() })
            {
                var problem = Assert.Single(FhirJson.Read((byte[])[.. preamble, .. encoding.GetBytes(json)]).Problems);
                Assert.Equal((Problems.MalformedJson, 1), (problem.Kind, problem.Line));
            }
        }
    }

    [Fact]
    public void Read_ManyDifferentFaults_AreAllReportedWithTheirPlaces()
    {
        const string json = """
            {
              "resourceType": "Patient",
              "id": "a_b",
              "active": "true",
              "name": [{ "use": "nick", "given": ["a", null], "fam": "x" }],
              "gender": "m",
              "birthDate": "2020-13-01",
              "deceasedBoolean": true,
              "deceasedDateTime": "2020",
              "photo": {},
              "contact": [{}, { "organization": null }],
              "link": [{ "type": "refer" }],
              "text": { "status": "empty", "div": "<div><p></div>" },
              "active": false
            }
            """;

        Assert.Equal(
            [
                "3:9 invalid-value Patient.id",
                "4:13 wrong-type Patient.active",
                "5:21 code-invalid Patient.name[0].use",
                "5:51 unknown-element Patient.name[0].fam",
                "5:62 wrong-type Patient.name[0].given[1]",
                "6:13 code-invalid Patient.gender",
                "7:16 invalid-value Patient.birthDate",
                "9:3 cardinality Patient.deceased",
                "10:12 wrong-type Patient.photo",
                "10:12 invalid-value Patient.photo[0]",
                "11:15 invalid-value Patient.contact[0]",
                "11:37 wrong-type Patient.contact[1].organization",
                "12:12 required Patient.link[0].other",
                "13:39 invalid-value Patient.text.div",
                "14:3 malformed-json Patient.active",
            ],
            Examples.Json(json).Problems.Select(p => $"{p.Line}:{p.Column} {p.Kind.Code} {p.Expression}"));
    }
}
