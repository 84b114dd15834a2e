using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace FhirBridge.Fhir;

/// <summary>The primitive types that have a grammar of their own.</summary>
internal enum PrimitiveKind
{
    None,
    Boolean,
    Integer,
    UnsignedInt,
    PositiveInt,
    Decimal,
    String,
    Markdown,
    Xhtml,
    Code,
    Id,
    Uri,
    Oid,
    Uuid,
    Base64,
    Date,
    DateTime,
    Instant,
    Time,
}

/// <summary>The grammars of R4's primitives, on UTF-8 text. Spec: https://hl7.org/fhir/R4/datatypes.html#primitive.</summary>
internal static class PrimitiveGrammar
{
    private const int MaxString = 1024 * 1024;

    private static readonly SearchValues<byte> Forbidden = SearchValues.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);
    private static readonly SearchValues<byte> Space = SearchValues.Create(" \t\r\n\v\f"u8);
    private static readonly SearchValues<byte> IdBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."u8);

    internal static PrimitiveKind KindOf(string type) => type switch
    {
        "boolean" => PrimitiveKind.Boolean,
        "integer" => PrimitiveKind.Integer,
        "unsignedInt" => PrimitiveKind.UnsignedInt,
        "positiveInt" => PrimitiveKind.PositiveInt,
        "decimal" => PrimitiveKind.Decimal,
        "markdown" => PrimitiveKind.Markdown,
        "xhtml" => PrimitiveKind.Xhtml,
        "code" => PrimitiveKind.Code,
        "id" => PrimitiveKind.Id,
        "uri" or "url" or "canonical" => PrimitiveKind.Uri,
        "oid" => PrimitiveKind.Oid,
        "uuid" => PrimitiveKind.Uuid,
        "base64Binary" => PrimitiveKind.Base64,
        "date" => PrimitiveKind.Date,
        "dateTime" => PrimitiveKind.DateTime,
        "instant" => PrimitiveKind.Instant,
        "time" => PrimitiveKind.Time,
        _ => PrimitiveKind.String,
    };

    /// <summary>What is wrong with a text that is not empty; null when it follows the grammar.</summary>
    internal static string? Check(PrimitiveKind kind, ReadOnlySpan<byte> text) => kind switch
    {
        PrimitiveKind.Boolean => text.SequenceEqual("true"u8) || text.SequenceEqual("false"u8) ? null : "true or false",
        PrimitiveKind.Integer => Integer(text, int.MinValue),
        PrimitiveKind.UnsignedInt => Integer(text, 0),
        PrimitiveKind.PositiveInt => Integer(text, 1),
        PrimitiveKind.Decimal => Decimal(text) ? null : "a decimal number such as -12.50",
        PrimitiveKind.Xhtml => NarrativeChecker.Check(text),
        PrimitiveKind.Code => Code(text),
        PrimitiveKind.Id => text.Length <= 64 && text.IndexOfAnyExcept(IdBytes) < 0 ? null : "1 to 64 letters, digits, '-' and '.'",
        PrimitiveKind.Uri => text.IndexOfAny(Space) < 0 ? Text(text) : "a URI has no white space",
        PrimitiveKind.Oid => Oid(text) ? null : "of the form urn:oid:1.2.3",
        PrimitiveKind.Uuid => Uuid(text) ? null : "of the form urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
        PrimitiveKind.Base64 => Base64.IsValid(text, out var length) && length > 0 ? null : "the text is not base64",
        PrimitiveKind.Date => DateTimeGrammar.IsDate(text) ? null : "YYYY, YYYY-MM or YYYY-MM-DD, a day of the calendar",
        PrimitiveKind.DateTime => DateTimeGrammar.IsDateTime(text) ? null : "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss[.s…] with Z or ±hh:mm",
        PrimitiveKind.Instant => DateTimeGrammar.IsInstant(text) ? null : "YYYY-MM-DDThh:mm:ss[.s…] with Z or ±hh:mm",
        PrimitiveKind.Time => DateTimeGrammar.IsTime(text) ? null : "hh:mm:ss[.s…]",
        PrimitiveKind.String => text.Length <= MaxString || Encoding.UTF8.GetCharCount(text) <= MaxString ? Text(text) : "a string has at most 1,048,576 characters: markdown may have more",
        _ => Text(text),
    };

    private static string? Text(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny(Forbidden) >= 0) return "control characters other than tab, line feed and carriage return are not allowed";

        // U+FFFE and U+FFFF are no characters, and XML could not carry them.
        return text.IndexOf("\uFFFE"u8) < 0 && text.IndexOf("\uFFFF"u8) < 0 ? null : "U+FFFE and U+FFFF are no characters";
    }

    private static string? Code(ReadOnlySpan<byte> text)
    {
        var fault = "no white space at the ends, single blanks inside";
        if (Space.Contains(text[0]) || Space.Contains(text[^1])) return fault;
        for (var rest = text; rest.IndexOfAny(Space) is >= 0 and var i; rest = rest[(i + 1)..])
        {
            if (Space.Contains(rest[i + 1])) return fault;
        }

        return Text(text);
    }

    private static string? Integer(ReadOnlySpan<byte> text, int least)
    {
        var digits = text[0] == '-' ? text[1..] : text;
        var plain = !digits.IsEmpty && digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && (digits[0] != '0' || (digits.Length == 1 && text[0] != '-'));
        if (plain && Utf8Parser.TryParse(text, out int value, out var used) && used == text.Length && value >= least) return null;
        return least == int.MinValue ? "a whole number of 32 bits" : $"a whole number from {least} to {int.MaxValue}";
    }

    private static bool Decimal(ReadOnlySpan<byte> text)
    {
        var i = text[0] == '-' ? 1 : 0;
        var whole = DateTimeGrammar.Digits(text, i);
        if (whole == 0 || (whole > 1 && text[i] == '0')) return false;
        i += whole;
        if (i < text.Length && text[i] == '.')
        {
            var fraction = DateTimeGrammar.Digits(text, i + 1);
            if (fraction == 0) return false;
            i += 1 + fraction;
        }

        if (i < text.Length && text[i] is (byte)'e' or (byte)'E')
        {
            i++;
            if (i < text.Length && text[i] is (byte)'+' or (byte)'-') i++;
            var exponent = DateTimeGrammar.Digits(text, i);
            if (exponent == 0) return false;
            i += exponent;
        }

        return i == text.Length;
    }

    private static bool Oid(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("urn:oid:"u8) || text.Length < 9 || text[8] is < (byte)'0' or > (byte)'2') return false;
        var i = 9;
        while (i < text.Length && text[i] == '.')
        {
            var digits = DateTimeGrammar.Digits(text, i + 1);
            if (digits == 0 || (digits > 1 && text[i + 1] == '0')) return false;
            i += 1 + digits;
        }

        return i == text.Length && i > 9;
    }

    private static bool Uuid(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("urn:uuid:"u8) || text.Length != 45) return false;
        for (var i = 9; i < 45; i++)
        {
            var dash = i is 17 or 22 or 27 or 32;
            if (dash ? text[i] != '-' : !(text[i] is (>= (byte)'0' and <= (byte)'9') or (>= (byte)'a' and <= (byte)'f'))) return false;
        }

        return true;
    }
}
