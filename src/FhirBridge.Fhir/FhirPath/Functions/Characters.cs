namespace FhirBridge.Fhir.FhirPath;

/// <summary>Places in a text counted in characters of Unicode: one that takes two units in memory is still one, and is never cut in half.</summary>
internal static class Characters
{
    public static int Count(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (IsPair(text, i)) count--;
        }

        return count;
    }

    /// <summary>The place that many characters after another; the end when there are fewer.</summary>
    public static int Skip(ReadOnlySpan<char> text, int from, int count)
    {
        for (; count > 0 && from < text.Length; count--) from += from + 1 < text.Length && IsPair(text, from + 1) ? 2 : 1;
        return from;
    }

    private static bool IsPair(ReadOnlySpan<char> text, int second) => char.IsLowSurrogate(text[second]) && char.IsHighSurrogate(text[second - 1]);
}
