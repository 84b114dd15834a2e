namespace FhirBridge.Fhir;

/// <summary>The concepts of a code system with their hierarchy. Immutable. Spec: https://hl7.org/fhir/R4/codesystem.html.</summary>
public sealed class CodeSystemContent
{
    private const string StandardProperties = "http://hl7.org/fhir/concept-properties#";

    private readonly Dictionary<string, Concept> byCode;
    private readonly List<Concept> concepts = [];
    private readonly Dictionary<string, string?> properties = new(StringComparer.Ordinal);
    private readonly string? hierarchyMeaning;

    /// <summary>Reads a CodeSystem.</summary>
    internal CodeSystemContent(FhirElement source)
    {
        Source = source;
        Url = source.Text("url") ?? "";
        Version = source.Text("version");
        IsCaseSensitive = source.Text("caseSensitive") != "false";
        Content = source.Text("content");
        Language = source.Text("language");
        hierarchyMeaning = source.Text("hierarchyMeaning");
        byCode = new(IsCaseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        foreach (var p in source.Children("property"))
        {
            if (p.Text("code") is { } code) properties[code] = p.Text("uri");
        }

        AddConcepts(source, null);
        foreach (var concept in concepts) ReadProperties(concept);

        // Some tables say that they are complete, and leave their codes to the site.
        IsComplete = concepts.Count > 0 && source.Text("content") == "complete";
    }

    /// <summary>The CodeSystem.</summary>
    public FhirElement Source { get; }

    /// <summary>URI of the system, as Coding.system gives it.</summary>
    public string Url { get; }

    /// <summary>Version of the system; null when it states none.</summary>
    public string? Version { get; }

    /// <summary>How much of the system is here: <c>complete</c>, <c>fragment</c>, <c>not-present</c>, <c>example</c>, <c>supplement</c>; null when it does not say.</summary>
    public string? Content { get; }

    /// <summary>Language of the displays; null when it does not say.</summary>
    public string? Language { get; }

    /// <summary>True when all concepts are here; false for a fragment, examples, or a system that is only described.</summary>
    public bool IsComplete { get; }

    /// <summary>False when the system says that case does not matter.</summary>
    public bool IsCaseSensitive { get; }

    /// <summary>True when a child is a kind of its parent, which is taken for granted when the system does not say otherwise (<c>hierarchyMeaning</c>).</summary>
    public bool IsSubsumption => hierarchyMeaning is null or "is-a";

    /// <summary>All concepts in the order of the system, parents before what is nested in them.</summary>
    public IReadOnlyList<Concept> Concepts => concepts;

    /// <summary>The concept of that code; null when it is not here.</summary>
    public Concept? Find(string code) => byCode.GetValueOrDefault(code);

    /// <summary>True when the first concept is the second or above it.</summary>
    public static bool Subsumes(Concept upper, Concept lower)
    {
        if (upper == lower) return true;
        var seen = new HashSet<Concept> { lower };
        var open = new Stack<Concept>(lower.Parents);
        while (open.TryPop(out var at))
        {
            if (at == upper) return true;
            if (!seen.Add(at)) continue;
            foreach (var parent in at.Parents) open.Push(parent);
        }

        return false;
    }

    /// <summary>True when the system declares the property.</summary>
    internal bool Declares(string property) => properties.ContainsKey(property);

    internal StringComparer Comparer => IsCaseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>
    /// Name of a property among those that FHIR defines for all systems (<c>http://hl7.org/fhir/concept-properties</c>); null for another one.
    /// A system may call it as it likes and give its URI; without a URI the name counts.
    /// </summary>
    internal string? StandardName(string property) =>
        !properties.TryGetValue(property, out var uri) || uri is null ? property
        : uri.StartsWith(StandardProperties, StringComparison.Ordinal) ? uri[StandardProperties.Length..]
        : null;

    // Depth is that of the reader, which bounds it.
    private void AddConcepts(FhirElement around, Concept? parent)
    {
        foreach (var element in around.Children("concept"))
        {
            if (element.Text("code") is not { } code) continue;
            if (!byCode.TryGetValue(code, out var concept))
            {
                byCode.Add(code, concept = new Concept(code, element));
                concepts.Add(concept);
            }

            if (parent is not null) concept.AddParent(parent);
            AddConcepts(element, concept);
        }
    }

    private void ReadProperties(Concept concept)
    {
        concept.Status = concept.Element.Extension("http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status");
        foreach (var p in concept.Element.Children("property"))
        {
            if (p.Text("code") is not { } code || p["value"] is not { HasValue: true } value) continue;

            // Whatever URI a system gives to a property of that name, it does not mean that the concept may be chosen.
            if ((code == "notSelectable" ? code : StandardName(code)) is not { } name) continue;
            switch (name)
            {
                case "parent" or "subsumedBy" when Find(value.Value) is { } parent:
                    concept.AddParent(parent);
                    break;
                case "child" when Find(value.Value) is { } child:
                    child.AddParent(concept);
                    break;
                case "notSelectable" or "abstract":
                    concept.IsAbstract |= value.Value == "true";
                    break;
                case "inactive":
                    concept.IsInactive |= value.Value == "true";
                    break;
                case "status":
                    concept.IsInactive |= value.Value is "retired" or "inactive";
                    concept.Status = value.Value;
                    break;
            }
        }

        if (concept.IsInactive) concept.Status ??= "inactive";
    }
}
