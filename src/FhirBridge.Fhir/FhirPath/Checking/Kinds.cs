namespace FhirBridge.Fhir.FhirPath;

/// <summary>The kinds of System values that an item may be read as, for what a function or an operator takes.</summary>
[Flags]
internal enum Kinds
{
    None = 0,
    Boolean = 1,
    Integer = 2,
    Long = 4,
    Decimal = 8,
    String = 16,
    Date = 32,
    DateTime = 64,
    Time = 128,
    Quantity = 256,

    /// <summary>A complex element or type information: no System value.</summary>
    Complex = 512,

    Whole = Integer | Long,
    Number = Whole | Decimal,
    Measure = Number | Quantity,
    Moment = Date | DateTime,
    Temporal = Moment | Time,
    Any = -1,
}

/// <summary>What is known of types as kinds.</summary>
internal static class KindsOf
{
    /// <summary>Everything the items of a shape may be; <see cref="Kinds.Any"/> when nothing is known.</summary>
    public static Kinds Shape(Shape? shape) => shape is null ? Kinds.Any : shape.Types.Aggregate(Kinds.None, (kinds, t) => kinds | Type(t.Type));

    /// <summary>For messages: <c>String</c>, <c>Integer or Long</c>.</summary>
    public static string Text(Kinds kinds) => string.Join(" or ", Enum.GetValues<Kinds>().Where(k => int.PopCount((int)k) == 1 && kinds.HasFlag(k)));

    private static Kinds Type(string type)
    {
        if (FhirTypes.IsQuantity(type)) return Kinds.Quantity;
        if (type.StartsWith("System.", StringComparison.Ordinal)) return Enum.TryParse<Kinds>(type["System.".Length..], out var kind) ? kind : Kinds.Complex;
        if (Definitions.R4.IsPrimitive(type)) return Enum.Parse<Kinds>(SystemValues.KindOf(type).ToString());
        return Kinds.Complex;
    }
}
