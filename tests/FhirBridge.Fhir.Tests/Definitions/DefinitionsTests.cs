using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir.Tests;

public class DefinitionsTests
{
    private static Definitions R4 => Definitions.R4;

    [Fact]
    public void EmbeddedFile_Loaded_HasAllOfR4()
    {
        Assert.Equal(148, R4.Types.Count(t => t.Kind == TypeKind.Resource));
        Assert.Equal(146, R4.ResourceTypes.Count);
        Assert.Equal(41, R4.Types.Count(t => t.Kind == TypeKind.Complex));
        Assert.Equal(20, R4.Types.Count(t => t.Kind == TypeKind.Primitive));
        Assert.Equal(1387, R4.AllSearchParameters.Count);
        Assert.Equal(["Device", "Encounter", "Patient", "Practitioner", "RelatedPerson"], R4.Compartments.Select(c => c.Code));
        Assert.Equal(220, R4.CodeSets.Count);
        Assert.Equal(46, R4.Operations.Count);
    }

    [Fact]
    public void EmbeddedFile_EveryReference_Resolves()
    {
        foreach (var type in R4.Types)
        {
            if (type.BaseType is { } b) Assert.NotNull(R4.FindType(b));
            foreach (var e in type.Elements)
            {
                if (e.ContentReference is { } path) Assert.NotEmpty(R4.Elements(path));
                else Assert.NotEmpty(e.Types);
                Assert.All(e.Types, t => Assert.NotNull(R4.FindType(t.Code)));
                Assert.InRange(e.Order, 0, 63);
            }
        }

        foreach (var p in R4.AllSearchParameters)
        {
            Assert.All(p.Components, c => Assert.NotNull(R4.FindSearchParameter(c.Definition)));
            Assert.All(p.Base, b => Assert.NotNull(R4.FindType(b)));
        }
    }

    [Theory]
    [InlineData("CarePlan", "activity", "CarePlan.activity", 0, null, "BackboneElement")]
    [InlineData("CarePlan.activity.detail", "status", "CarePlan.activity.detail.status", 1, 1, "code")]
    [InlineData("Observation", "value", "Observation.value[x]", 0, 1, "Quantity")]
    [InlineData("Observation", "valueQuantity", "Observation.value[x]", 0, 1, "Quantity")]
    [InlineData("Patient", "id", "Patient.id", 0, 1, "id")]
    [InlineData("HumanName", "id", "HumanName.id", 0, 1, "string")]
    [InlineData("Extension", "url", "Extension.url", 1, 1, "uri")]
    [InlineData("Timing.repeat", "bounds", "Timing.repeat.bounds[x]", 0, 1, "Duration")]
    [InlineData("date", "extension", "date.extension", 0, null, "Extension")]
    public void FindElement_ByDefinitionOrPropertyName_IsDefined(string path, string name, string full, int min, int? max, string firstType)
    {
        var e = R4.FindElement(path, name)!;

        Assert.Equal((full, min, max, firstType), (e.Path, e.Min, e.Max, e.Types[0].Code));
    }

    [Fact]
    public void FindElement_Details_AreThoseOfTheSpecification()
    {
        var status = R4.FindElement("CarePlan", "status")!;
        Assert.True(status.IsModifier && status.IsSummary);
        Assert.Equal(new BindingDefinition(BindingStrength.Required, "http://hl7.org/fhir/ValueSet/request-status"), status.Binding);
        Assert.Equal("Observation.referenceRange", R4.FindElement("Observation.component", "referenceRange")!.ContentReference);
        Assert.Contains("http://hl7.org/fhir/StructureDefinition/Goal", R4.FindElement("CarePlan", "goal")!.Types[0].TargetProfiles);
        Assert.Contains(R4.FindType("Patient")!.Elements.Single(e => e.Path == "Patient.contact").Invariants, i => i is { Key: "pat-1", Expression: not null });
        Assert.Contains(R4.FindType("DomainResource")!.Invariants, i => i.Key == "dom-6" && i.Severity == IssueSeverity.Warning);
        Assert.True(R4.FindElement("Extension", "url")!.IsXmlAttribute);
        Assert.Equal("[A-Za-z0-9\\-\\.]{1,64}", R4.FindType("id")!.Regex);
        Assert.Null(R4.FindElement("CarePlan", "colour"));
        Assert.Null(R4.FindElement("Nothing", "id"));
    }

