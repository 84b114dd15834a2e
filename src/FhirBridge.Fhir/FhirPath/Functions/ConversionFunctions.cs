using System.Globalization;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>N1 §5.5 Conversion: iif, toX and convertsToX, which ask whether toX gives something.</summary>
internal static class ConversionFunctions
{
    private delegate FhirPathValue? Conversion(in FhirPathValue value);

    public static readonly FunctionEntry[] All =
    [
        new("iif", 2, 3, Iif),
        To("toBoolean", Boolean), Converts("convertsToBoolean", Boolean),
        To("toInteger", Integer), Converts("convertsToInteger", Integer),
        To("toLong", Long), Converts("convertsToLong", Long),
        To("toDecimal", Decimal), Converts("convertsToDecimal", Decimal),
        To("toString", Text), Converts("convertsToString", Text),
        To("toDate", Date), Converts("convertsToDate", Date),
        To("toDateTime", DateTime), Converts("convertsToDateTime", DateTime),
        To("toTime", Time), Converts("convertsToTime", Time),
        new("toQuantity", 0, 1, static (in call, input, output) =>
        {
            if (Quantity(call, input) is { } quantity) output.Add(FhirPathValue.Of(quantity));
        }),
        new("convertsToQuantity", 0, 1, static (in call, input, output) =>
        {
            if (Evaluation.SingleSystem(input, out _)) output.Add(Quantity(call, input) is not null);
        }),
    ];

    private static FunctionEntry To(string name, Conversion convert) => new(name, 0, 0, (in call, input, output) =>
    {
        if (Evaluation.SingleSystem(input, out var value) && convert(value) is { } converted) output.Add(converted);
    });

    private static FunctionEntry Converts(string name, Conversion convert) => new(name, 0, 0, (in call, input, output) =>
    {
        if (Evaluation.SingleSystem(input, out var value)) output.Add(convert(value) is not null);
    });

    /// <summary>Evaluates only the branch that is chosen; <c>$this</c> is the input.</summary>
    private static void Iif(in Call call, Values input, Values output)
    {
        if (input.Count > 1 && !ReferenceEquals(input, call.Scope)) throw Evaluation.Fault($"iif() takes a single item as input, found {input.Count}");
        var condition = call.E.Rent();
        call.Evaluate(0, input, condition);
        var truth = Evaluation.Truth(condition) is true;
        call.E.Return(condition);
        if (truth) call.Evaluate(1, input, output);
        else if (call.Count > 2) call.Evaluate(2, input, output);
    }

    private static FhirPathValue? Boolean(in FhirPathValue value) => value.Kind switch
    {
        FhirPathKind.Boolean => value,
        FhirPathKind.Integer or FhirPathKind.Long or FhirPathKind.Decimal => value.AsDecimal is 1 or 0 ? FhirPathValue.Of(value.AsDecimal == 1) : null,
        FhirPathKind.String when value.AsString.Length <= 5 => value.AsString.ToLowerInvariant() switch
        {
            "true" or "t" or "yes" or "y" or "1" or "1.0" => FhirPathValue.Of(true),
            "false" or "f" or "no" or "n" or "0" or "0.0" => FhirPathValue.Of(false),
            _ => null,
        },
        _ => null,
    };

    private static FhirPathValue? Integer(in FhirPathValue value) => value.Kind switch
    {
        FhirPathKind.Integer => value,
        FhirPathKind.Long when value.AsLong is >= int.MinValue and <= int.MaxValue => FhirPathValue.Of((int)value.AsLong),
        FhirPathKind.Boolean => FhirPathValue.Of(value.AsBoolean ? 1 : 0),
        FhirPathKind.String when NumberText.TryInteger(value.AsString, out var i) => FhirPathValue.Of(i),
        _ => null,
    };

    private static FhirPathValue? Long(in FhirPathValue value) => value.Kind switch
    {
        FhirPathKind.Integer or FhirPathKind.Long => FhirPathValue.Of(value.AsLong),
        FhirPathKind.Boolean => FhirPathValue.Of(value.AsBoolean ? 1L : 0L),
        FhirPathKind.String when NumberText.TryLong(value.AsString, out var l) => FhirPathValue.Of(l),
        _ => null,
    };

    private static FhirPathValue? Decimal(in FhirPathValue value) => value.Kind switch
    {
        FhirPathKind.Integer or FhirPathKind.Long or FhirPathKind.Decimal => FhirPathValue.Of(value.AsDecimal),
        FhirPathKind.Boolean => FhirPathValue.Of(value.AsBoolean ? 1.0m : 0.0m),
        FhirPathKind.String when NumberText.TryDecimal(value.AsString, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, out var d)
            && !value.AsString.EndsWith('.') && !value.AsString.AsSpan().TrimStart("+-").StartsWith('.') => FhirPathValue.Of(d),
        _ => null,
    };

    private static FhirPathValue? Text(in FhirPathValue value) =>
        value.Kind is FhirPathKind.Element or FhirPathKind.Type ? null : FhirPathValue.Of(value.ToString());

    private static FhirPathValue? Date(in FhirPathValue value) => value.Kind switch
    {
        FhirPathKind.Date => value,
        FhirPathKind.DateTime => FhirPathValue.Of(value.AsTemporal.AsDate()),
        FhirPathKind.String => FhirPathTemporal.ParseDateTime(value.AsString) is { } t ? FhirPathValue.Of(t.AsDate()) : null,
        _ => null,
    };

    private static FhirPathValue? DateTime(in FhirPathValue value) => value.Kind switch
    {
        FhirPathKind.Date or FhirPathKind.DateTime => FhirPathValue.Of(value.AsTemporal.AsDateTime()),
        FhirPathKind.String => FhirPathTemporal.ParseDateTime(value.AsString) is { } t ? FhirPathValue.Of(t.AsDateTime()) : null,
        _ => null,
    };

    private static FhirPathValue? Time(in FhirPathValue value) => value.Kind switch
    {
        FhirPathKind.Time => value,
        FhirPathKind.String => FhirPathTemporal.ParseTime(value.AsString) is { } t ? FhirPathValue.Of(t) : null,
        _ => null,
    };

    private static FhirPathQuantity? Quantity(in Call call, Values input)
    {
        if (!Evaluation.SingleSystem(input, out var value)) return null;
        var quantity = value.Kind switch
        {
            FhirPathKind.Quantity => value.AsQuantity,
            FhirPathKind.Integer or FhirPathKind.Decimal => new FhirPathQuantity(value.AsDecimal, "1"),
            FhirPathKind.Boolean => new FhirPathQuantity(value.AsBoolean ? 1.0m : 0.0m, "1"),
            FhirPathKind.String => FhirPathQuantity.Parse(value.AsString),
            FhirPathKind.Element when value.Element["comparator"].HasValue => throw Evaluation.Fault("a Quantity with a comparator is no System.Quantity"),
            _ => null,
        };
        if (call.Count == 0 || quantity is null) return quantity;
        if (call.Text(0) is not { } unit) return null;
        return FhirPathQuantity.CalendarUnit(unit) is { } calendar ? quantity.To(calendar, true) : quantity.To(unit, false);
    }
}
