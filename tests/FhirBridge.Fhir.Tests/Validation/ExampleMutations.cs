using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>One fault put into a good resource: the resource, and where the fault is to be found.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="Json">The resource with the fault.</param>
/// <param name="Place">FHIRPath of the element at fault.</param>
internal sealed record Mutant(string Kind, byte[] Json, string Place);

/// <summary>Puts one fault into a resource: each method gives null when the element at hand does not allow its fault.</summary>
internal static class ExampleMutations
{
    internal static readonly (string Kind, Func<FhirElement, Random, Mutant?> Make)[] All =
    [
        ("renamed", Renamed), ("type", TypeChanged), ("code", CodeOutside), ("missing", RequiredMissing), ("repeated", Repeated), ("grammar", Grammar), ("target", WrongTarget),
        ("period", Period), ("quantity", Quantity), ("extension", ExtensionBoth), ("contact", Contact), ("fragment", Fragment), ("display", SystemRelative), ("attachment", Attachment),
        ("unit", Unit), ("digit", CheckDigit), ("named", WrongDisplay), ("comparator", Comparator), ("identifier", IdentifierRelative), ("language", Language), ("urn", Urn), ("stated", StatedType),
    ];

    private static Mutant? Renamed(FhirElement e, Random random)
    {
        if (e.IsResource || e.Index > 0 || !e.Parent.Exists || e.Parent.HasValue) return null;
        return Edit("renamed", e, $"{e.Parent.Path}.{e.SourceName}Of", (parent, name, _) =>
        {
            var value = parent[name];
            parent.Remove(name);
            parent[name + "Of"] = value;
            return true;
        });
    }

    private static Mutant? TypeChanged(FhirElement e, Random random)
    {
        if (!e.Parent.Exists || e.IsResource || (e.HasValue && e.Name is "div")) return null;
        return Edit("type", e, e.Path, (parent, name, index) => Set(parent, name, index, e.HasValue ? new JsonObject { ["value"] = "x" } : JsonValue.Create("text")));
    }

    private static Mutant? CodeOutside(FhirElement e, Random random)
    {
        if (e.Type != "code" || !e.HasValue || Definitions.R4.DefinitionOf(e)?.Binding is not { Strength: BindingStrength.Required } binding || Definitions.R4.RequiredCodes(binding.ValueSet) is null) return null;
        return Edit("code", e, e.Path, (parent, name, index) => Set(parent, name, index, JsonValue.Create("no-such-code")));
    }

    private static Mutant? RequiredMissing(FhirElement e, Random random)
    {
        if (e.Index > 0 || Definitions.R4.DefinitionOf(e) is not { Min: > 0 } definition || e.Parent.Children().Count(c => c.Name != "id") < 2) return null;
        if (definition.Repeats && e.Parent.Children(e.Name).Count() > 1) return null;
        return Edit("missing", e, $"{e.Parent.Path}.{(definition.IsChoice ? definition.Name + "[x]" : definition.Name)}", (parent, name, _) => parent.Remove(name) | parent.Remove("_" + name));
    }

    private static Mutant? Repeated(FhirElement e, Random random)
    {
        if (e.Index >= 0 || !e.Parent.Exists || e.IsResource || Definitions.R4.DefinitionOf(e) is not { Repeats: false }) return null;
        return Edit("repeated", e, e.Path, (parent, name, _) =>
        {
            parent[name] = new JsonArray(parent[name]!.DeepClone(), parent[name]!.DeepClone());
            return true;
        });
    }

    private static Mutant? Grammar(FhirElement e, Random random)
    {
        var wrong = e.Type switch
        {
            "date" or "dateTime" => "2015-13-41",
            "instant" => "2015-01-01",
            "id" => "not an id",
            "uri" or "url" or "canonical" => "two words",
            "time" => "25:61",
            "oid" => "1.2.3",
            "base64Binary" => "==?",
            _ => null,
        };
        return wrong is null || !e.HasValue ? null : Edit("grammar", e, e.Path, (parent, name, index) => Set(parent, name, index, JsonValue.Create(wrong)));
    }

