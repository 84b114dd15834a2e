using System.Globalization;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary>
/// Random resources and random searches, against oracles that know nothing of index values: each takes the sentence of the specification and looks at what
/// the resource says. https://hl7.org/fhir/R4/search.html.
/// </summary>
public sealed class OracleTests
{
    private const int Rounds = 4_000;

    internal static readonly string[] Prefixes = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"];

    [Fact]
    public void Token() => Check(random =>
    {
        string[] systems = ["", "urn:a", "urn:A", "urn:b"];
        string[] codes = ["x", "X", "y", "x y", "a|b"];
        var codings = Enumerable.Range(0, random.Next(0, 4)).Select(_ => (System: Pick(random, systems), Code: Pick(random, codes))).ToArray();
        var (system, code) = (random.Next(3) == 0 ? null : Pick(random, systems), Pick(random, codes));
        var not = random.Next(2) == 0;
        var items = codings.Select(c => (c.System.Length == 0 ? "{" : "{\"system\":\"" + c.System + "\",") + "\"code\":\"" + c.Code + "\"}");
        var json = """{"resourceType":"Condition","code":{"coding":[],"text":"t"},"subject":{"reference":"Patient/1"}}""".Replace("\"coding\":[],", codings.Length == 0 ? "" : $"\"coding\":[{string.Join(',', items)}],", StringComparison.Ordinal);
        var found = codings.Any(c => string.Equals(c.Code, code, StringComparison.InvariantCultureIgnoreCase) && (system is null || c.System == system));
        return (json, $"code{(not ? ":not" : "")}={(system is null ? "" : system + "|")}{code.Replace("|", "\\|", StringComparison.Ordinal)}", found != not);
    });

    // A date is the set of its instants. It is tried at every boundary that there is in the test and one tick beside it.
    [Fact]
    public void Date()
    {
        string[] dates = ["2026", "2026-03", "2026-02", "2026-03-01", "2026-03-31", "2025-12-31", "2026-03-01T00:00Z", "2026-03-01T10:00:00Z", "2026-03-01T12:00:00+02:00", "2026-03-01T10:00:00.5Z", "2026-03-31T23:59:59.999-01:00", "2027"];
        var grid = dates.SelectMany(d => new[] { Instants(d).Start, Instants(d).End }).SelectMany(t => new[] { t - 1, t, t + 1 }).Distinct().ToArray();
        Check(random =>
        {
            var (from, to, search, prefix) = (Pick(random, dates), Pick(random, dates), Pick(random, dates), Pick(random, Prefixes));
            var asPeriod = random.Next(2) == 0 && Instants(from).Start < Instants(to).End;
            if (!asPeriod && from.EndsWith("00:00Z", StringComparison.Ordinal)) from = "2026"; // minutes alone are for searches
            if (asPeriod) (from, to) = (from.Replace("T00:00Z", "", StringComparison.Ordinal), to.Replace("T00:00Z", "", StringComparison.Ordinal));
            var (start, end) = asPeriod ? (Instants(from).Start, Instants(to).End) : Instants(from);
            var resource = grid.Append(start).Append(end - 1).Where(t => t >= start && t < end).ToArray();
            var (low, high) = Instants(search);
            bool Inside(long t) => t >= low && t < high;
            var expected = prefix switch
            {
                "eq" => resource.All(Inside),
                "ne" => !resource.All(Inside),
                "gt" => resource.Any(t => t >= high),
                "lt" => resource.Any(t => t < low),
                "ge" => resource.Any(t => t >= high) || resource.All(Inside),
                "le" => resource.Any(t => t < low) || resource.All(Inside),
                "sa" => resource.All(t => t >= high),
                "eb" => resource.All(t => t < low),
                _ => resource.Any(Inside),
            };
            var effective = asPeriod ? $"\"effectivePeriod\":{{\"start\":\"{from}\",\"end\":\"{to}\"}}" : $"\"effectiveDateTime\":\"{from}\"";
            return ($$"""{"resourceType":"Observation","status":"final","code":{"text":"t"},{{effective}} }""", $"date={prefix}{search}", expected);
        });
    }

