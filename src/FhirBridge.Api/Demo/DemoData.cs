using System.Text.Json.Nodes;

namespace FhirBridge.Api.Demo;

/// <summary>
/// The demo network's files, embedded in the assembly. Transaction Bundles are sent as they are; a Bundle of type <c>batch</c> and
/// <see cref="Network"/> are lists of requests that the loader sends one by one.
/// </summary>
/// <remarks>Where a patient's network id is needed, the files say <c>Patient?identifier=system|value</c> (a conditional reference), because ids are given by the service.</remarks>
public static class DemoData
{
    private const string Prefix = "demo/";

    /// <summary>Names of all files, relative to <c>Demo/data</c>, sorted.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. typeof(DemoData).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => n[Prefix.Length..]).Order(StringComparer.Ordinal)];

    /// <summary>Organizations and OrganizationAffiliations of the members, as the operator writes them.</summary>
    public static JsonObject Network => Read("network.json").Single();

    /// <summary>Anna's consents, and the goal that she writes herself.</summary>
    public static IReadOnlyList<JsonObject> WrittenByAnna => [.. Read("anna/goal.json"), .. Read("anna/consents.json")];

    /// <summary>The consents of the other patients, one Consent an item.</summary>
    public static IReadOnlyList<JsonObject> Consents => [.. Read("people/consents.ndjson")];

    /// <summary>Transactions that make a member's directory; first the one with its own Organization.</summary>
    public static IReadOnlyList<JsonObject> Directory(string member) =>
        [.. Read($"directory/{member}.json"), .. Files.Contains($"people/{member}-directory.ndjson") ? Read($"people/{member}-directory.ndjson") : []];

    /// <summary>The transaction with what a member holds of Anna.</summary>
    public static JsonObject Anna(string member) => Read($"anna/{member}.json").Single();

    /// <summary>Transactions with what a member holds of the other patients, one patient a transaction.</summary>
    public static IReadOnlyList<JsonObject> People(string member) => [.. Read($"people/{member}.ndjson")];

    /// <summary>The entries of a Bundle: resource and request.</summary>
    public static IEnumerable<JsonObject> Entries(JsonObject bundle) => bundle["entry"]!.AsArray().Select(e => e!.AsObject());

    /// <summary>The Patient of a transaction about one.</summary>
    public static JsonObject PatientOf(JsonObject bundle) =>
        Entries(bundle).Select(e => e["resource"]!.AsObject()).Single(r => r["resourceType"]!.GetValue<string>() == "Patient");

    /// <summary>The first (trusted) identifier of a Patient.</summary>
    public static DemoIdentifier IdentifierOf(JsonObject patient)
    {
        var identifier = patient["identifier"]![0]!;
        return new(identifier["system"]!.GetValue<string>(), identifier["value"]!.GetValue<string>());
    }

    /// <summary>The resources in a file: one for <c>.json</c>, one a line for <c>.ndjson</c>.</summary>
    public static IEnumerable<string> Texts(string file)
    {
        using var stream = typeof(DemoData).Assembly.GetManifestResourceStream(Prefix + file) ?? throw new FileNotFoundException("not a file of the demo network", file);
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        return file.EndsWith(".ndjson", StringComparison.Ordinal) ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [text];
    }

    private static IEnumerable<JsonObject> Read(string file) => Texts(file).Select(t => JsonNode.Parse(t)!.AsObject());
}
