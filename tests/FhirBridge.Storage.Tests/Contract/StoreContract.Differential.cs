using System.Text;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Tests.Contract;

/// <content>Random commits and random queries: what the store answers is what <see cref="QueryMatcher"/> answers, in its order.</content>
public abstract partial class StoreContract
{
    private static readonly string[] Codes = ["a", "A", "b", "29463-7"];
    private static readonly string[] Systems = ["", "urn:s", "http://loinc.org"];
    private static readonly string[] Dates = ["2025", "2026-03", "2026-03-01", "2026-03-01T10:00:00Z", "2026-03-31T23:30:00-05:00", "2026-04-01", "2026-03-01T10:00:00.123Z"];
    private static readonly string[] Numbers = ["0", "5", "5.0", "-5", "5.4", "5.40", "100", "0.005", "5000"];
    private static readonly string[] Units = ["mg", "g", "kg", "m", "bogus"];
    private static readonly string[] Urls = ["http://a.example/x", "http://a.example/x|1", "http://a.example/x|2", "http://a.example/x/y", "http://a.example/xy", "urn:oid:1.2", "urn:oid:1.2.3"];
    private static readonly string[] Families = ["Berg", "van den Berg", "Berg-Visser", "VISSER", "O'Berg", "den"];
    private static readonly string[] Texts = ["Body", "body WEIGHT", "Bödy", "weight", "50%", "a_b", "ß"];

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public async Task Search_OfRandomContributions_ByRandomQueries_GivesWhatTheMatcherGives(int seed)
    {
        var random = new Random(seed);
        var vault = await NewAsync();
        var current = new Dictionary<string, ResourceView>();
        for (var i = 0; i < 60; i++)
        {
            var isPatient = random.Next(4) == 0;
            var id = (isPatient ? "p" : "d") + random.Next(40);
            var known = current.ContainsKey(id) ? versions.GetValueOrDefault((seed, id)) : 0;
            if (known == 0 && versions.ContainsKey((seed, id))) continue;
            var deleted = known > 0 && random.Next(4) == 0;
            var json = isPatient ? RandomPatient(random, id) : RandomObservation(random, id);
            var write = Sample.Write("hospital", json, "rec", "rec-" + id, expected: known, deleted: deleted, at: Sample.Start.AddSeconds(i / 2));
            await Sample.Commit(vault, write);
            versions[(seed, id)] = known + 1;
            if (deleted) current.Remove(id);
            else current[id] = new ResourceView(write.Key.Type, id, write.Provenance.Recorded, write.Index) { Content = new ResourceContent(() => FhirJson.Read(Encoding.UTF8.GetBytes(json)).Value!.Root) };
        }

        var matched = 0;
        for (var n = 0; n < 400; n++)
        {
            var (type, text) = random.Next(5) switch { 0 => ("Patient", RandomPatientQuery(random)), 1 => (null, RandomQueryOfBoth(random)), _ => ("Observation", RandomQuery(random)) };
            var parsed = SearchQueryParser.Parse(type, Pairs(text));
            if (!parsed.IsOk) continue;
            var mapped = parsed.Value.MapReferences((_, r) => r.Local is { } local ? [$"hospital/{local}"] : [r.Text]) with { Total = TotalMode.Accurate };
            var query = (await new ChainResolver(_ => ValueTask.FromResult(Result<IReadOnlyList<ResourceView>>.Ok([]))).ResolveAsync(mapped)).Value!;
            var expected = current.Values.Where(v => QueryMatcher.Matches(query, v)).ToList();
            expected.Sort((a, b) => QueryMatcher.Compare(query, a, b));
            var page = await vault.SearchAsync(Sample.Facade("hospital"), query, new PageRequest(100, null), default);

            Assert.Equal((text, string.Join(' ', expected.Select(v => v.Id))), (text, string.Join(' ', page.Matches.Select(m => m.Contribution.Key.LocalId))));
            Assert.Equal(expected.Count, page.Total);
            if (expected.Count > 0 && expected.Count < current.Count) matched++;
        }

        Assert.InRange(matched, 100, 400);
    }

    private readonly Dictionary<(int, string), int> versions = [];

    private static string RandomPatient(Random random, string id) =>
        $$"""{"resourceType":"Patient","id":"{{id}}","meta":{"profile":["{{One(random, Urls)}}"]},"name":[{"family":"{{One(random, Families)}}"}],"maritalStatus":{"text":"{{One(random, Texts)}}"} }""";

