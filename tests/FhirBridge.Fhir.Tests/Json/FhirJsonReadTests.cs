using System.Text;
using System.Text.Json;

namespace FhirBridge.Fhir.Tests;

public class FhirJsonReadTests
{
    [Fact]
    public void Read_Nodes_AreTypedByTheDefinitions()
    {
        var o = Examples.Root("""{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1"}]},"valueQuantity":{"value":1.50,"unit":"kg"},"component":[{"code":{"text":"c"},"valueBoolean":false,"referenceRange":[{"text":"r"}]}]}""");

        Assert.Equal(("Observation", "Observation", "Observation", true), (o.Name, o.Type, o.DefinitionPath, o.IsResource));
        var value = o["value"];
        Assert.Equal(("value", "valueQuantity", "Quantity", "Quantity"), (value.Name, value.SourceName, value.Type, value.DefinitionPath));
        Assert.Equal(("1.50", JsonValueKind.Number, "decimal"), (value["value"].Value, value["value"].ValueKind, value["value"].Type));
        Assert.Equal("{\"value\":1.50,\"unit\":\"kg\"}", Encoding.UTF8.GetString(value.Raw));
        var component = o["component"];
        Assert.Equal(("BackboneElement", "Observation.component", 0), (component.Type, component.DefinitionPath, component.Index));
        Assert.Equal(("false", JsonValueKind.False), (component["value"].Value, component["value"].ValueKind));
        Assert.Equal(("BackboneElement", "Observation.referenceRange"), (component["referenceRange"].Type, component["referenceRange"].DefinitionPath));
        Assert.Equal("Observation.component[0].referenceRange[0].text", component["referenceRange"]["text"].Path);
        Assert.Equal("string", component["referenceRange"]["text"].DefinitionPath);
        Assert.Equal((-1, 0), (o["code"].Index, o["code"]["coding"].Index));
    }

