using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests;

/// <summary>Countries, languages, media types, units and currencies: systems that R4 uses without having them.</summary>
public class StandardSystemsTests
{
    private const string Countries = "urn:iso:std:iso:3166";
    private const string Languages = "urn:ietf:bcp:47";
    private const string Media = "urn:ietf:bcp:13";
    private const string Units = "http://unitsofmeasure.org";
    private const string Currencies = "urn:iso:std:iso:4217";

    private static Terminology R4 => Definitions.R4.Terminology;

    [Theory]
    [InlineData(Countries, "NL", true)]
    [InlineData(Countries, "NLD", true)]
    [InlineData(Countries, "528", true)]
    [InlineData(Countries, "nl", false)]
    [InlineData(Countries, "UK", false)]
    [InlineData(Countries, "Australia", false)]
    [InlineData(Countries, "XK", true)]
    [InlineData(Countries, "QM", true)]
    [InlineData(Countries, "QL", false)]
    [InlineData("urn:iso:std:iso:3166:-2", "NL-UT", null)]
    [InlineData("urn:iso:std:iso:3166:-2", "Utrecht", false)]
    [InlineData(Languages, "nl", true)]
    [InlineData(Languages, "NL-be", true)]
    [InlineData(Languages, "zh-Hant-TW", true)]
    [InlineData(Languages, "de-CH-1996", true)]
    [InlineData(Languages, "sl-rozaj-biske", true)]
    [InlineData(Languages, "en-a-bbb-x-a-ccc", true)]
    [InlineData(Languages, "x-whatever", true)]
    [InlineData(Languages, "i-klingon", true)]
    [InlineData(Languages, "nl_BE", false)]
    [InlineData(Languages, "n", false)]
    [InlineData(Languages, "en-", false)]
    [InlineData(Languages, "a-DE", false)]
    [InlineData(Media, "text/plain", true)]
    [InlineData(Media, "application/fhir+json; fhirVersion=4.0", true)]
    [InlineData(Media, "text/plain;charset=\"utf-8\"", true)]
    [InlineData(Media, "application/dicom; variant=DICOM WADO-RS", true)]
    [InlineData(Media, "json", null)]
    [InlineData(Media, "text", false)]
    [InlineData(Media, "text/", false)]
    [InlineData(Media, "a b/c", false)]
    [InlineData(Units, "mg/dL", true)]
    [InlineData(Units, "10*9/L", true)]
    [InlineData(Units, "MG/DL", false)]
    [InlineData(Units, "furlongs", false)]
    [InlineData(Currencies, "EUR", true)]
    [InlineData(Currencies, "ZZY", null)]
    [InlineData(Currencies, "euro", false)]
    [InlineData("https://www.iana.org/time-zones", "Europe/Amsterdam", null)]
    [InlineData("https://www.iana.org/time-zones", "Central European Time", false)]
    public void Code_IsOfItsSystem(string system, string code, bool? expected) => Assert.Equal(expected, R4.HasCode(new Coding(system, code)));

