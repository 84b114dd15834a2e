using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>What a profile asks to be supported and what is not there is told, and is no fault.</summary>
public sealed class MustSupportTests
{
    private const string Profile = """
        {"resourceType":"StructureDefinition","url":"urn:p","name":"P","status":"active","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
         "differential":{"element":[
          {"id":"Patient.birthDate","path":"Patient.birthDate","mustSupport":true},
          {"id":"Patient.photo","path":"Patient.photo","max":"0","mustSupport":true},
          {"id":"Patient.name","path":"Patient.name","mustSupport":true},
          {"id":"Patient.name.family","path":"Patient.name.family","mustSupport":true},
          {"id":"Patient.contact.name","path":"Patient.contact.name","mustSupport":true},
          {"id":"Patient.identifier","path":"Patient.identifier","slicing":{"discriminator":[{"type":"value","path":"system"}],"rules":"open"}},
          {"id":"Patient.identifier:national","path":"Patient.identifier","sliceName":"national","mustSupport":true},
          {"id":"Patient.identifier:national.system","path":"Patient.identifier.system","min":1,"fixedUri":"urn:national"},
          {"id":"Patient.identifier:national.period","path":"Patient.identifier.period","mustSupport":true},
          {"id":"Patient.deceased[x]","path":"Patient.deceased[x]","mustSupport":true}]}}
        """;

    [Theory]
    [InlineData("", "birthDate, name, identifier:national, deceased")]

    // Below what is not there nothing more is told; one of the repetitions is enough.
    [InlineData(""" ,"name":[{"text":"A"}] """, "birthDate, name.family, identifier:national, deceased")]
    [InlineData(""" ,"name":[{"text":"A"},{"family":"B"}] """, "birthDate, identifier:national, deceased")]
    [InlineData(""" ,"contact":[{"telecom":[{"system":"phone","value":"1"}]}] """, "birthDate, name, contact.name, identifier:national, deceased")]

    // Slices are told apart.
    [InlineData(""" ,"identifier":[{"system":"urn:local","value":"1"}] """, "birthDate, name, identifier:national, deceased")]
    [InlineData(""" ,"identifier":[{"system":"urn:local","value":"1"},{"system":"urn:national","value":"1"}] """, "birthDate, name, identifier:national.period, deceased")]
    [InlineData(""" ,"birthDate":"2000-01-01","name":[{"family":"B"}],"identifier":[{"system":"urn:national","period":{"start":"2000-01-01"}}],"deceasedBoolean":false """, "")]
    public void Report_NamesWhatIsNotThere(string elements, string expected)
    {
        var found = Verdicts.All($$"""{"resourceType":"Patient","meta":{"profile":["urn:p"]}{{elements}}}""", new ValidationOptions { IsStrict = true, ReportMustSupport = true }, Profile);

        var told = Assert.Single(found.DefaultIfEmpty(), p => p is null || p.Kind == Problems.MustSupport);
        Assert.Equal(expected, told is null ? "" : string.Join(", ", told.Diagnostics.Split(": ")[^1].Split(", ").OrderBy(n => Array.FindIndex(Order, o => n.StartsWith(o, StringComparison.Ordinal)))));
        Assert.DoesNotContain(found, p => p.Kind.Severity <= IssueSeverity.Error);
        Assert.DoesNotContain(Verdicts.All($$"""{"resourceType":"Patient","meta":{"profile":["urn:p"]}{{elements}}}""", new ValidationOptions { IsStrict = true }, Profile), p => p.Kind == Problems.MustSupport);
    }

    private static readonly string[] Order = ["birthDate", "name", "contact", "identifier", "deceased"];
}
