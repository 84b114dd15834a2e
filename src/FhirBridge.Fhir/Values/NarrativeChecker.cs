using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;

namespace FhirBridge.Fhir;

/// <summary>
/// Checks the <c>div</c> of a narrative: one well-formed XHTML element of the allowed vocabulary, without scripts, events, entities or external
/// content. Spec: https://hl7.org/fhir/R4/narrative.html#xhtml (txt-1, txt-2).
/// </summary>
/// <remarks>A scanner of its own: an XML reader would cost more than reading the rest of a resource.</remarks>
internal static partial class NarrativeChecker
{
    private const string Namespace = "http://www.w3.org/1999/xhtml";

    private static readonly FrozenSet<string> Elements = FrozenSet.ToFrozenSet(
        [
            "a", "abbr", "acronym", "address", "b", "big", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "dfn", "div", "dl", "dt", "em", "h1", "h2", "h3",
            "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p", "pre", "q", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
            "tt", "ul", "var", "bdo", "kbd", "ins", "del", "s", "u", "map", "area", "center", "font",
        ],
        StringComparer.Ordinal);

    private static readonly FrozenSet<string> Attributes = FrozenSet.ToFrozenSet(
        [
            "abbr", "accesskey", "align", "alt", "axis", "bgcolor", "border", "cellhalign", "cellpadding", "cellspacing", "cellvalign", "char", "charoff", "charset", "cite", "class",
            "colspan", "compact", "coords", "dir", "frame", "headers", "height", "href", "hreflang", "hspace", "id", "lang", "longdesc", "name", "nowrap", "rel", "rev", "rowspan",
            "rules", "scope", "shape", "span", "src", "start", "style", "summary", "tabindex", "title", "type", "usemap", "valign", "value", "vspace", "width", "color", "clear",
            "xml:lang", "xml:space",
        ],
        StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> ElementNames = Elements.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> AttributeNames = Attributes.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly SearchValues<char> Forbidden =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (char)c).Where(c => c is not ('\t' or '\n' or '\r')), '\uFFFE', '\uFFFF']);

    private const int MostAttributes = 64;

    /// <summary>Elements that are open and attributes seen in a tag: of one check at a time, kept for the next of the thread.</summary>
    [ThreadStatic]
    private static Stack<string>? openElements;

    [ThreadStatic]
    private static List<string>? seenAttributes;

    /// <summary>What is wrong; null when the text is an allowed narrative (txt-1).</summary>
    internal static string? Check(ReadOnlySpan<byte> utf8)
    {
        var buffer = ArrayPool<char>.Shared.Rent(Math.Max(1, utf8.Length));
        try
        {
            return Check(buffer.AsSpan(0, Encoding.UTF8.GetChars(utf8, buffer)), needsContent: false);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    /// <summary>The same for text. <paramref name="needsContent"/> asks for something that is not white space, too (txt-2).</summary>
    internal static string? Check(ReadOnlySpan<char> narrative, bool needsContent)
    {
        var text = narrative.Trim();
        var open = openElements ??= new Stack<string>();
        open.Clear();
        var content = false;
        var i = 0;
        while (i < text.Length)
        {
            var next = text[i..].IndexOf('<');
            var run = next < 0 ? text[i..] : text.Slice(i, next);
            if (open.Count == 0 && !run.IsEmpty) return i == 0 ? "a narrative starts with <div>" : "text after the closing </div>";
            if (References(run) is { } fault) return fault;
            if (run.Contains("]]>", StringComparison.Ordinal)) return "']]>' is not allowed in text: write ]]&gt;";
            content |= !run.IsWhiteSpace();
            if (next < 0) break;
            i += next;
            if (text[i..].StartsWith("<!--"))
            {
                var end = text[(i + 4)..].IndexOf("-->");
                if (end < 0) return "a comment is not closed";
                var comment = text.Slice(i + 4, end);
                if (comment.Contains("--", StringComparison.Ordinal) || comment.EndsWith("-")) return "a comment holds '--'";
                if (Characters(comment) is { } odd) return odd;
                i += 4 + end + 3;
                continue;
            }

            if (i + 1 < text.Length && text[i + 1] is '!' or '?') return "DOCTYPE, CDATA and processing instructions are not allowed";
            if (i > 0 && open.Count == 0) return "one <div> is allowed";
            if (Tag(text, ref i, open, ref content) is { } wrong) return wrong;
        }

        if (text.IsEmpty) return "a narrative is one <div>";
        if (open.Count > 0) return $"<{open.Peek()}> is not closed";
        return content || !needsContent ? null : "a narrative has text";
    }

    private static string? Tag(ReadOnlySpan<char> text, ref int i, Stack<string> open, ref bool content)
    {
        var closing = i + 1 < text.Length && text[i + 1] == '/';
        i += closing ? 2 : 1;
        var written = Name(text, ref i);
        if (closing)
        {
            Space(text, ref i);
            if (i >= text.Length || text[i] != '>') return $"</{Excerpt(written)}> is not well-formed";
            i++;
            return open.TryPop(out var last) && written.SequenceEqual(last) ? null : $"</{Excerpt(written)}> closes nothing";
        }

        if (open.Count == 0 && written is not "div") return "a narrative is one <div>";
        if (!ElementNames.TryGetValue(written, out var name)) return written.IsEmpty ? "'<' stands alone" : $"<{Excerpt(written)}> is not allowed";
        content |= name == "img";
        var seen = seenAttributes ??= [];
        seen.Clear();
        var inNamespace = open.Count > 0;
        while (true)
        {
            var before = i;
            Space(text, ref i);
            if (i >= text.Length) return $"<{name}> is not closed";
            if (text[i] == '>' || text[i..].StartsWith("/>"))
            {
                if (!inNamespace) return $"the <div> is in the namespace {Namespace}";
                if (text[i] == '>') open.Push(name);
                i += text[i] == '>' ? 1 : 2;
                return open.Count > 100 ? "elements are nested too deeply" : null;
            }

            if (before == i) return $"<{name}> is not well-formed";
            if (Attribute(text, ref i, name, seen, ref inNamespace) is { } fault) return fault;
        }
    }

    private static string? Attribute(ReadOnlySpan<char> text, ref int i, string element, List<string> seen, ref bool inNamespace)
    {
        var written = Name(text, ref i);
        if (!AttributeNames.TryGetValue(written, out var name)) name = Excerpt(written);
        Space(text, ref i);
        if (name.Length == 0 || i >= text.Length || text[i] != '=') return $"an attribute of <{element}> is not well-formed";
        i++;
        Space(text, ref i);
        if (i >= text.Length || text[i] is not ('"' or '\'')) return $"the attribute {name} of <{element}> is not quoted";
        var end = text[(i + 1)..].IndexOf(text[i]);
        if (end < 0) return $"the attribute {name} of <{element}> is not closed";
        var value = text.Slice(i + 1, end);
        i += end + 2;
        if (seen.Contains(name)) return $"the attribute {name} of <{element}> stands twice";
        if (seen.Count == MostAttributes) return $"<{element}> has more than {MostAttributes} attributes";
        seen.Add(name);
        if (value.Contains('<')) return $"the attribute {name} of <{element}> holds '<'";
        if (References(value) is { } fault) return fault;
        if (name is "xmlns")
        {
            inNamespace = value is Namespace;
            return inNamespace ? null : $"the namespace of the narrative is {Namespace}";
        }

        // xmlns:x declarations do nothing by themselves; elements and attributes with a prefix are not in the lists.
        if (written.StartsWith("xmlns:"))
        {
            return value.IsWhiteSpace() || written is "xmlns:" or "xmlns:xml" or "xmlns:xmlns" || written[6..].Contains(':') || !char.IsAsciiLetter(written[6]) || value.StartsWith("http://www.w3.org/")
                ? "a namespace declaration that a narrative does not need"
                : null;
        }

        if (!AttributeNames.Contains(written)) return $"the attribute {name} of <{element}> is not allowed";
        return IsActive(name, value) ? $"the attribute {name} of <{element}> would run or load something" : null;
    }

    /// <summary>Scripts in links, and content loaded from elsewhere through style or images.</summary>
    private static bool IsActive(string name, ReadOnlySpan<char> value)
    {
        if (name is not ("href" or "cite" or "longdesc" or "usemap" or "src" or "style")) return false;
        var plain = System.Net.WebUtility.HtmlDecode(value.ToString());
        var bare = string.Concat(plain.Where(c => !char.IsWhiteSpace(c) && !char.IsControl(c))).ToLowerInvariant();
        return name switch
        {
            "href" or "cite" or "longdesc" or "usemap" => bare.StartsWith("javascript:", StringComparison.Ordinal) || bare.StartsWith("vbscript:", StringComparison.Ordinal)
                || bare.StartsWith("data:", StringComparison.Ordinal),
            "src" => bare.Contains(':') && !bare.StartsWith("data:image/", StringComparison.Ordinal) && !bare.StartsWith("http:", StringComparison.Ordinal)
                && !bare.StartsWith("https:", StringComparison.Ordinal) && !bare.StartsWith("cid:", StringComparison.Ordinal),
            "style" => LocalImage().Replace(bare.Replace("url(data:image/", "", StringComparison.Ordinal), "").Contains("url(", StringComparison.Ordinal) || bare.Contains("expression(", StringComparison.Ordinal)
                || bare.Contains("@import", StringComparison.Ordinal) || bare.Contains("javascript:", StringComparison.Ordinal) || bare.Contains('\\'),
            _ => false,
        };
    }

    /// <summary>An image beside the narrative, as the tables of HL7's own publisher have them, loads nothing from elsewhere.</summary>
    [GeneratedRegex("url\\([\"']?[a-z0-9_-]+\\.(png|gif|jpg)[\"']?\\)", RegexOptions.CultureInvariant)]
    private static partial Regex LocalImage();

    /// <summary>Entity references: the five of XML and numbers; anything else needs a DTD, which is refused.</summary>
    private static string? References(ReadOnlySpan<char> text)
    {
        for (var rest = text; rest.IndexOf('&') is >= 0 and var i; rest = rest[(i + 1)..])
        {
            var end = rest[i..].IndexOf(';');
            if (end < 0) return "'&' stands alone: write &amp;";
            var name = rest.Slice(i + 1, end - 1);
            if (name is "amp" or "lt" or "gt" or "quot" or "apos") continue;
            if (!IsCharacter(name)) return $"the entity &{(name.Length > 20 ? name[..20] : name)}; is not allowed: use a number or the character";
        }

        return Characters(text);
    }

    private static string? Characters(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAny(Forbidden) >= 0) return "control characters, U+FFFE and U+FFFF are not allowed";

        // Text that was read from JSON or XML has no half of a pair, but text that an expression made may.
        for (var rest = text; rest.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var i; rest = rest[(i + 2)..])
        {
            if (i + 1 >= rest.Length || !char.IsSurrogatePair(rest[i], rest[i + 1])) return "half of a surrogate pair is no character";
        }

        return null;
    }

    private static bool IsCharacter(ReadOnlySpan<char> reference)
    {
        if (reference.Length < 2 || reference[0] != '#') return false;
        var hex = reference[1] == 'x';
        var ok = int.TryParse(reference[(hex ? 2 : 1)..], hex ? System.Globalization.NumberStyles.AllowHexSpecifier : System.Globalization.NumberStyles.None, null, out var code);
        return ok && Rune.IsValid(code) && code is not (0xFFFE or 0xFFFF) && (code >= 32 || code is 9 or 10 or 13);
    }

    private static string Excerpt(ReadOnlySpan<char> name) => (name.Length > 40 ? name[..40] : name).ToString();

    private static ReadOnlySpan<char> Name(ReadOnlySpan<char> text, ref int i)
    {
        var start = i;
        while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is ':' or '-' or '_' or '.')) i++;
        return text[start..i];
    }

    private static void Space(ReadOnlySpan<char> text, ref int i)
    {
        while (i < text.Length && text[i] is ' ' or '\t' or '\r' or '\n') i++;
    }
}
