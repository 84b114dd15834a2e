using System.Text;
using System.Text.Json;

namespace FhirBridge.Fhir.Tests.Json;

public sealed class FhirDatatypeWritingTests
{
    [Fact]
    public void Resource_WrittenByHand_IsReadAsItWasMeant()
    {
        var json = Written(w =>
        {
            w.WriteString("resourceType", "Observation");
            w.WriteStartArray("extension");
            w.WriteExtensionValue("https://example.org/e", "valueUri"u8, "urn:x");
            w.WriteEndArray();
            w.WriteStartArray("category");
            w.WriteCodeableConceptValue("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory");
            w.WriteEndArray();
            w.WriteString("status", "final");
            w.WriteCodeableConcept("code"u8, "http://loinc.org", "4548-4", "HbA1c");
            w.WriteReference("subject"u8, "Patient/1", "Anna");
            w.WriteStartArray("performer");
            w.WriteReferenceValue("Organization/lab");
            w.WriteReferenceValue(null, "The lab");
            w.WriteEndArray();
            w.WriteStartObject("device");
            w.WriteIdentifier("identifier"u8, null, "d-1");
            w.WriteEndObject();
        });
        Assert.True(Examples.Json(json).IsOk);
        Assert.Equal(
            """
            {"resourceType":"Observation","extension":[{"url":"https://example.org/e","valueUri":"urn:x"}],"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"4548-4","display":"HbA1c"}]},"subject":{"reference":"Patient/1","display":"Anna"},"performer":[{"reference":"Organization/lab"},{"display":"The lab"}],"device":{"identifier":{"value":"d-1"}}}
            """,
            json);
    }

    [Fact]
    public void Coding_AsProperty_LeavesOutWhatIsNull()
    {
        Assert.Equal("""{"type":{"code":"rest"}}""", Written(w => w.WriteCoding("type"u8, null, "rest")));
        Assert.Equal("""{"identifier":{"system":"urn:ietf:rfc:3986","value":"urn:x"}}""", Written(w => w.WriteIdentifier("identifier"u8, "urn:ietf:rfc:3986", "urn:x")));
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
