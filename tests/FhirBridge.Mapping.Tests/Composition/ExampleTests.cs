using System.Text.Json.Nodes;

namespace FhirBridge.Mapping.Tests;

/// <summary>Records of data/examples with the composition that was checked by hand; version ids are left out.</summary>
public class ExampleTests
{
    private const string Folder = "FhirBridge.Mapping.Tests.data.examples.";

    public static TheoryData<string> Examples =>
        [.. typeof(ExampleTests).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)).Select(n => n[Folder.Length..]).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_Composed_IsAsExpected(string file)
    {
        using var stream = typeof(ExampleTests).Assembly.GetManifestResourceStream(Folder + file)!;
        var example = JsonNode.Parse(stream)!;
        var given = example["contributions"]!.AsArray().Select(Contribution);
        var composed = new JsonArray([.. Composer.Compose(Contribute.Record, given).Select(r => WithoutVersion(JsonNode.Parse(r.Json.Span)!))]);
        Assert.True(JsonNode.DeepEquals(example["expected"], composed), composed.ToJsonString());
    }

    private static VisibleContribution Contribution(JsonNode? given)
    {
        var resource = given!["resource"]!;
        var made = Contribute.By((string)given["contributor"]!, (string)resource["id"]!, resource.ToJsonString(), (int)given["hours"]!);
        return made with { ContributorName = (string?)given["name"] };
    }

    private static JsonNode WithoutVersion(JsonNode resource)
    {
        resource["meta"]!.AsObject().Remove("versionId");
        return resource;
    }
}
