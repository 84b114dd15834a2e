using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// The parts of a complex extension, which have no url of their own, are those that the definition of the whole names. Others are refused where the validation is strict, and borne with otherwise, as
/// extensions are that nobody knows. Spec: https://hl7.org/fhir/R4/extensibility.html#Extension.
/// </summary>
internal static class ExtensionParts
{
    /// <summary>Looks for a part by its name in the definition; of an extension that is not known there is nothing to be said.</summary>
    internal static void Check(FhirElement part, ValidationRun run)
    {
        var names = new Stack<string>();
        var whole = part;
        for (; whole.Type == "Extension" && whole.Text("url") is { } name && !CodingRule.IsAbsolute(name); whole = whole.Parent) names.Push(name);
        if (whole.Type != "Extension" || whole.Text("url") is not { } url || run.Definitions.Profiles.Find(url) is not { IsOk: true, Value: { Type: "Extension" } definition }) return;
        var node = definition.Root;
        while (names.TryPop(out var name))
        {
            // Where there may be no parts at all, that is what is told.
            if (node.Child("extension") is not { Max: not 0 } parts) return;
            if (Find(parts, name) is { } found)
            {
                node = found;
                continue;
            }

            // What stands in a part that is not known is told with that part.
            if (names.Count == 0) run.Report((run.IsStrict ? Problems.ExtensionRefused : Problems.UnknownExtension).With($"the extension '{url}' has no part '{CodingRule.Shortened(name)}'", part.Path));
            return;
        }
    }

    /// <summary>By the url that is stated, and where none is, by the name of the slice.</summary>
    private static ProfileNode? Find(ProfileNode parts, string name) =>
        parts.Slices.Prepend(parts).FirstOrDefault(p => (p.Child("url")?.Fixed.Value ?? p.SliceName) == name);
}
