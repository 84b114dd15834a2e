using System.Globalization;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>
/// Reads numbers from texts. A text longer than any number need be is none: it would be read again by every step that asks for its value, and takes time in
/// proportion to its length each time.
/// </summary>
internal static class NumberText
{
    private const int Longest = 1_000;

    /// <summary>A Decimal in the styles given.</summary>
    public static bool TryDecimal(ReadOnlySpan<char> text, NumberStyles styles, out decimal value)
    {
        value = 0;
        return text.Length <= Longest && decimal.TryParse(text, styles, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>An Integer, with a sign or without.</summary>
    public static bool TryInteger(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        return text.Length <= Longest && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>A Long, with a sign or without.</summary>
    public static bool TryLong(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        return text.Length <= Longest && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }
}
