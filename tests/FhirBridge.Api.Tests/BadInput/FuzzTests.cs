using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FhirBridge.Api.Tests.Http;
using FhirBridge.Corpus;
using FsCheck;
using FsCheck.Fluent;

namespace FhirBridge.Api.Tests.BadInput;

/// <summary>Examples of the specification with random faults, and random queries, over HTTP: always an answer, never a 5xx; what is stored can be read back in every way.</summary>
public sealed partial class FuzzTests : IAsyncLifetime
{
    private static readonly (string Type, string Id, string Json)[] Seeds = [.. Load()];
    private TestService service = null!;
    private string token = null!;
    private string network = null!;

    public async ValueTask InitializeAsync()
    {
        service = await (await TestService.StartAsync()).WithMembersAsync("hospital");
        token = service.Member("hospital");
        network = await service.PatientAsync("hospital", "example", "999-77-7777");
    }

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public void MutatedExamples_AreAnswered_AndWhatIsStoredIsReadInEveryWay()
    {
        var stored = 0;
        ForAll(400, random =>
        {
            var (type, id, json) = Seeds[random.Next(Seeds.Length)];
            var body = random.Next(4) == 0 ? Bytes(random, json) : Structure(random, json, random.Next(3));
            var answer = Send(HttpMethod.Put, $"members/hospital/fhir/{type}/{id}", body);
            if (answer.Status is 200 or 201 && type != "Patient")
            {
                stored++;
                foreach (var format in new[] { "json", "xml" })
                {
                    Assert.Equal(200, Send(HttpMethod.Get, $"members/hospital/fhir/{type}/{id}?_format={format}").Status);
                    Assert.Equal(200, Send(HttpMethod.Get, $"fhir/{type}?_source={Uri.EscapeDataString($"{service.Base}/members/hospital/fhir/{type}/{id}")}&_format={format}").Status);
                }
            }
        });
        Assert.True(stored > 20, $"{stored} were stored");
        foreach (var format in new[] { "json", "xml" })
        {
            Assert.Equal(200, Send(HttpMethod.Get, $"fhir/Patient/{network}/$everything?_count=1000&_format={format}").Status);
            foreach (var type in new[] { "CarePlan", "CareTeam", "Goal", "Observation", "Provenance", "DetectedIssue" })
            {
                var query = type is "Provenance" or "DetectedIssue" ? "" : "&_revinclude=Provenance:target";
                Assert.Equal(200, Send(HttpMethod.Get, $"fhir/{type}?patient={network}&_count=1000{query}&_format={format}").Status);
            }
        }
    }

