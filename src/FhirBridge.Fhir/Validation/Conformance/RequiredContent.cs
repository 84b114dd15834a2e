using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// Whether what a profile requires ends: an element that must be there and must follow a profile that requires the same again has no finite instance.
/// Elements that may be left out may repeat what is around them (items in items).
/// </summary>
internal sealed class RequiredContent(FhirElement resource, Definitions definitions, IReadOnlyDictionary<string, FhirElement> stated, ValidationRun run)
{
    // More profiles inside of each other than any instance has.
    private const int MaxProfiles = 200;

    private readonly string url = resource.Text("url") ?? "";
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    internal void Check(ProfileNode root)
    {
        foreach (var (node, next) in Required(root, root).ToList())
        {
            if (!LeadsBack(next)) continue;
            var place = node.Definition.Text("id") is { } id && stated.TryGetValue(id, out var own) ? own.Path : resource.Path;
            run.Report(Problems.Circular.With($"{node.Definition.Text("path")} must be there and follow '{next}', which requires the same again: no instance could ever be complete", place));
        }

        foreach (var node in Repeated(root, root, [])) run.Report(Problems.Circular.With($"{node.Definition.Text("path")} must be there and repeats the content of an element that it stands in: no instance could ever be complete", Place(node)));
    }

    private string Place(ProfileNode node) => node.Definition.Text("id") is { } id && stated.TryGetValue(id, out var own) ? own.Path : resource.Path;

    private bool LeadsBack(string canonical)
    {
        var bar = canonical.LastIndexOf('|');
        if ((bar < 0 ? canonical : canonical[..bar]) == url) return true;
        if (seen.Count > MaxProfiles || !seen.Add(canonical) || definitions.Profiles.Find(canonical) is not { IsOk: true, Value: { } profile }) return false;
        return Required(profile.Root, profile.Root).Any(r => LeadsBack(r.Next));
    }

    /// <summary>The elements that must be there and must follow one profile or one type of the network.</summary>
    private IEnumerable<(ProfileNode Node, string Next)> Required(ProfileNode node, ProfileNode root)
    {
        if (!run.Budget.Spend()) yield break;
        if (node != root && node.Types is [var only])
        {
            if (only.Profiles is [var profile]) yield return (node, profile);
            else if (only.Profiles.Length == 0 && only.Code is { } code && definitions.FindType(code) is null) yield return (node, code);
        }

        foreach (var below in node.Children.Concat(node.Children.SelectMany(c => c.Slices)).Where(c => c.Min > 0).SelectMany(c => Required(c, root))) yield return below;
    }

    /// <summary>Elements that must be there, on the way to which all must be there, and whose content is that of an element around them.</summary>
    private static IEnumerable<ProfileNode> Repeated(ProfileNode node, ProfileNode root, List<string> around)
    {
        if (node.ContentReference is { } reference && (around.Contains(reference) || node.Definition.Text("path") == reference))
        {
            yield return node;
            yield break;
        }

        List<string> path = [.. around, node.Definition.Text("path") ?? ""];
        foreach (var below in node.Children.Where(c => c.Min > 0 || c.Definition.Text("path") == c.ContentReference).SelectMany(c => Repeated(c, root, path))) yield return below;
    }
}
