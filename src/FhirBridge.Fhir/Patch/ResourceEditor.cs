using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Patch;

/// <summary>Changes the JSON of a resource at the places that elements of its tree name; the tree was read from that JSON as it is now.</summary>
internal sealed class ResourceEditor(JsonObject document)
{
    /// <summary>Adds a child: the only one of its name, or behind those that there are.</summary>
    internal Problem? Add(FhirPathOperation operation, FhirElement parent)
    {
        var made = PatchValue.Make(operation, Definitions.R4.TypeIndex.Group(parent.DefinitionPath ?? ""), parent.Path, operation.Name!, operation.Value);
        if (!made.IsOk) return made.Problems[0];
        var (property, value) = made.Value;
        if (!property.Repeats && parent[property.Element.Name].Exists) return operation.Fails($"'{operation.Name}' is there already and does not repeat; replace it", parent[property.Element.Name].Path);
        if (ContainerOf(parent, make: true) is not { } container) return operation.Fails("what is there cannot hold elements", parent.Path);
        var all = Repetition.Take(container, property.Name);
        all.Add(value);
        Repetition.Put(container, property.Name, all, property.Repeats);
        return null;
    }

    /// <summary>Puts another value, perhaps of another type of the choice, in the place of an element.</summary>
    internal Problem? Replace(FhirPathOperation operation, FhirElement element)
    {
        var made = PatchValue.Make(operation, Definitions.R4.TypeIndex.Group(element.Parent.DefinitionPath ?? ""), element.Parent.Path, element.Name, operation.Value);
        if (!made.IsOk) return made.Problems[0];
        var (property, value) = made.Value;
        var container = ContainerOf(element.Parent, make: false)!;
        var all = Repetition.Take(container, element.SourceName);
        all[Math.Max(0, element.Index)] = value;
        if (property.Name != element.SourceName) Rename(container, element.SourceName, property.Name);
        Repetition.Put(container, property.Name, all, property.Repeats);
        return null;
    }

    /// <summary>Removes an element.</summary>
    internal void Delete(FhirElement element)
    {
        var container = ContainerOf(element.Parent, make: false)!;
        var all = Repetition.Take(container, element.SourceName);
        all.RemoveAt(Math.Max(0, element.Index));
        Repetition.Put(container, element.SourceName, all, element.Index >= 0);

        // A primitive whose last extension went, and that has no value, is gone with it.
        var owner = element.Parent;
        if (container.Count > 0 || !Definitions.R4.IsPrimitive(owner.Type)) return;
        var around = ContainerOf(owner.Parent, make: false)!;
        var siblings = Repetition.Take(around, owner.SourceName);
        if (!owner.HasValue) siblings.RemoveAt(Math.Max(0, owner.Index));
        Repetition.Put(around, owner.SourceName, siblings, owner.Index >= 0);
    }

    /// <summary>insert and move: in a whole list, so that an index means what the client sees.</summary>
    internal Problem? List(FhirPathOperation operation, IReadOnlyList<FhirElement> list)
    {
        var (first, parent) = (list[0], list[0].Parent);
        if (first.Index < 0) return operation.Fails("the path selects an element that does not repeat", first.Path);
        if (list.Where((e, i) => e != parent.Children(first.SourceName).ElementAtOrDefault(i)).Any() || list.Count != parent.Children(first.SourceName).Count())
        {
            return operation.Fails("the path must select one whole list, all its elements in their order", first.Path);
        }

        return operation.Type == "insert" ? Insert(operation, first, list.Count) : Move(operation, first, list.Count);
    }

    /// <summary>insert: the first item of a list.</summary>
    internal Problem? Begin(FhirPathOperation operation, FhirElement parent)
    {
        if (Definitions.R4.TypeIndex.Group(parent.DefinitionPath ?? "")?.Properties.Any(p => p.Repeats && p.Name == operation.Name) != true) return operation.Fails($"'{operation.Name}' does not repeat", parent.Path);
        return operation.Index > 0 ? operation.Fails($"index {operation.Index} is beyond the list, which is empty", parent.Path) : Add(operation, parent);
    }

    private Problem? Insert(FhirPathOperation operation, FhirElement first, int count)
    {
        if (operation.Index > count) return operation.Fails($"index {operation.Index} is beyond the list: 0 to {count}", first.Parent.Path);
        var made = PatchValue.Make(operation, Definitions.R4.TypeIndex.Group(first.Parent.DefinitionPath ?? ""), first.Parent.Path, first.Name, operation.Value);
        if (!made.IsOk) return made.Problems[0];
        Change(first, all => all.Insert(operation.Index, made.Value.Value));
        return null;
    }

    private Problem? Move(FhirPathOperation operation, FhirElement first, int count)
    {
        if (operation.Index >= count || operation.Destination >= count) return operation.Fails($"source and destination are places in the list: 0 to {count - 1}", first.Parent.Path);
        Change(first, all =>
        {
            var moved = all[operation.Index];
            all.RemoveAt(operation.Index);
            all.Insert(operation.Destination, moved);
        });
        return null;
    }

    private void Change(FhirElement first, Action<List<Repetition>> change)
    {
        var container = ContainerOf(first.Parent, make: false)!;
        var all = Repetition.Take(container, first.SourceName);
        change(all);
        Repetition.Put(container, first.SourceName, all, repeats: true);
    }

    /// <summary>The object that holds the children of an element; for a primitive the one in its <c>_</c> sibling, made when asked for.</summary>
    private JsonObject? ContainerOf(FhirElement element, bool make)
    {
        if (!element.Parent.Exists) return document;
        if (ContainerOf(element.Parent, make: false) is not { } around) return null;
        var primitive = Definitions.R4.IsPrimitive(element.Type);
        if (primitive && make) return SiblingOf(around, element);
        var node = around[primitive ? "_" + element.SourceName : element.SourceName];
        return (element.Index >= 0 ? (node as JsonArray)?[element.Index] : node) as JsonObject;
    }

    private static JsonObject SiblingOf(JsonObject around, FhirElement primitive)
    {
        var property = "_" + primitive.SourceName;
        if (primitive.Index < 0)
        {
            if (around[property] is JsonObject there) return there;
            var only = new JsonObject();
            around[property] = only;
            return only;
        }

        if (around[property] is not JsonArray all) around[property] = all = [];
        while (all.Count <= primitive.Index || all.Count < (around[primitive.SourceName] as JsonArray)?.Count) all.Add(null);
        if (all[primitive.Index] is JsonObject own) return own;
        var made = new JsonObject();
        all[primitive.Index] = made;
        return made;
    }

    private static void Rename(JsonObject container, string from, string to)
    {
        foreach (var prefix in new[] { "", "_" })
        {
            var at = container.IndexOf(prefix + from);
            if (at < 0) continue;
            container.RemoveAt(at);
            container.Insert(at, prefix + to, null);
        }
    }
}
