using System.Globalization;

namespace FhirBridge.Fhir;

/// <summary>Business versions of canonical resources: which of two is the later one, and whether one fits what is asked for.</summary>
/// <remarks>R4 leaves versions to the author; numbers between dots, with a label behind a hyphen, are what most use (https://semver.org), dates the others.</remarks>
public static class CanonicalVersion
{
    /// <summary>Positive when the first is later, negative when the second is, 0 when they are equal or cannot be compared. Any version is later than none.</summary>
    public static int Compare(string? a, string? b)
    {
        if (a is null || b is null) return (a is null ? 0 : 1) - (b is null ? 0 : 1);
        var (first, firstLabel) = Split(a);
        var (second, secondLabel) = Split(b);
        for (var i = 0; i < Math.Max(first.Length, second.Length); i++)
        {
            if (i >= first.Length) return -1;
            if (i >= second.Length) return 1;
            if (!Number(first[i], out var x) || !Number(second[i], out var y)) return 0;
            if (x != y) return x.CompareTo(y);
        }

        // A label marks what comes before the release itself.
        if (firstLabel is null || secondLabel is null) return (firstLabel is null ? 1 : 0) - (secondLabel is null ? 1 : 0);
        return Math.Sign(string.CompareOrdinal(firstLabel, secondLabel));
    }

    /// <summary>True for a version that stands for several: <c>1.x</c>, <c>1.*.0</c>, <c>1.0?</c>.</summary>
    public static bool IsPattern(string version) =>
        version is "*" || version.EndsWith('?') || Split(version).Parts.Any(p => p is "x" or "X" or "*");

    /// <summary>Does a version fit what is asked for: the same, or one that the pattern stands for?</summary>
    /// <param name="asked">A version; parts that are <c>x</c> or <c>*</c> stand for any number; with <c>?</c> at the end, anything may follow.</param>
    /// <param name="version">The version of a resource; null when it states none.</param>
    public static bool Fits(string asked, string? version)
    {
        if (version is null) return asked == "*";
        if (asked == version || asked == "*") return true;
        if (asked.EndsWith('?'))
        {
            var start = asked[..^1];
            return version.StartsWith(start, StringComparison.Ordinal) && (version.Length == start.Length || !char.IsAsciiDigit(version[start.Length]));
        }

        if (!IsPattern(asked)) return false;
        var (wanted, label) = Split(asked);
        var (parts, otherLabel) = Split(version);
        if (parts.Length != wanted.Length || label != otherLabel) return false;
        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] is not ("x" or "X" or "*") && wanted[i] != parts[i]) return false;
        }

        return true;
    }

    private static bool Number(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static (string[] Parts, string? Label) Split(string version)
    {
        // A date has hyphens of its own.
        if (version.Length >= 7 && version[4] == '-' && version.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0) return (version.Split('-', 'T'), null);
        var build = version.IndexOf('+');
        if (build >= 0) version = version[..build];
        var hyphen = version.IndexOf('-');
        return hyphen < 0 ? (version.Split('.'), null) : (version[..hyphen].Split('.'), version[(hyphen + 1)..]);
    }
}
