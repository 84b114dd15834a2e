using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>Reads and writes FHIR JSON. Spec: https://hl7.org/fhir/R4/json.html.</summary>
public static partial class FhirJson
{
    /// <summary>
    /// Reads one resource by the definitions of R4: every node is typed, and every problem of structure, grammar, cardinality and required
    /// codes is collected with line, column and FHIRPath (up to <see cref="ReadLimits.MaxProblems"/>). A byte order mark is left out of
    /// <see cref="ElementTree.Source"/>.
    /// </summary>
    /// <remarks>
    /// Raises <c>MalformedJson</c>, <c>TooDeep</c>, <c>TooLarge</c>, <c>UnknownResourceType</c>, <c>UnknownElement</c>, <c>WrongType</c>,
    /// <c>InvalidValue</c>, <c>Cardinality</c>, <c>Required</c>, <c>CodeInvalid</c>. Invariants and profiles are the validator's.
    /// The tree keeps a reference to <paramref name="utf8"/>, which must not change afterwards.
    /// </remarks>
    public static Result<ElementTree> Read(ReadOnlyMemory<byte> utf8, ReadLimits? limits = null) => Read(utf8, limits ?? ReadLimits.Default, strict: true);

    /// <summary>
    /// Reads as <see cref="Read(ReadOnlyMemory{byte}, ReadLimits?)"/>, for those who look at a resource and do not keep it: what is missing, repeated too often, against the grammar
    /// of its primitive or outside of its value set accompanies the tree as warnings. Fails for all other problems.
    /// </summary>
    public static Result<ElementTree> ReadLenient(ReadOnlyMemory<byte> utf8, ReadLimits? limits = null)
    {
        limits ??= ReadLimits.Default;
        var read = Read(utf8, limits);
        if (read.IsOk || read.Problems.Count >= limits.MaxProblems || !read.Problems.All(p => StructureChecks.IsOfContent(p.Kind))) return read;
        return ReadTrusted(utf8) is { IsOk: true } tree ? Result<ElementTree>.Ok(tree.Value, [.. read.Problems]) : read;
    }

    /// <summary>
    /// Reads bytes that were read with <see cref="Read(ReadOnlyMemory{byte}, ReadLimits?)"/> before (stored resources): typed in the same way, without checks.
    /// What the definitions do not know becomes untyped nodes. Fails only when the bytes are no JSON object within the limits.
    /// </summary>
    public static Result<ElementTree> ReadTrusted(ReadOnlyMemory<byte> utf8) =>
        Read(utf8, new ReadLimits(MaxBytes: int.MaxValue, MaxDepth: 500), strict: false);

    private static Result<ElementTree> Read(ReadOnlyMemory<byte> utf8, ReadLimits limits, bool strict)
    {
        if (utf8.Length > limits.MaxBytes) return Problems.TooLarge.With($"the body has {utf8.Length} bytes, at most {limits.MaxBytes} are read");
        if (utf8.Span.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        var problems = new SourceProblems(Math.Max(1, limits.MaxProblems));
        var span = utf8.Span;
        if (Utf8Text.FirstInvalid(span) is >= 0 and var invalid)
        {
            problems.Add(Problems.MalformedJson, "the body is not valid UTF-8", null, invalid);
            return Result<ElementTree>.Fail(problems.Locate(span));
        }

        var reader = new FhirJsonReader(span, Definitions.R4, limits, problems, strict);
        try
        {
            reader.ReadRoot();
        }
        catch (JsonException e)
        {
            problems.Add(Problems.MalformedJson, Explain(e), null, OffsetOf(span, e));
        }

        return problems.Any ? Result<ElementTree>.Fail(problems.Locate(span)) : reader.Builder.Build(utf8);
    }

    private static int OffsetOf(ReadOnlySpan<byte> span, JsonException e)
    {
        var at = 0;
        for (var line = e.LineNumber ?? 0; line > 0; line--)
        {
            var feed = span[at..].IndexOf((byte)'\n');
            if (feed < 0) break;
            at += feed + 1;
        }

        return (int)Math.Min(span.Length, at + (e.BytePositionInLine ?? 0));
    }

    // The position is in the problem already; the rest is the reader's English. It may quote the body, without a limit: that is cut.
    private static string Explain(JsonException e)
    {
        var end = e.Message.LastIndexOf(" LineNumber:", StringComparison.Ordinal);
        var text = end < 0 ? e.Message : e.Message[..end];
        var quoted = text[0] == '\'' ? text.LastIndexOf('\'') : -1;
        return "the body is not well-formed JSON: " + (quoted > 20 ? text[..20] + "…" + text[quoted..] : text);
    }
}
