using System.Globalization;
using System.Text.Json;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>Reads FHIR primitives and quantities as System values, when an operator needs them and not before.</summary>
/// <remarks>Spec: https://hl7.org/fhir/R4/fhirpath.html#types "implicit conversions".</remarks>
internal static class SystemValues
{
    /// <summary>System of the calendar and definite units that a FHIR Quantity may carry.</summary>
    public const string Ucum = "http://unitsofmeasure.org";

    private const string SystemPrefix = "http://hl7.org/fhirpath/System.";

    public static FhirPathValue? Read(FhirElement e)
    {
        if (e.Value is not { } text) return FhirTypes.IsQuantity(e.Type) ? ReadQuantity(e) : null;
        return KindOf(e) switch
        {
            FhirPathKind.Boolean => text is "true" or "false" ? FhirPathValue.Of(text == "true") : FhirPathValue.Of(text),
            FhirPathKind.Integer => NumberText.TryInteger(text, out var i) ? FhirPathValue.Of(i) : Number(text),
            FhirPathKind.Long => NumberText.TryLong(text, out var l) ? FhirPathValue.Of(l) : Number(text),
            FhirPathKind.Decimal => Number(text),
            FhirPathKind.Date or FhirPathKind.DateTime => FhirPathTemporal.ParseDateTime(text, KindOf(e)) is { } d ? FhirPathValue.Of(d) : FhirPathValue.Of(text),
            FhirPathKind.Time => FhirPathTemporal.ParseTime(text) is { } t ? FhirPathValue.Of(t) : FhirPathValue.Of(text),
            _ => FhirPathValue.Of(text),
        };
    }

    public static FhirPathType TypeOf(FhirElement e)
    {
        if (e.Type is not { } type) return e.HasValue ? FhirPathType.OfKind(KindOf(e)) : new FhirPathType("FHIR", "Element");
        return type.StartsWith(SystemPrefix, StringComparison.Ordinal) ? new FhirPathType("System", type[SystemPrefix.Length..]) : new FhirPathType("FHIR", type);
    }

    /// <summary>The System type that a primitive element converts to.</summary>
    public static FhirPathKind KindOf(FhirElement e) => e.Type is { } type ? KindOf(type) : OfJson(e);

    /// <summary>The System type that a primitive type converts to.</summary>
    public static FhirPathKind KindOf(string type) => type switch
    {
        "boolean" or SystemPrefix + "Boolean" => FhirPathKind.Boolean,
        "integer" or "unsignedInt" or "positiveInt" or SystemPrefix + "Integer" => FhirPathKind.Integer,
        "integer64" => FhirPathKind.Long,
        "decimal" or SystemPrefix + "Decimal" => FhirPathKind.Decimal,
        "date" or SystemPrefix + "Date" => FhirPathKind.Date,
        "dateTime" or "instant" or SystemPrefix + "DateTime" => FhirPathKind.DateTime,
        "time" or SystemPrefix + "Time" => FhirPathKind.Time,
        _ => FhirPathKind.String,
    };

    private static FhirPathKind OfJson(FhirElement e) => e.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => FhirPathKind.Boolean,
        JsonValueKind.Number => e.Value!.AsSpan().IndexOfAny('.', 'e', 'E') < 0 ? FhirPathKind.Integer : FhirPathKind.Decimal,
        _ => FhirPathKind.String,
    };

    private static FhirPathValue Number(string text) =>
        NumberText.TryDecimal(text, NumberStyles.Float, out var d) ? FhirPathValue.Of(d) : FhirPathValue.Of(text);

    private static FhirPathValue? ReadQuantity(FhirElement e)
    {
        // A comparator makes it a range, not a value: no conversion.
        if (e["comparator"].HasValue || e["value"].Value is not { } text) return null;
        if (!NumberText.TryDecimal(text, NumberStyles.Float, out var value)) return null;
        var code = e.Text("code");
        var system = e.Text("system");
        return system == Ucum && code is not null ? FhirPathValue.Of(FhirPathQuantity.OfUcumCode(value, code)) : null;
    }
}
