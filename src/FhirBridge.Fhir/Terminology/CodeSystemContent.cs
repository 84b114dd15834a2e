namespace FhirBridge.Fhir;

/// <summary>The concepts of a code system with their hierarchy. Immutable. Spec: https://hl7.org/fhir/R4/codesystem.html.</summary>
public sealed class CodeSystemContent
{
    private const string StandardProperties = "http://hl7.org/fhir/concept-properties#";
    private const string StandardsStatus = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status";

    private readonly Dictionary<string, Concept> byCode;
    private readonly List<Concept> concepts = [];
    private readonly Dictionary<string, string?> properties = new(StringComparer.Ordinal);
    private readonly string? hierarchyMeaning;
    private readonly CodeGrammar? grammar;

    /// <summary>Reads a CodeSystem.</summary>
    /// <param name="source">The CodeSystem.</param>
    /// <param name="grammar">What else is a code of it; null for nothing.</param>
    internal CodeSystemContent(FhirElement source, CodeGrammar? grammar = null)
    {
        Source = source;
        this.grammar = grammar;
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
        foreach (var concept in concepts)
        {
            if (concept.HasProperties || concept.HasExtensions) ReadProperties(concept);
        }

        // Some tables say that they are complete, and leave their codes to the site.
        IsComplete = (concepts.Count > 0 && Content == "complete") || grammar is { IsCertain: true };
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

    /// <summary>True when every code can be told from what is none; false for a fragment, examples, or a system that is only described.</summary>
    public bool IsComplete { get; }

    /// <summary>False when the system says that case does not matter.</summary>
    public bool IsCaseSensitive { get; }

    /// <summary>True when a child is a kind of its parent, which is taken for granted when the system does not say otherwise (<c>hierarchyMeaning</c>).</summary>
    public bool IsSubsumption => hierarchyMeaning is null or "is-a";

    /// <summary>All concepts in the order of the system, parents before what is nested in them.</summary>
    public IReadOnlyList<Concept> Concepts => concepts;

    /// <summary>True when codes follow a grammar (units, languages, media types), so that they cannot be listed.</summary>
    internal bool IsByGrammar => grammar is { IsListed: false };

    internal CodeGrammar? Grammar => grammar;

    /// <summary>True when a question on a code has an answer: R4 describes SNOMED CT, LOINC and others without their codes.</summary>
    internal bool IsUsable => grammar is { IsCertain: true } || HasCodes(Source);

    internal StringComparer Comparer => IsCaseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>The concept of that code; null when it is not here.</summary>
    public Concept? Find(string code) => byCode.TryGetValue(code, out var concept) ? concept : grammar?.Find(code);

    /// <summary>Does the system have the code? Null when that cannot be said.</summary>
    internal bool? Has(string code) => Find(code) is not null ? true : grammar is not null ? grammar.IsPossible(code) ? null : false : IsComplete ? false : null;

    /// <summary>True when the first concept is the second or above it.</summary>
    public static bool Subsumes(Concept upper, Concept lower)
    {
        if (upper == lower) return true;
        if (lower.Parents.Count == 0) return false;
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

    /// <summary>True for a CodeSystem with codes of its own, be it a part of them.</summary>
    internal static bool HasCodes(FhirElement source) => source.Text("content") switch
    {
        "supplement" => false,
        "not-present" or "example" => source["concept"].Exists,
        _ => true,
    };

    /// <summary>True when the system declares the property.</summary>
    internal bool Declares(string property) => properties.ContainsKey(property);

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
                byCode.Add(code, concept = new Concept(code, element, concepts.Count));
                concepts.Add(concept);
            }

            if (parent is not null) concept.AddParent(parent);
            var hasMore = false;
            foreach (var child in element.Children())
            {
                concept.HasProperties |= child.Name == "property";
                concept.HasExtensions |= child.Name == "extension";
                hasMore |= child.Name == "concept";
            }

            if (hasMore) AddConcepts(element, concept);
        }
    }

    private void ReadProperties(Concept concept)
    {
        concept.Status = concept.Element.Extension(StandardsStatus);
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
