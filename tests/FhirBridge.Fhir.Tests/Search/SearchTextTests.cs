using FhirBridge.Fhir.Search;
using FsCheck;
using FsCheck.Fluent;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary>The folding of https://hl7.org/fhir/R4/search.html#string: casing, combining characters, punctuation and white space without a meaning.</summary>
public sealed class SearchTextTests
{
    [Theory]
    [InlineData("Müller", "muller")]
    [InlineData("Mu\u0308ller", "muller")]
    [InlineData("ÀÉÎÕÜ ŝ Ǖ", "aeiou s u")]
    [InlineData("Ελλάδα", "ελλαδα")]
    [InlineData("ΟΔΟΣ", "οδοσ")]
    [InlineData("οδός", "οδοσ")]
    [InlineData("Ёлка", "елка")]
    [InlineData("Łódź-7", "lodz7")]
    [InlineData("plain", "plain")]
    [InlineData("Straße", "strasse")]
    [InlineData("STRASSE", "strasse")]
    [InlineData("Ǽrø", "aero")]
    [InlineData("DİYARBAKIR", "diyarbakir")]
    [InlineData("diyarbakır", "diyarbakir")]
    [InlineData("Ｓｍｉｔｈ　１２", "smith 12")]
    [InlineData("\uFB01nch", "finch")]
    [InlineData("\u212Aelvin \u212Bngstrom", "kelvin angstrom")]
    [InlineData("O'Neill", "oneill")]
    [InlineData("O\u2019Neill", "oneill")]
    [InlineData("O\u00B4Neill", "oneill")]
    [InlineData("Hawai\u02BBi", "hawaii")]
    [InlineData("Knap\u02BCyan", "knapyan")]
    [InlineData("\u01C4emal \u01C5ez \u01CAegoš", "dzemal dzez njegos")]
    [InlineData("co\u00ADopera\u200Btion", "cooperation")]
    [InlineData("  St.\t Mary's,\u00A0 \n room 7 ", "st marys room 7")]
    [InlineData("a - b", "a b")]
    [InlineData("5 < 6 + 1", "5 < 6 + 1")]
    [InlineData("--", "--")]
    [InlineData("", "")]
    public void String_searches_fold(string text, string folded) => Assert.Equal(folded, SearchText.Fold(text));

    [Theory]
    [InlineData("HTTP://A.example/Ä|1.0", "http://a.example/a|1.0")]
    [InlineData("a  b", "a  b")]
    public void Codes_and_URIs_keep_their_punctuation(string text, string folded) => Assert.Equal(folded, SearchText.FoldLetters(text));

    [Fact]
    public void Folding_is_idempotent_and_minds_neither_case_nor_marks() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(
        Arb.From(Gen.Elements("aÄéñŁøßΩЖя中🙂İK\u0301\u0308 -',\t\u3000ﬃæſ".EnumerateRunes().Select(r => r.ToString()).ToArray()).ArrayOf().Select(string.Concat)),
        text =>
        {
            var folded = SearchText.Fold(text);
            return SearchText.Fold(folded) == folded && SearchText.Fold(text.ToUpperInvariant()) == SearchText.Fold(text.ToLowerInvariant()) && !folded.Contains('\u0301', StringComparison.Ordinal)
                && SearchText.FoldLetters(SearchText.FoldLetters(text)) == SearchText.FoldLetters(text);
        }));
}
