using System.Globalization;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>Turns the snapshot of a StructureDefinition into a <see cref="TypeDefinition"/>.</summary>
internal static class StructureDefinitionCompiler
{
    private const string FhirType = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type";
    private const string RegexExtension = "http://hl7.org/fhir/StructureDefinition/regex";
    private const string SystemPrefix = "http://hl7.org/fhirpath/System.";

    /// <summary>The type; null for profiles, logical models and definitions without snapshot.</summary>
    /// <param name="r">The StructureDefinition.</param>
    /// <param name="faults">Receives what makes the type unusable.</param>
    internal static TypeDefinition? Compile(JsonElement r, List<string> faults)
    {
        if (r.Text("derivation") == "constraint" || r.Text("url") is not { } url || r.Text("type") is not { } name) return null;
        if (KindOf(r.Text("kind")) is not { } kind || r.Object("snapshot") is not { ValueKind: JsonValueKind.Object } snapshot) return null;
        var elements = new List<ElementDefinition>();
        var orders = new Dictionary<string, int>(StringComparer.Ordinal);
        string? regex = null;
        InvariantDefinition[] invariants = [];
        foreach (var e in snapshot.Items("element"))
        {
            var path = e.Text("path") ?? "";
            if (path != name && !path.StartsWith(name + ".", StringComparison.Ordinal))
            {
                faults.Add($"the element path '{path}' is not below '{name}'");
                return null;
            }

            var dot = path.LastIndexOf('.');
            if (dot < 0)
            {
                invariants = Invariants(e);
                continue;
            }

            if (kind == TypeKind.Primitive && path[(dot + 1)..] == "value")
            {
                // The value of a primitive is no element of the tree: the node itself carries it.
                regex = e.Items("type").SelectMany(t => t.Items("extension")).FirstOrDefault(x => x.Text("url") == RegexExtension) is { ValueKind: JsonValueKind.Object } x
                    ? x.Text("valueString")
                    : null;
                continue;
            }

            var parent = path[..dot];
            var order = orders.GetValueOrDefault(parent);
            orders[parent] = order + 1;
            elements.Add(Element(e, path, order, kind, faults));
        }

        return new TypeDefinition(
            name, url, kind, r.Flag("abstract") == true, r.Text("baseDefinition") is { } b ? b[(b.LastIndexOf('/') + 1)..] : null, regex, invariants, elements);
    }

    private static TypeKind? KindOf(string? kind) => kind switch
    {
        "primitive-type" => TypeKind.Primitive,
        "complex-type" => TypeKind.Complex,
        "resource" => TypeKind.Resource,
        _ => null,
    };

    private static ElementDefinition Element(JsonElement e, string path, int order, TypeKind kind, List<string> faults)
    {
        // Whether JSON writes an array is decided by the base definition: xhtml.extension has max 0 and is still a list.
        var max = e.Object("base") is { ValueKind: JsonValueKind.Object } basis ? basis.Text("max") : e.Text("max");
        var most = 0;
        if (max is not (null or "*") && !int.TryParse(max, NumberStyles.None, CultureInfo.InvariantCulture, out most)) faults.Add($"'{max}' is no maximum of '{path}'");
        var least = 0;
        if (e.TryGetProperty("min", out var min) && (min.ValueKind != JsonValueKind.Number || !min.TryGetInt32(out least) || least < 0)) faults.Add($"'{path}' has no usable minimum");
        return new ElementDefinition(
            path,
            SectionReader.NameOf(path),
            order,
            least,
            max is null or "*" ? null : most,
            Types(e, path, kind),
            path.EndsWith("[x]", StringComparison.Ordinal),
            e.Text("contentReference") is { } reference ? reference[(reference.IndexOf('#') + 1)..] : null,
            e.Flag("isModifier") == true,
            e.Flag("isSummary") == true,
            e.Strings("representation").Contains("xmlAttr"),
            Binding(e),
            Invariants(e),
            e.Text("short") ?? "");
    }

    private static ElementType[] Types(JsonElement e, string path, TypeKind kind) =>
    [
        .. e.Items("type").Select(t => new ElementType(TypeCode(t, path, kind), t.Strings("profile"), t.Strings("targetProfile"))),
    ];

    private static string TypeCode(JsonElement type, string path, TypeKind kind)
    {
        var code = type.Text("code") ?? "";
        if (!code.StartsWith(SystemPrefix, StringComparison.Ordinal)) return code;

        // R4 gives string as the FHIR type of a resource's id; its grammar and every later version say id.
        if (kind == TypeKind.Resource && path.Count(c => c == '.') == 1 && path.EndsWith(".id", StringComparison.Ordinal)) return "id";
        return type.Items("extension").FirstOrDefault(x => x.Text("url") == FhirType) is { ValueKind: JsonValueKind.Object } x && x.Text("valueUrl") is { } fhir
            ? fhir
            : "string";
    }

    private static BindingDefinition? Binding(JsonElement e)
    {
        var b = e.Object("binding");
        if (!Enum.TryParse<BindingStrength>(b.Text("strength"), ignoreCase: true, out var strength) || !Enum.IsDefined(strength)) return null;
        var set = b.Text("valueSet");
        return new BindingDefinition(strength, set is null ? null : set.Split('|')[0]);
    }

    private static InvariantDefinition[] Invariants(JsonElement e) =>
    [
        .. e.Items("constraint").Select(c => new InvariantDefinition(
            c.Text("key") ?? "",
            c.Text("severity") == "warning" ? IssueSeverity.Warning : IssueSeverity.Error,
            c.Text("human") ?? "",
            c.Text("expression"),
            c.Text("source"))),
    ];
}
