using System.Text.Json.Nodes;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Fhir.Patch;

/// <summary>The <c>value</c> of a FHIRPath Patch operation as JSON: a datatype, a resource, or nested parts for what <c>value[x]</c> cannot hold.</summary>
internal static class PatchValue
{
    /// <summary>The value for a child of that name, with the property that it stands under.</summary>
    /// <param name="operation">For problems.</param>
    /// <param name="group">What is defined under the parent; null when R4 defines nothing there.</param>
    /// <param name="parentPath">FHIRPath of the parent, for problems.</param>
    /// <param name="name">Definition name (<c>value</c>, or <c>value[x]</c> as R4 writes it) or property name (<c>valueQuantity</c>).</param>
    /// <param name="part">The part that holds the value.</param>
    internal static Result<(PropertyDefinition Property, Repetition Value)> Make(FhirPathOperation operation, ElementGroup? group, string parentPath, string name, ParametersParameterView part)
    {
        var at = $"{parentPath}.{PatchBudget.Shown(name)}";
        var candidates = group?.Properties.Where(p => IsNamed(p, name)).ToList() ?? [];
        if (candidates.Count == 0) return operation.Fails(group is null ? $"'{PatchBudget.Shown(name)}' cannot stand here" : StructureChecks.UnknownElement(group, name, out _), at);
        if (part.Value.Exists)
        {
            var type = part.Value.Type ?? "";
            var property = candidates.Find(p => p.Type == type) ?? candidates.Find(p => Fits(type, p.Type));
            return property is null
                ? operation.Fails($"a {type} cannot stand here: expected {string.Join(", ", candidates.Select(p => p.Type).Take(8))}", at)
                : (property, JsonNodes.Of(part.Element, "value"));
        }

        if (part.Resource.Exists)
        {
            var property = candidates.Find(p => p.IsAnyResource);
            return property is null ? operation.Fails("no resource can stand here", at) : (property, new Repetition(JsonNodes.Of(part.Resource), null));
        }

        if (!part.Part.Any()) return operation.Fails("the value is missing: give value[x], a resource, or parts", at);
        if (candidates.Count > 1 || candidates[0].IsPrimitive || candidates[0].Content is not { } content) return operation.Fails("this element is not made of parts: give it as value[x]", at);
        var made = FromParts(operation, content, at, part);
        return made.IsOk ? (candidates[0], new Repetition(made.Value, null)) : Result<(PropertyDefinition, Repetition)>.Fail(made.Problems);
    }

    private static bool IsNamed(PropertyDefinition property, string name) =>
        property.Name == name || property.Element.Name == name || (property.Name != property.Element.Name && name == property.Element.Name + "[x]");

    /// <summary>An element of nested parts; the depth is that of the Parameters, which the reader bounded.</summary>
    private static Result<JsonObject> FromParts(FhirPathOperation operation, ElementGroup content, string at, ParametersParameterView part)
    {
        var element = new JsonObject();
        var members = new Dictionary<string, (PropertyDefinition Property, List<Repetition> All)>();
        foreach (var child in part.Part)
        {
            var made = Make(operation, content, at, child.Name ?? "", child);
            if (!made.IsOk) return Result<JsonObject>.Fail(made.Problems);
            var (property, value) = made.Value;
            if (!members.TryGetValue(property.Element.Name, out var member)) members[property.Element.Name] = member = (property, []);
            else if (!property.Repeats) return operation.Fails($"'{child.Name}' does not repeat", at);
            member.All.Add(value);
        }

        foreach (var (property, all) in members.Values) Repetition.Put(element, property.Name, all, property.Repeats);
        return element;
    }

    /// <summary>
    /// A type fits where one is a specialisation of the other (a string for a code: the grammar of the place decides when the result is read), and
    /// a string for XHTML, which <c>value[x]</c> does not have.
    /// </summary>
    private static bool Fits(string type, string expected) =>
        Definitions.R4.IsOrSpecialises(type, expected) || (expected != "Element" && Definitions.R4.IsOrSpecialises(expected, type)) || (expected == "xhtml" && type == "string");
}
