namespace FhirBridge.Fhir.Tests;

/// <summary>R4's own value sets and code systems.</summary>
public class TerminologyTests
{
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    private const string Loinc = "http://loinc.org";

    private static Terminology R4 => Definitions.R4.Terminology;

    /// <summary>The codes that the reader checks were expanded by other code, when the file was compiled: both must agree.</summary>
    [Fact]
    public void Contains_RequiredValueSetsOfR4_AgreesWithTheCompiledCodes()
    {
        foreach (var set in Definitions.R4.CodeSets)
        {
            foreach (var coding in set.Codings)
            {
                Assert.True(R4.Contains(set.ValueSet, coding), $"{coding} in {set.ValueSet}");
                Assert.True(R4.Contains(set.ValueSet, coding.Code));
                Assert.False(R4.Contains(set.ValueSet, coding with { System = "urn:other" }));
            }

            Assert.False(R4.Contains(set.ValueSet, "no-such-code"), set.ValueSet);
        }
    }

    [Theory]
    [InlineData("http://hl7.org/fhir/ValueSet/administrative-gender", "http://hl7.org/fhir/administrative-gender", "female", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1", "http://hl7.org/fhir/administrative-gender", "female", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/administrative-gender|9", "http://hl7.org/fhir/administrative-gender", "female", null)]
    [InlineData("http://hl7.org/fhir/ValueSet/administrative-gender", "http://hl7.org/fhir/administrative-gender", "Female", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/administrative-gender", null, "female", false)]

    // A hierarchy without its root: concepts two levels down are in, the root and its siblings are not.
    [InlineData("http://terminology.hl7.org/ValueSet/v3-ActInvoiceGroupCode", ActCode, "_ActInvoiceInterGroupCode", true)]
    [InlineData("http://terminology.hl7.org/ValueSet/v3-ActInvoiceGroupCode", ActCode, "CPNDDRGING", true)]
    [InlineData("http://terminology.hl7.org/ValueSet/v3-ActInvoiceGroupCode", ActCode, "_ActInvoiceGroupCode", false)]
    [InlineData("http://terminology.hl7.org/ValueSet/v3-ActInvoiceGroupCode", ActCode, "AMB", false)]

    // DUPTHPY has this parent by the property child.
    [InlineData("http://hl7.org/fhir/ValueSet/detectedissue-category", ActCode, "DUPTHPY", true)]

    // Listed codes of a system whose content is not here, and what is not listed.
    [InlineData("http://hl7.org/fhir/ValueSet/observation-vitalsignresult", Loinc, "85354-9", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/observation-vitalsignresult", Loinc, "85354-8", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/observation-codes", Loinc, "85354-9", null)]
    [InlineData("http://hl7.org/fhir/ValueSet/observation-codes", "http://snomed.info/sct", "85354-9", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/mimetypes", "urn:ietf:bcp:13", "text/plain", true)]

    // is-not-a, descendent-of, exclude with a second system.
    [InlineData("http://hl7.org/fhir/ValueSet/patient-contactrelationship", "http://terminology.hl7.org/CodeSystem/v2-0131", "C", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/patient-contactrelationship", "http://terminology.hl7.org/CodeSystem/v2-0131", "O", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/inactive", "http://terminology.hl7.org/CodeSystem/v3-ActMood", "CRT", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/inactive", "http://terminology.hl7.org/CodeSystem/v3-ActMood", "_ActMoodPredicate", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/encounter-participant-type", "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "ADM", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/encounter-participant-type", "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "_ParticipationAncillary", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/encounter-participant-type", "http://terminology.hl7.org/CodeSystem/participant-type", "emergency", true)]

    // A system of which only examples are here.
    [InlineData("http://hl7.org/fhir/ValueSet/service-type", "http://terminology.hl7.org/CodeSystem/service-type", "124", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/service-type", "http://terminology.hl7.org/CodeSystem/service-type", "99999", null)]

    // R4 binds to this one with its own version, though it has another.
    [InlineData("http://terminology.hl7.org/ValueSet/v3-NullFlavor|4.0.1", "http://terminology.hl7.org/CodeSystem/v3-NullFlavor", "UNK", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/none", "urn:s", "a", null)]
    public void Contains_ValueSetOfR4_IsTrueFalseOrUnknown(string valueSet, string? system, string code, bool? expected) =>
        Assert.Equal(expected, R4.Contains(valueSet, new Coding(system, code)));

    [Theory]
    [InlineData("http://hl7.org/fhir/ValueSet/all-types", "Patient", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/all-types", "Any", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/all-types", "patient", false)]
    [InlineData("http://hl7.org/fhir/ValueSet/mimetypes", "text/plain", true)]
    [InlineData("http://hl7.org/fhir/ValueSet/none", "a", null)]
    public void Contains_CodeWithoutSystem_IsSearchedInAllSystems(string valueSet, string code, bool? expected) =>
        Assert.Equal(expected, R4.Contains(valueSet, code));

    [Theory]
    [InlineData("_ActCoverageTypeCode", "AUTOPOL", true)]
    [InlineData("_ActInsuranceTypeCode", "AUTOPOL", true)]
    [InlineData("AUTOPOL", "_ActInsuranceTypeCode", false)]
    [InlineData("AUTOPOL", "AUTOPOL", true)]
    [InlineData("AMB", "AUTOPOL", false)]
    [InlineData("AMB", "no-such-code", false)]
    public void Subsumes_NestingAndChildProperties_AreFollowed(string upper, string lower, bool expected) =>
        Assert.Equal(expected, R4.Subsumes(new Coding(ActCode, upper), new Coding(ActCode, lower)));

    [Fact]
    public void Subsumes_OtherOrUnknownSystems_IsFalseOrUnknown()
    {
        Assert.False(R4.Subsumes(new Coding(ActCode, "AMB"), new Coding(Loinc, "AMB")));
        Assert.Null(R4.Subsumes(new Coding(Loinc, "a"), new Coding(Loinc, "b")));
        Assert.True(R4.Subsumes(new Coding(Loinc, "a"), new Coding(Loinc, "a")));
        Assert.Null(R4.Subsumes(new Coding(null, "a"), new Coding(null, "b")));
        Assert.Null(R4.Subsumes(new Coding("http://snomed.info/sct", "a"), new Coding("http://snomed.info/sct", "b")));
    }

    [Fact]
    public void Find_Concept_HasDisplayAndProperties()
    {
        Assert.Equal("Female", R4.Display(new Coding("http://hl7.org/fhir/administrative-gender", "female")));
        Assert.Null(R4.Display(new Coding("http://hl7.org/fhir/administrative-gender", "x")));
        Assert.Null(R4.Display(new Coding(null, "x")));
        var group = R4.Find(new Coding(ActCode, "_ActAccountCode"))!;
        Assert.True(group.IsAbstract);
        Assert.Contains(group.Children, c => c.Code == "CASH");
        Assert.Equal(["true"], group.PropertyValues("notSelectable"));
        Assert.False(group.IsInactive);
        Assert.True(R4.Find(new Coding("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "_ConfidentialityByAccessKind"))!.IsInactive);
    }

    [Fact]
    public void FindCodeSystem_AllOfR4_HaveNoConceptThatIsAboveItself()
    {
        foreach (var entry in Definitions.R4.Resources("CodeSystem"))
        {
            var system = R4.FindCodeSystem(entry.Url)!;
            foreach (var concept in system.Concepts)
            {
                Assert.DoesNotContain(concept.Parents, p => CodeSystemContent.Subsumes(concept, p));
                Assert.Same(concept, system.Find(concept.Code));
            }
        }
    }
}
