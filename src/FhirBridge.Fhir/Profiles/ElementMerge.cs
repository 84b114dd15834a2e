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

    internal void Merge(SnapshotNode node, FhirElement stated)
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
            "max" when basis.HasValue && (Number(stated.Value) ?? int.MaxValue) > (Number(basis.Value) ?? int.MaxValue) => $"its max {stated.Value} is more than the base's {basis.Value}",
            "maxLength" when Number(stated.Value) > Number(basis.Value) => $"its maxLength {stated.Value} is more than the base's {basis.Value}",
            "binding" when Strength(stated) < Strength(basis) => $"its binding is {stated.Text("strength")}, the base's is {basis.Text("strength")}",
            "isModifier" or "mustSupport" when basis.Value == "true" && stated.Value == "false" => $"its {property} is true in the base",
            "fixed" when basis.Exists && !ElementComparison.IsSame(basis, stated) => "the base fixes another value",
            "pattern" when node.First("fixed") is { Exists: true } value && !ElementComparison.HasPattern(value, stated) => "the base fixes a value that does not have its pattern",
            "fixed" when node.First("pattern") is { Exists: true } pattern && !ElementComparison.HasPattern(stated, pattern) => "its fixed value does not have the base's pattern",
            "fixed" or "pattern" when !IsOfType(node, stated) => $"its {stated.SourceName} is of none of its types",
            "slicing" when basis.Text("rules") == "closed" && stated.Text("rules") != "closed" => "its slicing is closed in the base",
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
            if (known.Find(k => k.Text("code") == code) is { Exists: true } same) types.Add(type.Children().Any(c => c.Name != "code") ? type : same);
            else if (known.Exists(k => IsOrSpecialises(code, k.Text("code")))) types.Add(type);
            else report($"its type {code} is none of the base's: {string.Join(", ", known.Select(k => k.Text("code")))}");
        }

        return types.Count == 0 ? known : types;
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

    private static bool IsMaximum(string? text) => text == "*" || Number(text) is not null;

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
