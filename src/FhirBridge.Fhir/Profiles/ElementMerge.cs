using System.Globalization;

namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// Puts what a differential states of an element on top of what its base states. A profile can only restrict: what would widen is reported, and the
/// base's stays. Spec: https://hl7.org/fhir/R4/elementdefinition.html#interpretation.
/// </summary>
/// <param name="definitions">For the types.</param>
/// <param name="report">Receives what is wrong.</param>
/// <param name="isSpecialisation">A new type may say what it likes of its own elements.</param>
internal sealed class ElementMerge(Definitions definitions, Action<string> report, bool isSpecialisation)
{
    private static readonly string[] Strengths = ["example", "preferred", "extensible", "required"];

    /// <param name="node">The element as the base states it; takes what is stated.</param>
    /// <param name="stated">The element of the differential.</param>
    /// <param name="isNewSlice">The node is a slice that the base does not have: its element may be there that often altogether, which the number of a slice may pass without harm.</param>
    internal void Merge(SnapshotNode node, FhirElement stated, bool isNewSlice = false)
    {
        foreach (var group in stated.Children().GroupBy(c => c.Name).OrderBy(g => g.Key != "type"))
        {
            List<FhirElement> items = [.. group];
            switch (group.Key)
            {
                // Mappings are for people; the place says the others.
                case "id" or "path" or "sliceName" or "base" or "mapping":
                    break;
                case "constraint":
                    var keys = items.Select(c => c.Text("key")).ToHashSet();
                    node.Replace("constraint", [.. node.All("constraint").Where(c => !keys.Contains(c.Text("key"))), .. items]);
                    break;
                case "extension":
                    var urls = items.Select(c => c.Text("url")).ToHashSet();
                    node.Replace("extension", [.. node.All("extension").Where(c => !urls.Contains(c.Text("url"))), .. items]);
                    break;
                case "condition" or "alias" or "code" or "example":
                    var known = node.All(group.Key).ToList();
                    node.Replace(group.Key, [.. known, .. items.Where(i => !known.Exists(k => ElementComparison.IsSame(k, i)))]);
                    break;
                case "type":
                    node.Replace("type", Types(node, items));
                    break;
                case "max" when isNewSlice && node.Text("max") != "0" && IsMaximum(items[0].Value) && IsMore(items[0].Value, node.Text("max")):
                    break;
                default:
                    if (isSpecialisation || Restricts(node, group.Key, items[0])) node.Replace(group.Key, items);
                    break;
            }
        }

        if (Number(node.Text("min")) is { } min && Number(node.Text("max")) is { } max && min > max) report($"its min {min} is more than its max {max}");
    }

    /// <summary>False, and reported, when the base already forbids it.</summary>
    private bool Restricts(SnapshotNode node, string property, FhirElement stated)
    {
        var basis = node.First(property);
        var fault = property switch
        {
            "min" when Number(stated.Value) is not { } least || least < Number(basis.Value) => $"its min {stated.Value} is less than the base's {basis.Value}",
            "max" when !IsMaximum(stated.Value) => $"its max '{stated.Value}' is none",
            "max" when basis.HasValue && IsMore(stated.Value, basis.Value) => $"its max {stated.Value} is more than the base's {basis.Value}",
            "maxLength" when Number(stated.Value) > Number(basis.Value) => $"its maxLength {stated.Value} is more than the base's {basis.Value}",
            "binding" when Strength(stated) < Strength(basis) => $"its binding is {stated.Text("strength")}, the base's is {basis.Text("strength")}",
            "isModifier" when stated.Value == "true" && basis.Value != "true" && node.Name != "Extension" => "it is made a modifier, which only the definition of a type or of an extension as a whole can do",
            "isModifier" or "mustSupport" when basis.Value == "true" && stated.Value == "false" => $"its {property} is true in the base",
            "fixed" when basis.Exists && !ElementComparison.IsSame(basis, stated) => "the base fixes another value",
            "pattern" when node.First("fixed") is { Exists: true } value && !ElementComparison.HasPattern(value, stated) => "the base fixes a value that does not have its pattern",
            "pattern" when basis.Exists && ElementComparison.Excludes(basis, stated) => "no value has both its pattern and the base's",
            "fixed" when node.First("pattern") is { Exists: true } pattern && !ElementComparison.HasPattern(stated, pattern) => "its fixed value does not have the base's pattern",
            "fixed" or "pattern" when !IsOfType(node, stated) => $"its {stated.SourceName} is of none of its types",
            "slicing" when basis.Text("rules") == "closed" && stated.Text("rules") != "closed" => "its slicing is closed in the base",
            "slicing" when Dropped(basis, stated) is { } dropped => $"its slices are told apart by '{dropped}' in the base, and no longer here",
            _ => null,
        };
        if (fault is not null) report(fault);
        return fault is null;
    }