    [Fact]
    public void MutatedTransactions_AreAnswered() => ForAll(100, random =>
    {
        var entries = new JsonArray();
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var (type, id, json) = Seeds[random.Next(Seeds.Length)];
            entries.Add(new JsonObject
            {
                ["fullUrl"] = "urn:uuid:" + Guid.NewGuid(), ["resource"] = JsonNode.Parse(json),
                ["request"] = new JsonObject { ["method"] = "PUT", ["url"] = $"{type}/{id}" },
            });
        }

        var bundle = new JsonObject { ["resourceType"] = "Bundle", ["type"] = random.Next(2) == 0 ? "batch" : "transaction", ["entry"] = entries };
        Send(HttpMethod.Post, "members/hospital/fhir", Structure(random, bundle.ToJsonString(), random.Next(4)));
    });

    [Fact]
    public void RandomQueries_AreAnswered() => ForAll(400, random =>
    {
        string[] names =
        [
            "patient", "subject", "_id", "identifier", "status", "date", "code", "_lastUpdated", "_sort", "_count", "_page", "_include", "_revinclude", "_has:Condition:subject:code",
            "subject:Patient.name", "subject.birthdate", "subject:identifier", "value-quantity", "code-value-quantity", "category:not", "code:in", "code:text", "status:missing", "_profile",
            "_tag", "_security", "_source", "_format", "_summary", "_elements", "_total", "_type", "performer", "owner", "participant", "_has:::", "x", "", "_query", "_text", "_content", "_list", "_filter",
            "near", "_contained", "_containedType", "value-string:text", "_include:iterate", "performer.name", "_content:not", "_sort", "combo-code-value-quantity", "identifier:of-type", "url:below", "family",
        ];
        string[] values =
        [
            network, "Patient/" + network, "Patient/example", "example", "a|b", "|b", "a|", "|", "a,b", ",", "\\,", "\\", "$", "gt5", "5|http://u|mg", "ge2020", "2020-01-01T00:00:00+99:00",
            "2020-02-30", "true", "json", "-1", "99999999999999999999", "CarePlan:goal", "*", "CarePlan:*", "Provenance:target", "count", "http://x/y", "%", "%zz", "\u0000", "😀", "' or 1=1 --",
            new string('a', 2000), "-_lastUpdated", "status,-date", "1e400", "NaN", "urn:uuid:x", "members/hospital/fhir/Patient/example", "..", "_id", "", "52.1|4.9|10|km", "9|9|-1|kg", "bone and (left or \"a b\")", "(((", "not", "text", "data", "false", "$current-problems", "$current-x", "-code,status,-_id", "0", "status eq final and not (code pr true)",
            "Observation:performer:Practitioner", "Patient:*", "http://hl7.org/fhir/ValueSet/observation-status", "http://x|1.0#a", "gt", "1e2|http://unitsofmeasure.org|kg",
        ];
        string[] types = ["Observation", "CarePlan", "Goal", "Patient", "Organization", "AuditEvent", "Provenance", "Consent", "Condition", "CareTeam", "Bundle", "DetectedIssue", "Practitioner", "Location", "List", "ValueSet"];
        var query = string.Join('&', Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"{Part(random, names)}={Part(random, values)}").Append(random.Next(2) == 0 ? "patient=" + network : "_id=x"));
        var path = $"{(random.Next(2) == 0 ? "fhir" : "members/hospital/fhir")}/{types[random.Next(types.Length)]}";
        var answer = Send(HttpMethod.Get, $"{path}?{query}");
        if (answer.Status == 200 && !query.Contains("_format", StringComparison.Ordinal)) Follow(answer);
    });

    /// <summary>Its own links are answered as it was.</summary>
    private void Follow(Answer bundle)
    {
        if (bundle.Json["link"] is not JsonArray links) return;
        foreach (var link in links) Assert.Equal((link!["url"]!.GetValue<string>(), 200), (link["url"]!.GetValue<string>(), Send(HttpMethod.Get, link["url"]!.GetValue<string>()).Status));
    }

    private static string Part(Random random, string[] from)
    {
        var text = from[random.Next(from.Length)];
        return random.Next(3) == 0 ? text.Replace("\0", "%00", StringComparison.Ordinal).Replace(" ", "+", StringComparison.Ordinal) : Uri.EscapeDataString(text);
    }

    private Answer Send(HttpMethod method, string path, byte[]? body = null)
    {
        var answer = service.SendAsync(method, path, token, body, body is null ? null : "application/fhir+json").GetAwaiter().GetResult();
        Assert.True(answer.Status < 500, $"{method} {path} answered {answer.Status}: {answer.Text}\n{(body is null ? "" : Encoding.UTF8.GetString(body))}");
        if (answer.Status >= 400) Assert.Contains("OperationOutcome", answer.Text);
        return answer;
    }

    private static void ForAll(int runs, Action<Random> check) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), number => check(new Random(number))).Check(Config.QuickThrowOnFailure.WithMaxTest(runs));

    private static byte[] Bytes(Random random, string seed)
    {
        var bytes = Encoding.UTF8.GetBytes(seed).ToList();
        for (var n = random.Next(1, 5); n > 0 && bytes.Count > 1; n--)
        {
            var at = random.Next(bytes.Count);
            if (random.Next(2) == 0) bytes[at] = (byte)random.Next(256);
            else bytes.RemoveRange(at, Math.Min(random.Next(1, 12), bytes.Count - at));
        }

        return [.. bytes];
    }

    private static byte[] Structure(Random random, string seed, int faults)
    {
        var root = JsonNode.Parse(seed)!;
        for (; faults > 0; faults--)
        {
            var objects = Objects(root).Where(o => o.Count > 0).ToList();
            var target = objects[random.Next(objects.Count)];
            var name = target.ElementAt(random.Next(target.Count)).Key;
            var value = target[name];
            switch (random.Next(6))
            {
                case 0:
                    target.Remove(name);
                    break;
                case 1:
                    target[name] = random.Next(5) switch { 0 => null, 1 => "", 2 => new JsonObject(), 3 => new JsonArray(), _ => 12 };
                    break;
                case 2:
                    target["_" + name] = new JsonObject { ["extension"] = new JsonArray(new JsonObject { ["url"] = "urn:u", ["valueString"] = "v" }) };
                    break;
                case 3 when value is JsonArray { Count: > 0 } list:
                    list.Add(list[0]?.DeepClone());
                    break;
                case 4:
                    target["extension"] = new JsonArray(new JsonObject { ["url"] = "urn:u", ["valueReference"] = new JsonObject { ["reference"] = "Goal/absent" } });
                    break;
                default:
                    if (value is JsonValue) target[name] = new[] { "2020-02-29", "a\r\nb", "😀", "urn:oid:1.2", "\t x", "Patient/example", "#", "Goal/x?y" }[random.Next(8)];
                    break;
            }
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Objects(p.Value)).Prepend(o),
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };

    /// <summary>A few official examples of each type, all about one patient who is known, so that most are stored.</summary>
    private static IEnumerable<(string, string, string)> Load()
    {
        using var stream = typeof(FuzzTests).Assembly.GetManifestResourceStream("corpus/r4-examples.br")!;
        var few = CorpusFile.Read(stream).Where(e => e.Json.Length < 30_000).GroupBy(e => e.Name.Split('-')[0]).SelectMany(g => g.Take(3)).ToList();
        foreach (var example in few)
        {
            var json = PatientReference().Replace(Encoding.UTF8.GetString(example.Json.Span), "\"Patient/example\"");
            var root = JsonNode.Parse(json)!;
            if (root["id"] is { } id && root["resourceType"]!.GetValue<string>() is not ("Bundle" or "Parameters" or "Consent" or "Organization") and var type) yield return (type, id.GetValue<string>(), json);
        }
    }

    [GeneratedRegex("\"Patient/[A-Za-z0-9.-]+\"")]
    private static partial Regex PatientReference();
}