    [Fact]
    public void Types_Inheritance_IsKnown()
    {
        Assert.True(R4.IsOrSpecialises("Age", "Quantity"));
        Assert.True(R4.IsOrSpecialises("CarePlan", "Resource"));
        Assert.False(R4.IsOrSpecialises("Bundle", "DomainResource"));
        Assert.True(R4.IsResource("CareTeam"));
        Assert.False(R4.IsResource("DomainResource"));
        Assert.False(R4.IsResource("HumanName"));
        Assert.True(R4.IsPrimitive("instant"));
    }

    [Fact]
    public void SearchParameters_OfAType_IncludeTheInheritedOnes()
    {
        var carePlan = R4.SearchParameters("CarePlan").Select(p => p.Code).ToArray();

        Assert.Superset(new HashSet<string> { "_id", "_lastUpdated", "_text", "category", "care-team", "patient", "status" }, carePlan.ToHashSet());
        Assert.Equal(carePlan.Order(StringComparer.Ordinal), carePlan);
        Assert.DoesNotContain("_text", R4.SearchParameters("Bundle").Select(p => p.Code));
        Assert.Empty(R4.SearchParameters("Nothing"));
        var patient = R4.FindSearchParameter("CarePlan", "patient")!;
        Assert.Equal(SearchParameterType.Reference, patient.Type);
        Assert.Contains("CarePlan.subject.where(resolve() is Patient)", patient.Expression, StringComparison.Ordinal);
        Assert.Equal(2, R4.FindSearchParameter("Observation", "code-value-quantity")!.Components.Count);
        Assert.Equal("http://hl7.org/fhir/SearchParameter/Resource-id", R4.FindSearchParameter("CarePlan", "_id")!.Url);
    }

    [Fact]
    public void Compartment_Patient_NamesItsParameters()
    {
        var patient = R4.FindCompartment("Patient")!;

        Assert.Equal(["patient", "performer"], patient.Members["CarePlan"]);
        Assert.Equal(["patient", "recorder", "asserter"], patient.Members["AllergyIntolerance"]);
        Assert.False(patient.Members.ContainsKey("ActivityDefinition"));
    }

    [Fact]
    public void RequiredCodes_EnumeratedOnly_AreKnown()
    {
        var status = R4.RequiredCodes("http://hl7.org/fhir/ValueSet/request-status|4.0.1")!;

        Assert.Equal(["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"], status.Codings.Select(c => c.Code));
        Assert.True(status.Contains("http://hl7.org/fhir/request-status", "active"));
        Assert.False(status.Contains("http://example.org", "active"));
        Assert.False(status.Contains("Active"));
        Assert.Null(R4.RequiredCodes("http://hl7.org/fhir/ValueSet/mimetypes"));

        // A set that takes codes from several systems and hierarchies.
        Assert.True(R4.RequiredCodes("http://hl7.org/fhir/ValueSet/defined-types")!.Contains("CarePlan"));
    }

    [Fact]
    public void Write_SameDefinitions_SameBytes()
    {
        var first = Bytes(R4);
        var second = Bytes(DefinitionsFile.Read(first));

        Assert.Equal(first, second);
    }

    [Fact]
    public void Read_OtherBytes_IsRefused() =>
        Assert.Throws<InvalidDataException>(() => DefinitionsFile.Read(new byte[64]));