    private static Mutant? WrongTarget(FhirElement e, Random random)
    {
        if (e.Type != "Reference" || Definitions.R4.DefinitionOf(e)?.Types.SingleOrDefault(t => t.Code == "Reference") is not { TargetProfiles.Count: > 0 } type) return null;
        if (type.TargetProfiles.Any(t => t.EndsWith("/Resource", StringComparison.Ordinal) || t.EndsWith("/Basic", StringComparison.Ordinal)) || e["type"].Exists || Text(e, "reference") is not { } old || old.StartsWith('#')) return null;
        return Edit("target", e, e.Path, (parent, name, index) =>
        {
            At(parent, name, index)!.AsObject()["reference"] = "Basic/not-there";
            return true;
        });
    }

    private static Mutant? Period(FhirElement e, Random random) =>
        e.Type != "Period" ? null : Edit("period", e, e.Path, (parent, name, index) => With(parent, name, index, o => (o["start"], o["end"]) = ("2015-06-01", "2015-05-01")));

    private static Mutant? Quantity(FhirElement e, Random random) =>
        e.Type != "Quantity" || Text(e, "code") is null || Text(e, "system") is null ? null : Edit("quantity", e, e.Path, (parent, name, index) => With(parent, name, index, o => o.Remove("system")));

    private static Mutant? ExtensionBoth(FhirElement e, Random random) =>
        e.Type != "Extension" || !e["value"].Exists ? null : Edit("extension", e, e.Path, (parent, name, index) => With(parent, name, index, o => o["extension"] = new JsonArray(new JsonObject { ["url"] = "http://example.org/part", ["valueString"] = "x" })));

    private static Mutant? Contact(FhirElement e, Random random) =>
        e.Type != "ContactPoint" || Text(e, "value") is null || Text(e, "system") is null ? null : Edit("contact", e, e.Path, (parent, name, index) => With(parent, name, index, o => o.Remove("system")));

    private static Mutant? Fragment(FhirElement e, Random random) =>
        e.Type != "Reference" || Text(e, "reference") is not { } old || old.StartsWith('#') ? null : Edit("fragment", e, e.Path, (parent, name, index) => With(parent, name, index, o => o["reference"] = "#not-there"));

    private static Mutant? SystemRelative(FhirElement e, Random random) =>
        e.Type != "Coding" || Text(e, "system") is null ? null : Edit("system", e, e.Path + ".system", (parent, name, index) => With(parent, name, index, o => o["system"] = "relative"));

    private static Mutant? Attachment(FhirElement e, Random random) =>
        e.Type != "Attachment" || Text(e, "contentType") is null ? null : Edit("attachment", e, e.Path, (parent, name, index) => With(parent, name, index, o => { o.Remove("contentType"); o["data"] = "AAAA"; }));

    private static Mutant? Unit(FhirElement e, Random random) =>
        Definitions.R4.FindType(e.Type ?? "")?.Name is not ("Quantity" or "Age" or "Duration" or "Distance") || Text(e, "system") != "http://unitsofmeasure.org" || Text(e, "code") is null
            ? null : Edit("unit", e, e.Path + ".code", (parent, name, index) => With(parent, name, index, o => o["code"] = "no-unit"));

    /// <summary>Another last digit, which is the check digit.</summary>
    private static Mutant? CheckDigit(FhirElement e, Random random)
    {
        if (e.Type != "Coding" || Text(e, "system") is not ("http://loinc.org" or "http://snomed.info/sct") || Text(e, "code") is not { } code || !char.IsAsciiDigit(code[^1])) return null;
        return Edit("digit", e, e.Path + ".code", (parent, name, index) => With(parent, name, index, o => o["code"] = code[..^1] + (char)('0' + ((code[^1] - '0' + 1 + random.Next(9)) % 10))));
    }

