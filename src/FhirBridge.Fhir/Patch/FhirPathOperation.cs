using System.Globalization;
using System.Text.Json;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Fhir.Patch;

/// <summary>One operation of a FHIRPath Patch. Spec: https://hl7.org/fhir/R4/fhirpatch.html.</summary>
/// <param name="Number">Its place in the patch, from 1.</param>
/// <param name="Type">add, insert, delete, replace or move.</param>
/// <param name="Path">FHIRPath of what it is done to.</param>
/// <param name="Name">add: the child element.</param>
/// <param name="Value">add, insert, replace: the part with the value.</param>
/// <param name="Index">insert: where; move: from where (<c>source</c>).</param>
/// <param name="Destination">move: to where.</param>
internal sealed record FhirPathOperation(int Number, string Type, string Path, string? Name, ParametersParameterView Value, int Index, int Destination)
{
    private static readonly Dictionary<string, string[]> Parts = new()
    {
        ["add"] = ["name", "value"],
        ["insert"] = ["value", "index"],
        ["delete"] = [],
        ["replace"] = ["value"],
        ["move"] = ["source", "destination"],
    };

    /// <summary>Reads one; every part that the operation needs must be there, once, and no other.</summary>
    internal static Result<FhirPathOperation> Read(ParametersParameterView parameter, int number)
    {
        var at = parameter.Element.Path;
        Problem Wrong(string what, string? where = null) => Problems.MalformedPatch.With($"operation {number}: {what}", where ?? at);
        if (parameter.Name != "operation") return Wrong("the parameters of a FHIRPath Patch are named 'operation'", at + ".name");
        var parts = new Dictionary<string, ParametersParameterView>();
        foreach (var part in parameter.Part)
        {
            if (!parts.TryAdd(part.Name ?? "", part)) return Wrong($"'{PatchBudget.Shown(part.Name ?? "")}' stands twice", part.Element.Path);
        }

        if (!parts.TryGetValue("type", out var typePart) || typePart.Value.Value is not { } type) return Wrong("'type' is missing: add, insert, delete, replace or move");
        if (!Parts.TryGetValue(type, out var needed)) return Wrong($"'{PatchBudget.Shown(type)}' is no operation; there are add, insert, delete, replace and move", typePart.Element.Path);
        if (!parts.TryGetValue("path", out var pathPart) || pathPart.Value is not { ValueKind: JsonValueKind.String, Value: { } path }) return Wrong("'path' is missing: a FHIRPath as valueString");
        foreach (var (name, part) in parts)
        {
            if (name is not ("type" or "path") && !needed.Contains(name)) return Wrong($"{type} takes no '{PatchBudget.Shown(name)}'; it takes type, path{string.Concat(needed.Select(n => ", " + n))}", part.Element.Path);
        }

        var numbers = new Dictionary<string, int>();
        foreach (var name in needed)
        {
            if (!parts.TryGetValue(name, out var part)) return Wrong($"{type} needs '{name}'");
            if (name is "value") continue;
            if (name is "name" ? part.Value.ValueKind != JsonValueKind.String : !IsIndex(part.Value, numbers, name))
            {
                return Wrong(name == "name" ? "'name' is the name of an element, as valueString" : $"'{name}' is a whole number from 0, as valueInteger", part.Element.Path);
            }
        }

        return new FhirPathOperation(
            number, type, path, parts.GetValueOrDefault("name").Value.Value, parts.GetValueOrDefault("value"),
            numbers.GetValueOrDefault("index", numbers.GetValueOrDefault("source")), numbers.GetValueOrDefault("destination"));
    }

    /// <summary>Whose list the path names, as a path (empty: the resource's), and the name of the list; null when it does not end with a name.</summary>
    internal (string Owner, string Name)? List()
    {
        if (Parser.Parse(Path) is not MemberSyntax last) return null;
        return (last.Focus is null ? "" : Path[..Math.Max(0, Path.LastIndexOf('.', last.Start))], last.Name);
    }

    /// <summary>That it cannot be done here.</summary>
    internal Problem Fails(string why, string? expression = null) => Problems.PatchFailed.With($"{this}: {why}", expression);

    /// <inheritdoc/>
    public override string ToString() => $"operation {Number} ({Type} {PatchBudget.Shown(Path)}{(Name is null ? "" : " " + PatchBudget.Shown(Name))})";

    private static bool IsIndex(FhirElement value, Dictionary<string, int> numbers, string name)
    {
        if (value.ValueKind != JsonValueKind.Number || !int.TryParse(value.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return false;
        numbers[name] = index;
        return true;
    }
}
