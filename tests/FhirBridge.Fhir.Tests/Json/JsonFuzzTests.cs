using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests;

/// <summary>Random faults in official examples: the JSON readers never throw, always answer, and what they accept can be carried everywhere.</summary>
public class JsonFuzzTests
{
    [Fact]
    public void Read_BytesChanged_AlwaysAnswers() =>
        Fuzz.Run(2500, random => AssertAnswers(random.Bytes(random.Example().Json.Span, "{}[]\",:\\<>&0123456789eE+-.truefalsnl _/'=\r\n\t\0\u00e9"u8)));

    [Fact]
    public void Read_StructureChanged_AlwaysAnswers() => Fuzz.Run(2500, random => AssertAnswers(Structure(random, random.Example().Json.ToArray())));

    [Fact]
    public void Read_PropertiesInAnyOrder_SaysTheSame() => Fuzz.Run(500, random =>
    {
        var example = random.Example();
        var root = JsonNode.Parse(example.Json.Span)!;
        foreach (var target in Objects(root).ToList())
        {
            var members = target.ToArray();
            target.Clear();
            random.Shuffle(members);
            foreach (var (name, value) in members) target.Add(name, value);
        }

        var read = FhirJson.Read(Encoding.UTF8.GetBytes(root.ToJsonString()));

        Assert.True(read.IsOk, string.Join('\n', read.Problems));
        Assert.Equal(FhirJson.Canonical(example.Root), FhirJson.Canonical(read.Value.Root));
    });

    private static void AssertAnswers(byte[] json)
    {
        var trusted = FhirJson.ReadTrusted(json);
        if (trusted.IsOk) FhirJson.Canonical(trusted.Value.Root);
        Fuzz.AssertAnswer(FhirJson.Read(json), json.Length);
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