    private static string RandomPatientQuery(Random random) => random.Next(3) switch
    {
        0 => $"family{One(random, ["", "", ":exact", ":contains"])}={One(random, Families)}{One(random, ["", "," + One(random, Families)])}",
        1 => $"_filter=family {One(random, ["eq", "ne", "sw", "ew", "co"])} \"{One(random, Families)}\"",
        _ => $"_content={Words(random)}&family:missing=false",
    };

    private static string RandomQueryOfBoth(Random random) => "_type=Observation,Patient&" + random.Next(4) switch
    {
        0 => $"_profile{One(random, ["", ":below", ":above"])}={One(random, Urls)}",
        1 => $"_id=d{random.Next(40)},p{random.Next(40)},d{random.Next(40)}",
        2 => $"_content={Words(random)}",
        _ => $"_lastUpdated={One(random, ["gt", "le"])}2026-11-22T12:00:{random.Next(10, 30)}Z&_sort={One(random, ["_id", "-_lastUpdated", "_lastUpdated"])}",
    };

    private static string Words(Random random) => $"{One(random, ["", "not "])}{One(random, Texts)}{One(random, ["", " and weight", " or body", " and not amended"])}";

    private static KeyValuePair<string, string>[] Pairs(string text) => [.. text.Split('&').Select(p => KeyValuePair.Create(p[..p.IndexOf('=')], p[(p.IndexOf('=') + 1)..]))];

    private static T One<T>(Random random, T[] of) => of[random.Next(of.Length)];

    private static string RandomObservation(Random random, string id)
    {
        var system = One(random, Systems);
        var code = $$"""{"coding":[{ {{(system.Length == 0 ? "" : $"\"system\":\"{system}\",")}}"code":"{{One(random, Codes)}}","display":"{{One(random, Texts)}}"}],"text":"{{One(random, Texts)}}"}""";
        var comparator = One(random, ["", "", "\"comparator\":\"<\",", "\"comparator\":\">\",", "\"comparator\":\">=\","]);
        var value = random.Next(4) switch
        {
            0 => $$""","valueString":"{{One(random, Texts)}}" """,
            1 => $$""","valueSampledData":{"origin":{"value":{{One(random, Numbers)}},"code":"{{One(random, Units)}}"},"period":1,"dimensions":1,"data":"1 E -3"} """,
            2 => $$""","valueQuantity":{ {{comparator}}"value":{{One(random, Numbers)}},"unit":"x","system":"http://unitsofmeasure.org","code":"{{One(random, Units)}}"} """,
            _ => $$""","valueQuantity":{ {{comparator}}"value":{{One(random, Numbers)}},"unit":"{{One(random, Units)}}"} """,
        };
        var identifier = random.Next(2) == 0 ? "" : $$""","identifier":[{"system":"urn:i","value":"{{One(random, Codes)}}","type":{"coding":[{"system":"urn:t","code":"MR"}],"text":"{{One(random, Texts)}}"} },{"value":"{{One(random, Codes)}}"}] """;
        var component = random.Next(2) == 0 ? "" : $$""","component":[{"code":{"coding":[{"code":"{{One(random, Codes)}}"}]},"valueQuantity":{"value":{{One(random, Numbers)}} } },{"code":{"coding":[{"code":"{{One(random, Codes)}}"}]},"valueCodeableConcept":{"coding":[{"system":"urn:s","code":"{{One(random, Codes)}}"}]} }] """;
        var when = random.Next(4) switch
        {
            0 => "",
            1 => $$""","effectivePeriod":{"start":"2026-03-01","end":"2026-03-05T10:00:00Z"} """,
            2 => $$""","effectivePeriod":{"start":"{{One(random, Dates)}}"} """,
            _ => $$""","effectiveDateTime":"{{One(random, Dates)}}" """,
        };
        var performer = random.Next(2) == 0 ? "" : $$""","contained":[{"resourceType":"Practitioner","id":"c","name":[{"family":"{{One(random, Families)}}"}]}],"performer":[{"reference":"#c"}] """;
        var focus = random.Next(2) == 0 ? "" : $$""","focus":[{"reference":"Goal/g{{random.Next(3)}}"}],"hasMember":[{"identifier":{"system":"urn:i","value":"{{One(random, Codes)}}"} }] """;
        return $$"""{"resourceType":"Observation","id":"{{id}}","meta":{"profile":["{{One(random, Urls)}}"]},"status":"{{(random.Next(2) == 0 ? "final" : "amended")}}","code":{{code}},"subject":{"reference":"Patient/1"} {{when}}{{value}}{{focus}}{{performer}}{{identifier}}{{component}} }""";
    }

