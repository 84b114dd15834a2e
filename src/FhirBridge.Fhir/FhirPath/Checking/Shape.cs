namespace FhirBridge.Fhir.FhirPath;

/// <summary>What is known of a collection before it is evaluated: the types that its items may have, and where their children are defined.</summary>
/// <param name="Types">Type name (<c>System.X</c> for System types) with definition path (null for System types).</param>
internal sealed record Shape(IReadOnlyList<(string Type, string? Path)> Types)
{
    /// <summary>A System type.</summary>
    public static Shape System(string name) => new([("System." + name, null)]);

    /// <summary>A FHIR type; null (nothing known) where any subtype may stand, whose elements are not those of the type.</summary>
    public static Shape? Of(string type) => type is "Resource" or "DomainResource" or "Element" or "BackboneElement" ? null : new([(type, type)]);

    /// <summary>A type or a path into one (<c>CarePlan.activity</c>) by name; null when the definitions do not know it.</summary>
    public static Shape? OfContext(string context)
    {
        if (Definitions.R4.FindType(context) is not null) return Of(context);
        return Definitions.R4.Elements(context).Count > 0 ? new([("BackboneElement", context)]) : null;
    }

    /// <summary>Either of two; null when one is unknown.</summary>
    public static Shape? Union(Shape? a, Shape? b) => a is null || b is null ? null : new([.. a.Types.Union(b.Types)]);

    /// <summary>The types that the element of that name may have; found is false when none of the types has it. The shape is null when nothing is known of it.</summary>
    public (bool Found, Shape? Shape) Child(string name)
    {
        var types = new List<(string, string?)>();
        var found = false;
        var known = true;
        foreach (var (type, path) in Types)
        {
            if (path is null)
            {
                found |= type is "System.Quantity" && name is "value" or "unit";
                known = false;
            }
            else if (name == "value" && Definitions.R4.IsPrimitive(type))
            {
                // R4: FHIR primitives have a value child, of the System type.
                found = true;
                types.Add(("System." + SystemValues.KindOf(type), null));
            }
            else if (Definitions.R4.FindElement(path, name) is { } element && element.Name == name)
            {
                found = true;
                known &= Add(element, types);
            }
        }

        return (found, found && known ? new Shape([.. types.Distinct()]) : null);
    }

    /// <summary>The names of the elements that could have stood there.</summary>
    public IEnumerable<string> Names() => Types.Where(t => t.Path is not null).SelectMany(t => Definitions.R4.Elements(t.Path!)).Select(e => e.Name).Distinct();

    /// <summary>For messages: <c>Patient</c>, <c>Quantity or Range</c>.</summary>
    public override string ToString()
    {
        var names = Types.Select(t => t.Path is not null && t.Path.Contains('.') ? t.Path : t.Type).Distinct().ToArray();
        return names.Length <= 3 ? string.Join(" or ", names) : $"{names[0]}, {names[1]} and {names.Length - 2} others";
    }

    private static bool Add(ElementDefinition element, List<(string, string?)> types)
    {
        if (element.ContentReference is { } reference)
        {
            types.Add(("BackboneElement", reference));
            return true;
        }

        foreach (var type in element.Types)
        {
            if (type.Code is "Resource" or "DomainResource") return false;
            types.Add((type.Code, type.Code is "BackboneElement" or "Element" ? element.Path : type.Code));
        }

        return true;
    }
}
