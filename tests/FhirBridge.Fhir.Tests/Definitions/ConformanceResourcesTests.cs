namespace FhirBridge.Fhir.Tests;

public class ConformanceResourcesTests
{
    private const string Patient = "http://hl7.org/fhir/StructureDefinition/Patient";

    private static Definitions R4 => Definitions.R4;

    /// <summary>Files of the package by type, and how many of them are the specification's examples (example-composition, example-extensional …).</summary>
    [Theory]
    [InlineData("StructureDefinition", 655, 2)]
    [InlineData("ValueSet", 1316, 5)]
    [InlineData("CodeSystem", 1062, 2)]
    [InlineData("SearchParameter", 1400, 3)]
    [InlineData("CompartmentDefinition", 6, 1)]
    [InlineData("OperationDefinition", 47, 1)]
    [InlineData("ConceptMap", 80, 1)]
    public void Resources_OfAType_AreThoseOfThePackageWithoutExamples(string type, int inPackage, int examples)
    {
        var entries = R4.Resources(type);

        Assert.Equal(inPackage - examples, entries.Count);
        Assert.Equal(entries.Select(e => e.Url).Order(StringComparer.Ordinal), entries.Select(e => e.Url));
        Assert.All(entries, e => Assert.Equal(type, e.Type));
    }

    [Fact]
    public void Resources_Each_IsFoundByItsCanonicalAndIsWhatTheIndexSays()
    {
        foreach (var entry in R4.ConformanceTypes.SelectMany(R4.Resources))
        {
            var resource = R4.FindResource(entry.Type, entry.Canonical);
            Assert.True(resource.Exists, entry.Canonical);
            Assert.Equal((entry.Type, entry.Url, entry.Version, entry.Id), (resource.Type, resource.Text("url"), resource.Text("version"), resource.Text("id")));
            Assert.False(resource["text"].Exists);
        }
    }

    [Fact]
    public void FindResource_StructureDefinition_HasSnapshotAndDifferentialWithoutProse()
    {
        var patient = R4.FindResource("StructureDefinition", Patient);
        var elements = patient["snapshot"].Children("element").ToArray();

        Assert.Equal(45, elements.Length);
        Assert.Equal(16, patient["differential"].Children("element").Count(e => e.Text("path")!.Count(c => c == '.') == 1));
        var contact = elements.Single(e => e.Text("path") == "Patient.contact");
        Assert.Contains(contact.Children("constraint"), c => c.Text("key") == "pat-1" && c["expression"].HasValue && !c["xpath"].Exists);
        Assert.True(contact["definition"].HasValue);
        Assert.DoesNotContain(elements.SelectMany(e => e.Children()), e => e.Name is "mapping" or "comment" or "requirements");
    }

    [Fact]
    public void FindResource_Version_MustBeTheStatedOne()
    {
        Assert.True(R4.FindResource("StructureDefinition", Patient + "|4.0.1").Exists);
        Assert.False(R4.FindResource("StructureDefinition", Patient + "|5.0.0").Exists);
        Assert.False(R4.FindResource("ValueSet", Patient).Exists);
        Assert.False(R4.FindResource("Nothing", Patient).Exists);
        Assert.False(R4.FindResource("StructureDefinition", "").Exists);
    }

    [Fact]
    public void FindResource_UrlWithABarInIt_IsFound()
    {
        var religion = R4.FindResource("CodeSystem", "http://terminology.hl7.org/CodeSystem/v2-0006|2.1");

        Assert.Equal(("v2-2.1-0006", "0006"), (religion.Text("id"), religion.Text("version")));
        Assert.True(R4.FindResource("CodeSystem", "http://terminology.hl7.org/CodeSystem/v2-0006|2.1|0006").Exists);
    }

    [Fact]
    public void FindEntry_Known_TellsWithoutUnpacking()
    {
        var entry = R4.FindEntry("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/bp")!;

        Assert.Equal(("bp", "observation-bp", "Observation Blood Pressure Profile", "draft", "Observation"), (entry.Id, entry.Name, entry.Title, entry.Status, entry.Subject));
        Assert.Equal("http://hl7.org/fhir/StructureDefinition/bp|4.0.1", entry.Canonical);
        Assert.Equal("http://hl7.org/fhir/ValueSet/administrative-gender", R4.FindEntry("CodeSystem", "http://hl7.org/fhir/administrative-gender")!.Subject);
        Assert.Null(R4.FindEntry("StructureDefinition", "http://hl7.org/fhir/StructureDefinition/none"));
    }

    [Fact]
    public void FindResource_AskedTwice_IsTheSameTree() =>
        Assert.Same(R4.FindResource("StructureDefinition", Patient).Tree, R4.FindResource("StructureDefinition", Patient).Tree);
}
