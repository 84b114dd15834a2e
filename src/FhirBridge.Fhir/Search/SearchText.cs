using System.Globalization;

namespace FhirBridge.Fhir.Search;

/// <summary>
/// The folding of text for search: lower case, canonically decomposed, without combining marks ("Müller" → "muller").
/// Spec: https://hl7.org/fhir/R4/search.html#string.
/// </summary>
public static class SearchText
{
    private static readonly char[] Bases = BuildBases();

    /// <summary>Folds a text. Idempotent, and the same for composed and decomposed forms of a letter.</summary>
    public static string Fold(string text)
    {
        if (IsFolded(text)) return text;
        var buffer = text.Length <= 256 ? stackalloc char[text.Length] : new char[text.Length];
        var n = 0;
        foreach (var c in text)
        {
            if (c < 0x80)
            {
                buffer[n++] = c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                buffer[n++] = FoldLetter(c);
            }
        }

        return new string(buffer[..n]);
    }

    private static bool IsFolded(string text)
    {
        foreach (var c in text)
        {
            if (c >= 0x80 || c is >= 'A' and <= 'Z') return false;
        }

        return true;
    }

    private static char FoldLetter(char c)
    {
        var lower = char.ToLowerInvariant(c);
        var folded = Bases[lower];
        return folded == 0 ? lower : folded;
    }

    private static char[] BuildBases()
    {
        var bases = new char[char.MaxValue + 1];
        for (var i = 0; i < FoldingTable.Letters.Length; i++) bases[FoldingTable.Letters[i]] = FoldingTable.Bases[i];
        return bases;
    }
}