    [Fact]
    public void Read_ResourcesInside_HaveTheirOwnType()
    {
        var b = Examples.Root("""{"entry":[{"resource":{"id":"p","contained":[{"id":"o","resourceType":"Organization"}],"resourceType":"Patient"}}],"type":"collection","resourceType":"Bundle"}""");

        var patient = b["entry"]["resource"];
        Assert.Equal(("resource", "Patient", "Patient", true), (patient.Name, patient.Type, patient.DefinitionPath, patient.IsResource));
        Assert.Equal("Organization", patient["contained"].Type);
        Assert.Equal("Bundle.entry[0].resource.contained[0].id", patient["contained"]["id"].Path);
        Assert.Equal(patient["contained"], patient["contained"]["id"].Resource);
        Assert.Null(patient["resourceType"].Value);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","id":"a","birthDate":"2000","_birthDate":{"id":"x"},"active":true}""")]
    [InlineData("""{"resourceType":"Patient","id":"a","_birthDate":{"id":"x"},"birthDate":"2000","active":true}""")]
    [InlineData("""{"resourceType":"Patient","birthDate":"2000","id":"a","active":true,"_birthDate":{"id":"x"}}""")]
    [InlineData("""{"_birthDate":{"id":"x"},"id":"a","active":true,"birthDate":"2000","resourceType":"Patient"}""")]
    public void Read_PrimitiveAndSibling_AreOneNodeInAnyOrder(string json)
    {
        var p = Examples.Root(json);

        var birthDate = Assert.Single(p.Children("birthDate"));
        Assert.Equal(("2000", "date", "x"), (birthDate.Value, birthDate.Type, birthDate.Text("id")));
        Assert.Equal("{\"id\":\"x\"}", Encoding.UTF8.GetString(birthDate.RawSibling));
        Assert.Equal("\"2000\"", Encoding.UTF8.GetString(birthDate.Raw));
        Assert.Equal(("a", "true"), (p.Text("id"), p.Text("active")));
        Assert.Equal("""{"_birthDate":{"id":"x"},"active":true,"birthDate":"2000","id":"a","resourceType":"Patient"}""", Examples.Canonical(p));
        Assert.True(AreLinked(p.Tree!));
    }

    [Theory]
    [InlineData("\"given\":[\"a\",null,\"c\"],\"_given\":[null,{\"id\":\"x\"},{\"extension\":[{\"url\":\"u\",\"valueString\":\"v\"}]}]", "a|,|x,c|")]
    [InlineData("\"_given\":[{\"id\":\"x\"},{\"id\":\"y\"}],\"family\":\"f\",\"given\":[\"a\",\"b\"]", "a|x,b|y")]
    [InlineData("\"given\":[\"a\",\"b\",\"c\"],\"family\":\"f\",\"period\":{\"start\":\"2000\"},\"_given\":[null,{\"id\":\"y\"}]", "a|,b|y,c|")]
    [InlineData("\"given\":[\"a\"],\"_given\":[null,{\"id\":\"y\"}]", "a|,|y")]
    [InlineData("\"_given\":[{\"id\":\"x\"}],\"family\":\"f\"", "|x")]
    public void Read_RepeatingPrimitives_AreAlignedWithTheirSiblings(string members, string expected)
    {
        var p = Examples.Root($$"""{"resourceType":"Patient","name":[{{{members}}}],"active":true}""");

        var given = p["name"].Children("given").ToList();
        Assert.Equal(expected, string.Join(',', given.Select(g => $"{g.Value}|{g.Text("id")}")));
        Assert.Equal(Enumerable.Range(0, given.Count), given.Select(g => g.Index));
        Assert.Equal("true", p.Text("active"));
        Assert.True(AreLinked(p.Tree!));
    }

    [Fact]
    public void Read_SiblingAlone_HasNoValue()
    {
        var birthDate = Examples.Root("""{"resourceType":"Patient","_birthDate":{"extension":[{"url":"u","valueCode":"unknown"}]}}""")["birthDate"];

        Assert.True(birthDate.Exists);
        Assert.False(birthDate.HasValue);
        Assert.Null(birthDate.Value);
        Assert.Equal(-1, birthDate.Start);
        Assert.Equal("Patient.birthDate.extension[0].value", birthDate["extension"]["value"].Path);
    }

    [Fact]
    public void Read_Escapes_AreDecoded()
    {
        var p = Examples.Root("{\"\\u0072esourceType\":\"Pat\\u0069ent\",\"name\":[{\"fam\\u0069ly\":\"M\\u00fcller \\ud83d\\ude00 \\\"x\\\" \\/\"}]}");

        Assert.Equal("Müller 😀 \"x\" /", p["name"].Text("family"));
        Assert.Equal("family", p["name"]["family"].SourceName);
    }

    [Fact]
    public void Read_Numbers_KeepTheirDigits()
    {
        var q = Examples.Root("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.0E-2}}""");

        Assert.Equal("1.0E-2", q["value"].Text("value"));
        Assert.Contains("1.0E-2", Examples.Canonical(q), StringComparison.Ordinal);
    }

    [Fact]
    public void ReadTrusted_WhatR4DoesNotKnow_IsKeptUntyped()
    {
        var json = """{"resourceType":"Patient","colour":{"hue":[1,2]},"gender":"Male","birthDate":"2000","_birthDate":{"id":"x"}}"""u8.ToArray();

        var p = FhirJson.ReadTrusted(json).Value!.Root;

        Assert.Equal(("2", (string?)null), (p["colour"].Children("hue").Last().Value, p["colour"].Type));
        Assert.Equal(("Male", "code", "x"), (p.Text("gender"), p["gender"].Type, p["birthDate"].Text("id")));
        Assert.False(FhirJson.Read(json).IsOk);
        Assert.Equal(Problems.MalformedJson, Assert.Single(FhirJson.ReadTrusted("{"u8.ToArray()).Problems).Kind);
        Assert.Equal("Custom", FhirJson.ReadTrusted("""{"a":{"b":"\n"},"resourceType":"Custom"}"""u8.ToArray()).Value!.Root.Type);
    }

    [Fact]
    public void Read_EveryExample_EqualsTheDocument() => OfficialExamples.AssertEach(example =>
    {
        var faults = new List<string>();
        if (!AreLinked(example.Result.Value!)) faults.Add("nodes are not linked as a tree");
        faults.AddRange(example.Root.Descendants().Where(e => e.Type is null).Select(e => $"{e.Path} has no type"));

        // An oracle of another make: the platform's DOM, compared with what the writer gives for the tree.
        using var document = JsonDocument.Parse(example.Json);
        using var canonical = JsonDocument.Parse(FhirJson.Canonical(example.Root));
        if (!Same(document.RootElement, canonical.RootElement)) faults.Add("the canonical form says something else");
        return faults;
    });

    private static bool Same(JsonElement a, JsonElement b)
    {
        if (a.ValueKind != b.ValueKind) return false;
        switch (a.ValueKind)
        {
            case JsonValueKind.Object:
                var properties = a.EnumerateObject().ToList();
                return properties.Count == b.EnumerateObject().Count()
                    && properties.All(p => b.TryGetProperty(p.Name, out var other) && (p.Name == "div" || Same(p.Value, other)));
            case JsonValueKind.Array:
                return a.GetArrayLength() == b.GetArrayLength() && a.EnumerateArray().Zip(b.EnumerateArray()).All(x => Same(x.First, x.Second));
            case JsonValueKind.String:
                return a.GetString() == b.GetString();
            default:
                return a.GetRawText() == b.GetRawText();
        }
    }

    /// <summary>Parents, ends and order of the flat tree agree.</summary>
    // Every node ends inside its parent, and the children of a node fill it without a gap.
    private static bool AreLinked(ElementTree tree)
    {
        for (var i = 0; i < tree.Count; i++)
        {
            var node = tree.Nodes[i];
            if (node.End <= i || node.End > (i == 0 ? tree.Count : tree.Nodes[node.Parent].End) || node.Parent >= i) return false;
            var next = i + 1;
            foreach (var child in new FhirElement(tree, i).Children())
            {
                if (child.NodeNumber != next || child.Parent.NodeNumber != i) return false;
                next = tree.Nodes[child.NodeNumber].End;
            }

            if (next != node.End) return false;
        }

        return true;
    }
}
