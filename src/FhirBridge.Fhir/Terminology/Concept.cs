namespace FhirBridge.Fhir;

/// <summary>A concept of a code system. Spec: https://hl7.org/fhir/R4/codesystem.html#CodeSystem.concept.</summary>
public sealed class Concept
{
    private readonly List<Concept> parents = [];
    private readonly List<Concept> children = [];

    internal Concept(string code, FhirElement element)
    {
        Code = code;
        Element = element;
    }

    /// <summary>The code as the system writes it.</summary>
    public string Code { get; }

    /// <summary>The concept in its CodeSystem, with definition, designations and properties.</summary>
    public FhirElement Element { get; }

    /// <summary>The display; null when the system gives none.</summary>
    public string? Display => Element.Text("display");

    /// <summary>The concepts directly above, by nesting and by the properties parent, subsumedBy and child.</summary>
    public IReadOnlyList<Concept> Parents => parents;

    /// <summary>The concepts directly below.</summary>
    public IReadOnlyList<Concept> Children => children;

    /// <summary>True when the concept only groups others and is not to be chosen (property notSelectable).</summary>
    public bool IsAbstract { get; internal set; }

    /// <summary>True when the concept is out of use (property inactive, or status retired or inactive).</summary>
    public bool IsInactive { get; internal set; }

    /// <summary>Status as the system states it (property status, or the extension standards-status); <c>inactive</c> where it only says so; null when nothing is said.</summary>
    public string? Status { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => Display is { } display ? $"{Code} ({display})" : Code;

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
        if (parent == this || parents.Contains(parent)) return;
        parents.Add(parent);
        parent.children.Add(this);
    }
}
