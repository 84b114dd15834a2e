using System.Globalization;
using static FhirBridge.Fhir.Tests.Search.OracleTests;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary>As <see cref="OracleTests"/>, for modifiers, composites, ranges, distances, words and filters.</summary>
public sealed class OracleModifierTests
{
    private static readonly string[] Codes = ["x", "X", "y", "z"];
    private static readonly string[] Numbers = ["0", "1", "5", "5.0", "5.4", "-5", "100"];

    // §composite: both parts are of the same component.
    [Fact]
    public void Composite() => Check(random =>
    {
        var components = Enumerable.Range(0, random.Next(1, 4)).Select(_ => (Code: Pick(random, Codes), Value: random.Next(4) == 0 ? null : Pick(random, Numbers))).ToArray();
        var (code, number, prefix) = (Pick(random, Codes), Pick(random, Numbers), Pick(random, Prefixes[..8]));
        var expected = components.Any(c => c.Value is not null && Same(c.Code, code) && Compared(prefix, Parse(c.Value), number));
        var items = components.Select(c => $$"""{"code":{"coding":[{"code":"{{c.Code}}"}]}{{(c.Value is null ? "" : $",\"valueQuantity\":{{\"value\":{c.Value}}}")}}}""");
        return (Observation($"\"component\":[{string.Join(',', items)}]"), $"component-code-value-quantity={code}${prefix}{number}", expected);
    });

    // §missing: an element without a value is not there. "For all parameters (except combination)".
    [Fact]
    public void Missing() => Check(random =>
    {
        (string Json, string[] Given)[] parts =
        [
            ("\"valueQuantity\":{\"value\":1}", ["value-quantity", "combo-value-quantity"]),
            ("\"valueString\":\"s\"", ["value-string"]),
            ("\"effectiveDateTime\":\"2026\"", ["date"]), ("\"subject\":{\"reference\":\"Patient/1\"}", ["subject", "patient"]),
            ("\"subject\":{\"reference\":\"Group/1\"}", ["subject"]), ("\"category\":[{\"text\":\"c\"}]", ["category"]), ("\"category\":[{\"coding\":[{\"code\":\"c\"}]}]", ["category"]),
            ("\"component\":[{\"code\":{\"coding\":[{\"code\":\"c\"}]}}]", ["component-code", "combo-code"]), ("\"_implicitRules\":{\"id\":\"i\"}", []), ("\"meta\":{\"profile\":[\"http://p\"],\"source\":\"http://s\"}", ["_profile", "_source"]),
        ];
        var used = parts.Where(_ => random.Next(2) == 0).DistinctBy(p => p.Json[..6]).ToArray();
        var name = Pick(random, ["value-quantity", "combo-value-quantity", "value-string", "date", "subject", "patient", "category", "component-code", "_profile", "_source", "focus"]);
        var missing = random.Next(2) == 0;
        return ($$"""{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"c"}]}{{string.Concat(used.Select(p => "," + p.Json))}}}""", $"{name}:missing={(missing ? "true" : "false")}", used.Any(p => p.Given.Contains(name)) != missing);
    });

    // §token: "identifier:of-type=system|code|value", all three of the same identifier; one of the codings of its type.
    [Fact]
    public void OfType() => Check(random =>
    {
        string[] systems = ["urn:a", "urn:b"];
        var own = Enumerable.Range(0, random.Next(1, 4)).Select(_ => (Types: Enumerable.Range(0, random.Next(0, 3)).Select(_ => (System: Pick(random, systems), Code: Pick(random, Codes))).ToArray(), Value: Pick(random, Codes))).ToArray();
        var (system, code, value) = (Pick(random, systems), Pick(random, Codes[1..]), Pick(random, Codes));
        var expected = own.Any(i => Same(i.Value, value) && i.Types.Any(t => t.System == system && Same(t.Code, code)));
        var items = own.Select(i => $$"""{"value":"{{i.Value}}"{{(i.Types.Length == 0 ? "" : $",\"type\":{{\"coding\":[{string.Join(',', i.Types.Select(t => $"{{\"system\":\"{t.System}\",\"code\":\"{t.Code}\"}}"))}]}}")}}}""");
        return ($$"""{"resourceType":"Patient","identifier":[{{string.Join(',', items)}}]}""", $"identifier:of-type={system}|{code}|{value}", expected);
    });

    // §token: ":text" searches the text of the concept and the displays of its codings, as a string: from the start.
    [Fact]
    public void TokenText() => Check(random =>
    {
        string[] texts = ["Head ache", "headache", "HEAD", "ache", "Héad"];
        var (text, display, search) = (random.Next(2) == 0 ? null : Pick(random, texts), random.Next(2) == 0 ? null : Pick(random, texts), Pick(random, texts));
        var expected = new[] { text, display }.Any(t => t is not null && Folded(t).StartsWith(Folded(search), StringComparison.Ordinal));
        var json = $$"""{"resourceType":"Condition","subject":{"reference":"Patient/1"},"code":{"coding":[{"code":"head"{{(display is null ? "" : $",\"display\":\"{display}\"")}}}]{{(text is null ? "" : $",\"text\":\"{text}\"")}} } }""";
        return (json, "code:text=" + search, expected);

        static string Folded(string t) => t.ToLowerInvariant().Replace('é', 'e');
    });

