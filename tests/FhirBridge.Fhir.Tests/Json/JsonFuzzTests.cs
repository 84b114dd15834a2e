using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace FhirBridge.Fhir.Tests;

/// <summary>Random faults in good resources: readers never throw, always answer, and what they accept can be carried everywhere.</summary>
public class MutationTests
{
    private static readonly byte[][] Seeds = [.. OfficialExamples.Sample(8_000).Select(e => e.Json.ToArray())];

    [Fact]
    public void ReadJson_BytesChanged_AlwaysAnswers() => ForAll(1500, (seed, random) => AssertAnswers(Bytes(random, seed)));

    [Fact]
    public void ReadJson_StructureChanged_AlwaysAnswers() => ForAll(1500, (seed, random) => AssertAnswers(Structure(random, seed)));

    [Fact]
    public void ReadXml_BytesChanged_AlwaysAnswers() => ForAll(700, (seed, random) =>
    {
        var xml = Encoding.UTF8.GetBytes(Examples.Xml(FhirJson.Read(seed).Value!.Root));
        var result = FhirXml.Read(Bytes(random, xml));
        if (result.IsOk) AssertCarried(result.Value.Root);
        else Assert.NotEmpty(result.Problems);
    });

    private static void ForAll(int runs, Action<byte[], Random> check) =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
            number =>
            {
                var random = new Random(number);
                check(Seeds[random.Next(Seeds.Length)], random);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(runs));

    private static void AssertAnswers(byte[] json)
    {
        var trusted = FhirJson.ReadTrusted(json);
        if (trusted.IsOk) FhirJson.Canonical(trusted.Value.Root);
        var result = FhirJson.Read(json);
        if (!result.IsOk)
        {
            Assert.NotEmpty(result.Problems);
            Assert.All(result.Problems, p => Assert.True(p.Line >= 1 && p.Column >= 1));
            return;
        }

        AssertCarried(result.Value.Root);
    }

    /// <summary>What one reader accepts goes to JSON and XML and back without a change.</summary>
    private static void AssertCarried(FhirElement root)
    {
        var canonical = Examples.Canonical(root);
        var json = FhirJson.Read(Encoding.UTF8.GetBytes(canonical));
        Assert.True(json.IsOk, canonical + string.Join('\n', json.Problems));
        Assert.Equal(canonical, Examples.Canonical(json.Value.Root));
        var xml = FhirXml.Read(Encoding.UTF8.GetBytes(Examples.Xml(root)));
        Assert.True(xml.IsOk, canonical + string.Join('\n', xml.Problems));
        Assert.Equal(canonical, Examples.Canonical(xml.Value.Root));
    }

    private static byte[] Bytes(Random random, byte[] seed)
    {
        var bytes = seed.ToList();
        ReadOnlySpan<byte> likely = "{}[]\",:\\<>&0123456789eE+-.truefalsnl _/'=\r\n\t\0\u00e9"u8;
        for (var n = random.Next(1, 6); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    if (bytes.Count == 0) bytes.Add(0);
                    break;
                case 2:
                    bytes.Insert(at, likely[random.Next(likely.Length)]);
                    break;
                default:
                    bytes[at] = likely[random.Next(likely.Length)];
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Structure(Random random, byte[] seed)
    {
        var root = JsonNode.Parse(seed)!;
        for (var n = random.Next(1, 4); n > 0; n--) Mutate(random, root);
        return Encoding.UTF8.GetBytes(root.ToJsonString(random.Next(2) == 0 ? JsonSerializerOptions.Default : new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    private static void Mutate(Random random, JsonNode root)
    {
        var objects = Objects(root).ToList();
        var target = objects[random.Next(objects.Count)];
        var names = target.Select(p => p.Key).ToList();
        if (names.Count == 0) return;
        var name = names[random.Next(names.Count)];
        var value = target[name];
        switch (random.Next(8))
        {
            case 0:
                target.Remove(name);
                break;
            case 1:
                target[name] = value is JsonArray { Count: > 0 } ? value[0]?.DeepClone() : new JsonArray(value?.DeepClone());
                break;
            case 2:
                target[name] = random.Next(6) switch { 0 => null, 1 => "", 2 => new JsonObject(), 3 => new JsonArray(), 4 => 12, _ => true };
                break;
            case 3:
                target["_" + name] = value is JsonArray a
                    ? new JsonArray([.. a.Select(_ => random.Next(2) == 0 ? null : (JsonNode)new JsonObject { ["id"] = "x" })])
                    : new JsonObject { ["extension"] = new JsonArray(new JsonObject { ["url"] = "u", ["valueString"] = "v" }) };
                break;
            case 4:
                // The property moves to the end: siblings come in another order.
                target.Remove(name);
                target[name] = value?.DeepClone();
                break;
            case 5:
                target[name + "X"] = value?.DeepClone();
                break;
            case 6 when value is JsonArray list && list.Count > 0:
                list.Add(random.Next(2) == 0 ? null : list[0]?.DeepClone());
                break;
            default:
                if (value is JsonValue) target[name] = new[] { " ", "a\u0007", "2020-02-29", "\uFFFE", "a\r\nb", "😀", "urn:oid:1.2", "<div>", "\t x" }[random.Next(9)];
                break;
        }
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Objects(p.Value)).Prepend(o),
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };
}
