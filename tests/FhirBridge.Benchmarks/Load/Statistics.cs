namespace FhirBridge.Benchmarks.Load;

/// <summary>Medians and percentiles.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Milliseconds below which that share of the latencies lies.</summary>
    public static double Percentile(int[] sortedMicroseconds, double share) =>
        sortedMicroseconds.Length == 0 ? double.NaN : sortedMicroseconds[Math.Min(sortedMicroseconds.Length - 1, (int)(share * sortedMicroseconds.Length))] / 1000.0;
}