    [Fact]
    public void Builder_OrderOfResources_DoesNotMatter()
    {
        var a = new DefinitionsBuilder().Add(Utf8(Parameter("a"))).Add(Utf8(Parameter("b"))).Build();
        var b = new DefinitionsBuilder().Add(Utf8(Parameter("b"))).Add(Utf8(Parameter("a"))).Build();

        Assert.Equal(Bytes(a), Bytes(b));
    }

    [Fact]
    public void Builder_PackageAtRunTime_AddsToR4()
    {
        using var package = new MemoryStream();
        using (var gzip = new GZipStream(package, CompressionMode.Compress, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "package/SearchParameter-x.json") { DataStream = new MemoryStream(Utf8(Parameter("favourite")).ToArray()) });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "package/readme.txt") { DataStream = new MemoryStream([1]) });
        }

        package.Position = 0;
        var extended = new DefinitionsBuilder(R4).AddPackage(package).Build();

        Assert.Equal("Patient.extension('x')", extended.FindSearchParameter("Patient", "favourite")!.Expression);
        Assert.Null(R4.FindSearchParameter("Patient", "favourite"));
        Assert.Equal(R4.Types.Count, extended.Types.Count);
        Assert.Equal(R4.CodeSets.Count, extended.CodeSets.Count);
    }

    [Fact]
    public void Builder_Terminology_ExpandsOrSaysNothing()
    {
        var builder = new DefinitionsBuilder()
            .Add(Utf8("""{"resourceType":"CodeSystem","url":"urn:s","content":"complete","concept":[{"code":"a","concept":[{"code":"b"},{"code":"c"}]},{"code":"d"}]}"""))
            .Add(Utf8("""{"resourceType":"ValueSet","url":"urn:below","compose":{"include":[{"system":"urn:s","filter":[{"property":"concept","op":"is-a","value":"a"}]}],"exclude":[{"system":"urn:s","concept":[{"code":"c"}]}]}}"""))
            .Add(Utf8("""{"resourceType":"ValueSet","url":"urn:open","compose":{"include":[{"system":"urn:elsewhere"}]}}"""))
            .Add(Utf8("""{"resourceType":"ValueSet","url":"urn:both","compose":{"include":[{"valueSet":["urn:below|1"]},{"system":"urn:t","concept":[{"code":"x"}]}]}}"""))
            .Add(Utf8("""{"resourceType":"ValueSet","url":"urn:circle","compose":{"include":[{"valueSet":["urn:circle"]}]}}"""))
            .Add(Utf8(Type("urn:below", "urn:open", "urn:both", "urn:circle")));
        var built = builder.Build();

        Assert.Equal(["a", "b"], built.RequiredCodes("urn:below")!.Codings.Select(c => c.Code));
        Assert.Equal(["urn:s|a", "urn:s|b", "urn:t|x"], built.RequiredCodes("urn:both")!.Codings.Select(c => c.ToString()));
        Assert.Null(built.RequiredCodes("urn:open"));
        Assert.Null(built.RequiredCodes("urn:circle"));
    }

    private static string Parameter(string code) =>
        $$"""{"resourceType":"SearchParameter","url":"urn:sp:{{code}}","code":"{{code}}","base":["Patient"],"type":"token","expression":"Patient.extension('x')","description":"d"}""";

    private static string Type(params string[] valueSets) =>
        $$"""{"resourceType":"StructureDefinition","url":"urn:T","type":"T","kind":"complex-type","abstract":false,"snapshot":{"element":[{"path":"T"},{{string.Join(',', valueSets.Select((v, i) => $$"""{"path":"T.e{{i}}","min":0,"max":"1","type":[{"code":"code"}],"binding":{"strength":"required","valueSet":"{{v}}"} }"""))}}]} }""";

    private static ReadOnlyMemory<byte> Utf8(string json) => Encoding.UTF8.GetBytes(json);

    private static byte[] Bytes(Definitions definitions)
    {
        using var bytes = new MemoryStream();
        DefinitionsFile.Write(definitions, bytes, CompressionLevel.Fastest);
        return bytes.ToArray();
    }
}