    [Fact]
    public void String() => Check(random =>
    {
        string[] names = ["Müller", "muller", "MÜLLER-Lüdenscheidt", "van der Berg", "van  der\tBerg", "Berg", "é", "Núñez", "nun", "Ł", "O'Neil", "oneil", "Groß"];
        var own = Enumerable.Range(0, random.Next(1, 3)).Select(_ => Pick(random, names)).ToArray();
        var (search, modifier) = (Pick(random, names), Pick(random, ["", ":exact", ":contains"]));
        if (random.Next(2) == 0) search = search[..random.Next(1, search.Length + 1)];
        if (Plain(search).Length == 0) search = "x";
        var expected = own.Any(n => modifier switch
        {
            ":exact" => n == search,
            ":contains" => Plain(n).Contains(Plain(search), StringComparison.Ordinal),
            _ => Parts(n).Any(part => Plain(part).StartsWith(Plain(search), StringComparison.Ordinal)),
        });
        return ($$"""{"resourceType":"Patient","name":[{{string.Join(',', own.Select(n => $"{{\"family\":\"{n.Replace("\t", "\\t", StringComparison.Ordinal)}\"}}"))}}]}""", $"family{modifier}={search}", expected);
    });

    [Fact]
    public void Number() => Check(random =>
    {
        string[] numbers = ["0", "0.1", "0.10", "0.5", "0.50", "0.45", "0.55", "0.500", "0.4995", "1", "0.95", "0.05"];
        var (stored, search, prefix) = (Pick(random, numbers), Pick(random, numbers), Pick(random, Prefixes[..8]));
        return ($$"""{"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/1"},"prediction":[{"probabilityDecimal":{{stored}}}]}""", $"probability={prefix}{search}", Compared(prefix, Parse(stored), search));
    });

    [Fact]
    public void Quantity()
    {
        (string Unit, decimal Grams)[] units = [("g", 1), ("mg", 0.001m), ("kg", 1000), ("[lb_av]", 453.59237m)];
        Check(random =>
        {
            string[] numbers = ["0", "1", "1.0", "1000", "5", "5.4", "0.001", "0.0054", "5400", "453.59237", "2.5"];
            var (stored, search, prefix) = (Pick(random, numbers), Pick(random, numbers), Pick(random, Prefixes[..8]));
            var (own, asked) = (Pick(random, units), Pick(random, units));
            var json = $$"""{"resourceType":"Observation","status":"final","code":{"text":"t"},"valueQuantity":{"value":{{stored}},"system":"http://unitsofmeasure.org","code":"{{own.Unit}}"} }""";
            return (json, $"value-quantity={prefix}{search}|http://unitsofmeasure.org|{asked.Unit}", Compared(prefix, Parse(stored) * own.Grams / asked.Grams, search));
        });
    }

    [Fact]
    public void Reference() => Check(random =>
    {
        string[] literals = ["Patient/1", "Patient/1/_history/2", "Group/1", "http://a.example/fhir/Patient/1", "https://own.example/fhir/Patient/1", "urn:uuid:1", "Patient/12"];
        var stored = Pick(random, literals);
        var search = Pick(random, ["1", "12", "Patient/1", "Group/1", "http://a.example/fhir/Patient/1", "https://own.example/fhir/Patient/1", "urn:uuid:1"]);
        var typed = random.Next(4) == 0 && search.Length < 3;

        // The version is no part of what is meant; the own base is as good as none.
        static string Meant(string text) => text.Split("/_history/")[0].Replace("https://own.example/fhir/", "", StringComparison.Ordinal);
        var (left, right) = (Meant(stored), Meant(search));
        var expected = search.Length < 3 ? left.Split('/') is [var type, var id] && id == right && (!typed || type == "Patient") : left == right;
        return ($$"""{"resourceType":"Observation","status":"final","code":{"text":"t"},"subject":{"reference":"{{stored}}"} }""", $"subject{(typed ? ":Patient" : "")}={search}", expected);
    });

