using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>Writes codes of an expansion (<c>expansion.contains</c>): display, designations, and in extensions the properties that are asked for.</summary>
internal sealed class ExpandedCodeWriter
{
    private const string PropertyExtension = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property";
    private const string ContainsPropertyExtension = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";
    private const string ConceptProperties = "http://hl7.org/fhir/concept-properties#";
    private const string StandardsStatus = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status";
    private const string Rendering = "http://hl7.org/fhir/StructureDefinition/rendering-";

    private static readonly Dictionary<string, string> Echoes = new(StringComparer.Ordinal)
    {
        ["http://hl7.org/fhir/StructureDefinition/codesystem-label"] = "label", ["http://hl7.org/fhir/StructureDefinition/valueset-label"] = "label",
        ["http://hl7.org/fhir/StructureDefinition/codesystem-conceptOrder"] = "order", ["http://hl7.org/fhir/StructureDefinition/valueset-conceptOrder"] = "order",
        ["http://hl7.org/fhir/StructureDefinition/itemWeight"] = "weight",
    };

    private readonly TerminologyTerms terms;
    private readonly HashSet<string> wanted;
    private readonly List<string> languages;
    private readonly bool withDesignations;
    private readonly bool withUris;
    private readonly bool isPlain;
    private readonly SortedDictionary<string, string?> declared = new(StringComparer.Ordinal);

    internal ExpandedCodeWriter(TerminologyTerms terms)
    {
        this.terms = terms;
        wanted = [.. terms.All("property").Select(p => p["value"].Value).OfType<string>()];
        withUris = wanted.Any(w => w.Contains(':', StringComparison.Ordinal));
        languages = [.. terms.All("designation").Select(p => p["value"].Value).OfType<string>()];
        withDesignations = terms.Flag("includeDesignations") ?? languages.Count > 0;

        // The display of the definitions is what is shown, and nothing else is looked for.
        isPlain = !withDesignations && wanted.Count == 0;
    }

    /// <summary>Systems of whose codes the version is told.</summary>
    internal HashSet<string> Versioned { get; set; } = [];

    /// <summary>The properties that codes have, with their URIs.</summary>
    internal IReadOnlyDictionary<string, string?> Declared => declared;

    /// <summary>Notes the properties of a code that will be written.</summary>
    internal void Declare(ExpandedCode code)
    {
        if (IsBare(code)) return;
        foreach (var (name, _, _) in Properties(code)) declared.TryAdd(name, Uri(code, name));
    }

    internal void WriteDeclared(Utf8JsonWriter w)
    {
        foreach (var (code, uri) in declared)
        {
            w.WriteStartObject();
            w.WriteStartArray("extension");
            WriteExtension(w, "code", "Code", code);
            if (uri is not null) WriteExtension(w, "uri", "Uri", uri);
            w.WriteEndArray();
            w.WriteString("url", PropertyExtension);
            w.WriteEndObject();
        }
    }

    internal ConceptTerms Terms(ExpandedCode code) => new(code.Content, code.Concept, code.Listed, code.Set.Source.Text("language"), terms.Supplements);

    /// <param name="w">Where to.</param>
    /// <param name="code">The code.</param>
    /// <param name="contains">Writes what is nested in it; null for nothing.</param>
    internal void Write(Utf8JsonWriter w, ExpandedCode code, Action? contains = null)
    {
        var isBare = IsBare(code);
        w.WriteStartObject();
        if (!isBare) WriteCodeExtensions(w, code);
        w.WriteString("system", code.System);
        if (code.IsAbstract) w.WriteBoolean("abstract", true);
        if (code.IsInactive) w.WriteBoolean("inactive", true);
        if (Versioned.Count > 0 && Versioned.Contains(code.System) && code.Version is { } version) w.WriteString("version", version);
        w.WriteString("code", code.Code);
        if (isPlain && terms.Languages is null && Display(code) is { Raw.IsEmpty: false } display)
        {
            w.WritePropertyName("display");
            w.WriteRawValue(display.Raw, skipInputValidation: true);
        }
        else
        {
            var names = Terms(code);
            var preferred = names.Preferred(terms.Languages);
            if (preferred is not null) w.WriteString("display", preferred.Text);
            if (withDesignations) WriteDesignations(w, names, preferred);
        }

        if (contains is not null)
        {
            w.WriteStartArray("contains");
            contains();
            w.WriteEndArray();
        }

        w.WriteEndObject();
    }

