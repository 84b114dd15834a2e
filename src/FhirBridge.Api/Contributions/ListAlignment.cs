using System.Text.Json.Nodes;

namespace FhirBridge.Api.Contributions;

/// <summary>Which item of a list that was changed is which one of the list that was shown.</summary>
internal sealed class ListAlignment
{
    private readonly int?[] shownOf;
    private readonly int?[] nowOf;

    private ListAlignment(int shown, int now) => (nowOf, shownOf) = (new int?[shown], new int?[now]);

    /// <summary>Places in the shown list of what may or may not be among the changed items.</summary>
    public HashSet<int> Doubtful { get; } = [];

    /// <summary>The place that an item now there had in the shown list; null for a new one.</summary>
    public int? ShownOf(int item) => shownOf[item];

    /// <summary>The place that a shown item has now; null when it has been removed.</summary>
    public int? NowOf(int shown) => nowOf[shown];

    /// <summary>Items are recognised by their text, also where they have been moved; those that were changed, by their place between the others.</summary>
    public static ListAlignment Of(IReadOnlyList<JsonNode?> shown, IReadOnlyList<JsonNode?> now)
    {
        var (shownTexts, nowTexts) = (shown.Select(Text).ToArray(), now.Select(Text).ToArray());
        var alignment = new ListAlignment(shown.Count, now.Count);
        var anchors = Unchanged(shownTexts, nowTexts);
        foreach (var (s, n) in anchors) alignment.Pair(s, n);
        var moved = Enumerable.Range(0, shown.Count).Where(s => alignment.nowOf[s] is null).GroupBy(s => shownTexts[s] ?? "").ToDictionary(g => g.Key, g => new Queue<int>(g));
        for (var n = 0; n < now.Count; n++)
        {
            if (alignment.shownOf[n] is null && moved.TryGetValue(nowTexts[n] ?? "", out var places) && places.TryDequeue(out var s)) alignment.Pair(s, n);
        }

        var (fromShown, fromNow) = (0, 0);
        foreach (var (s, n) in anchors.Append((Shown: shown.Count, Now: now.Count)))
        {
            alignment.Between(Left(alignment.nowOf, fromShown, s), Left(alignment.shownOf, fromNow, n));
            (fromShown, fromNow) = (s + 1, n + 1);
        }

        return alignment;
    }

    /// <summary>The text by which two values are the same.</summary>
    public static string? Text(JsonNode? node) => node?.ToJsonString(Http.JsonOptions.Nodes);

    private void Pair(int shown, int now) => (shownOf[now], nowOf[shown]) = (shown, now);

    private static List<int> Left(int?[] partners, int from, int end) => [.. Enumerable.Range(from, end - from).Where(i => partners[i] is null)];

    // As many as before: the same ones, changed. None left: removed. Otherwise it cannot be told.
    private void Between(List<int> shown, List<int> now)
    {
        if (shown.Count == now.Count)
        {
            foreach (var (s, n) in shown.Zip(now)) Pair(s, n);
        }
        else if (now.Count > 0)
        {
            Doubtful.UnionWith(shown);
        }
    }

    // The longest common part; where both lists are long, what is the same at both ends has gone before.
    private static List<(int Shown, int Now)> Unchanged(string?[] shown, string?[] now)
    {
        var pairs = new List<(int, int)>();
        var (head, tail) = (0, 0);
        var most = Math.Min(shown.Length, now.Length);
        while (head < most && shown[head] == now[head]) pairs.Add((head, head++));
        while (tail < most - head && shown[^(tail + 1)] == now[^(tail + 1)]) tail++;
        var (rows, columns) = (shown.Length - head - tail, now.Length - head - tail);

        // Lists of thousands, changed all over: what has changed is then known by its place alone.
        if ((long)rows * columns <= 4_000_000) pairs.AddRange(Common(shown.AsSpan(head, rows), now.AsSpan(head, columns)).Select(p => (p.Shown + head, p.Now + head)));
        for (var i = tail; i > 0; i--) pairs.Add((shown.Length - i, now.Length - i));
        return pairs;
    }

    private static List<(int Shown, int Now)> Common(ReadOnlySpan<string?> shown, ReadOnlySpan<string?> now)
    {
        var lengths = new int[shown.Length + 1, now.Length + 1];
        for (var i = shown.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--) lengths[i, j] = shown[i] == now[j] ? lengths[i + 1, j + 1] + 1 : Math.Max(lengths[i + 1, j], lengths[i, j + 1]);
        }

        var pairs = new List<(int, int)>();
        for (var (i, j) = (0, 0); i < shown.Length && j < now.Length;)
        {
            if (shown[i] == now[j]) pairs.Add((i++, j++));
            else if (lengths[i + 1, j] >= lengths[i, j + 1]) i++;
            else j++;
        }

        return pairs;
    }
}
