using System.Text.Json.Nodes;
using FhirBridge.Fhir.Profiles;
using static FhirBridge.Fhir.Tests.ProfileSubjects;

namespace FhirBridge.Fhir.Tests;

/// <summary>The rules of snapshots, one by one. Spec: https://hl7.org/fhir/R4/profiling.html#snapshot.</summary>
public sealed class SnapshotGeneratorTests
{
    private static FhirElement Element(FhirElement definition, string id) => definition["snapshot"].Children("element").SingleOrDefault(e => e.Text("id") == id);

    private static Result<FhirElement> Generate(string profile, params string[] others)
    {
        var definitions = With([profile, .. others]);
        return SnapshotGenerator.WithSnapshot(definitions.FindResource("StructureDefinition", JsonNode.Parse(profile)!["url"]!.ToString()), definitions);
    }

    private static FhirElement Made(string profile, params string[] others)
    {
        var result = Generate(profile, others);
        Assert.True(result.IsOk, string.Join('\n', result.Problems));
        Assert.Empty(result.Problems);
        return result.Value;
    }

    [Theory]
    [InlineData("Patient", """{"path":"Patient.name","min":1}""", "Patient.name", "min", "1")]
    [InlineData("Patient", """{"path":"Patient.name","max":"0"}""", "Patient.name", "max", "0")]
    [InlineData("Patient", """{"path":"Patient.name.family","min":1}""", "Patient.name.family", "min", "1")]
    [InlineData("Patient", """{"path":"Patient.name.family","min":1}""", "Patient.name.given", "max", "*")]
    [InlineData("Observation", """{"path":"Observation.code.coding.code","mustSupport":true}""", "Observation.code.coding.code", "mustSupport", "true")]
    [InlineData("Patient", """{"path":"Patient.identifier","slicing":{"rules":"open","discriminator":[{"type":"value","path":"system"}]}},{"path":"Patient.identifier","sliceName":"a","min":1},{"path":"Patient.identifier.system","min":1}""", "Patient.identifier:a.system", "min", "1")]
    [InlineData("Patient", """{"id":"Patient.identifier","path":"Patient.identifier","min":2,"slicing":{"rules":"open"}},{"id":"Patient.identifier:a.system","path":"Patient.identifier.system","min":1}""", "Patient.identifier:a", "min", "0")]
    [InlineData("Patient", """{"path":"Patient.identifier","slicing":{"rules":"open"}},{"path":"Patient.identifier","sliceName":"a","slicing":{"rules":"open"}},{"path":"Patient.identifier","sliceName":"a/b","max":"1"}""", "Patient.identifier:a/b", "max", "1")]
    [InlineData("Observation", """{"path":"Observation.valueQuantity.code","min":1}""", "Observation.value[x]:valueQuantity.code", "min", "1")]
    [InlineData("Observation", """{"path":"Observation.value[x]","sliceName":"valueQuantity","min":1}""", "Observation.value[x]:valueQuantity", "sliceName", "valueQuantity")]
    [InlineData("Observation", """{"id":"Observation.value[x]:valueQuantity.code","path":"Observation.valueQuantity.code","min":1}""", "Observation.value[x]:valueQuantity.code", "min", "1")]
    [InlineData("Observation", """{"path":"Observation.component.referenceRange.text","min":1}""", "Observation.component.referenceRange.text", "min", "1")]
    [InlineData("Observation", """{"path":"Observation.value[x].extension","max":"0"}""", "Observation.value[x].extension", "max", "0")]
    [InlineData("Patient", """{"path":"Patient.extension","sliceName":"a","max":"1"}""", "Patient.extension:a", "max", "1")]
    public void WithSnapshot_OneRule_IsFollowed(string type, string elements, string id, string property, string expected) =>
        Assert.Equal(expected, Element(Made(Differential("urn:p", type, elements)), id).Text(property));

    [Theory]
    [InlineData("""{"path":"Observation.valueQuantity","min":1}""", "closed", "Quantity")]
    [InlineData("""{"path":"Observation.valueQuantity"}""", "closed", "Quantity")]
    [InlineData("""{"path":"Observation.valueQuantity"},{"path":"Observation.valueString","max":"0"}""", "open", "Quantity,CodeableConcept,string,boolean,integer,Range,Ratio,SampledData,time,dateTime,Period")]
    [InlineData("""{"path":"Observation.value[x]","sliceName":"valueQuantity"}""", "open", "Quantity,CodeableConcept,string,boolean,integer,Range,Ratio,SampledData,time,dateTime,Period")]
    public void WithSnapshot_TypeSlices_SayWhichOthersArePermitted(string elements, string rules, string types)
    {
        var made = Made(Differential("urn:p", "Observation", elements));
        var value = Element(made, "Observation.value[x]");

        Assert.Equal(rules, value["slicing"].Text("rules"));
        Assert.Equal(types, string.Join(',', value.Children("type").Select(t => t.Text("code"))));
        Assert.Equal("Quantity", Assert.Single(Element(made, "Observation.value[x]:valueQuantity").Children("type")).Text("code"));
    }

