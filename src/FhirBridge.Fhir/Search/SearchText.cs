using System.Globalization;

namespace FhirBridge.Fhir.Search;

/// <summary>
/// The folding of text for search, so that what people write in different ways is the same: case, diacritics ("Müller" → "muller"), letters of several
/// widths or joined ones ("ﬁ", "ß" → "fi", "ss"). Spec: https://hl7.org/fhir/R4/search.html#string.
/// </summary>
public static class SearchText
{
    // The most letters that one letter is folded to ("ﬃ").
    private const int MostLetters = 3;

    private static readonly string?[] Letters = BuildLetters();

    /// <summary>
    /// Folds a text for string searches: letters folded, punctuation dropped, white space made one blank between words. A text that has nothing but
    /// punctuation keeps it. Idempotent, and the same for composed and decomposed forms of a letter.
    /// </summary>
    public static string Fold(string text)
    {
        if (IsFolded(text)) return text;
        var buffer = text.Length <= 128 ? stackalloc char[text.Length * MostLetters] : new char[text.Length * MostLetters];
        var n = 0;
        var gap = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                gap = n > 0;
                continue;
            }

            if (IsPunctuation(c)) continue;
            var letters = FoldLetter(c, buffer[(gap ? n + 1 : n)..]);
            if (letters == 0) continue;
            if (gap) buffer[n++] = ' ';
            gap = false;
            n += letters;
        }

        return n > 0 || text.Length == 0 ? new string(buffer[..n]) : FoldLetters(text);
    }

    /// <summary>Folds the letters of a text and leaves the rest as it is: for codes and URIs, where punctuation has a meaning.</summary>
    public static string FoldLetters(string text)
    {
        var buffer = text.Length <= 128 ? stackalloc char[text.Length * MostLetters] : new char[text.Length * MostLetters];
        var n = 0;
        foreach (var c in text) n += FoldLetter(c, buffer[n..]);
        return text.AsSpan().SequenceEqual(buffer[..n]) ? text : new string(buffer[..n]);
    }

    /// <summary>
    /// True for what string searches do not look at: marks of punctuation, the letters that look like apostrophes and that people write as such or not at all (the ʻokina), the spacing
    /// forms of accents, and characters without a width.
    /// </summary>
    internal static bool IsPunctuation(char c) => char.IsPunctuation(c) || c is >= '\u02B9' and <= '\u02BF' or '\uA78C'
        || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.ModifierSymbol or UnicodeCategory.Format;

    // Nearly every text that is folded again is folded already.
    private static bool IsFolded(string text)
    {
        var last = ' ';
        foreach (var c in text)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or ' ') || (c == ' ' && last == ' ')) return false;
            last = c;
        }

        return last != ' ' || text.Length == 0;
    }

    /// <summary>Writes what a character is folded to; nothing for a combining mark.</summary>
    private static int FoldLetter(char c, Span<char> output)
    {
        if (c < 0x80)
        {
            output[0] = c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;
            return 1;
        }

        if (CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark) return 0;
        var lower = char.ToLowerInvariant(c);
        if (Letters[lower] is not { } folded)
        {
            output[0] = lower;
            return 1;
        }

        folded.CopyTo(output);
        return folded.Length;
    }

    private static string?[] BuildLetters()
    {
        // Letters that have no decomposition and that people write in plain letters where they have none on the keyboard; joined letters.
        (char Letter, string Folded)[] plain =
        [
            ('ß', "ss"), ('æ', "ae"), ('œ', "oe"), ('ø', "o"), ('ł', "l"), ('đ', "d"), ('ð', "d"), ('þ', "th"), ('ħ', "h"), ('ŧ', "t"), ('ı', "i"), ('ſ', "s"), ('ς', "σ"),
            ('ĳ', "ij"), ('ǆ', "dz"), ('ǉ', "lj"), ('ǌ', "nj"), ('ﬀ', "ff"), ('ﬁ', "fi"), ('ﬂ', "fl"), ('ﬃ', "ffi"), ('ﬄ', "ffl"), ('ﬅ', "st"), ('ﬆ', "st"),
        ];
        var letters = new string?[char.MaxValue + 1];
        foreach (var (letter, folded) in plain) letters[letter] = folded;
        for (var i = 0; i < FoldingTable.Letters.Length; i++) letters[FoldingTable.Letters[i]] = letters[FoldingTable.Bases[i]] ?? FoldingTable.Bases[i].ToString();

        // Full-width forms of ASCII.
        for (var c = '！'; c <= '～'; c++) letters[c] = char.ToLowerInvariant((char)(c - 0xFEE0)).ToString();
        return letters;
    }
}
