using System.Text;
using System.Text.Json;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Expressions of measures, plans and questionnaires: FHIRPath, queries, and names in CQL.</summary>
public sealed class ExpressionRuleTests
{
    private const string Cql = """
        library Screening version '1.0.0' // define "In a comment":
        /* define "In another": true */
        using FHIR version '4.0.1'
        parameter "Measurement Period" Interval<DateTime>
        context Patient
        define "Initial Population": exists [Encounter] E where E.status = 'define "In a text": \' true'
        define public Denominator:
          "Initial Population"
        define private `Back quoted`: true
        define fluent function Doubled(x Integer): x * 2
        define function Doubled(x Decimal): x * 2
        define "A \"quoted\" name": 1
        """;

    private const string Elm = """{"library":{"parameters":{"def":[{"name":"Measurement Period"}]},"statements":{"def":[{"name":"Initial Population","expression":{"name":"not me"}}]}}}""";

    private const string ElmXml = """<library xmlns="urn:hl7-org:elm:r1"><statements><def name="Initial Population"><expression name="not me"/></def></statements></library>""";

    [Fact]
    public void Scanner_FindsWhatIsDefined_AndNothingElse()
    {
        var scanned = CqlScanner.Read(Cql);
        Assert.Equal("Screening", scanned.Library);
        Assert.Equal(["A \"quoted\" name", "Back quoted", "Denominator", "Doubled", "Initial Population", "Measurement Period"], scanned.Defined.Order(StringComparer.Ordinal));
        Assert.Empty(scanned.Twice);
        Assert.Equal(["X"], CqlScanner.Read("define X: 1 define X: 2").Twice);
    }

    [Theory]
    [InlineData("Denominator", null, "Denominator")]
    [InlineData("\"Initial Population\"", null, "Initial Population")]
    [InlineData("Screening.Denominator", "Screening", "Denominator")]
    [InlineData("Screening.\"Initial Population\"", "Screening", "Initial Population")]
    public void Identifier_IsANameWithOrWithoutALibrary(string text, string? library, string name) => Assert.Equal((library, name), CqlScanner.Identifier(text));

    [Theory]
    [InlineData("A + B")]
    [InlineData("exists(A)")]
    [InlineData("A.B.C")]
    [InlineData("")]
    public void Identifier_OfMoreThanAName_IsNone(string text) => Assert.Null(CqlScanner.Identifier(text));

    [Theory]
    [InlineData("text/cql", "Denominator", "")]
    [InlineData("text/cql", "\"Initial Population\"", "")]
    [InlineData("text/cql", "Screening.Denominator", "")]
    [InlineData("text/cql", "Other.Denominator", "unverified")]
    [InlineData("text/cql", "Numerator", "invalid-definition")]
    [InlineData("text/cql", "Denominator + 1", "")]
    [InlineData("text/cql-identifier", "Initial Population", "")]
    [InlineData("text/cql-identifier", "In a comment", "invalid-definition")]
    [InlineData("text/fhirpath", "Patient.name.exists()", "")]
    [InlineData("text/fhirpath", "Patient.name.exists(", "expression-refused")]
    [InlineData("text/fhirpath", "%questionnaire.item.weight().sum() + 1.ordinal()", "")]
    [InlineData("text/fhirpath", "%questionnaire.item.wait().weight()", "expression-refused")]
    [InlineData("application/x-fhir-query", "Observation?patient={{%patient.id}}", "")]
    [InlineData("application/x-fhir-query", "Observations?patient=1", "expression-refused")]
    [InlineData("application/x-fhir-query", "{{%type}}?patient=1", "")]
    public void Expression_OfAMeasure(string language, string expression, string expected)
    {
        Assert.Equal(expected, Codes(language, expression, Library("text/cql", Cql)));
    }

    [Theory]
    [InlineData("application/elm+json", Elm, "Initial Population", "")]
    [InlineData("application/elm+json", Elm, "not me", "invalid-definition")]
    [InlineData("application/elm+xml", ElmXml, "Initial Population", "")]
    [InlineData("application/elm+xml", ElmXml, "not me", "invalid-definition")]
    [InlineData("application/elm+xml", "<library><open>", "anything", "")]
    [InlineData("application/elm+json", "{", "anything", "")]
    [InlineData("text/html", "<p>define X</p>", "anything", "")]
    public void Library_InOtherForms(string type, string content, string name, string expected) => Assert.Equal(expected, Codes("text/cql-identifier", name, Library(type, content)));

    [Fact]
    public void Library_ThatIsNotKnown_IsAWarning() => Assert.Equal("unverified", Codes("text/cql", "Numerator"));

    [Theory]
    [InlineData("define A: 1", "")]
    [InlineData("define A: 1 define A: 2", "invalid-definition")]
    public void Library_ThatDefinesANameTwice(string cql, string expected) => Assert.Equal(expected, string.Join(' ', Rules.Run(Library("text/cql", cql)).Select(p => p.Kind.Code)));

    private static string Library(string type, string content) =>
        $$"""{"resourceType":"Library","url":"urn:lib","name":"Screening","status":"active","content":[{"contentType":"{{type}}","data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(content))}}"}]}""";

    private static string Codes(string language, string expression, params string[] known)
    {
        var measure = FhirJson.ReadTrusted(Encoding.UTF8.GetBytes($$$"""
            {"resourceType":"Measure","url":"urn:m","status":"active","library":["urn:lib"],"group":[{"population":[{"criteria":{"language":"{{{language}}}","expression":{{{JsonSerializer.Serialize(expression)}}} } }] }] }
            """)).Value!.Root;
        var definitions = Definitions.R4.With([.. known.Select(k => FhirJson.ReadTrusted(Encoding.UTF8.GetBytes(k)).Value!.Root)]);
        return string.Join(' ', definitions.Validator.Validate(measure).Where(p => p.Kind == Problems.Unverified || p.Kind == Problems.ExpressionRefused || p.Kind == Problems.InvalidDefinition).Select(p => p.Kind.Code));
    }
}