    [Fact]
    public void WithSnapshot_ChainOfProfiles_AddsUp()
    {
        var made = Made(
            Differential("urn:c", "Patient", """{"path":"Patient.identifier","sliceName":"a","max":"1","constraint":[{"key":"c-1","severity":"error","human":"h"}]},{"path":"Patient.identifier.value","min":1}""", "urn:b"),
            Differential("urn:b", "Patient", """{"path":"Patient.identifier","min":1,"slicing":{"rules":"open"}},{"path":"Patient.identifier","sliceName":"a","constraint":[{"key":"b-1","severity":"error","human":"h"}]},{"path":"Patient.identifier.system","min":1}"""));
        var slice = Element(made, "Patient.identifier:a");

        Assert.Equal("ele-1,b-1,c-1", string.Join(',', slice.Children("constraint").Select(c => c.Text("key"))));
        Assert.Equal("1", slice.Text("max"));
        Assert.Equal("1", Element(made, "Patient.identifier:a.system").Text("min"));
        Assert.Equal("1", Element(made, "Patient.identifier:a.value").Text("min"));
        Assert.Equal("1", Element(made, "Patient.identifier").Text("min"));
        Assert.Equal("*", Element(made, "Patient.identifier")["base"].Text("max"));
        Assert.Single(made["differential"].Children("element"), e => e.Text("sliceName") == "a");
    }

    [Fact]
    public void WithSnapshot_ProfileOfAType_IsUnfolded()
    {
        var made = Made(
            Differential("urn:p", "Patient", """{"path":"Patient.name","type":[{"code":"HumanName","profile":["urn:n"]}]},{"path":"Patient.name.given","max":"1"}"""),
            Differential("urn:n", "HumanName", """{"path":"HumanName.family","min":1}"""));

        Assert.Equal("1", Element(made, "Patient.name.family").Text("min"));
        Assert.Equal("1", Element(made, "Patient.name.given").Text("max"));
    }

    [Fact]
    public void WithSnapshot_LogicalModel_HasItsOwnElements()
    {
        const string Model = """{"resourceType":"StructureDefinition","url":"http://a.example/Boo","name":"N","status":"active","kind":"logical","abstract":false,"type":"http://a.example/Boo","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Element","derivation":"specialization","differential":{"element":[{"path":"Boo"},{"path":"Boo.part","min":0,"max":"*","type":[{"code":"BackboneElement"}]},{"path":"Boo.part.name","min":1,"max":"1","type":[{"code":"string"}]}]}}""";
        var made = Made(Model);

        Assert.Equal("Boo,Boo.id,Boo.extension,Boo.part,Boo.part.id,Boo.part.extension,Boo.part.modifierExtension,Boo.part.name", string.Join(',', made["snapshot"].Children("element").Select(e => e.Text("path"))));
        Assert.Equal("Boo.part", Element(made, "Boo.part")["base"].Text("path"));
    }

    [Fact]
    public void WithSnapshot_TypeWithoutTargets_KeepsThoseOfTheBase() =>
        Assert.Equal(2, Element(Made(Differential("urn:p", "Patient", """{"path":"Patient.link.other","type":[{"code":"Reference"}]}""")), "Patient.link.other")["type"].Children("targetProfile").Count());

    [Fact]
    public void WithSnapshot_OfWhatHasOne_IsItself()
    {
        var patient = Definitions.R4.FindResource("StructureDefinition", Base + "Patient");

        Assert.Equal(patient, SnapshotGenerator.WithSnapshot(patient, Definitions.R4).Value);
    }

