namespace FhirBridge.Fhir.FhirPath;

/// <summary>The type hierarchies that <c>is</c>, <c>as</c> and <c>ofType</c> look into: System's own, FHIR's from the definitions.</summary>
internal static class FhirTypes
{
    private const string Canonical = "http://hl7.org/fhir/StructureDefinition/";

    private static readonly HashSet<string> SystemNames = new(StringComparer.Ordinal)
    { "Any", "Boolean", "Integer", "Long", "Decimal", "String", "Date", "DateTime", "Time", "Quantity" };

    /// <summary>The FHIR types that stand for a System.Quantity.</summary>
    public static bool IsQuantity(string? type) => type is "Quantity" or "Age" or "Count" or "Distance" or "Duration" or "SimpleQuantity" or "MoneyQuantity";

    /// <summary>True when the name is a type that R4 or System has.</summary>
    public static bool IsKnown(TypeName type) => type.Namespace switch
    {
        // The official cases ask whether a Patient is a System.Patient and expect no.
        "System" => true,
        "FHIR" => Definitions.R4.FindType(type.Name) is not null,
        null => SystemNames.Contains(type.Name) || Definitions.R4.FindType(type.Name) is not null,
        _ => false,
    };

    /// <summary>The System type that a name stands for, which FHIR's own types come before; null for another.</summary>
    public static FhirPathKind? SystemKind(TypeName type) =>
        type.Name != "Any" && SystemNames.Contains(type.Name) && (type.Namespace == "System" || (type.Namespace is null && Definitions.R4.FindType(type.Name) is null))
            ? Enum.Parse<FhirPathKind>(type.Name)
            : null;

    /// <summary>True when the FHIR type is that ancestor or specialises it.</summary>
    public static bool IsA(string type, string ancestor) => string.Equals(type, ancestor, StringComparison.Ordinal) || Definitions.R4.IsOrSpecialises(type, ancestor);

    /// <summary>True when the item is of that type. A FHIR primitive is not of the System type that it converts to.</summary>
    public static bool IsA(in FhirPathValue item, TypeName type)
    {
        var own = item.Type;
        if (type is { Namespace: "System", Name: "String" } && IsSystemString(item)) return true;
        if (type.Converting && own.Namespace == "FHIR" && SystemNames.Contains(type.Name) && item.System is { } system && FhirPathType.OfKind(system.Kind).Name == type.Name) return true;
        if (type.Namespace is not null && type.Namespace != own.Namespace) return false;
        if (own.Namespace == "System") return own.Name == type.Name || type.Name == "Any";
        return IsA(own.Name, type.Name);
    }

    /// <summary>
    /// What as and ofType keep: as <see cref="IsA(in FhirPathValue, TypeName)"/>, but R4 takes all primitives as independent types there
    /// ("markdown is not a subclass of string", https://hl7.org/fhir/R4/fhirpath.html#functions ofType).
    /// </summary>
    public static bool IsSelected(in FhirPathValue item, TypeName type) =>
        IsA(item, type) && (!item.IsElement || !Definitions.R4.IsPrimitive(item.Element.Type) || !char.IsAsciiLetterLower(type.Name[0]) || item.Element.Type == type.Name);

    /// <summary>The elements that R4 defines with the type System.String itself: every <c>id</c>, and <c>Extension.url</c>.</summary>
    private static bool IsSystemString(in FhirPathValue item) =>
        item.IsElement && (item.Element.Name == "id" || (item.Element.Name == "url" && item.Element.Parent.Type == "Extension"));

    /// <summary>What a type specialises, with its namespace (N1 §10.2); null for a type that specialises nothing.</summary>
    public static string? BaseOf(FhirPathType type) =>
        type.Namespace == "System" ? "System.Any" : Definitions.R4.FindType(type.Name)?.BaseType is { } name ? "FHIR." + name : null;

    /// <summary>The type that a canonical of the base specification names; null for other canonicals.</summary>
    public static string? OfCanonical(string structure) =>
        structure.StartsWith(Canonical, StringComparison.Ordinal) && Definitions.R4.FindType(structure[Canonical.Length..]) is { } type ? type.Name : null;

    /// <summary>A primitive that has extensions or an id only: it counts as an item, and as empty where a value is asked for.</summary>
    public static bool IsValueless(FhirElement element)
    {
        if (element.Type is { } type) return char.IsAsciiLetterLower(type[0]);
        foreach (var child in element.Children())
        {
            if (child.Name is not ("id" or "extension")) return false;
        }

        return true;
    }
}
