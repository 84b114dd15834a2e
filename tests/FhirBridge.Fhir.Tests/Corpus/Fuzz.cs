using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace FhirBridge.Fhir.Tests;

/// <summary>
/// Random cases. Each run has a number that it follows from: FsCheck prints it when the run fails. The environment variable
/// <c>FHIRBRIDGE_FUZZ</c> multiplies the number of runs.
/// </summary>
internal static class Fuzz
{
    private static readonly int Times = int.TryParse(Environment.GetEnvironmentVariable("FHIRBRIDGE_FUZZ"), out var times) ? Math.Clamp(times, 1, 100_000) : 1;
    private static readonly Lazy<OfficialExample[][]> Small = new(() =>
        [.. OfficialExamples.Good.Where(e => e.Json.Length < 12_000).GroupBy(e => e.Name.Split('-')[0]).Select(g => g.ToArray())]);

    /// <summary>Runs the check with that many different sources of chance, and asserts that it did.</summary>
    internal static void Run(int runs, Action<Random> check)
    {
        var done = 0;
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
            number =>
            {
                done++;
                check(new Random(number));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(runs * Times));
        Assert.Equal(runs * Times, done);
    }

    /// <summary>A small official example: first its type is drawn, then one of the type.</summary>
    internal static OfficialExample Example(this Random random) => random.Of(random.Of(Small.Value));

    /// <summary>One of them.</summary>
    internal static T Of<T>(this Random random, IReadOnlyList<T> list) => list[random.Next(list.Count)];

    /// <summary>Changes one to five bytes: another value, one more, one less, a piece doubled, the end cut off.</summary>
    internal static byte[] Bytes(this Random random, ReadOnlySpan<byte> seed, ReadOnlySpan<byte> likely)
    {
        var bytes = seed.ToArray().ToList();
        for (var n = random.Next(1, 6); n > 0 && bytes.Count > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = likely[random.Next(likely.Length)];
                    break;
                case 2:
                    bytes.Insert(at, likely[random.Next(likely.Length)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 4)));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 60))));
                    break;
                default:
                    if (random.Next(8) == 0) bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Changes one to seven values of a JSON document: replaced by another of the same document or by an odd one, taken away, or doubled.</summary>
    internal static byte[] Values(this Random random, ReadOnlySpan<byte> json)
    {
        var root = JsonNode.Parse(json)!;
        for (var n = random.Next(1, 8); n > 0; n--)
        {
            var all = Below(root).ToList();
            if (all.Count == 0) break;
            var node = random.Of(all);
            switch (random.Next(4))
            {
                case 0 when node.Parent is JsonObject o:
                    o.Remove(node.GetPropertyName());
                    break;
                case 1 when node.Parent is JsonArray a:
                    a.Add(node.DeepClone());
                    break;
                case 2:
                    node.ReplaceWith(random.Of(all).DeepClone());
                    break;
                default:
                    node.ReplaceWith(Odd(random));
                    break;
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(root);
    }

    private static JsonNode? Odd(Random random) => random.Next(10) switch
    {
        0 => JsonValue.Create(""),
        1 => JsonValue.Create(-1),
        2 => JsonValue.Create(1e300),
        3 => JsonValue.Create("Observation..x.[x]:/"),
        4 => new JsonArray(),
        5 => new JsonObject(),
        6 => JsonValue.Create(true),
        7 => JsonValue.Create("urn:m"),
        8 => new JsonArray(new JsonObject()),
        _ => null,
    };

    private static IEnumerable<JsonNode> Below(JsonNode node)
    {
        var children = node switch
        {
            JsonObject o => o.Select(p => p.Value),
            JsonArray a => a,
            _ => [],
        };
        foreach (var child in children.OfType<JsonNode>())
        {
            yield return child;
            foreach (var further in Below(child)) yield return further;
        }
    }

    /// <summary>What must be true of every answer to a text: problems with places, or a resource that JSON and XML carry without a change.</summary>
    internal static void AssertAnswer(Result<ElementTree> result, int length)
    {
        if (result.IsOk)
        {
            AssertCarried(result.Value.Root);
            return;
        }

        Assert.NotEmpty(result.Problems);
        if (length > 0) Assert.All(result.Problems, p => Assert.True(p.Line >= 1 && p.Column >= 1, p.ToString()));
        Assert.All(result.Problems, p => Assert.True(p.Diagnostics.Length < 1000, p.Diagnostics));
    }

    private static void AssertCarried(FhirElement root)
    {
        var canonical = FhirJson.Canonical(root);
        var json = FhirJson.Read(canonical);
        Assert.True(json.IsOk, string.Join('\n', json.Problems));
        Assert.Equal(canonical, FhirJson.Canonical(json.Value.Root));
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        FhirXml.Write(root, output);
        var xml = FhirXml.Read(output.WrittenMemory);
        Assert.True(xml.IsOk, string.Join('\n', xml.Problems));
        Assert.Equal(canonical, FhirJson.Canonical(xml.Value.Root));
    }
}
