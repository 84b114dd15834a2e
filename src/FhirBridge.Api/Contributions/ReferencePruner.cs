using System.Buffers;
using System.Text.Json;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Contributions;

/// <summary>
/// Removes what must not be seen from a resource: each marked Reference whole (no display, no identifier), and upwards every element that is left
/// empty or without a required child (consent.md §8.4); an extension is empty without a value. The result is what the resource would look like had the target never existed.
/// </summary>
public static class ReferencePruner
{
    /// <summary>The resource without its absent references; null when nothing valid is left (the resource is then denied whole).</summary>
    public static ReadOnlyMemory<byte>? PruneAbsent(ReadOnlyMemory<byte> json)
    {
        var tree = StoredJson.Read(json);
        return Write(tree, GoneOf(tree));
    }

    /// <summary>What is not seen of a resource in which the absent references still stand: those, and what goes with them.</summary>
    internal static IEnumerable<FhirElement> Absent(ElementTree tree)
    {
        var gone = GoneOf(tree);
        return gone.Count == 0 ? [] : tree.Root.Descendants().Where(e => gone.Contains(e.NodeNumber));
    }

    /// <summary>The resource without those elements; null when the root itself is gone.</summary>
    public static ReadOnlyMemory<byte>? Prune(ElementTree tree, IEnumerable<FhirElement> elements)
    {
        var gone = new HashSet<int>();
        foreach (var e in elements) Remove(e, gone);
        return Write(tree, gone);
    }

    private static HashSet<int> GoneOf(ElementTree tree)
    {
        var gone = new HashSet<int>();
        foreach (var reference in BodyCutter.FindReferences(tree))
        {
            if (reference.Value == BodySplicer.Absent) Remove(reference.Parent, gone);
        }

        return gone;
    }

    private static ReadOnlyMemory<byte>? Write(ElementTree tree, HashSet<int> gone)
    {
        if (gone.Contains(0)) return null;
        if (gone.Count == 0) return tree.Source;
        var output = new ArrayBufferWriter<byte>(tree.Source.Length);
        using (var w = new Utf8JsonWriter(output, Http.JsonOptions.Writer)) WriteObject(w, tree.Root, gone, Affected(tree, gone));
        return output.WrittenMemory;
    }

    private static void Remove(FhirElement element, HashSet<int> gone)
    {
        gone.Add(element.NodeNumber);
        var parent = element.Parent;
        if (!parent.Exists || gone.Contains(parent.NodeNumber)) return;
        var siblings = parent.Children().Where(c => !gone.Contains(c.NodeNumber)).ToList();
        var min = parent.DefinitionPath is { } path ? Definitions.R4.FindElement(path, element.Name)?.Min ?? 0 : 0;
        var left = siblings.Count(c => c.Name == element.Name);
        var empty = siblings.TrueForAll(c => parent.Type == "Extension" && c.Name is "url" or "id") && !parent.IsResource && !parent.HasValue;
        if (left < min || empty) Remove(parent, gone);
    }

    private static HashSet<int> Affected(ElementTree tree, HashSet<int> gone)
    {
        var affected = new HashSet<int>();
        foreach (var e in tree.Root.Descendants())
        {
            if (!gone.Contains(e.NodeNumber)) continue;
            for (var a = e.Parent; a.Exists && affected.Add(a.NodeNumber);) a = a.Parent;
        }

        return affected;
    }

    private static void WriteObject(Utf8JsonWriter w, FhirElement element, HashSet<int> gone, HashSet<int> affected)
    {
        w.WriteStartObject();
        if (element.IsResource) w.WriteString("resourceType", element.Type);
        foreach (var group in element.Children().GroupBy(c => c.SourceName))
        {
            var kept = group.Where(c => !gone.Contains(c.NodeNumber)).ToList();
            if (kept.Count == 0) continue;
            if (kept.Count == group.Count() && !kept.Exists(c => affected.Contains(c.NodeNumber)))
            {
                FhirJson.WriteProperty(w, element, group.Key);
                continue;
            }

            if (kept.Exists(c => c.HasValue || Definitions.R4.IsPrimitive(c.Type)))
            {
                WritePrimitives(w, kept, gone, affected);
                continue;
            }

            w.WritePropertyName(group.Key);
            if (kept[0].Index >= 0) w.WriteStartArray();
            foreach (var c in kept)
            {
                if (affected.Contains(c.NodeNumber)) WriteObject(w, c, gone, affected);
                else w.WriteRawValue(c.Raw, skipInputValidation: true);
            }

            if (kept[0].Index >= 0) w.WriteEndArray();
        }

        w.WriteEndObject();
    }

    /// <summary>Values in one member, what else they have in the other.</summary>
    private static void WritePrimitives(Utf8JsonWriter w, List<FhirElement> kept, HashSet<int> gone, HashSet<int> affected)
    {
        var isList = kept[0].Index >= 0;
        if (kept.Exists(c => c.HasValue))
        {
            w.WritePropertyName(kept[0].SourceName);
            if (isList) w.WriteStartArray();
            foreach (var c in kept)
            {
                if (c.HasValue) w.WriteRawValue(c.Raw, skipInputValidation: true);
                else w.WriteNullValue();
            }

            if (isList) w.WriteEndArray();
        }

        if (!kept.Exists(c => c.Children().Any(x => !gone.Contains(x.NodeNumber)))) return;
        w.WritePropertyName("_" + kept[0].SourceName);
        if (isList) w.WriteStartArray();
        foreach (var c in kept)
        {
            if (c.Children().Any(x => !gone.Contains(x.NodeNumber))) WriteObject(w, c, gone, affected);
            else w.WriteNullValue();
        }

        if (isList) w.WriteEndArray();
    }
}