    [Theory]
    [InlineData("""{"path":"Observation.code","min":0}""", "Observation.code", "less than the base's")]
    [InlineData("""{"path":"Observation.code","max":"*"}""", "Observation.code", "more than the base's")]
    [InlineData("""{"path":"Observation.note","max":"many"}""", "Observation.note", "is none")]
    [InlineData("""{"path":"Observation.note","min":2,"max":"1"}""", "Observation.note", "more than its max")]
    [InlineData("""{"path":"Observation.code","type":[{"code":"Coding"}]}""", "Observation.code", "none of the base's")]
    [InlineData("""{"path":"Observation.status","binding":{"strength":"example"}}""", "Observation.status", "the base's is required")]
    [InlineData("""{"path":"Observation.status","fixedString":"final"}""", "Observation.status", "none of its types")]
    [InlineData("""{"path":"Observation.status","isModifier":false}""", "Observation.status", "isModifier")]
    [InlineData("""{"path":"Observation.category","sliceName":"a"}""", "Observation.category:a", "no slicing")]
    public void WithSnapshot_Contradiction_IsToldAndNotDone(string elements, string id, string why)
    {
        var result = Generate(Differential("urn:p", "Observation", elements));

        Assert.True(result.IsOk);
        var problem = Assert.Single(result.Problems);
        Assert.Equal((Fhir.Problems.InvalidProfile, id), (problem.Kind, problem.Expression));
        Assert.Contains("urn:p", problem.Diagnostics, StringComparison.Ordinal);
        Assert.Contains(why, problem.Diagnostics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"path":"Observation.cod"}""", "Observation.cod", "no such element")]
    [InlineData("""{"path":"Observation.status.nothing"}""", "Observation.status.nothing", "no such element")]
    [InlineData("""{"path":"Observation.id.extension"}""", "Observation.id.extension", "no such element")]
    [InlineData("""{"path":"Observation.valueMoney"}""", "Observation.valueMoney", "no such element")]
    [InlineData("""{"path":"Patient.name"}""", "Patient.name", "not those of its type")]
    [InlineData("""{"path":"Observation.code","min":1},{"path":"Observation.code","max":"1"}""", "Observation.code", "twice")]
    public void WithSnapshot_WhatCannotBeTold_Fails(string elements, string id, string why)
    {
        var problem = Assert.Single(Generate(Differential("urn:p", "Observation", elements)).Problems);

        Assert.Equal((Fhir.Problems.InvalidProfile, id), (problem.Kind, problem.Expression));
        Assert.Contains(why, problem.Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void WithSnapshot_CircleOfBases_Fails() =>
        Assert.Contains("circle", Assert.Single(Generate(Differential("urn:a", "Patient", "{\"path\":\"Patient\"}", "urn:b"), Differential("urn:b", "Patient", "{\"path\":\"Patient\"}", "urn:a")).Problems).Diagnostics, StringComparison.Ordinal);

    [Fact]
    public void WithSnapshot_ProfilesThatUnfoldEachOther_End()
    {
        // Each reaches into an extension of the other's kind; the type itself is unfolded where the profile is not made yet.
        static string Nested(string url, string other) =>
            Differential(url, "Extension", $$"""{"path":"Extension.extension","type":[{"code":"Extension","profile":["{{other}}"]}]}, {"path":"Extension.extension.extension.url","min":1}""");
        var result = Generate(Nested("urn:a", "urn:b"), Nested("urn:b", "urn:a"));

        Assert.True(result.IsOk, string.Join('\n', result.Problems));
        Assert.InRange(result.Value["snapshot"].Children("element").Count(), 10, 40);
    }

    [Theory]
    [InlineData(3_000, true)]
    [InlineData(6_000, false)]
    public void WithSnapshot_ThousandsOfSlices_AreBounded(int count, bool isOk)
    {
        var slices = string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"path":"Patient.identifier","sliceName":"s{{i}}" }"""));
        var result = Generate(Differential("urn:p", "Patient", """{"path":"Patient.identifier","slicing":{"rules":"open"}},""" + slices));

        Assert.Equal(isOk, result.IsOk);
    }

    [Fact]
    public void WithSnapshot_SlicesWithinSlices_AreBounded()
    {
        // Every slice copies what is below; long texts come with them.
        var text = new string('x', 20_000);
        var slices = string.Join(',', Enumerable.Range(0, 3_000).Select(i => $$"""{"path":"Observation.component","sliceName":"s{{i}}" },{"path":"Observation.component.code.coding","max":"1"}"""));
        var result = Generate(Differential("urn:p", "Observation", $$"""{"path":"Observation.component","definition":"{{text}}","slicing":{"rules":"open"} },{{slices}}"""));

        Assert.Equal(Fhir.Problems.ExpressionBudget, Assert.Single(result.Problems).Kind);
    }

    [Fact]
    public void WithSnapshot_VeryDeepPath_Fails()
    {
        var path = "Extension" + string.Concat(Enumerable.Repeat(".extension", 5_000));

        Assert.False(Generate(Differential("urn:p", "Extension", $$"""{"path":"{{path}}","min":1}""")).IsOk);
    }
}
