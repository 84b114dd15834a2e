using System.Globalization;

namespace FhirBridge.Fhir.Search;

/// <summary>The least and greatest value in SampledData. Spec: https://hl7.org/fhir/R4/datatypes.html#SampledData.</summary>
internal static class SampledDataBounds
{
    /// <summary>Reads <c>origin + factor · sample</c> over all numeric samples; false when there is none.</summary>
    internal static bool TryRead(FhirElement data, out decimal least, out decimal most)
    {
        least = decimal.MaxValue;
        most = decimal.MinValue;
        var origin = Read(data["origin"].Text("value")) ?? 0;
        var factor = Read(data.Text("factor")) ?? 1;
        foreach (var sample in (data.Text("data") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // E, U and L stand for error, above and below the limits of the device.
            if (Read(sample) is not { } number || Math.Abs(number) > 1e12m || Math.Abs(factor) > 1e12m || Math.Abs(origin) > 1e24m) continue;
            var value = origin + (number * factor);
            least = Math.Min(least, value);
            most = Math.Max(most, value);
        }

        return least <= most;
    }

    private static decimal? Read(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
