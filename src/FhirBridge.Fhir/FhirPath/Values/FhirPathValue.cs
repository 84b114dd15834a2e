using System.Globalization;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>What a <see cref="FhirPathValue"/> is: an element of a resource, or a value of a System type (N1 §4.1 Literals, §10 Types and Reflection).</summary>
public enum FhirPathKind : byte
{
    /// <summary>An element; its FHIR type is <see cref="FhirElement.Type"/>.</summary>
    Element,

    /// <summary>System.Boolean.</summary>
    Boolean,

    /// <summary>System.Integer (32 bit).</summary>
    Integer,

    /// <summary>System.Long (64 bit; N1 marks it for trial use).</summary>
    Long,

    /// <summary>System.Decimal.</summary>
    Decimal,

    /// <summary>System.String.</summary>
    String,

    /// <summary>System.Date.</summary>
    Date,

    /// <summary>System.DateTime.</summary>
    DateTime,

    /// <summary>System.Time.</summary>
    Time,

    /// <summary>System.Quantity.</summary>
    Quantity,

    /// <summary>What <c>type()</c> returns: namespace and name.</summary>
    Type,
}

/// <summary>One item of a FHIRPath collection: an element of a resource or a System value. Cheap to copy; an element is not read before it must be.</summary>
/// <remarks>Spec: http://hl7.org/fhirpath/N1/#literals and https://hl7.org/fhir/R4/fhirpath.html#types.</remarks>
public readonly struct FhirPathValue
{
    private readonly object? reference;
    private readonly long bits;

    private FhirPathValue(FhirPathKind kind, object? reference, long bits)
    {
        Kind = kind;
        this.reference = reference;
        this.bits = bits;
    }

    /// <summary>What this item is.</summary>
    public FhirPathKind Kind { get; }

    /// <summary>The element; does not exist when this is a System value.</summary>
    public FhirElement Element => Kind == FhirPathKind.Element && reference is ElementTree tree ? new FhirElement(tree, (int)bits) : default;

    internal ElementTree? Tree => reference as ElementTree;

    internal int NodeNumber => (int)bits;

    /// <summary>True when this is an element.</summary>
    public bool IsElement => Kind == FhirPathKind.Element;

    internal bool AsBoolean => bits != 0;

    internal long AsLong => bits;

    internal string AsString => (string)reference!;

    internal FhirPathTemporal AsTemporal => (FhirPathTemporal)reference!;

    internal FhirPathQuantity AsQuantity => (FhirPathQuantity)reference!;

    internal FhirPathType AsType => (FhirPathType)reference!;

    internal decimal AsDecimal => Kind == FhirPathKind.Decimal ? (decimal)reference! : bits;

    internal bool IsNumber => Kind is FhirPathKind.Integer or FhirPathKind.Long or FhirPathKind.Decimal;

    internal bool IsTemporal => Kind is FhirPathKind.Date or FhirPathKind.DateTime or FhirPathKind.Time;

    /// <summary>An element as an item.</summary>
    public static FhirPathValue Of(FhirElement element) => new(FhirPathKind.Element, element.Tree, element.NodeNumber);

    internal static FhirPathValue Node(ElementTree tree, int node) => new(FhirPathKind.Element, tree, node);

    /// <summary>A System.Boolean.</summary>
    public static FhirPathValue Of(bool value) => new(FhirPathKind.Boolean, null, value ? 1 : 0);

    /// <summary>A System.Integer.</summary>
    public static FhirPathValue Of(int value) => new(FhirPathKind.Integer, null, value);

    /// <summary>A System.Long.</summary>
    public static FhirPathValue Of(long value) => new(FhirPathKind.Long, null, value);

    /// <summary>A System.Decimal.</summary>
    public static FhirPathValue Of(decimal value) => new(FhirPathKind.Decimal, value, 0);

    /// <summary>A System.String.</summary>
    public static FhirPathValue Of(string value) => new(FhirPathKind.String, value, 0);

    /// <summary>A System.Date, System.DateTime or System.Time.</summary>
    public static FhirPathValue Of(FhirPathTemporal value) => new(value.Kind, value, 0);

    /// <summary>A System.Quantity.</summary>
    public static FhirPathValue Of(FhirPathQuantity value) => new(FhirPathKind.Quantity, value, 0);

    internal static FhirPathValue Of(FhirPathType value) => new(FhirPathKind.Type, value, 0);

    /// <summary>
    /// The System value of this item: itself, or what a FHIR primitive or Quantity converts to implicitly
    /// (https://hl7.org/fhir/R4/fhirpath.html#types). Null when there is none (a complex element, a primitive without value).
    /// </summary>
    public FhirPathValue? System => Kind == FhirPathKind.Element ? SystemValues.Read(Element) : this;

    /// <summary>Namespace and name of the type: <c>FHIR.HumanName</c>, <c>System.Integer</c>.</summary>
    public FhirPathType Type => Kind == FhirPathKind.Element ? SystemValues.TypeOf(Element) : FhirPathType.OfKind(Kind);

    /// <summary>The value as .NET knows it: bool, int, long, decimal, string; <see cref="FhirPathTemporal"/>, <see cref="FhirPathQuantity"/>, <see cref="FhirElement"/>.</summary>
    public object Boxed => Kind switch
    {
        FhirPathKind.Element => Element,
        FhirPathKind.Boolean => bits != 0,
        FhirPathKind.Integer => (int)bits,
        FhirPathKind.Long => bits,
        _ => reference!,
    };

    /// <summary>The FHIRPath text of a System value (what <c>toString()</c> returns); the lexical value of a primitive element; empty for complex elements.</summary>
    public override string ToString() => Kind switch
    {
        FhirPathKind.Element => Element.Value ?? "",
        FhirPathKind.Boolean => bits != 0 ? "true" : "false",
        FhirPathKind.Integer or FhirPathKind.Long => bits.ToString(CultureInfo.InvariantCulture),
        FhirPathKind.Decimal => ((decimal)reference!).ToString(CultureInfo.InvariantCulture),
        _ => reference!.ToString() ?? "",
    };
}

/// <summary>Namespace and name of a type: what <c>type()</c> returns and <c>is</c> compares (N1 §10).</summary>
/// <param name="Namespace"><c>System</c> or <c>FHIR</c>.</param>
/// <param name="Name">Name within the namespace.</param>
public sealed record FhirPathType(string Namespace, string Name)
{
    private static readonly FhirPathType[] Kinds =
        Enum.GetValues<FhirPathKind>().Select(k => new FhirPathType("System", k == FhirPathKind.Type ? "SimpleTypeInfo" : k.ToString())).ToArray();

    internal static FhirPathType OfKind(FhirPathKind kind) => Kinds[(int)kind];

    /// <inheritdoc/>
    public override string ToString() => $"{Namespace}.{Name}";
}
