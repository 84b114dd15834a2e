using FhirBridge.Fhir.Search;
using static FhirBridge.Fhir.Tests.Search.TestSearch;

namespace FhirBridge.Fhir.Tests.Search;

/// <content>Dates, numbers and quantities.</content>
public sealed partial class QueryMatcherTests
{
    // The stored date 2013-01-14 and the examples of the specification's table of prefixes.
    [Theory]
    [InlineData("eq2013-01-14", true)]
    [InlineData("2013-01", true)]
    [InlineData("2013-01-14T00:00", false)]
    [InlineData("ne2013-01-14", false)]
    [InlineData("ne2013-01-15", true)]
    [InlineData("lt2013-01-14T10:00", true)]
    [InlineData("gt2013-01-14T10:00", true)]
    [InlineData("lt2013-01-14", false)]
    [InlineData("gt2013-01-14", false)]
    [InlineData("ge2013-03-14", false)]
    [InlineData("ge2013-01-14", true)]
    [InlineData("le2013-01-14", true)]
    [InlineData("sa2013-03-14", false)]
    [InlineData("sa2013-01-13", true)]
    [InlineData("eb2013-03-14", true)]
    [InlineData("eb2013-01-14", false)]
    [InlineData("ap2013-03-14", true)]
    [InlineData("ap2019-10-29", false)]
    [InlineData("2013-01-14T00:00:00+14:00,2013-01-14", true)]
    public void Dates(string date, bool matches) =>
        Assert.Equal(matches, Matches("date=" + Uri.EscapeDataString(date), """{"resourceType":"Observation","status":"final","code":{"text":"x"},"effectiveDateTime":"2013-01-14"}""", new SearchParseOptions { Now = Updated }));

    // From 21 January 2013 onwards: the specification's example of a period without end.
    [Theory]
    [InlineData("lt2013-03-14", true)]
    [InlineData("gt2013-03-14", true)]
    [InlineData("ge2013-03-14", true)]
    [InlineData("sa2013-03-14", false)]
    [InlineData("sa2013-01-20", true)]
    [InlineData("eb2100", false)]
    [InlineData("2013", false)]
    [InlineData("ne2013", true)]
    public void Open_periods(string date, bool matches) =>
        Assert.Equal(matches, Matches("date=" + date, """{"resourceType":"Encounter","status":"finished","class":{"code":"AMB"},"period":{"start":"2013-01-21"}}"""));

    [Fact]
    public void Schedules_count_with_their_outer_limits()
    {
        const string request = """{"resourceType":"ServiceRequest","status":"active","intent":"order","subject":{"reference":"Patient/1"},"occurrenceTiming":{"event":["2026-01-05","2026-03-01"],"repeat":{"boundsPeriod":{"start":"2026-01-01","end":"2026-02-01"}}}}""";

        Assert.True(Matches("occurrence=ge2026-01-01&occurrence=le2026-03-01&occurrence=gt2026-02-28&occurrence=lt2026-01-02", request));
        Assert.False(Matches("occurrence=gt2026-03-01", request));
    }

    [Fact]
    public void Last_updated_is_an_instant()
    {
        Assert.True(Matches("_lastUpdated=2026-11-22", Patient));
        Assert.True(Matches("_lastUpdated=ge2026-11-22T10:00:00Z&_lastUpdated=le2026-11-22T10:00:00Z", Patient));
        Assert.False(Matches("_lastUpdated=gt2026-11-22", Patient));
    }

    [Theory]
    [InlineData("100", "100.4", true)]
    [InlineData("100", "99.5", true)]
    [InlineData("100", "100.5", false)]
    [InlineData("100.00", "100.004", true)]
    [InlineData("100.00", "100.005", false)]
    [InlineData("1e2", "95", true)]
    [InlineData("1e2", "104.9", true)]
    [InlineData("1e2", "105", false)]
    [InlineData("lt100", "99.99", true)]
    [InlineData("lt100", "100", false)]
    [InlineData("le100", "100", true)]
    [InlineData("gt100", "100.001", true)]
    [InlineData("ge100", "100", true)]
    [InlineData("ne100", "100.4", false)]
    [InlineData("ne100", "100.5", true)]
    [InlineData("sa100", "100.4", true)]
    [InlineData("eb100", "99.6", true)]
    [InlineData("ap100", "109", true)]
    [InlineData("ap100", "111", false)]
    [InlineData("-1", "-1", true)]
    public void Numbers(string query, string stored, bool matches) =>
        Assert.Equal(matches, Matches("probability=" + query, $$$"""{"resourceType":"RiskAssessment","status":"final","subject":{"reference":"Patient/1"},"prediction":[{"probabilityDecimal":{{{stored}}}}]}"""));