    [Fact]
    public void Uri() => Check(random =>
    {
        string[] uris = ["http://a.example", "http://a.example/x", "http://a.example/x/y", "http://a.example/xy", "http://a.example/x/y/z", "urn:oid:1.2", "urn:oid:1.2.3", "http://A.example/x"];
        var (stored, search, modifier) = (Pick(random, uris), Pick(random, uris), Pick(random, ["", ":above", ":below"]));
        static bool Above(string upper, string lower) => upper == lower || (!upper.StartsWith("urn:", StringComparison.Ordinal) && lower.Length > upper.Length && lower[..upper.Length] == upper);
        var expected = modifier switch { ":above" => Above(stored, search), ":below" => Above(search, stored), _ => stored == search };
        return ($$"""{"resourceType":"ValueSet","status":"active","url":"{{stored}}"}""", $"url{modifier}={search}", expected);
    });

    // Half a unit of the last digit to both sides counts for equality alone.
    internal static bool Compared(string prefix, decimal stored, string search)
    {
        var value = Parse(search);
        var point = search.IndexOf('.', StringComparison.Ordinal);
        var half = 0.5m / (decimal)Math.Pow(10, point < 0 ? 0 : search.Length - point - 1);
        var equal = stored - value >= -half && stored - value < half;
        return prefix switch
        {
            "eq" => equal,
            "ne" => !equal,
            "gt" or "sa" => stored > value,
            "lt" or "eb" => stored < value,
            "ge" => stored >= value,
            _ => stored <= value,
        };
    }

    internal static decimal Parse(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    // By hand, for the letters of the test: normalisation by the platform needs data that is not everywhere.
    private static string Plain(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word =>
        string.Concat(word.ToLowerInvariant().Select(c => c switch { 'ü' => "u", 'é' => "e", 'ú' => "u", 'ñ' => "n", 'ł' => "l", 'ß' => "ss", '-' or '\'' => "", _ => c.ToString() }))));

    // A family name, and what is left of it from each later part on.
    private static IEnumerable<string> Parts(string name) => Enumerable.Range(0, name.Length).Where(i => i == 0 || " \t-".Contains(name[i - 1], StringComparison.Ordinal)).Select(i => name[i..]);

    private static (long Start, long End) Instants(string date)
    {
        if (date.Length <= 10)
        {
            var parts = date.Split('-').Select(int.Parse).ToArray();
            var first = new DateTime(parts[0], parts.Length > 1 ? parts[1] : 1, parts.Length > 2 ? parts[2] : 1, 0, 0, 0, DateTimeKind.Utc);
            return (first.Ticks, (parts.Length == 1 ? first.AddYears(1) : parts.Length == 2 ? first.AddMonths(1) : first.AddDays(1)).Ticks);
        }

        var at = DateTimeOffset.Parse(date, CultureInfo.InvariantCulture).UtcTicks;
        var clock = date[11..].TrimEnd('Z').Split('+', '-')[0];
        var fraction = clock.IndexOf('.', StringComparison.Ordinal);
        return (at, at + (fraction >= 0 ? (long)Math.Pow(10, 7 - (clock.Length - fraction - 1)) : clock.Length == 5 ? TimeSpan.TicksPerMinute : TimeSpan.TicksPerSecond));
    }

    internal static T Pick<T>(Random random, T[] of) => of[random.Next(of.Length)];

    internal static void Check(Func<Random, (string Json, string Query, bool Expected)> make)
    {
        var options = new SearchParseOptions { BaseUrl = "https://own.example/fhir" };
        var random = new Random(20261126);
        var hits = 0;
        for (var i = 0; i < Rounds; i++)
        {
            var (json, query, expected) = make(random);
            var at = query.IndexOf('=', StringComparison.Ordinal);
            var view = TestSearch.View(json, baseUrl: options.BaseUrl);
            var parsed = SearchQueryParser.Parse(view.Type, [KeyValuePair.Create(query[..at], query[(at + 1)..])], options);
            Assert.True(parsed.IsOk, $"{query}: {string.Join("; ", parsed.Problems)}");
            Assert.True(QueryMatcher.Matches(parsed.Value, view) == expected, $"{query}: expected {expected} for {json}");
            if (expected) hits++;
        }

        Assert.InRange(hits, Rounds / 20, Rounds * 19 / 20);
    }
}
