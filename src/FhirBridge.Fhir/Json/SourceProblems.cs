using System.Text;

namespace FhirBridge.Fhir;

/// <summary>Collects problems with their byte offset; lines and columns are counted once, at the end.</summary>
internal sealed class SourceProblems(int limit)
{
    private readonly List<(Problem Problem, int Offset)> found = [];

    internal bool Any => found.Count > 0;

    internal bool IsFull => found.Count >= limit;

    internal void Add(ProblemKind kind, string diagnostics, string? path, int offset)
    {
        // The problem that ends the reading may come on top of a full list.
        if (found.Count <= limit) found.Add((kind.With(diagnostics, path), offset));
    }

    /// <summary>Adds a problem whose place the reader knows.</summary>
    internal void Add(Problem problem)
    {
        if (found.Count <= limit) found.Add((problem, 0));
    }

    /// <summary>All problems, of which the reader knew the place, in the order of the source.</summary>
    internal Problem[] All() => [.. found.Select(f => f.Problem).OrderBy(p => p.Line).ThenBy(p => p.Column)];

    /// <summary>All problems in the order of the source, with line and column (characters, from 1).</summary>
    internal Problem[] Locate(ReadOnlySpan<byte> source)
    {
        var sorted = found.OrderBy(f => f.Offset).ToArray();
        var result = new Problem[sorted.Length];
        var (line, lineStart, at) = (1, 0, 0);
        for (var i = 0; i < sorted.Length; i++)
        {
            var offset = Math.Clamp(sorted[i].Offset, 0, source.Length);
            for (int feed; (feed = source[at..offset].IndexOf((byte)'\n')) >= 0; line++) lineStart = at += feed + 1;
            at = offset;
            result[i] = sorted[i].Problem with { Line = line, Column = 1 + Encoding.UTF8.GetCharCount(source[lineStart..offset]) };
        }

        return result;
    }
}
