namespace FhirBridge.Fhir.FhirPath;

/// <summary>Boundaries, precision and parts of dates and times: the later text of FHIRPath, which the official R4 cases already use.</summary>
internal static class TemporalFunctions
{
    public static readonly FunctionEntry[] All =
    [
        new("lowBoundary", 0, 1, static (in call, input, output) => Boundary(call, input, output, high: false)),
        new("highBoundary", 0, 1, static (in call, input, output) => Boundary(call, input, output, high: true)),
        new("precision", 0, 0, static (in call, input, output) =>
        {
            if (Evaluation.SingleSystem(input, out var value) && Boundaries.Precision(value) is { } digits) output.Add(FhirPathValue.Of(digits));
        }),
        Part("yearOf", TemporalPrecision.Year, static t => t.Local.Year),
        Part("monthOf", TemporalPrecision.Month, static t => t.Local.Month),
        Part("dayOf", TemporalPrecision.Day, static t => t.Local.Day),
        Part("hourOf", TemporalPrecision.Hour, static t => t.Local.Hour),
        Part("minuteOf", TemporalPrecision.Minute, static t => t.Local.Minute),
        Part("secondOf", TemporalPrecision.Second, static t => t.Local.Second),
        Part("millisecondOf", TemporalPrecision.Fraction, static t => t.Local.Millisecond),
        On("timezoneOffsetOf", static t => t.OffsetMinutes is { } minutes ? FhirPathValue.Of(minutes / 60m) : null),
        On("dateOf", static t => t.Kind == FhirPathKind.Time ? null : FhirPathValue.Of(t.AsDate())),
        On("timeOf", static t => t.Kind == FhirPathKind.DateTime && t.Precision >= TemporalPrecision.Hour ? FhirPathValue.Of(t.AsTime()) : null),
    ];

    private static FunctionEntry Part(string name, TemporalPrecision part, Func<FhirPathTemporal, int> read) =>
        On(name, t => t.Precision >= part && (t.Kind != FhirPathKind.Time || part >= TemporalPrecision.Hour) ? FhirPathValue.Of(read(t)) : null);

    private static FunctionEntry On(string name, Func<FhirPathTemporal, FhirPathValue?> read) => new(name, 0, 0, (in call, input, output) =>
    {
        if (!Evaluation.SingleSystem(input, out var value)) return;
        var temporal = value.IsTemporal ? value.AsTemporal : value.Kind == FhirPathKind.String ? FhirPathTemporal.ParseDateTime(value.AsString) : null;
        if (temporal is not null && read(temporal) is { } part) output.Add(part);
    });

    private static void Boundary(in Call call, Values input, Values output, bool high)
    {
        if (!Evaluation.SingleSystem(input, out var value)) return;
        int? precision = null;
        if (call.Count > 0 && (precision = call.Integer(0)) is null) return;
        if (Boundaries.Of(value, precision, high) is { } boundary) output.Add(boundary);
    }
}