    [Theory]
    [InlineData("http://hl7.org/fhir/ValueSet/iso3166-1-2", Countries, "BD", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/iso3166-1-3", Countries, "BGD", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/iso3166-1-3", Countries, "BD", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/iso3166-1-N", Countries, "050", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/jurisdiction", Countries, "BD", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/jurisdiction", "urn:iso:std:iso:3166:-2", "NL-UT", null)]
    [InlineData("http://hl7.org/fhir/ValueSet/all-languages", Languages, "frr", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/languages", Languages, "frr", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/ucum-units", Units, "mmol/L", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/ucum-units", Units, "mmoles", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/all-time-units", Units, "wk", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/all-time-units", Units, "km", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/all-distance-units", Units, "km", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/all-distance-units", Units, "m2", false)]
    public void Code_IsInTheValueSetsOfR4(string set, string system, string code, bool? expected) => Assert.Equal(expected, R4.Contains(set, new Coding(system, code)));

    [Theory]
    [InlineData("http://hl7.org/fhir/ValueSet/jurisdiction", "Australia", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/jurisdiction", "AU", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/currencies", "EUR", true)]
    public void BareCode_IsSearchedInAllSystems(string set, string code, bool? expected) => Assert.Equal(expected, R4.Contains(set, code));

    [Fact]
    public void Displays_AreThoseOfR4()
    {
        Assert.Equal("Netherlands", R4.Display(new Coding(Countries, "NLD")));
        Assert.Equal("Dutch (Belgium)", R4.Display(new Coding(Languages, "nl-BE")));
        Assert.Equal("Euro", R4.Display(new Coding(Currencies, "EUR")), ignoreCase: true);
        Assert.Null(R4.Display(new Coding(Units, "mg/dL")));
        Assert.Equal(("true", null), Validate(Units, "mg/dL", "mg/dL"));
        Assert.Equal(("true", null), Validate(Units, "mg/dL", "milligram per deciliter"));
        Assert.Equal("false", Validate(Units, "mg/dL", "kilogram").Result);
        Assert.Equal("false", Validate(Countries, "BD", "Australia").Result);
        Assert.Equal(("true", null), Validate(Languages, "nl", "Nederlands", "nl"));
        Assert.Equal(("true", null), Validate(Units, "10*3.{cells}/uL", "whatever"));
    }

    [Fact]
    public void Expansion_OfAList_IsTheList_AndOfAGrammarTooCostly()
    {
        Assert.Equal(249, Expand("http://hl7.org/fhir/ValueSet/iso3166-1-3")["expansion"]!["contains"]!.AsArray().Count);
        Assert.Equal(182, Expand("http://hl7.org/fhir/ValueSet/currencies")["expansion"]!["contains"]!.AsArray().Count);
        Assert.Equal("too-costly", Expand("http://hl7.org/fhir/ValueSet/all-languages")["issue"]![0]!["code"]!.GetValue<string>());
        Assert.Equal("too-costly", Expand("http://hl7.org/fhir/ValueSet/ucum-units")["issue"]![0]!["code"]!.GetValue<string>());
        Assert.Equal("Nederlands", Expand("http://hl7.org/fhir/ValueSet/languages", ("displayLanguage", "nl"))["expansion"]!["contains"]!.AsArray().Single(c => c!["code"]!.GetValue<string>() == "nl")!["display"]!.GetValue<string>());
    }

    [Fact]
    public void CodeSystemOfTheSameUri_CountsBefore()
    {
        var own = TxVectors.Tree(JsonNode.Parse("""{"resourceType":"CodeSystem","url":"urn:iso:std:iso:3166","status":"active","content":"complete","concept":[{"code":"NL"}]}""")!);
        Assert.False(Definitions.R4.With([own]).Terminology.HasCode(new Coding(Countries, "BE")));
    }

    private static JsonNode Expand(string set, params (string Name, string Value)[] more) =>
        JsonNode.Parse(new TerminologyOperations(Definitions.R4, TimeProvider.System).Expand(Parameters([("url", set), .. more]), default, null).Json.Span)!;

    private static (string? Result, string? Message) Validate(string system, string code, string display, string? language = null)
    {
        (string, string)[] parameters = [("url", system), ("code", code), ("display", display)];
        var answer = JsonNode.Parse(new TerminologyOperations(Definitions.R4, TimeProvider.System).ValidateInCodeSystem(Parameters(language is null ? parameters : [.. parameters, ("displayLanguage", language)]), default, null).Json.Span)!;
        string? Value(string name) => answer["parameter"]!.AsArray().FirstOrDefault(p => p!["name"]!.GetValue<string>() == name)?.AsObject().Single(p => p.Key.StartsWith("value", StringComparison.Ordinal)).Value!.ToString();
        return (Value("result"), Value("message"));
    }

    private static FhirElement Parameters((string Name, string Value)[] parameters) => TxVectors.Tree(new JsonObject
    {
        ["resourceType"] = "Parameters",
        ["parameter"] = new JsonArray([.. parameters.Select(p => new JsonObject { ["name"] = p.Name, ["valueString"] = p.Value })]),
    });
}
