using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace FhirBridge.Portal;

/// <summary>The texts of the pages: one embedded JSON file a language, keys in English. English is the only one yet.</summary>
public sealed class Texts
{
    private readonly FrozenDictionary<string, string> texts;

    private Texts(string language)
    {
        using var file = typeof(Texts).Assembly.GetManifestResourceStream($"i18n.{language}.json")
            ?? throw new ArgumentException($"there are no texts in the language '{language}'", nameof(language));
        texts = JsonSerializer.Deserialize<Dictionary<string, string>>(file)!.ToFrozenDictionary(StringComparer.Ordinal);
        Language = language;
    }

    /// <summary>English.</summary>
    public static Texts English { get; } = new("en");

    /// <summary>Language tag (BCP 47) of the texts.</summary>
    public string Language { get; }

    /// <summary>A text. A key that does not exist is a bug and throws.</summary>
    public string this[string key] => texts[key];

    /// <summary>A text with its placeholders filled.</summary>
    public string this[string key, params object[] values] => string.Format(CultureInfo.InvariantCulture, texts[key], values);
}
