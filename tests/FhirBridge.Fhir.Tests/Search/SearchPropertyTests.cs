using FhirBridge.Fhir.Search;
using FsCheck;
using FsCheck.Fluent;

namespace FhirBridge.Fhir.Tests.Search;

public sealed class SearchPropertyTests
{
    private static readonly string[] Names =
        ["_id", "_lastUpdated", "code", "date", "value-quantity", "subject", "subject.name", "subject:Patient.birthdate", "_has:Provenance:target:agent", "code-value-quantity", "combo-code-value-concept",
         "code:not", "code:in", "code:text", "value-string:exact", "value-string:contains", "subject:identifier", "subject:Patient", "identifier:of-type", "status:missing", "_tag", "_profile:below",
         "_sort", "_count", "_summary", "_elements", "_total", "_include", "_revinclude:iterate", "_format", "_pretty", "_type", "", ":", ".", "a.b.c.d.e.f.g", "_has", "_has:::", "subject:Patient", "subject:.x"];

    private static readonly string[] Fragments =
        ["", "a", "|", "$", ",", "\\", ":", "*", "Patient/1", "http://a.example/fhir/Patient/1", "#x", "urn:uuid:1", "2026", "-02-30", "T10:00", "+99:99", "eq", "ge", "1e999", "-0", "9999999999999999999999999999", "1e-28",
         "0.00000000000000000000000000001", "true", "\ud800", "\u0000", "é", "-", "Observation:subject", "9999-12-31T23:59:59.99999999999+14:00", "0001-01-01T00:00:00+14:00"];

    private static Gen<string> Value => Gen.Elements(Fragments).ArrayOf().Select(a => string.Concat(a.Take(8)));

    private static Gen<KeyValuePair<string, string>[]> Parameters =>
        Gen.OneOf(Gen.Elements(Names), Value, Gen.Elements(Names).SelectMany(n => Value.Select(v => n + ":" + v)))
            .SelectMany(n => Value.Select(v => KeyValuePair.Create(n, v))).ArrayOf();

    [Fact]
    public void Parser_never_throws_and_its_canonical_form_is_stable() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(
        Arb.From(Parameters),
        parameters =>
        {
            var parsed = SearchQueryParser.Parse("Observation", parameters, new SearchParseOptions { Lenient = true });
            if (!parsed.IsOk) return parsed.Problems.Count > 0;
            var text = parsed.Value.ToQueryString();
            var again = SearchQueryParser.Parse("Observation", TestSearch.Parameters(text));
            return again.IsOk && again.Value.ToQueryString() == text;
        }));

    [Fact]
    public void Parsed_queries_match_without_fault() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
        Arb.From(Parameters),
        parameters =>
        {
            var observation = new ResourceView("Observation", "x", TestSearch.Updated, Observation);
            if (SearchQueryParser.Parse("Observation", parameters) is not { IsOk: true } parsed || parsed.Value.Unresolved().Any()) return true;
            return QueryMatcher.Matches(parsed.Value, observation) == QueryMatcher.Matches(parsed.Value.MapReferences((_, v) => [v.Text]), observation);
        }));

    [Fact]
    public void Instants_lie_in_the_interval_of_each_shorter_form() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
        Arb.From(Gen.Choose(1900, 2100).SelectMany(y => Gen.Choose(0, 31_535_999).Select(s => new DateTime(y, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(s)))),
        instant =>
        {
            var text = instant.ToString("yyyy-MM-ddTHH:mm:ssZ");
            return new[] { 4, 7, 10 }.Select(n => text[..n]).Append(text[..16] + "Z").Append(text).All(shorter =>
                DateInterval.TryParse(shorter, out var interval) && interval.Low <= instant.Ticks && instant.Ticks < interval.High && interval.Low < interval.High);
        }));

    [Fact]
    public void An_offset_shifts_the_interval() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(
        Arb.From(Gen.Choose(-14 * 60, 14 * 60)),
        minutes =>
        {
            var sign = minutes < 0 ? '-' : '+';
            var offset = $"{sign}{Math.Abs(minutes) / 60:00}:{Math.Abs(minutes) % 60:00}";
            return DateInterval.TryParse("2026-06-15T12:00:00Z", out var utc) && DateInterval.TryParse("2026-06-15T12:00:00" + offset, out var local)
                && local.Low == utc.Low - (minutes * TimeSpan.TicksPerMinute) && local.High - local.Low == TimeSpan.TicksPerSecond;
        }));

    [Fact]
    public void Codec_reads_what_it_writes() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
        Arb.From(Entry.ListOf()),
        entries =>
        {
            var index = new SearchIndex([.. entries]);
            var bytes = SearchIndexCodec.Write(index);
            return SearchIndexCodec.Read(bytes).Entries.SequenceEqual(index.Entries) && SearchIndexCodec.Write(SearchIndexCodec.Read(bytes)).AsSpan().SequenceEqual(bytes);
        }));

    [Fact]
    public void Codec_refuses_damaged_bytes_in_one_way_only() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(
        Arb.From(Gen.Choose(0, 10_000).SelectMany(at => Gen.Choose(0, 255).Select(b => (at, b)))),
        change =>
        {
            var bytes = SearchIndexCodec.Write(Observation);
            bytes[change.at % bytes.Length] = (byte)change.b;
            try
            {
                SearchIndexCodec.Read(change.at % 2 == 0 ? bytes : bytes.AsSpan(0, change.at % bytes.Length));
                return true;
            }
            catch (InvalidDataException)
            {
                return true;
            }
        }));

    private static SearchIndex Observation { get; } = TestSearch.View(
        """{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"s","code":"a","display":"A"}]},"subject":{"reference":"Patient/1"},"effectiveDateTime":"2026","valueQuantity":{"value":5,"code":"mg"}}""").Index;

    private static Gen<string?> Text => Gen.OneOf(Gen.Constant<string?>(null), Value.Where(v => !v.Any(char.IsSurrogate)).Select(v => (string?)v));

    private static Gen<decimal> Bound => Gen.OneOf(
        Gen.Elements(0m, decimal.MinValue, decimal.MaxValue, (decimal)long.MinValue, (decimal)long.MaxValue, 5.40m, -0.0001m, 1e-28m),
        ArbMap.Default.GeneratorFor<decimal>(),
        ArbMap.Default.GeneratorFor<long>().Select(l => (decimal)l));

    private static Gen<IndexEntry> Entry =>
        from parameter in Gen.Elements("code", "date", "value-quantity", "a$1")
        from type in Gen.Elements(Enum.GetValues<SearchParameterType>())
        from system in Text
        from value in Text
        from folded in Text
        from low in Bound
        from high in Bound
        from parts in Gen.Choose(-1, 40)
        select new IndexEntry(parameter, type, system, value, folded, low, high, parts);
}