    // §reference: ":identifier" is a token search on Reference.identifier, not on the target's.
    [Fact]
    public void ReferenceIdentifier() => Check(random =>
    {
        string[] systems = ["", "urn:a", "urn:b"];
        var own = Enumerable.Range(0, random.Next(1, 3)).Select(_ => (System: Pick(random, systems), Value: Pick(random, Codes))).ToArray();
        var (form, system, value) = (random.Next(4), Pick(random, systems[1..]), Pick(random, Codes));
        var expected = own.Any(i => (form == 3 || Same(i.Value, value)) && (form == 0 || (form == 1 ? i.System.Length == 0 : i.System == system)));
        var items = own.Select(i => $$"""{"identifier":{ {{(i.System.Length == 0 ? "" : $"\"system\":\"{i.System}\",")}} "value":"{{i.Value}}"} }""");
        return (Observation($"\"focus\":[{string.Join(',', items)}]"), "focus:identifier=" + (form switch { 0 => value, 1 => "|" + value, 2 => $"{system}|{value}", _ => system + "|" }), expected);
    });

    // §number: a Range is the numbers from one end to the other; "gt: the range above the search value intersects", "sa: the range … starts after".
    [Fact]
    public void Range() => Check(random =>
    {
        string[] ages = ["0", "10", "20", "30"];
        var (low, high, search, prefix) = (random.Next(5) == 0 ? null : Pick(random, ages), random.Next(5) == 0 ? null : Pick(random, ages), Pick(random, ages), Pick(random, Prefixes));
        if (low is null && high is null) low = "10";
        if (low is not null && high is not null && Parse(low) > Parse(high)) (low, high) = (high, low);
        var numbers = Enumerable.Range(-200, 800).Select(n => n / 10m).Where(n => (low is null || n >= Parse(low)) && (high is null || n <= Parse(high))).ToArray();
        var (value, around) = (Parse(search), Math.Abs(Parse(search)) / 10);
        var bounded = low is not null && high is not null;
        bool Equal() => bounded && numbers.All(n => n >= value - 0.5m && n < value + 0.5m);
        var expected = prefix switch
        {
            "eq" => Equal(),
            "ne" => !Equal(),
            "gt" => high is null || numbers.Any(n => n > value),
            "ge" => high is null || numbers.Any(n => n >= value),
            "lt" => low is null || numbers.Any(n => n < value),
            "le" => low is null || numbers.Any(n => n <= value),
            "sa" => low is not null && numbers.All(n => n > value),
            "eb" => high is not null && numbers.All(n => n < value),
            _ => numbers.Any(n => n >= value - around && n <= value + around),
        };
        string Bound(string name, string? number) => number is null ? "" : $"\"{name}\":{{\"value\":{number},\"system\":\"http://unitsofmeasure.org\",\"code\":\"a\"}}";
        var json = $$"""{"resourceType":"Condition","subject":{"reference":"Patient/1"},"onsetRange":{ {{string.Join(',', new[] { Bound("low", low), Bound("high", high) }.Where(b => b.Length > 0))}} } }""";
        return (json, $"onset-age={prefix}{search}", expected);
    });

    // §quantity: "ap … 10% of the stated value".
    [Fact]
    public void Approximately() => Check(random =>
    {
        string[] numbers = ["90", "89.9", "99", "100", "110", "110.1", "-100", "-90", "0", "9", "10", "11"];
        var (stored, search) = (Pick(random, numbers), Pick(random, numbers));
        var expected = Math.Abs(Parse(stored) - Parse(search)) <= Math.Abs(Parse(search)) / 10;
        return (Observation($"\"valueQuantity\":{{\"value\":{stored},\"unit\":\"mm\"}}"), $"value-quantity=ap{search}||mm", expected);
    });

