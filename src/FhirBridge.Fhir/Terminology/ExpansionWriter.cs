using System.Globalization;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>$expand: a value set with its expansion. Spec: https://hl7.org/fhir/R4/valueset-operation-expand.html.</summary>
/// <remarks>Properties and what else R5 added stand in the extensions that R5 defines for R4 (https://hl7.org/fhir/R5/versions.html#extensions).</remarks>
internal sealed class ExpansionWriter(TerminologyTerms terms, TimeProvider time)
{
    // A level is two of JSON, of which readers take a hundred. What is below stands beside.
    private const int MaxLevels = 40;

    private static readonly HashSet<string> NotEchoed = ["url", "valueSet", "valueSetVersion", "tx-resource", "context", "contextDirection", "uuid", "displayLanguage", "cache-id", "useSupplement", "property", "_format"];

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["activeOnly"] = "Boolean", ["excludeNested"] = "Boolean", ["includeDefinition"] = "Boolean", ["includeDesignations"] = "Boolean", ["excludeNotForUI"] = "Boolean",
        ["excludePostCoordinated"] = "Boolean", ["count"] = "Integer", ["offset"] = "Integer", ["filter"] = "String", ["date"] = "DateTime", ["designation"] = "String",
    };

    private readonly ExpandedCodeWriter codeWriter = new(terms);

    internal TerminologyAnswer Expand(FhirElement set)
    {
        if (terms.Adopt(set) is { } missing) return TerminologyAnswer.Fail(missing);
        var expansion = new ValueSetExpansion(terms);
        var codes = expansion.Expand(set);
        if (expansion.Issue is { } issue) return TerminologyAnswer.Fail(issue);
        if (terms.Flag("activeOnly") == true) codes.RemoveAll(c => c.IsInactive);
        if (terms.Flag("excludeNotForUI") == true) codes.RemoveAll(c => c.IsAbstract);
        if (terms.Text("filter")?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase).ToArray() is { Length: > 0 } words) codes = [.. codes.Where(c => IsFound(c, words))];
        var total = codes.Count;
        var offset = terms.Number("offset") ?? 0;
        var count = terms.Number("count");
        if (count is null && codes.Count > terms.MaxCodes) return TerminologyAnswer.Fail(TerminologyIssue.TooCostly(set.Text("url") ?? "", terms.MaxCodes));
        var page = count is null && offset == 0 ? codes : [.. codes.Skip(offset).Take(count ?? int.MaxValue)];
        var nested = expansion.IsOfOneSystem && terms.Flag("excludeNested") != true && count is null && offset == 0;
        foreach (var code in page) codeWriter.Declare(code);
        return TerminologyAnswer.Write(w => Write(w, set, expansion, page, total, offset, nested), page.Count * 80);
    }

    /// <summary>True when each word of the filter is in a text or in the code.</summary>
    private bool IsFound(ExpandedCode code, string[] words)
    {
        var texts = codeWriter.Terms(code).All.Select(t => t.Text).Append(code.Code).ToList();
        return words.All(word => texts.Exists(t => t.Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    private void Write(Utf8JsonWriter w, FhirElement set, ValueSetExpansion expansion, List<ExpandedCode> page, int total, int offset, bool nested)
    {
        w.WriteStartObject();
        w.WriteString("resourceType", "ValueSet");
        var withDefinition = terms.Flag("includeDefinition") == true;
        foreach (var child in set.Children().Select(c => c.SourceName).Distinct())
        {
            if (child is "text" or "expansion" || (child is "compose" or "extension" && !withDefinition)) continue;
            FhirJson.WriteProperty(w, set, child);
        }

        if (set.Text("status") is null) w.WriteString("status", "active");
        w.WriteStartObject("expansion");
        WriteHead(w, expansion);
        w.WriteString("identifier", "urn:uuid:" + Guid.NewGuid());
        w.WriteString("timestamp", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        w.WriteNumber("total", total);
        if (terms.Number("offset") is not null) w.WriteNumber("offset", offset);
        w.WriteStartArray("parameter");
        foreach (var (name, type, value) in Parameters(set, expansion).OrderBy(r => r.Name, StringComparer.Ordinal)) TerminologyAnswer.WriteParameter(w, name, type, value);
        w.WriteEndArray();
        if (page.Count > 0)
        {
            w.WriteStartArray("contains");
            codeWriter.Versioned = expansion.VersionedSystems;
            if (nested) WriteNested(w, page);
            else foreach (var code in page) codeWriter.Write(w, code);
            w.WriteEndArray();
        }

        w.WriteEndObject();
        w.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter w, ValueSetExpansion expansion)
    {
        var fragment = expansion.UsedSystems.FirstOrDefault(s => s.Content == "fragment");
        if (fragment is null && codeWriter.Declared.Count == 0) return;
        w.WriteStartArray("extension");
        if (fragment is not null)
        {
            ExpandedCodeWriter.WriteExtension(w, "http://hl7.org/fhir/StructureDefinition/valueset-unclosed", "Boolean", "true");
            ExpandedCodeWriter.WriteExtension(w, "http://hl7.org/fhir/StructureDefinition/valueset-unclosed-reason", "String", $"This extension is based on a fragment of the code system {fragment.Url}");
        }

        codeWriter.WriteDeclared(w);
        w.WriteEndArray();
    }

    /// <summary>What the expansion was made with: the parameters of the request, the language, what was used and what stands against its use.</summary>
    private List<(string Name, string Type, string? Value)> Parameters(FhirElement set, ValueSetExpansion expansion)
    {
        var rows = new List<(string Name, string Type, string? Value)>();
        foreach (var p in terms.Every)
        {
            if (p.Text("name") is not { } name || NotEchoed.Contains(name) || p["value"].Value is not { Length: > 0 } value || (name == "system-version" && !terms.IsUsed(value))) continue;
            var type = Types.GetValueOrDefault(name, "Uri");

            // A number of a query may begin with zeros, which one of JSON must not.
            rows.Add((name, type, type == "Integer" ? value.TrimStart('0').PadLeft(1, '0') : value));
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

        return rows;
    }

    /// <summary>Each code under the nearest concept above that is in the expansion, too; those that are above themselves stand at the end.</summary>
    private void WriteNested(Utf8JsonWriter w, List<ExpandedCode> page)
    {
        var here = page.Where(c => c.Concept is not null).ToDictionary(c => c.Concept!);
        var below = new Dictionary<Concept, List<ExpandedCode>>();
        var roots = new List<ExpandedCode>();
        foreach (var code in page)
        {
            if (Above(code.Concept!, here) is not { } parent) roots.Add(code);
            else if (below.TryGetValue(parent, out var siblings)) siblings.Add(code);
            else below[parent] = [code];
        }

        var written = new HashSet<Concept>(page.Count);
        foreach (var root in roots) WriteTree(root, 1);
        if (written.Count == page.Count) return;
        foreach (var code in page)
        {
            if (written.Add(code.Concept!)) codeWriter.Write(w, code);
        }

        void WriteTree(ExpandedCode code, int level)
        {
            written.Add(code.Concept!);
            if (!below.TryGetValue(code.Concept!, out var children)) codeWriter.Write(w, code);
            else if (level < MaxLevels) codeWriter.Write(w, code, () =>
            {
                foreach (var child in children) WriteTree(child, level + 1);
            });
            else WriteFlat(code);
        }

        void WriteFlat(ExpandedCode top)
        {
            var open = new Stack<ExpandedCode>([top]);
            while (open.TryPop(out var code))
            {
                written.Add(code.Concept!);
                codeWriter.Write(w, code);
                if (!below.TryGetValue(code.Concept!, out var children)) continue;
                for (var i = children.Count - 1; i >= 0; i--) open.Push(children[i]);
            }
        }
    }

    private static Concept? Above(Concept concept, Dictionary<Concept, ExpandedCode> here)
    {
        var parent = concept.Parents.Count > 0 ? concept.Parents[0] : null;
        for (var steps = 0; parent is not null && !here.ContainsKey(parent) && steps < MaxLevels; steps++) parent = parent.Parents.Count > 0 ? parent.Parents[0] : null;
        return parent is not null && parent != concept && here.ContainsKey(parent) ? parent : null;
    }
}

/// <summary>What stands against the use of a resource.</summary>
internal static class PublicationStatus
{
    private const string StandardsStatus = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status";

    /// <summary><c>withdrawn</c>, <c>deprecated</c>, <c>experimental</c>, <c>draft</c>, or null when nothing does.</summary>
    internal static string? Of(FhirElement resource)
    {
        var standard = resource.Extension(StandardsStatus);
        if (standard is "withdrawn" or "deprecated") return standard;
        return resource.Text("status") == "retired" ? "withdrawn"
            : resource.Text("experimental") == "true" ? "experimental"
            : resource.Text("status") == "draft" || standard == "draft" ? "draft"
            : null;
    }
}
