using System.Net;
using System.Text;

namespace FhirBridge.Fhir.Search;

/// <summary>The words of a text or of a resource, folded, in their order.</summary>
internal sealed class TextWords
{
    // Stands between two texts, so that no phrase reaches from one into the other.
    private const string Border = "";

    private static readonly HashSet<string> Inline = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "abbr", "acronym", "b", "big", "cite", "code", "dfn", "em", "i", "kbd", "q", "samp", "small", "span", "strong", "sub", "sup", "tt", "var",
    };

    private readonly List<string> words = [];
    private readonly HashSet<string> distinct = new(StringComparer.Ordinal);

    /// <summary>The words of one text.</summary>
    internal static IReadOnlyList<string> Of(string text)
    {
        var found = new List<string>();
        Split(text, found);
        return found;
    }

    /// <summary>The words of one text, for matching.</summary>
    internal static TextWords OfText(string text)
    {
        var words = new TextWords();
        words.Add(text);
        return words;
    }

    /// <summary>The words of the resource's narrative.</summary>
    internal static TextWords OfNarrative(FhirElement resource)
    {
        var words = new TextWords();
        if (resource["text"].Text("div") is { } div) words.Add(Plain(div));
        return words;
    }

    /// <summary>
    /// The words of everything that the resource says: texts, codes, dates, numbers, the narrative; of contained resources too. Not of what only holds it
    /// together: ids, meta, literal references, urls of extensions, binary data, booleans.
    /// </summary>
    internal static TextWords OfContent(FhirElement resource)
    {
        var words = new TextWords();
        foreach (var child in resource.Children())
        {
            if (child.Name != "meta") words.AddContent(child);
        }

        return words;
    }

    /// <summary>True when the words follow each other in one of the texts; of the last one perhaps only the beginning.</summary>
    internal bool Contains(IReadOnlyList<string> sequence, bool lastIsBeginning)
    {
        if (sequence.Count == 1) return lastIsBeginning ? words.Exists(w => w.StartsWith(sequence[0], StringComparison.Ordinal)) : distinct.Contains(sequence[0]);
        for (var start = 0; start + sequence.Count <= words.Count; start++)
        {
            var n = 0;
            while (n < sequence.Count && IsAt(start + n, sequence[n], lastIsBeginning && n == sequence.Count - 1)) n++;
            if (n == sequence.Count) return true;
        }

        return false;
    }

    private bool IsAt(int place, string word, bool isBeginning) => isBeginning ? words[place].StartsWith(word, StringComparison.Ordinal) : words[place] == word;

    private void AddContent(FhirElement element)
    {
        var isStructure = element.Type is "base64Binary" or "boolean" or "id" || element.Name == "id"
            || (element.Name == "reference" && element.Parent.Type == "Reference") || (element.Name == "url" && element.Parent.Type == "Extension");
        if (element.HasValue && !isStructure) Add(element.Type == "xhtml" ? Plain(element.Value) : element.Value);
        foreach (var child in element.Children())
        {
            if (!element.IsResource || child.Name != "meta") AddContent(child);
        }
    }

    private void Add(string text)
    {
        var before = words.Count;
        Split(text, words);
        for (var i = before; i < words.Count; i++) distinct.Add(words[i]);
        words.Add(Border);
    }

    // Words are what stands between white space and punctuation; an apostrophe is within one, and a character of a script without blanks is one by itself.
    private static void Split(string text, List<string> found)
    {
        var word = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '\'' or '\u2019' or '\u02BC' || (SearchText.IsPunctuation(c) && !char.IsPunctuation(c))) continue;
            if (IsIdeograph(c))
            {
                End(word, found);
                found.Add(c.ToString());
            }
            else if (i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1]))
            {
                word.Append(c).Append(text[++i]);
            }
            else if (char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) is >= System.Globalization.UnicodeCategory.NonSpacingMark and <= System.Globalization.UnicodeCategory.EnclosingMark)
            {
                word.Append(c);
            }
            else
            {
                End(word, found);
            }
        }

        End(word, found);
    }

    private static bool IsIdeograph(char c) => c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF');

    private static void End(StringBuilder word, List<string> found)
    {
        if (word.Length == 0) return;
        var folded = SearchText.FoldLetters(word.ToString());
        if (folded.Length > 0) found.Add(folded);
        word.Clear();
    }

    // The text of XHTML: tags that begin something new part words, those within a line do not.
    private static string Plain(string xhtml)
    {
        var text = new StringBuilder(xhtml.Length);
        for (var i = 0; i < xhtml.Length; i++)
        {
            if (xhtml[i] != '<')
            {
                text.Append(xhtml[i]);
                continue;
            }

            var isComment = xhtml.AsSpan(i).StartsWith("<!--");
            var end = isComment ? xhtml.IndexOf("-->", i, StringComparison.Ordinal) : xhtml.IndexOf('>', i);
            if (end < 0) break;
            var name = xhtml.AsSpan(i + 1, end - i - 1).TrimStart('/');
            var length = name.IndexOfAnyExcept(Letters);
            if (!isComment && !Inline.Contains(name[..(length < 0 ? name.Length : length)].ToString())) text.Append(' ');
            i = isComment ? end + 2 : end;
        }

        return WebUtility.HtmlDecode(text.ToString());
    }

    private static readonly System.Buffers.SearchValues<char> Letters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}

/// <summary>What a search may ask of a resource beyond its index: its words, read when first asked for.</summary>
/// <param name="read">Reads the resource.</param>
public sealed class ResourceContent(Func<FhirElement> read)
{
    private FhirElement? resource;
    private TextWords? narrative;
    private TextWords? all;

    private FhirElement Resource => resource ??= read();

    internal TextWords Narrative => narrative ??= TextWords.OfNarrative(Resource);

    internal TextWords All => all ??= TextWords.OfContent(Resource);
}