    [Theory]
    [InlineData("5.4", true)]
    [InlineData("5.40", true)]
    [InlineData("5.41", false)]
    [InlineData("5.4|http://unitsofmeasure.org|mg", true)]
    [InlineData("5.4|http://unitsofmeasure.org|g", false)]
    [InlineData("5.4|http://example.org|mg", false)]
    [InlineData("5.4||mg", true)]
    [InlineData("5.4||milligram", true)]
    [InlineData("5.4|http://unitsofmeasure.org|milligram", false)]
    [InlineData("gt5.4||mg", false)]
    [InlineData("ap5||mg", true)]
    public void Quantities(string query, bool matches) =>
        Assert.Equal(matches, Matches("value-quantity=" + query,
            """{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":5.4,"unit":"milligram","system":"http://unitsofmeasure.org","code":"mg"}}"""));

    [Fact]
    public void Comparators_and_ranges_are_open_intervals()
    {
        const string below = """{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":5,"comparator":"<"}}""";
        Assert.True(Matches("value-quantity=lt1", below));
        Assert.False(Matches("value-quantity=gt5", below));
        Assert.False(Matches("value-quantity=5", below));

        const string range = """{"resourceType":"Condition","subject":{"reference":"Patient/1"},"onsetRange":{"low":{"value":40,"code":"a"},"high":{"value":50}}}""";
        Assert.True(Matches("onset-age=ge45", range));
        Assert.True(Matches("onset-age=sa39", range));
        Assert.False(Matches("onset-age=45", range));
    }

    // "<5" is all numbers below 5, and not 5.
    [Theory]
    [InlineData("<", "lt5 le5 eb5 ge4.9 lt1 ne5 ap5", "ge5 gt5 sa4 5")]
    [InlineData("<=", "le5 ge5 lt5 eb5.1", "gt5 eb5 sa4 5")]
    [InlineData(">", "gt5 ge5 sa5 le5.1 gt9 ne5 ap5", "le5 lt5 eb6 5")]
    [InlineData(">=", "ge5 le5 gt5 sa4.9", "lt5 sa5 eb6 5")]
    public void Comparators_leave_out_the_number_or_do_not(string comparator, string found, string notFound)
    {
        foreach (var (value, system) in new[] { ("5", ""), ("-5", ""), ("0", ""), ("0.005", "|http://unitsofmeasure.org|kg") })
        {
            var stored = $$$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":{{{value}}},"comparator":"{{{comparator}}}","unit":"g","system":"http://unitsofmeasure.org","code":"{{{(system.Length > 0 ? "kg" : "g")}}}"}}""";
            foreach (var (query, matches) in found.Split(' ').Select(q => (q, true)).Concat(notFound.Split(' ').Select(q => (q, false))))
            {
                var prefix = query.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.');
                var number = decimal.Parse(query[prefix.Length..], System.Globalization.CultureInfo.InvariantCulture) + (system.Length > 0 ? 0 : decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture) - 5);
                var text = FormattableString.Invariant($"{prefix}{number}");
                Assert.True(matches == Matches($"value-quantity={text}{(system.Length > 0 ? "|http://unitsofmeasure.org|g" : "")}", stored), $"{comparator}{value}: {text}");
            }
        }
    }

    [Fact]
    public void Sampled_data_is_searched_by_its_bounds()
    {
        const string samples = """{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueSampledData":{"origin":{"value":10,"code":"mV"},"period":10,"factor":2,"dimensions":1,"data":"1 E 5 -3 U"}}""";

        Assert.True(Matches("combo-value-quantity=ge20||mV", samples));
        Assert.True(Matches("combo-value-quantity=le4", samples));
        Assert.False(Matches("combo-value-quantity=gt20", samples));
    }
}
