namespace FhirBridge.Fhir;

/// <summary>A concept of a code system. Spec: https://hl7.org/fhir/R4/codesystem.html#CodeSystem.concept.</summary>
public sealed class Concept
{
    private readonly string? display;
    private List<Concept>? parents;
    private List<Concept>? children;
    private HashSet<Concept>? many;

    internal Concept(string code, FhirElement element, int number)
    {
        Code = code;
        Element = element;
        Number = number;
    }

    /// <summary>A code of a grammar, which stands in no list.</summary>
    internal Concept(string code, string? display)
    {
        Code = code;
        Number = -1;
        this.display = display;
    }

    /// <summary>The code as the system writes it.</summary>
    public string Code { get; }

    /// <summary>The concept in its CodeSystem, with definition, designations and properties; one that does not exist for a code of a grammar.</summary>
    public FhirElement Element { get; }

    /// <summary>The display; null when the system gives none.</summary>
    public string? Display => display ?? Element.Text("display");

    /// <summary>The concepts directly above, by nesting and by the properties parent, subsumedBy and child.</summary>
    public IReadOnlyList<Concept> Parents => parents ?? (IReadOnlyList<Concept>)[];

    /// <summary>The concepts directly below.</summary>
    public IReadOnlyList<Concept> Children => children ?? (IReadOnlyList<Concept>)[];

    /// <summary>True when the concept only groups others and is not to be chosen (property notSelectable).</summary>
    public bool IsAbstract { get; internal set; }

    /// <summary>True when the concept is out of use (property inactive, or status retired or inactive).</summary>
    public bool IsInactive { get; internal set; }

    /// <summary>Status as the system states it (property status, or the extension standards-status); <c>inactive</c> where it only says so; null when nothing is said.</summary>
    public string? Status { get; internal set; }

    /// <summary>Place in the list of the system; -1 for a code of a grammar.</summary>
    internal int Number { get; }

    /// <summary>True when the concept has properties.</summary>
    internal bool HasProperties { get; set; }

    /// <summary>True when the concept has extensions, which few have.</summary>
    internal bool HasExtensions { get; set; }

    /// <inheritdoc/>
    public override string ToString() => Display is { } shown ? $"{Code} ({shown})" : Code;

    /// <summary>Texts of the values of a property, in order; a Coding is its code.</summary>
    public IEnumerable<string> PropertyValues(string property)
    {
        foreach (var p in Element.Children("property"))
        {
            if (p.Text("code") != property) continue;
            var value = p["value"];
            if ((value.Type == "Coding" ? value.Text("code") : value.Value) is { } text) yield return text;
        }
    }

    internal void AddParent(Concept parent)
    {
        if (parent == this) return;
        parents ??= new List<Concept>(1);

        // Most have one; who has thousands must not be searched through for each.
        if (parents.Count < 8 ? parents.Contains(parent) : !(many ??= [.. parents]).Add(parent)) return;
        parents.Add(parent);
        (parent.children ??= []).Add(this);
    }
}