    // §near, by the law of cosines; what is within a thousandth of the border is not asked.
    [Fact]
    public void Near()
    {
        (string Lat, string Lon)[] places = [("52.3702", "4.8952"), ("52.0907", "5.1214"), ("-33.8688", "151.2093"), ("0", "179.9"), ("0", "-179.9"), ("89.9", "0"), ("89.9", "180"), ("-90", "0")];
        (string Unit, double Metres)[] units = [("km", 1000), ("m", 1), ("[mi_i]", 1609.344)];
        Check(random =>
        {
            var (at, from, unit) = (Pick(random, places), Pick(random, places), Pick(random, units));
            static double Radians(string degrees) => double.Parse(degrees, CultureInfo.InvariantCulture) * Math.PI / 180;
            var (a, b) = (Radians(at.Lat), Radians(from.Lat));
            var cosine = (Math.Sin(a) * Math.Sin(b)) + (Math.Cos(a) * Math.Cos(b) * Math.Cos(Radians(at.Lon) - Radians(from.Lon)));
            var metres = Math.Acos(Math.Clamp(cosine, -1, 1)) * 6_371_000;
            var inside = random.Next(2) == 0;
            var asked = Math.Max(1, metres * (inside ? 1.01 : 0.99) / unit.Metres).ToString("F4", CultureInfo.InvariantCulture);
            return ($$"""{"resourceType":"Location","position":{"latitude":{{at.Lat}},"longitude":{{at.Lon}} } }""", $"near={from.Lat}|{from.Lon}|{asked}|{unit.Unit}", inside || metres < unit.Metres);
        });
    }

    // §text: words, phrases, and, or, not; brackets where both are mixed.
    [Fact]
    public void Words() => Check(random =>
    {
        string[] words = ["bone", "Liver", "métastase", "left", "lung"];
        var text = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Pick(random, words)).ToArray();
        static string Plain(string word) => word.ToLowerInvariant().Replace('é', 'e');
        bool Has(params string[] sought) => Enumerable.Range(0, text.Length - sought.Length + 1).Any(i => sought.Select((w, k) => Plain(text[i + k]) == Plain(w)).All(x => x));
        (string Text, bool Holds) Make(int depth)
        {
            switch (random.Next(depth == 0 ? 2 : 5))
            {
                case 0: return Pick(random, words) is var word ? (word, Has(word)) : default;
                case 1 when text.Length > 1:
                    var (first, second) = (Pick(random, words), Pick(random, words));
                    return ($"\"{first} {second}\"", Has(first, second));
                case 2 when Make(depth - 1) is var negated: return ($"not ({negated.Text})", !negated.Holds);
                case 3 when (Make(depth - 1), Make(depth - 1)) is var (l, r): return ($"(({l.Text}) {Pick(random, ["and ", "AND ", ""])}({r.Text}))", l.Holds && r.Holds);
                default:
                    if (depth == 0) return ("bone", Has("bone"));
                    var (left, right) = (Make(depth - 1), Make(depth - 1));
                    return ($"(({left.Text}) {Pick(random, ["or", "OR"])} ({right.Text}))", left.Holds || right.Holds);
            }
        }

        var query = Make(3);
        return (Observation($"\"valueString\":\"{string.Join(' ', text)}\""), "value-string:text=" + query.Text, query.Holds);
    });

    // §filter: and, or, not are what they are of their parts; "there is no precedence", from left to right.
    [Fact]
    public void Filter() => Check(random =>
    {
        var (code, number, text) = (Pick(random, Codes), Pick(random, Numbers), Pick(random, ["Body weight", "weight", "body"]));
        (string Text, bool Holds) Atom() => random.Next(5) switch
        {
            0 when Pick(random, Codes) is var c => ($"code eq {c}", Same(code, c)),
            1 when Pick(random, Codes) is var c => ($"code ne {c}", !Same(code, c)),
            2 when Pick(random, Numbers) is var n => ($"value-quantity gt {n}", Compared("gt", Parse(number), n)),
            3 when Pick(random, Numbers) is var n => ($"value-quantity le {n}", Compared("le", Parse(number), n)),
            _ => Pick(random, ["eq", "sw", "ew", "co"]) is var op && Pick(random, ["weight", "body", "ody"]) is var t ? ($"component-code {op} \"{t}\"", false) : default,
        };
        (string Text, bool Holds) Make(int depth)
        {
            var (filter, holds) = depth > 0 && random.Next(3) == 0 ? Bracketed(depth) : Atom();
            for (var n = random.Next(3); n > 0; n--)
            {
                var (more, also) = depth > 0 && random.Next(3) == 0 ? Bracketed(depth) : Atom();
                var and = random.Next(2) == 0;
                (filter, holds) = ($"{filter} {(and ? "and" : "or")} {more}", and ? holds && also : holds || also);
            }

            return (filter, holds);
        }

        (string Text, bool Holds) Bracketed(int depth) => (Make(depth - 1), random.Next(2) == 0) is var (inner, not) ? ($"{(not ? "not " : "")}({inner.Text})", inner.Holds != not) : default;
        var (query, expected) = Make(3);
        return ($$"""{"resourceType":"Observation","status":"final","code":{"coding":[{"code":"{{code}}"}],"text":"{{text}}"},"valueQuantity":{"value":{{number}} } }""", "_filter=" + query, expected);
    });

    private static string Observation(string rest) => $$"""{"resourceType":"Observation","status":"final","code":{"text":"t"},{{rest}}}""";

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