    private static Mutant? WrongDisplay(FhirElement e, Random random)
    {
        if (e.Type != "Coding" || Text(e, "system") is not { } system || Text(e, "code") is not { } code || Definitions.R4.FindEntry("CodeSystem", system) is null || Definitions.R4.Terminology.Find(new Coding(system, code), Text(e, "version"))?.Display is null) return null;
        return Edit("named", e, e.Path + ".display", (parent, name, index) => With(parent, name, index, o => o["display"] = "quite another thing"));
    }

    private static Mutant? Comparator(FhirElement e, Random random) =>
        e.Type != "Quantity" || Definitions.R4.DefinitionOf(e)?.Types is not [{ Code: "Quantity", Profiles.Count: 1 }] ? null : Edit("comparator", e, e.Path, (parent, name, index) => With(parent, name, index, o => o["comparator"] = "<"));

    private static Mutant? IdentifierRelative(FhirElement e, Random random) =>
        e.Type != "Identifier" || Text(e, "system") is null ? null : Edit("identifier", e, e.Path + ".system", (parent, name, index) => With(parent, name, index, o => o["system"] = "numbers"));

    private static Mutant? Language(FhirElement e, Random random) =>
        e.Type != "code" || e.Name != "language" || !e.Parent.IsResource ? null : Edit("language", e, e.Path, (parent, name, index) => Set(parent, name, index, JsonValue.Create("en_us")));

    private static Mutant? Urn(FhirElement e, Random random) =>
        e.Type is not ("uri" or "canonical") || !e.HasValue || e.Parent.Type is "Extension" or "Coding" or "Identifier" or "Quantity" ? null : Edit("urn", e, e.Path, (parent, name, index) => Set(parent, name, index, JsonValue.Create("urn:uuid:12345")));

    private static Mutant? StatedType(FhirElement e, Random random) =>
        e.Type != "Reference" || FhirReference.Parse(Text(e, "reference"))?.Type is not { } type || type == "Basic" ? null : Edit("stated", e, e.Path + ".type", (parent, name, index) => With(parent, name, index, o => o["type"] = "Basic"));

    private static string? Text(FhirElement e, string name) => e.Text(name);

    private static bool With(JsonObject parent, string name, int index, Action<JsonObject> change)
    {
        if (At(parent, name, index) is not JsonObject o) return false;
        change(o);
        return true;
    }

    private static JsonNode? At(JsonObject parent, string name, int index) => index < 0 ? parent[name] : parent[name]?.AsArray()[index];

    private static bool Set(JsonObject parent, string name, int index, JsonNode value)
    {
        if (index < 0) parent[name] = value;
        else parent[name]!.AsArray()[index] = value;
        return true;
    }

    /// <summary>Changes the JSON at an element; null when it stands where JSON has no place of its own for it (a primitive's extensions).</summary>
    private static Mutant? Edit(string kind, FhirElement e, string place, Func<JsonObject, string, int, bool> change)
    {
        var root = JsonNode.Parse(e.Tree!.Source.Span)!;
        var steps = new Stack<FhirElement>();
        for (var at = e.Parent; at.Parent.Exists; at = at.Parent) steps.Push(at);
        JsonNode? node = root;
        foreach (var step in steps)
        {
            node = node is JsonObject o ? o[step.SourceName] : null;
            if (step.Index >= 0) node = node is JsonArray a && step.Index < a.Count ? a[step.Index] : null;
        }

        if (node is not JsonObject parent || !parent.ContainsKey(e.SourceName) || (e.Index >= 0 && parent[e.SourceName] is not JsonArray)) return null;
        return change(parent, e.SourceName, e.Index) ? new Mutant(kind, Encoding.UTF8.GetBytes(root.ToJsonString(JsonSerializerOptions.Default)), place) : null;
    }
}
