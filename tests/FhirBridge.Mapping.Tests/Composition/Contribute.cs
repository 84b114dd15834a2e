using System.Text;
using FhirBridge.Fhir;

namespace FhirBridge.Mapping.Tests;

/// <summary>Makes contributions of one record from JSON written with single quotes.</summary>
internal static class Contribute
{
    public const string Record = "rec7";

    public static readonly DateTimeOffset Day = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>A contribution of an organisation (or person: a reference with a slash), committed so many hours after <see cref="Day"/>.</summary>
    public static VisibleContribution By(string contributor, string localId, string json, int hours = 0)
    {
        var reference = contributor.Contains('/') ? contributor : $"Organization/{contributor}";
        var resource = Read(json.Contains((char)34) ? json : json.Replace('\'', '"'));
        var name = reference.StartsWith("Organization/", StringComparison.Ordinal) ? "The " + contributor : null;
        return new VisibleContribution(
            $"{resource.Type}/{Record}-{contributor.Replace("/", "", StringComparison.Ordinal).ToLowerInvariant()}.{localId}",
            UnifiedKeys.UnifiedReference(resource, Record, r => r)!,
            reference,
            name,
            $"https://net.example/members/{contributor}/fhir/{resource.Type}/{localId}",
            Day.AddHours(hours),
            resource);
    }

    public static FhirElement Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    public static FhirElement Read(ReadOnlyMemory<byte> json)
    {
        var read = FhirJson.Read(json);
        Assert.True(read.IsOk, string.Join("\n", read.Problems) + "\n" + Encoding.UTF8.GetString(json.Span));
        return read.Value.Root;
    }

    public static FhirElement Read(UnifiedResource resource) => Read(resource.Json);

    public static string Text(UnifiedResource resource) => Encoding.UTF8.GetString(resource.Json.Span);
}