    private static string RandomQuery(Random random)
    {
        string Prefix() => One(random, ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]);
        string Token() => random.Next(4) switch { 0 => One(random, Codes), 1 => $"{One(random, Systems)}|{One(random, Codes)}", 2 => One(random, Systems[1..]) + "|", _ => One(random, Codes) + "," + One(random, Codes) };
        string Quantity() => random.Next(3) switch { 0 => One(random, Numbers), 1 => $"{One(random, Numbers)}||{One(random, Units)}", _ => $"{One(random, Numbers)}|http://unitsofmeasure.org|{One(random, Units)}" };
        string Single() => random.Next(22) switch
        {
            16 => $"identifier{One(random, ["", ":not"])}={One(random, ["", "urn:i|", "|"])}{One(random, Codes)}",
            17 => $"identifier:of-type=urn:t|MR|{One(random, Codes)}",
            18 => $"identifier:text={One(random, Texts)}",
            19 => $"combo-code{One(random, ["-value-quantity", "-value-quantity", "-value-concept"])}={One(random, Codes)}${One(random, ["5", "lt5", "urn:s|b", "a"])}",
            20 => $"combo-value-quantity={Prefix()}{Quantity()}",
            21 => $"{One(random, ["component-code", "combo-code", "component-value-concept"])}{One(random, ["", ":not"])}={Token()}",
            0 => $"code{One(random, ["", ":not", ""])}={Token()}",
            1 => $"code:text={One(random, Texts)}",
            2 => $"date={Prefix()}{One(random, Dates)}",
            3 => $"value-quantity={Prefix()}{Quantity()}",
            4 => $"value-string{One(random, ["", ":exact", ":contains"])}={One(random, Texts)}",
            5 => $"_profile{One(random, ["", ":below", ":above"])}={One(random, Urls)}",
            6 => $"focus{One(random, ["", ":Goal"])}=Goal/g{random.Next(4)}",
            7 => $"has-member:identifier={One(random, ["", "urn:i|"])}{One(random, Codes)}",
            8 => $"{One(random, ["focus", "date", "value-string", "value-quantity"])}:missing={One(random, ["true", "false"])}",
            9 => $"code-value-quantity={One(random, Codes)}${Prefix()}{Quantity()}",
            10 => $"_id{One(random, ["", ":not"])}=d{random.Next(40)},d{random.Next(40)}",
            11 => $"_content={Words(random)}",
            12 => $"value-string:text={Words(random)}",
            13 => $"performer:Practitioner.family{One(random, ["", ":exact"])}={One(random, Families)}",
            14 => $"_profile{One(random, ["", ":below", ":above"])}={One(random, Urls)},{One(random, Urls)}",
            _ => "_filter=" + Filter(random.Next(3)),
        };
        string Filter(int depth) => depth > 0 && random.Next(2) == 0
            ? $"{One(random, ["", "not "])}({Filter(depth - 1)} {One(random, ["and", "or"])} {Filter(depth - 1)})"
            : random.Next(6) switch
            {
                0 => $"code {One(random, ["eq", "ne", "sw", "co"])} {One(random, Codes)}",
                1 => $"date {One(random, ["eq", "ne", "gt", "le", "po", "sa"])} {One(random, Dates)}",
                2 => $"value-string {One(random, ["eq", "ne", "co", "sw", "ew"])} \"{One(random, Texts)}\"",
                3 => $"value-quantity {One(random, ["eq", "gt", "le"])} {Quantity()}",
                4 => $"focus {One(random, ["re", "ne"])} Goal/g{random.Next(4)}",
                _ => $"status eq final and _id ne d{random.Next(40)}",
            };
        var text = string.Join('&', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Single()));
        return random.Next(3) == 0 ? text + "&_sort=" + One(random, ["date", "-date", "value-quantity", "-_id", "code", "-value-string"]) : text;
    }
}