    /// <summary>The stated types, as far as the base permits them. What is not said of a type's profiles and targets is as the base says.</summary>
    private List<FhirElement> Types(SnapshotNode node, List<FhirElement> stated)
    {
        var known = node.All("type").ToList();
        if (isSpecialisation || known.Count == 0) return stated;
        var types = new List<FhirElement>();
        foreach (var type in stated)
        {
            var code = type.Text("code");
            if (known.Find(k => k.Text("code") == code) is { Exists: true } same)
            {
                if (Widened(same, type) is { } target) report($"its target {target} is none of the base's: {string.Join(", ", same.Children("targetProfile").Select(t => t.Value))}");
                types.Add(type.Children().Any(c => c.Name != "code") ? type : same);
            }
            else if (known.Exists(k => IsOrSpecialises(code, k.Text("code")))) types.Add(type);
            else report($"its type {code} is none of the base's: {string.Join(", ", known.Select(k => k.Text("code")))}");
        }

        return types.Count == 0 ? known : types;
    }

    /// <summary>A target about a type that the base's targets are not about; null when there is none, or when it cannot be said.</summary>
    private string? Widened(FhirElement basis, FhirElement stated)
    {
        var allowed = basis.Children("targetProfile").Select(t => Subject(t.Value)).ToList();
        if (allowed.Count == 0 || allowed.Contains(null)) return null;
        return stated.Children("targetProfile").Select(t => t.Value).FirstOrDefault(t => Subject(t) is { } subject && !allowed.Exists(a => definitions.IsOrSpecialises(subject, a!)));
    }

    private string? Subject(string? canonical) => canonical is null ? null : definitions.FindEntry("StructureDefinition", canonical)?.Subject;

    /// <summary>The path of a discriminator of the base that is not stated again; null when all are, or when none is stated at all.</summary>
    private static string? Dropped(FhirElement basis, FhirElement stated)
    {
        var now = stated.Children("discriminator").Select(d => (d.Text("type"), d.Text("path"))).ToList();
        return now.Count == 0 ? null : basis.Children("discriminator").FirstOrDefault(d => !now.Contains((d.Text("type"), d.Text("path")))).Text("path");
    }

    private bool IsOrSpecialises(string? code, string? ancestor) => ancestor is not null && (ancestor == "*" || definitions.IsOrSpecialises(code, ancestor) || (IsSystem(ancestor) && definitions.IsPrimitive(code)));

    /// <summary>Of ids and urls, R4 gives the System type, with the FHIR type beside it; profiles say the one or the other.</summary>
    private static bool IsSystem(string type) => type.StartsWith("http://hl7.org/fhirpath/System.", StringComparison.Ordinal);

    private bool IsOfType(SnapshotNode node, FhirElement value)
    {
        var types = node.All("type").Select(t => t.Text("code")).ToList();
        return types.Count == 0 || value.Type is not { } type
            || types.Exists(t => t is null || t == type || IsSystem(t) || (!definitions.IsPrimitive(t) && IsOrSpecialises(type, t)));
    }

    private static int? Strength(FhirElement binding) => binding.Exists && Array.IndexOf(Strengths, binding.Text("strength")) is >= 0 and var strength ? strength : null;

    private static bool IsMore(string? max, string? other) => (Number(max) ?? int.MaxValue) > (Number(other) ?? int.MaxValue);

    private static bool IsMaximum(string? text) => text == "*" || Number(text) is not null;

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
