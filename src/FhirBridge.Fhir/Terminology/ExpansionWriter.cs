using System.Globalization;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>$expand: a value set with its expansion. Spec: https://hl7.org/fhir/R4/valueset-operation-expand.html.</summary>
/// <remarks>Properties and what else R5 added stand in the extensions that R5 defines for R4 (https://hl7.org/fhir/R5/versions.html#extensions).</remarks>
internal sealed class ExpansionWriter(TerminologyTerms terms, TimeProvider time)
{
    private const string PropertyExtension = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property";
    private const string ContainsPropertyExtension = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property";
    private const string ConceptProperties = "http://hl7.org/fhir/concept-properties#";
    private const string StandardsStatus = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status";

    private static readonly HashSet<string> NotEchoed = ["url", "valueSet", "valueSetVersion", "tx-resource", "context", "contextDirection", "uuid", "displayLanguage", "cache-id", "useSupplement", "property", "_format"];

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["activeOnly"] = "Boolean", ["excludeNested"] = "Boolean", ["includeDefinition"] = "Boolean", ["includeDesignations"] = "Boolean", ["excludeNotForUI"] = "Boolean",
        ["excludePostCoordinated"] = "Boolean", ["count"] = "Integer", ["offset"] = "Integer", ["filter"] = "String", ["date"] = "DateTime", ["designation"] = "String",
    };

    private static readonly Dictionary<string, string> Echoes = new(StringComparer.Ordinal)
    {
        ["http://hl7.org/fhir/StructureDefinition/codesystem-label"] = "label", ["http://hl7.org/fhir/StructureDefinition/valueset-label"] = "label",
        ["http://hl7.org/fhir/StructureDefinition/codesystem-conceptOrder"] = "order", ["http://hl7.org/fhir/StructureDefinition/valueset-conceptOrder"] = "order",
        ["http://hl7.org/fhir/StructureDefinition/itemWeight"] = "weight",
    };

    private readonly List<string> wanted = [.. terms.All("property").Select(p => p["value"].Value).OfType<string>()];
    private readonly bool withDesignations = terms.Flag("includeDesignations") == true;
    private readonly SortedDictionary<string, string?> properties = new(StringComparer.Ordinal);

    internal TerminologyAnswer Expand(FhirElement set)
    {
        if (terms.Adopt(set) is { } missing) return TerminologyAnswer.Fail(missing);
        var expansion = new ValueSetExpansion(terms);
        var codes = expansion.Expand(set);
        if (expansion.Issue is { } issue) return TerminologyAnswer.Fail(issue);
        if (terms.Flag("activeOnly") == true) codes.RemoveAll(c => c.Concept?.IsInactive == true);
        if (terms.Text("filter") is { Length: > 0 } filter) codes = [.. codes.Where(c => IsFound(c, filter))];
        var total = codes.Count;
        var offset = terms.Number("offset") ?? 0;
        var count = terms.Number("count");
        if (count is null && codes.Count > terms.MaxCodes) return TerminologyAnswer.Fail(TerminologyIssue.TooCostly(set.Text("url") ?? "", terms.MaxCodes));
        var page = count is null && offset == 0 ? codes : [.. codes.Skip(offset).Take(count ?? int.MaxValue)];
        var nested = expansion.IsOfOneSystem && terms.Flag("excludeNested") != true && count is null && offset == 0;
        foreach (var code in page) Declare(code);
        return TerminologyAnswer.Write(w => Write(w, set, expansion, page, total, offset, nested));
    }

    /// <summary>True when each word of the filter starts a word of a text or of the code.</summary>
    private bool IsFound(ExpandedCode code, string filter)
    {
        var words = filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var texts = Terms(code).All.Select(t => t.Text).Append(code.Code).ToList();
        return words.All(word => texts.Exists(t => t.Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    private ConceptTerms Terms(ExpandedCode code) => new(code.Content, code.Concept, code.Listed, code.Set.Text("language"), terms.Supplements);

    private void Write(Utf8JsonWriter w, FhirElement set, ValueSetExpansion expansion, List<ExpandedCode> page, int total, int offset, bool nested)
    {
        w.WriteStartObject();
        w.WriteString("resourceType", "ValueSet");
        foreach (var child in set.Children().Select(c => c.SourceName).Distinct())
        {
            if (child is "text" or "expansion" || (child is "compose" or "extension" && terms.Flag("includeDefinition") != true)) continue;
            FhirJson.WriteProperty(w, set, child);
        }

        if (set.Text("status") is null) w.WriteString("status", "active");
        w.WriteStartObject("expansion");
        WriteHead(w, expansion);
        w.WriteString("identifier", "urn:uuid:" + Guid.NewGuid());
        w.WriteString("timestamp", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        w.WriteNumber("total", total);
        if (offset > 0 || terms.Number("offset") is not null) w.WriteNumber("offset", offset);
        w.WriteStartArray("parameter");
        WriteParameters(w, set, expansion);
        w.WriteEndArray();
        if (page.Count > 0)
        {
            w.WriteStartArray("contains");
            var versioned = expansion.VersionedSystems;
            if (nested) WriteNested(w, page, versioned);
            else foreach (var code in page) WriteCode(w, code, versioned, null);
            w.WriteEndArray();
        }

        w.WriteEndObject();
        w.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter w, ValueSetExpansion expansion)
    {
        var fragments = expansion.UsedSystems.Where(s => s.Content == "fragment").ToList();
        if (fragments.Count == 0 && properties.Count == 0) return;
        w.WriteStartArray("extension");
        if (fragments.Count > 0)
        {
            WriteExtension(w, "http://hl7.org/fhir/StructureDefinition/valueset-unclosed", "Boolean", "true");
            WriteExtension(w, "http://hl7.org/fhir/StructureDefinition/valueset-unclosed-reason", "String", $"This extension is based on a fragment of the code system {fragments[0].Url}");
        }

        foreach (var (code, uri) in properties)
        {
            w.WriteStartObject();
            w.WriteStartArray("extension");
            WriteExtension(w, "code", "Code", code);
            if (uri is not null) WriteExtension(w, "uri", "Uri", uri);
            w.WriteEndArray();
            w.WriteString("url", PropertyExtension);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void WriteExtension(Utf8JsonWriter w, string url, string type, string value)
    {
        w.WriteStartObject();
        w.WriteString("url", url);
        w.WritePropertyName("value" + type);
        if (type == "Boolean") w.WriteRawValue(value);
        else w.WriteStringValue(value);
        w.WriteEndObject();
    }

    private void WriteParameters(Utf8JsonWriter w, FhirElement set, ValueSetExpansion expansion)
    {
        var rows = new List<(string Name, string Type, string? Value)>();
        foreach (var p in terms.Every)
        {
            if (p.Text("name") is { } name && !NotEchoed.Contains(name) && p["value"].HasValue && (name != "system-version" || terms.IsUsed(p["value"].Value!))) rows.Add((name, Types.GetValueOrDefault(name, "Uri"), p["value"].Value));
        }

        if (terms.Languages is { } languages) rows.Add(("displayLanguage", "Code", languages.Text));
        if ((expansion.VersionsMatched || TerminologyTerms.OfValueSet(set, "versionsMatch") == "true") && terms.Text("versionsMatch") is null) rows.Add(("versionsMatch", "Boolean", "true"));
        foreach (var system in expansion.UsedSystems)
        {
            var canonical = ConceptTerms.Canonical(system.Source);
            rows.Add(("used-codesystem", "Uri", canonical));
            if (system.Content == "fragment") rows.Add(("used-fragment", "Uri", canonical));
            if (PublicationStatus.Of(system.Source) is { } status) rows.Add(("warning-" + status, "Uri", canonical));
        }

        foreach (var supplement in terms.Supplements) rows.Add(("used-supplement", "Uri", ConceptTerms.Canonical(supplement.Source)));
        foreach (var import in expansion.Imported)
        {
            rows.Add(("used-valueset", "Uri", ConceptTerms.Canonical(import)));
            if (PublicationStatus.Of(import) is { } status) rows.Add(("warning-" + status, "Uri", ConceptTerms.Canonical(import)));
        }

        foreach (var (name, type, value) in rows.OrderBy(r => r.Name, StringComparer.Ordinal)) TerminologyAnswer.WriteParameter(w, name, type, value);
    }

    /// <summary>Under the nearest concept above that is in the expansion, too.</summary>
    private void WriteNested(Utf8JsonWriter w, List<ExpandedCode> page, HashSet<string> versioned)
    {
        var here = page.Where(c => c.Concept is not null).ToDictionary(c => c.Concept!);
        var below = new Dictionary<Concept, List<ExpandedCode>>();
        var roots = new List<ExpandedCode>();
        foreach (var code in page)
        {
            var parent = code.Concept!.Parents.Count > 0 ? code.Concept.Parents[0] : null;
            for (var steps = 0; parent is not null && !here.ContainsKey(parent) && steps < 50; steps++) parent = parent.Parents.Count > 0 ? parent.Parents[0] : null;
            if (parent is null || !here.ContainsKey(parent) || CodeSystemContent.Subsumes(code.Concept, parent)) roots.Add(code);
            else if (below.TryGetValue(parent, out var siblings)) siblings.Add(code);
            else below[parent] = [code];
        }

        foreach (var root in roots) WriteTree(w, root, 0);

        void WriteTree(Utf8JsonWriter writer, ExpandedCode code, int depth)
        {
            if (depth > 100 || !below.TryGetValue(code.Concept!, out var children)) WriteCode(writer, code, versioned, null);
            else WriteCode(writer, code, versioned, () =>
            {
                foreach (var child in children) WriteTree(writer, child, depth + 1);
            });
        }
    }

    private void WriteCode(Utf8JsonWriter w, ExpandedCode code, HashSet<string> versioned, Action? contains)
    {
        var names = Terms(code);
        var preferred = names.Preferred(terms.Languages);
        w.WriteStartObject();
        WriteCodeExtensions(w, code);
        w.WriteString("system", code.System);
        if (code.Concept?.IsAbstract == true) w.WriteBoolean("abstract", true);
        if (code.Concept?.IsInactive == true) w.WriteBoolean("inactive", true);
        if (versioned.Contains(code.System) && code.Version is { } version) w.WriteString("version", version);
        w.WriteString("code", code.Code);
        if (preferred is not null) w.WriteString("display", preferred.Text);
        if (withDesignations) WriteDesignations(w, names, preferred);
        if (contains is not null)
        {
            w.WriteStartArray("contains");
            contains();
            w.WriteEndArray();
        }

        w.WriteEndObject();
    }

    private void WriteDesignations(Utf8JsonWriter w, ConceptTerms names, ConceptTerm? preferred)
    {
        var only = terms.All("designation").Select(p => p["value"].Value).OfType<string>().ToList();
        var others = names.All.Where(t => t != preferred && !(t.IsDisplay && t.Language is null && t.Text == preferred?.Text)).Where(t => only.Count == 0 || only.Exists(o => t.Language is not null && LanguageRange.Fits(t.Language, o[(o.LastIndexOf('|') + 1)..]))).ToList();
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

    private void Declare(ExpandedCode code)
    {
        foreach (var (name, _, _) in Properties(code)) properties.TryAdd(name, Uri(code, name));
    }

    private static string? Uri(ExpandedCode code, string name) =>
        name == "weight" ? ConceptProperties + "itemWeight"
        : code.Content?.Source.Children("property").FirstOrDefault(p => p.Text("code") == name).Text("uri")
        ?? (name is "label" or "order" or "status" or "definition" ? ConceptProperties + name : null);

    private void WriteCodeExtensions(Utf8JsonWriter w, ExpandedCode code)
    {
        var echoed = code.Listed.Children("extension").Where(x => x.Text("url") is "http://hl7.org/fhir/StructureDefinition/valueset-deprecated" or "http://hl7.org/fhir/StructureDefinition/valueset-concept-definition" or "http://hl7.org/fhir/StructureDefinition/rendering-style" or "http://hl7.org/fhir/StructureDefinition/rendering-xhtml")
            .Concat(code.Concept?.Element.Children("extension").Where(x => x.Text("url") is "http://hl7.org/fhir/StructureDefinition/rendering-style" or "http://hl7.org/fhir/StructureDefinition/rendering-xhtml") ?? []).ToList();
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

    /// <summary>Properties to show: those asked for, the status of what is inactive, and what extensions say of label, order and weight.</summary>
    private IEnumerable<(string Name, string Type, FhirElement Value)> Properties(ExpandedCode code)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var x in code.Listed.Children("extension"))
        {
            if (Echoes.TryGetValue(x.Text("url") ?? "", out var name) && seen.Add(name)) yield return (name, name == "label" ? "string" : "decimal", x["value"]);
        }

        if (code.Concept is not { } concept) yield break;
        var supplemented = terms.Supplements.Select(s => s.Find(code.Content!, code.Code)).Where(e => e.Exists).ToList();
        foreach (var x in concept.Element.Children("extension").Concat(supplemented.SelectMany(s => s.Children("extension"))))
        {
            if (Echoes.TryGetValue(x.Text("url") ?? "", out var name) && seen.Add(name)) yield return (name, name == "label" ? "string" : "decimal", x["value"]);
        }

        foreach (var p in concept.Element.Children("property").Concat(supplemented.SelectMany(s => s.Children("property"))))
        {
            if (p.Text("code") is { } name && (wanted.Contains(name) || wanted.Contains("*")) && p["value"].Exists) yield return (name, p["value"].Type ?? "string", p["value"]);
        }

        if (wanted.Contains("definition") && concept.Element["definition"] is { Exists: true } definition) yield return ("definition", "string", definition);
        if ((concept.IsInactive || concept.Element.Extension(StandardsStatus) is not null) && concept.Status is not null && !wanted.Contains("status")) yield return ("status", "code", default);
    }
}

/// <summary>What stands against the use of a resource.</summary>
internal static class PublicationStatus
{
    /// <summary><c>withdrawn</c>, <c>deprecated</c>, <c>experimental</c>, <c>draft</c>, or null when nothing does.</summary>
    internal static string? Of(FhirElement resource) =>
        resource.Extension("http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status") is "withdrawn" or "deprecated"
            ? resource.Extension("http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status")
        : resource.Text("status") == "retired" ? "withdrawn"
        : resource.Text("experimental") == "true" ? "experimental"
        : resource.Text("status") == "draft" || resource.Extension("http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status") == "draft" ? "draft"
        : null;
}
