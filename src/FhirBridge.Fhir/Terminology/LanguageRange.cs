using System.Globalization;

namespace FhirBridge.Fhir;

/// <summary>Languages that are asked for, the most wanted first: <c>de, en;q=0.5, *;q=0</c>. Spec: RFC 9110 §12.5.4, RFC 4647 §3.3.1.</summary>
internal sealed class LanguageRange
{
    private const int MaxLanguages = 20;

    private readonly List<(string Tag, double Weight)> tags;

    private LanguageRange(string text, List<(string Tag, double Weight)> tags)
    {
        Text = text;
        this.tags = tags;
    }

    /// <summary>As it was asked.</summary>
    internal string Text { get; }

    /// <summary>True when a text in another language is not wanted (<c>*;q=0</c>).</summary>
    internal bool IsStrict => tags.Any(t => t is ("*", 0));

    /// <summary>True when any language will do, and none is named (<c>*</c>).</summary>
    internal bool IsAny => tags.Exists(t => t is { Tag: "*", Weight: > 0 }) && !Tags.Any();

    internal IEnumerable<string> Tags => tags.Where(t => t.Tag != "*" && t.Weight > 0).Select(t => t.Tag);

    /// <summary>Null when the text is no list of languages.</summary>
    internal static LanguageRange? Parse(string text)
    {
        var tags = new List<(string, double)>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(MaxLanguages))
        {
            var pieces = part.Split(';', StringSplitOptions.TrimEntries);
            var weight = 1.0;
            if (pieces[0] != "*" && !IsTag(pieces[0])) return null;
            if (pieces.Length > 1 && !(pieces[1].StartsWith("q=", StringComparison.Ordinal) && double.TryParse(pieces[1].AsSpan(2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out weight) && weight is >= 0 and <= 1)) return null;
            tags.Add((pieces[0], weight));
        }

        return tags.Count == 0 ? null : new LanguageRange(text, [.. tags.OrderByDescending(t => t.Item2)]);
    }

    /// <summary>True when a text in that language is in the language asked for: <c>de-CH</c> is <c>de</c>.</summary>
    internal static bool Fits(string? language, string tag) =>
        language is not null && language.StartsWith(tag, StringComparison.OrdinalIgnoreCase) && (language.Length == tag.Length || language[tag.Length] == '-');

    private static bool IsTag(string text) => text.Length is > 1 and <= 40 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
