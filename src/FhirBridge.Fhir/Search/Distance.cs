using System.Globalization;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Search;

/// <summary><c>near</c> on Location. Spec: https://hl7.org/fhir/R4/location.html#search.</summary>
internal static class Distance
{
    // Mean radius of the earth.
    private const double Radius = 6_371_008.8;

    // What is near when the search does not say: the specification leaves it to the server.
    private const double Default = 50_000;

    /// <summary>Reads <c>latitude|longitude[|distance[|units]]</c>; null and what is wrong otherwise.</summary>
    internal static NearValue? Parse(string raw, out string error)
    {
        var parts = SearchValueParser.Split(raw, '|');
        error = "it is 'latitude|longitude|distance|units', degrees by WGS84, a distance greater than 0 and a UCUM unit of length (km when none is stated; 50 km without a distance)";
        if (parts.Count is < 2 or > 4 || Degrees(parts[0], 90) is not { } latitude || Degrees(parts[1], 180) is not { } longitude) return null;
        if (parts.Count == 2 || parts[2].Length == 0) return new NearValue(raw, latitude, longitude, Default);
        if (Number(parts[2]) is not ({ } distance and > 0) || Metres(distance, parts.Count == 4 && parts[3].Length > 0 ? parts[3] : "km") is not { } metres) return null;
        return new NearValue(raw, latitude, longitude, metres);
    }

    /// <summary>True when the stored position is not further away than the search allows.</summary>
    internal static bool IsWithin(NearValue near, IndexEntry entry) => Between(near.Latitude, near.Longitude, (double)entry.Low, (double)entry.High) <= near.Metres;

    /// <summary>Metres along the surface of a sphere; less than a hundredth away from the truth.</summary>
    private static double Between(double latitude, double longitude, double otherLatitude, double otherLongitude)
    {
        static double Radians(double degrees) => degrees * Math.PI / 180;
        static double Haversine(double angle) => Math.Pow(Math.Sin(angle / 2), 2);
        var h = Haversine(Radians(otherLatitude - latitude)) + (Math.Cos(Radians(latitude)) * Math.Cos(Radians(otherLatitude)) * Haversine(Radians(otherLongitude - longitude)));
        return 2 * Radius * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }

    private static double? Degrees(string text, double most) => Number(text) is { } degrees && Math.Abs(degrees) <= (decimal)most ? (double)degrees : null;

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static double? Metres(decimal distance, string unit) =>
        UcumUnit.Parse(unit) is { } length && UcumUnit.Parse("m") is { } metre && length.Dimension == metre.Dimension ? (double?)metre.FromBase(length.ToBase(distance)) : null;
}
