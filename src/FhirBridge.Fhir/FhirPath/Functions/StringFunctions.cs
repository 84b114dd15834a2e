using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>N1 §5.6 String manipulation. Each result is checked against the longest text before it is built.</summary>
internal static class StringFunctions
{
    private delegate FhirPathValue? TextFunction(in Call call, string text);

    public static readonly FunctionEntry[] All =
    [
        On("indexOf", 1, 1, static (in call, text) => call.Text(0) is { } s ? Place(text, text.IndexOf(s, StringComparison.Ordinal)) : null),
        On("lastIndexOf", 1, 1, static (in call, text) => call.Text(0) is { } s ? Place(text, s.Length == 0 ? text.Length : text.LastIndexOf(s, StringComparison.Ordinal)) : null),
        On("substring", 1, 2, Substring),
        On("startsWith", 1, 1, static (in call, text) => call.Text(0) is { } s ? FhirPathValue.Of(text.StartsWith(s, StringComparison.Ordinal)) : null),
        On("endsWith", 1, 1, static (in call, text) => call.Text(0) is { } s ? FhirPathValue.Of(text.EndsWith(s, StringComparison.Ordinal)) : null),
        On("contains", 1, 1, static (in call, text) => call.Text(0) is { } s ? FhirPathValue.Of(text.Contains(s, StringComparison.Ordinal)) : null),
        On("upper", 0, 0, static (in call, text) => FhirPathValue.Of(text.ToUpperInvariant())),
        On("lower", 0, 0, static (in call, text) => FhirPathValue.Of(text.ToLowerInvariant())),
        On("replace", 2, 2, Replace),
        On("length", 0, 0, static (in call, text) => FhirPathValue.Of(Characters.Count(text))),
        On("trim", 0, 0, static (in call, text) => FhirPathValue.Of(text.Trim())),
        On("encode", 1, 1, Encode),
        On("decode", 1, 1, Decode),
        On("escape", 1, 1, Escape),
        On("unescape", 1, 1, Unescape),
        new("toChars", 0, 0, ToChars),
        new("split", 1, 1, Split),
        new("join", 0, 1, Join),
    ];

    /// <summary>The text that a function works on; null when the input is empty. Another type is a fault.</summary>
    public static string? Subject(Values input)
    {
        if (!Evaluation.SingleSystem(input, out var value)) return null;
        return value.Kind == FhirPathKind.String ? value.AsString : throw Evaluation.Fault($"expected a String, found {value.Type}");
    }

    private static FunctionEntry On(string name, int min, int max, TextFunction body) => new(name, min, max, (in call, input, output) =>
    {
        if (Subject(input) is not { } text) return;
        call.E.SpendText(text.Length);
        if (body(call, text) is { } result) output.Add(result);
    });

    private static FhirPathValue? Place(string text, int index) => FhirPathValue.Of(index < 0 ? index : Characters.Count(text.AsSpan(0, index)));

    private static FhirPathValue? Substring(in Call call, string text)
    {
        if (call.Integer(0) is not { } start || start < 0 || Characters.Skip(text, 0, start) is var from && from >= text.Length) return null;
        var length = call.Count > 1 ? call.Integer(1) ?? text.Length : text.Length;
        return FhirPathValue.Of(text[from..Characters.Skip(text, from, length)]);
    }

    private static FhirPathValue? Replace(in Call call, string text)
    {
        if (call.Text(0) is not { } pattern || call.Text(1) is not { } substitution) return null;
        var places = pattern.Length == 0 ? text.Length + 1 : CountOf(text, pattern);
        call.E.SpendText(text.Length + ((long)places * Math.Max(substitution.Length - pattern.Length, 0)));
        if (pattern.Length > 0) return FhirPathValue.Of(text.Replace(pattern, substitution, StringComparison.Ordinal));

        // N1 §5.6: an empty pattern matches around every character.
        var result = new StringBuilder(substitution);
        foreach (var rune in text.EnumerateRunes()) result.Append(rune).Append(substitution);
        return FhirPathValue.Of(result.ToString());
    }

    private static int CountOf(string text, string pattern)
    {
        var count = 0;
        for (var at = text.IndexOf(pattern, StringComparison.Ordinal); at >= 0; at = text.IndexOf(pattern, at + pattern.Length, StringComparison.Ordinal)) count++;
        return count;
    }

    private static FhirPathValue? Encode(in Call call, string text)
    {
        call.E.SpendText(text.Length * 6L);
        var bytes = Encoding.UTF8.GetBytes(text);
        return call.Text(0) switch
        {
            "hex" => FhirPathValue.Of(Convert.ToHexStringLower(bytes)),
            "base64" => FhirPathValue.Of(Convert.ToBase64String(bytes)),
            "urlbase64" => FhirPathValue.Of(Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_')),
            _ => null,
        };
    }

    private static FhirPathValue? Decode(in Call call, string text)
    {
        try
        {
            return call.Text(0) switch
            {
                "hex" => FhirPathValue.Of(Encoding.UTF8.GetString(Convert.FromHexString(text))),
                "base64" => FhirPathValue.Of(Encoding.UTF8.GetString(Convert.FromBase64String(text))),
                "urlbase64" => FhirPathValue.Of(Encoding.UTF8.GetString(Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/')))),
                _ => null,
            };
        }
        catch (FormatException)
        {
            throw Evaluation.Fault("the text is not encoded in that way");
        }
    }

    private static FhirPathValue? Escape(in Call call, string text)
    {
        call.E.SpendText(text.Length * 6L);
        return call.Text(0) switch
        {
            "html" => FhirPathValue.Of(WebUtility.HtmlEncode(text)),
            "json" => FhirPathValue.Of(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)),
            _ => null,
        };
    }

    private static FhirPathValue? Unescape(in Call call, string text)
    {
        switch (call.Text(0))
        {
            case "html":
                return FhirPathValue.Of(WebUtility.HtmlDecode(text));
            case "json":
                try
                {
                    return FhirPathValue.Of(JsonSerializer.Deserialize<string>($"\"{text}\"")!);
                }
                catch (JsonException)
                {
                    return FhirPathValue.Of(text);
                }

            default:
                return null;
        }
    }

    private static void ToChars(in Call call, Values input, Values output)
    {
        if (Subject(input) is not { } text) return;
        call.E.Spend(text.Length);
        foreach (var rune in text.EnumerateRunes()) output.Add(FhirPathValue.Of(rune.ToString()));
    }

    private static void Split(in Call call, Values input, Values output)
    {
        if (Subject(input) is not { } text || call.Text(0) is not { } separator) return;
        call.E.Spend(text.Length);
        if (separator.Length == 0)
        {
            ToChars(call, input, output);
            return;
        }

        foreach (var part in text.Split(separator)) output.Add(FhirPathValue.Of(part));
    }

    private static void Join(in Call call, Values input, Values output)
    {
        var separator = call.Count > 0 ? call.Text(0) : "";
        if (separator is null) return;
        var texts = new List<string>(input.Count);
        var length = 0L;
        for (var i = 0; i < input.Count; i++)
        {
            if (input[i].System is not { } value)
            {
                if (FhirTypes.IsValueless(input[i].Element)) continue;
                throw Evaluation.Fault($"expected Strings, found {input[i].Type}");
            }

            if (value.Kind != FhirPathKind.String) throw Evaluation.Fault($"expected Strings, found {value.Type}");
            length += value.AsString.Length + separator.Length;
            texts.Add(value.AsString);
        }

        if (texts.Count == 0) return;
        call.E.SpendText(length);
        output.Add(FhirPathValue.Of(string.Join(separator, texts)));
    }
}
