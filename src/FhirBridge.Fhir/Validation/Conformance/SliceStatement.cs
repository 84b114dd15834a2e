using System.Text;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>What a slice states along the path of a discriminator, as a text: the same text, the same statement. It follows what <see cref="SliceMatcher"/> compares an instance with.</summary>
internal sealed class SliceStatement(Definitions definitions)
{
    /// <summary>The statement that cannot be known here: a profile that decides is not known.</summary>
    internal const string Open = "?";

    private const int MaxDepth = 60;

    /// <summary>Null when the slice states nothing there.</summary>
    internal string? Of(ProfileNode slice, Discriminator discriminator) => discriminator.Path is { } path ? Along(slice, discriminator.Kind, path, 0) : Open;

    private string? Along(ProfileNode node, string kind, IReadOnlyList<DiscriminatorStep> path, int at)
    {
        if (kind is "value" or "pattern" && Value(node) is { } value) return $"{at} {value}";
        if (at == path.Count) return AtEnd(node, kind);
        var step = path[at];
        if (step.Function == "ofType") return Along(node, kind, path, at + 1);
        if (step.Function == "resolve") return Resolved(node, kind, path, at + 1);
        var name = step.Name ?? "extension";
        var nodes = SliceNodes.Of(node, name, definitions).Where(n => step.Function is null || n.SliceName is null || SliceNodes.IsExtension(n, step.Argument!)).ToList();
        if (kind == "exists" && at == path.Count - 1) return nodes.Exists(n => n.Max == 0) ? "absent" : nodes.Exists(n => n.Min > 0) ? "present" : null;
        if (nodes.Count == 0 && step.Name == "url" && Profiles(node) is { } url) return url;

        // A profile of the type may say what the slice itself does not.
        return Together(nodes.Select(n => Along(n, kind, path, at + 1))) ?? (node.SliceName is not null && Profiles(node) is not null ? Open : null);
    }

    private static string? Value(ProfileNode node) =>
        node.Fixed.Exists ? $"= {Text(node.Fixed)}" : node.Pattern.Exists ? $"~ {Text(node.Pattern)}" : null;

    private static string Text(FhirElement value) => Encoding.UTF8.GetString(FhirJson.Canonical(value));

    private static string? AtEnd(ProfileNode node, string kind) => kind switch
    {
        "value" or "pattern" => Binding(node) ?? Below(node, 0),
        "type" => node.Types.Length == 0 ? null : string.Join('|', node.Types.Select(t => t.Code)),
        "profile" => Profiles(node),
        _ => null,
    };

    private static string? Binding(ProfileNode node) =>
        node.Definition["binding"] is { Exists: true } binding && binding.Text("strength") == "required" && binding.Text("valueSet") is { } set ? $"in {set}" : null;

    private static string? Profiles(ProfileNode node) => node.Types.SelectMany(t => t.Profiles).ToList() is { Count: > 0 } profiles ? string.Join('|', profiles) : null;

    /// <summary>Values further down count as well.</summary>
    private static string? Below(ProfileNode node, int depth) =>
        depth > MaxDepth ? Open : Together(node.Children.SelectMany(c => c.Slices.Where(s => s.Min > 0).Prepend(c)).Select(c => (Value(c) ?? Below(c, depth + 1)) is { } below ? $"{c.Name}{below}" : null));

    private string? Resolved(ProfileNode node, string kind, IReadOnlyList<DiscriminatorStep> path, int at)
    {
        var targets = node.Types.SelectMany(t => t.TargetProfiles).ToList();
        if (targets.Count == 0) return null;
        if (at == path.Count && kind is "profile" or "type") return string.Join('|', targets);
        var parts = new List<string?>();
        foreach (var target in targets) parts.Add(definitions.Profiles.Find(target) is { IsOk: true, Value: { } profile } ? Along(profile.Root, kind, path, at) : Open);
        return Together(parts);
    }

    private static string? Together(IEnumerable<string?> statements)
    {
        var said = statements.OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        return said.Count == 0 ? null : said.Contains(Open) ? Open : string.Join(';', said);
    }
}