    internal static void WriteExtension(Utf8JsonWriter w, string url, string type, string value)
    {
        w.WriteStartObject();
        w.WriteString("url", url);
        w.WritePropertyName("value" + type);
        if (type == "Boolean") w.WriteRawValue(value);
        else w.WriteStringValue(value);
        w.WriteEndObject();
    }

    /// <summary>The display as it stands in the definitions: that of the value set before that of the system.</summary>
    private static FhirElement Display(ExpandedCode code) => code.Listed["display"] is { HasValue: true } own ? own : code.Concept?.Element["display"] ?? default;

    /// <summary>True when the code has nothing that would be written beside code and display.</summary>
    private bool IsBare(ExpandedCode code) => isPlain && terms.Supplements.Count == 0 && code.Concept is not { HasExtensions: true } and not { IsInactive: true } && !code.Listed["extension"].Exists;

    private void WriteDesignations(Utf8JsonWriter w, ConceptTerms names, ConceptTerm? preferred)
    {
        var others = names.All.Where(t => t != preferred && !(t.IsDisplay && t.Language is null && t.Text == preferred?.Text) && IsWanted(t)).ToList();
        if (others.Count == 0) return;
        w.WriteStartArray("designation");
        foreach (var term in others)
        {
            if (term.IsDisplay)
            {
                w.WriteStartObject();
                if (term.Language is { } language) w.WriteString("language", language);
                w.WriteString("value", term.Text);
                w.WriteEndObject();
            }
            else
            {
                WriteDesignation(w, term.Element);
            }
        }

        w.WriteEndArray();
    }

    /// <summary>A designation is chosen by its language (<c>nl</c>, or <c>urn:ietf:bcp:47|nl</c>), or by its use (<c>system|code</c>).</summary>
    private bool IsWanted(ConceptTerm term) => languages.Count == 0 || languages.Exists(token =>
    {
        var bar = token.LastIndexOf('|');
        var (system, code) = bar < 0 ? (null, token) : (token[..bar], token[(bar + 1)..]);
        var use = term.Element["use"];
        return (system is null or "urn:ietf:bcp:47" && LanguageRange.Fits(term.Language, code)) || (use.Exists && use.Text("code") == code && (system is null || use.Text("system") == system));
    });

    private static void WriteDesignation(Utf8JsonWriter w, FhirElement designation)
    {
        w.WriteStartObject();
        var kept = designation.Children("extension").Where(x => x.Text("url") is StandardsStatus or "http://hl7.org/fhir/StructureDefinition/coding-sctdescid").ToList();
        if (kept.Count > 0)
        {
            w.WriteStartArray("extension");
            foreach (var x in kept) FhirJson.Write(w, x);
            w.WriteEndArray();
        }

        foreach (var name in new[] { "language", "use", "value" }) FhirJson.WriteProperty(w, designation, name);
        w.WriteEndObject();
    }

