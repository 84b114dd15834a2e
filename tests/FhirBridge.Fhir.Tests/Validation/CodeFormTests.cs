using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>Codes that cannot be of their systems.</summary>
public sealed class CodeFormTests
{
    private const string Sct = "http://snomed.info/sct";
    private const string Loinc = "http://loinc.org";
    private const string Ucum = "http://unitsofmeasure.org";

    [Theory]

    // Identifiers, short and with a namespace.
    [InlineData(Sct, "276885007", true)]
    [InlineData(Sct, "900000000000207008", true)]
    [InlineData(Sct, "8921000202108", true)]
    [InlineData(Sct, "276885007x", false)]
    [InlineData(Sct, "276885008", false)]
    [InlineData(Sct, "12345", false)]
    [InlineData(Sct, "0276885007", false)]
    [InlineData(Sct, "1234567890123456789", false)]

    // A description of the same number.
    [InlineData(Sct, "2476084011", false)]

    // Expressions.
    [InlineData(Sct, "71388002 |Procedure| : 405813007 |Procedure site| = 276885007", true)]
    [InlineData(Sct, "=== 71388002+276885007", true)]
    [InlineData(Sct, "71388002:{405813007=276885007,405813007=(276885007:405813007=71388002)}{405813007=#5.0}", true)]
    [InlineData(Sct, "71388002:405813007=276885007,{405813007=\"a\\\"b\"},{405813007=true}", true)]
    [InlineData(Sct, "71388002:405813007", false)]
    [InlineData(Sct, "71388002:405813007=276885008", false)]
    [InlineData(Sct, "71388002:{405813007=276885007", false)]
    [InlineData(Sct, "71388002 |Procedure", false)]
    [InlineData(Sct, "71388002 276885007", false)]
    [InlineData(Sct, "71388002:405813007=#", false)]
    [InlineData(Sct, "some text", false)]
    [InlineData(Loinc, "8867-4", true)]
    [InlineData(Loinc, "8867-5", false)]
    [InlineData(Loinc, "88674", false)]
    [InlineData(Loinc, "LA6560-2", true)]
    [InlineData(Loinc, "LA27976-2", true)]
    [InlineData(Loinc, "LP173421-1", true)]
    [InlineData(Loinc, "LP173421-2", false)]
    [InlineData(Loinc, "MTHU000999", true)]
    [InlineData(Loinc, "XX1-1", false)]
    [InlineData(Ucum, "mm[Hg]", true)]
    [InlineData(Ucum, "10*3/uL", true)]
    [InlineData(Ucum, "{score}", true)]
    [InlineData(Ucum, "Cel/min", true)]
    [InlineData(Ucum, "ml/hr", false)]
    [InlineData(Ucum, "fmm[Hg]", false)]
    [InlineData(Ucum, "mcg", false)]
    [InlineData("http://www.nlm.nih.gov/research/umls/rxnorm", "1049502", true)]
    [InlineData("http://www.nlm.nih.gov/research/umls/rxnorm", "RX1", false)]
    [InlineData("urn:ietf:bcp:47", "nl-NL", true)]
    [InlineData("urn:ietf:bcp:47", "nl_NL", false)]
    [InlineData("urn:of-another", "anything", true)]
    public void Fault_OfACode_IsToldByItsForm(string system, string code, bool isGood) => Assert.Equal(isGood, CodeForms.Fault(system, code) is null);

    [Fact]
    public void Fault_OfADeepExpression_Ends()
    {
        var deep = string.Concat(Enumerable.Repeat("71388002:405813007=(", 500));

        Assert.NotNull(CodeForms.Fault(Sct, deep[..9000]));
    }

    [Fact]
    public void Fault_OfTheUnitsOfR4_IsNone()
    {
        var units = Definitions.R4.FindResource("ValueSet", "http://hl7.org/fhir/ValueSet/ucum-common")["compose"]["include"].Children("concept").Select(c => c.Text("code")!).ToList();

        Assert.True(units.Count > 1000, $"{units.Count} units");
        Assert.DoesNotContain(units, u => CodeForms.Fault(Ucum, u) is not null);
    }

    [Theory]
    [InlineData("""{"coding":[{"system":"http://snomed.info/sct","code":"276885007x"}]}""", "code-invalid Observation.code.coding[0].code", "code-advised Observation.code.coding[0].code")]
    [InlineData("""{"coding":[{"system":"http://snomed.info/sct","code":"276885007"}]}""", "", "")]
    public void Code_ThatCannotBeOfItsSystem_IsBorneWithByWrites(string concept, string strict, string warnings)
    {
        var observation = $$"""{"resourceType":"Observation","status":"final","code":{{concept}},"effectiveDateTime":"2020-01-01","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"subject":{"reference":"Patient/1"},"valueQuantity":{"value":1,"unit":"C","system":"http://unitsofmeasure.org","code":"Cel"} }""";

        Assert.Contains(strict, Verdicts.Strict(observation), StringComparison.Ordinal);
        Assert.Equal("", Verdicts.Mild(observation));
        Assert.Equal(warnings, Verdicts.Warnings(observation));
    }

    [Theory]
    [InlineData("mcg", "code-invalid Observation.value.code")]
    [InlineData("ug", "")]
    public void Unit_OfAQuantity_IsOneOfUcum(string unit, string expected) =>
        Assert.Equal(expected, Verdicts.Strict($$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"{{unit}}"} }"""));

    [Fact]
    public void Systems_ThatAreNotHere_AreToldOnce()
    {
        var observation = """{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"10210-3"},{"system":"http://snomed.info/sct","code":"71388002"}]},"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"10210-3"}]}}]}""";

        Assert.Equal("not-checked Observation.code.coding[0]; not-checked Observation.code.coding[1]", Verdicts.Told(observation));
    }
}
