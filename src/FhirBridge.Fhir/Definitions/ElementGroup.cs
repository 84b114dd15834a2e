namespace FhirBridge.Fhir;

/// <summary>The elements directly under one definition path, with the lookup that readers use.</summary>
internal sealed class ElementGroup
{
    private readonly TypeIndex index;
    private readonly Lazy<Utf8NameTable<PropertyDefinition>> properties;
    private readonly Lazy<Dictionary<string, ElementDefinition>> byName;

    internal ElementGroup(TypeIndex index, string path, TypeDefinition owner, ElementDefinition[] elements)
    {
        this.index = index;
        Path = path;
        Owner = owner;
        Elements = elements;
        IsResource = owner.Kind == TypeKind.Resource && path == owner.Name;
        foreach (var e in elements)
        {
            if (e.Min > 0) RequiredMask |= 1UL << e.Order;
        }

        properties = new(BuildProperties);
        byName = new(BuildNames);
    }

    internal string Path { get; }

    internal TypeDefinition Owner { get; }

    internal ElementDefinition[] Elements { get; }

    internal bool IsResource { get; }

    /// <summary>Bit <see cref="ElementDefinition.Order"/> is set for each element that must be there. No group of R4 has more than 64 elements.</summary>
    internal ulong RequiredMask { get; }

    internal PropertyDefinition? FindProperty(ReadOnlySpan<byte> utf8) => properties.Value.Find(utf8);

    internal PropertyDefinition? FindProperty(string name) => properties.Value.Find(name);

    internal IEnumerable<PropertyDefinition> Properties => properties.Value.All;

    internal ElementDefinition? Find(string name) => byName.Value.GetValueOrDefault(name);

    private Dictionary<string, ElementDefinition> BuildNames()
    {
        var names = new Dictionary<string, ElementDefinition>(StringComparer.Ordinal);
        foreach (var p in properties.Value.All) names[p.Name] = p.Element;
        foreach (var e in Elements) names[e.Name] = e;
        return names;
    }

    private Utf8NameTable<PropertyDefinition> BuildProperties()
    {
        var all = new List<(string, PropertyDefinition)>();
        foreach (var e in Elements)
        {
            if (e.ContentReference is { } reference)
            {
                all.Add((e.Name, new PropertyDefinition(index, e, e.Name, "BackboneElement", reference)));
                continue;
            }

            foreach (var type in e.Types.Select(t => t.Code).Distinct())
            {
                // A backbone's children are defined at its own path, any other type's at the type.
                var path = type is "BackboneElement" or "Element" ? e.Path : type;
                var name = e.PropertyName(type);
                all.Add((name, new PropertyDefinition(index, e, name, type, path)));
            }
        }

        return new Utf8NameTable<PropertyDefinition>(all);
    }
}

/// <summary>One property name of a group: an element with one of its types.</summary>
internal sealed class PropertyDefinition
{
    private readonly TypeIndex index;
    private ElementGroup? content;
    private CodeSet? codes;
    private bool codesKnown;

    internal PropertyDefinition(TypeIndex index, ElementDefinition element, string name, string type, string contentPath)
    {
        this.index = index;
        Element = element;
        Name = name;
        Type = type;
        ContentPath = contentPath;
        Shape = new NodeShape(element.Name, name, type, contentPath, element);
        Repeats = element.Repeats;
        Mask = 1UL << element.Order;
        Primitive = index.Find(type) is { Kind: TypeKind.Primitive } ? PrimitiveGrammar.KindOf(type) : PrimitiveKind.None;
        IsAnyResource = type is "Resource" or "DomainResource";
    }

    internal ElementDefinition Element { get; }

    internal string Name { get; }

    internal string Type { get; }

    internal string ContentPath { get; }

    /// <summary>What the nodes of this property have in common.</summary>
    internal NodeShape Shape { get; }

    internal bool Repeats { get; }

    internal ulong Mask { get; }

    internal PrimitiveKind Primitive { get; }

    internal bool IsPrimitive => Primitive != PrimitiveKind.None;

    /// <summary>True when the primitive can have an id and extensions; what XML writes as an attribute, and a narrative, cannot.</summary>
    internal bool HasSibling => IsPrimitive && !Element.IsXmlAttribute && Primitive != PrimitiveKind.Xhtml;

    internal bool IsAnyResource { get; }

    /// <summary>Where the children are defined; null for any resource, whose own type decides.</summary>
    internal ElementGroup? Content => content ??= IsAnyResource ? null : index.Group(ContentPath);

    /// <summary>Codes of the required binding; null when there is none or its codes are not enumerated.</summary>
    internal CodeSet? RequiredCodes
    {
        get
        {
            if (Volatile.Read(ref codesKnown)) return codes;
            codes = Element.Binding is { Strength: BindingStrength.Required, ValueSet: { } set } ? index.Definitions.RequiredCodes(set) : null;
            Volatile.Write(ref codesKnown, true);
            return codes;
        }
    }
}