    private void WriteCodeExtensions(Utf8JsonWriter w, ExpandedCode code)
    {
        var echoed = code.Listed.Children("extension").Where(x => IsRendering(x) || x.Text("url") is "http://hl7.org/fhir/StructureDefinition/valueset-deprecated" or "http://hl7.org/fhir/StructureDefinition/valueset-concept-definition")
            .Concat(code.Concept?.Element.Children("extension").Where(IsRendering) ?? []).ToList();
        var values = Properties(code).ToList();
        if (echoed.Count == 0 && values.Count == 0) return;
        w.WriteStartArray("extension");
        foreach (var x in echoed) FhirJson.Write(w, x);
        foreach (var (name, type, value) in values)
        {
            w.WriteStartObject();
            w.WriteStartArray("extension");
            WriteExtension(w, "code", "Code", name);
            w.WriteStartObject();
            w.WriteString("url", "value");
            w.WritePropertyName("value" + char.ToUpperInvariant(type[0]) + type[1..]);
            if (value.Exists) FhirJson.Write(w, value);
            else w.WriteStringValue(code.Concept!.Status);
            w.WriteEndObject();
            w.WriteEndArray();
            w.WriteString("url", ContainsPropertyExtension);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static bool IsRendering(FhirElement extension) => extension.Text("url") is Rendering + "style" or Rendering + "xhtml";

    /// <summary>A property is asked for by its code or by its URI.</summary>
    private bool IsWanted(ExpandedCode code, string name, bool isNamed = false) =>
        wanted.Contains(name) || (!isNamed && wanted.Contains("*")) || (withUris && Uri(code, name) is { } uri && wanted.Contains(uri));

    // Where they are asked for, they are told with all others of the hierarchy.
    private bool IsOfHierarchy(ExpandedCode code, string name) => name is "parent" or "child" && IsWanted(code, name, isNamed: true);

    private static string? Uri(ExpandedCode code, string name) =>
        name == "weight" ? ConceptProperties + "itemWeight"
        : code.Content?.Source.Children("property").FirstOrDefault(p => p.Text("code") == name).Text("uri")
        ?? (name is "label" or "order" or "status" or "definition" or "parent" or "child" ? ConceptProperties + name : null);

    /// <summary>Properties to show: those asked for, the status of what is inactive, and what extensions say of label, order and weight.</summary>
    private IEnumerable<(string Name, string Type, FhirElement Value)> Properties(ExpandedCode code)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var x in code.Listed.Children("extension"))
        {
            if (Echoes.TryGetValue(x.Text("url") ?? "", out var name) && x["value"].Exists && seen.Add(name)) yield return (name, name == "label" ? "string" : "decimal", x["value"]);
        }

        if (code.Concept is not { } concept) yield break;
        var supplemented = terms.Supplements.Select(s => s.Find(code.Content!, code.Code)).Where(e => e.Exists).ToList();
        foreach (var x in concept.Element.Children("extension").Concat(supplemented.SelectMany(s => s.Children("extension"))))
        {
            if (Echoes.TryGetValue(x.Text("url") ?? "", out var name) && x["value"].Exists && seen.Add(name)) yield return (name, name == "label" ? "string" : "decimal", x["value"]);
        }

        if (wanted.Count > 0)
        {
            foreach (var p in concept.Element.Children("property").Concat(supplemented.SelectMany(s => s.Children("property"))))
            {
                if (p.Text("code") is { } name && IsWanted(code, name) && p["value"].Exists && !IsOfHierarchy(code, name)) yield return (name, p["value"].Type ?? "string", p["value"]);
            }

            // Above and below is also what is nested, and what others say of themselves.
            foreach (var parent in IsWanted(code, "parent", isNamed: true) ? concept.Parents : []) yield return ("parent", "code", parent.Element["code"]);
            foreach (var child in IsWanted(code, "child", isNamed: true) ? concept.Children : []) yield return ("child", "code", child.Element["code"]);
            if (IsWanted(code, "definition", isNamed: true) && concept.Element["definition"] is { Exists: true } definition) yield return ("definition", "string", definition);
        }

        if ((concept.IsInactive || concept.Element.Extension(StandardsStatus) is not null) && concept.Status is not null && !wanted.Contains("status") && !(wanted.Contains("*") && concept.PropertyValues("status").Any())) yield return ("status", "code", default);
    }
}
