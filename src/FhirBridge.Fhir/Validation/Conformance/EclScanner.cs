namespace FhirBridge.Fhir.Validation;

/// <summary>The words of an expression constraint, white space and comments passed over.</summary>
internal sealed class EclScanner(string text)
{
    private int furthest;
    private int position;

    /// <summary>Where to go on; going back is for another reading.</summary>
    internal int Position
    {
        get => position;
        set
        {
            position = value;
            furthest = Math.Max(furthest, value);
        }
    }

    internal bool IsAtEnd
    {
        get
        {
            Skip();
            return position == text.Length;
        }
    }

    /// <summary>For a person: where no reading went on.</summary>
    internal string Furthest
    {
        get
        {
            Position = furthest;
            Skip();
            return position >= text.Length ? "it ends too early" : $"nothing like '{text[position..Math.Min(text.Length, position + 20)]}' may stand at character {position + 1}";
        }
    }

    internal bool Sees(string sign)
    {
        Skip();
        return string.CompareOrdinal(text, position, sign, 0, sign.Length) == 0;
    }

    internal bool Take(string sign)
    {
        if (!Sees(sign)) return false;
        Position += sign.Length;
        return true;
    }

    /// <summary>A word, in whatever case, that no letter follows.</summary>
    internal bool TakeWord(string word)
    {
        Skip();
        if (string.Compare(text, position, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) != 0 || char.IsAsciiLetterOrDigit(Peek(word.Length))) return false;
        Position += word.Length;
        return true;
    }

    /// <summary>A letter that stands alone.</summary>
    internal bool TakeLetter(char letter) => TakeWord(letter.ToString());

    /// <summary>AND (also a comma), OR, MINUS.</summary>
    internal bool TakeJoint(string joint) => TakeWord(joint) || (joint == "AND" && Take(","));

    internal string? TakeComparison() => Array.Find(["!=", "<=", ">=", "=", "<", ">"], Take);

    /// <summary>An identifier of SNOMED CT, or one of another scheme: <c>LOINC#54486-6</c>, <c>"LOINC#54486-6"</c>.</summary>
    internal bool Concept()
    {
        Skip();
        var digits = While(char.IsAsciiDigit);
        if (digits is >= 6 and <= 18 && text[position] != '0' && Peek(digits) != '#')
        {
            Position += digits;
            return true;
        }

        if (Peek(0) == '"')
        {
            var close = text.IndexOf('"', position + 1);
            if (close < 0 || text.IndexOf('#', position, close - position) <= position + 1) return false;
            Position = close + 1;
            return true;
        }

        var scheme = While(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '/' or ':');
        if (scheme == 0 || !char.IsAsciiLetter(text[position]) || Peek(scheme) != '#') return false;
        var start = position;
        Position += scheme + 1;
        var code = While(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');
        Position = code == 0 ? start : position + code;
        return code > 0;
    }

    /// <summary>A term between bars, which may be left out.</summary>
    internal bool Term()
    {
        if (!Take("|")) return true;
        var close = text.IndexOf('|', position);
        if (close < 0 || string.IsNullOrWhiteSpace(text[position..close])) return false;
        Position = close + 1;
        return true;
    }

    /// <summary><c>"heart att"</c>, <c>match:"…"</c>, <c>wild:"…"</c>, <c>exact:"…"</c>.</summary>
    internal bool SearchTerm()
    {
        Skip();
        var start = position;
        if (TakeWord("match") || TakeWord("wild") || TakeWord("exact"))
        {
            if (!Take(":"))
            {
                Position = start;
                return false;
            }
        }

        if (Take("\"") && ToQuote()) return true;
        Position = start;
        return false;
    }

    internal bool Word()
    {
        Skip();
        var length = While(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        Position += length;
        return length > 0;
    }

    internal bool Number()
    {
        if (Peek(0) is '+' or '-') Position++;
        var whole = While(char.IsAsciiDigit);
        Position += whole;
        if (whole == 0 || Peek(0) != '.' || !char.IsAsciiDigit(Peek(1))) return whole > 0;
        Position++;
        Position += While(char.IsAsciiDigit);
        return true;
    }

    /// <summary>After the bracket: <c>1..3]</c>, <c>0..*]</c>.</summary>
    internal bool Cardinality()
    {
        Skip();
        var least = While(char.IsAsciiDigit);
        Position += least;
        if (least == 0 || !Take("..")) return false;
        if (Take("*")) return Take("]");
        Skip();
        var most = While(char.IsAsciiDigit);
        Position += most;
        return most > 0 && Take("]");
    }

    /// <summary>Up to the sign that closes what was opened before, over what is opened and closed in between.</summary>
    internal bool Balanced(char close)
    {
        var open = close == ')' ? '(' : '[';
        var depth = 1;
        while (position < text.Length)
        {
            var c = text[position];
            Position++;
            if (c == '"' && !ToQuote()) return false;
            if (c == open) depth++;
            else if (c == close && --depth == 0) return true;
        }

        return false;
    }

    private bool ToQuote()
    {
        while (position < text.Length)
        {
            var c = text[position];
            Position += c == '\\' && position + 1 < text.Length ? 2 : 1;
            if (c == '"') return true;
        }

        return false;
    }

    private char Peek(int ahead) => position + ahead < text.Length ? text[position + ahead] : '\0';

    private int While(Func<char, bool> isOne)
    {
        var length = 0;
        while (position + length < text.Length && isOne(text[position + length])) length++;
        return length;
    }

    private void Skip()
    {
        while (position < text.Length)
        {
            if (char.IsWhiteSpace(text[position])) Position++;
            else if (string.CompareOrdinal(text, position, "/*", 0, 2) == 0 && text.IndexOf("*/", position + 2, StringComparison.Ordinal) is > 0 and var end) Position = end + 2;
            else return;
        }
    }
}
