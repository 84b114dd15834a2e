using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// The slices of a profile: whether what tells them apart exists, whether it does, and whether their numbers fit the element's. Only what the profile states itself is judged.
/// Spec: https://hl7.org/fhir/R4/profiling.html#slicing.
/// </summary>
internal sealed class SlicingCheck(Definitions definitions, IReadOnlyDictionary<string, FhirElement> stated, ValidationRun run)
{
    private readonly SliceStatement statements = new(definitions);

    internal void Check(ProfileNode root) => Check(root, isKnown: true);

    /// <param name="node">The element, and all below.</param>
    /// <param name="isKnown">False below an element whose type follows a profile that is not known: its slices may be those of that profile.</param>
    private void Check(ProfileNode node, bool isKnown)
    {
        if (!run.Budget.Spend()) return;
        if (node.Slicing is { } slicing && (node.Slices.Any(s => Place(s).Exists) || Place(node)["slicing"].Exists)) Sliced(node, slicing, isKnown);
        isKnown &= node.Types.SelectMany(t => t.Profiles).All(p => definitions.FindEntry("StructureDefinition", p) is not null);
        foreach (var child in node.Children) Check(child, isKnown);
        foreach (var slice in node.Slices) Check(slice, isKnown);
    }

    private FhirElement Place(ProfileNode node) => node.Definition.Text("id") is { } id ? stated.GetValueOrDefault(id) : default;

    private void Sliced(ProfileNode node, Slicing slicing, bool isKnown)
    {
        var isTold = isKnown;
        if (Place(node)["slicing"] is { Exists: true } own)
        {
            foreach (var (place, discriminator) in own.Children("discriminator").Zip(slicing.Discriminators)) isTold &= Discriminator(place, discriminator, node);
        }

        Numbers(node, slicing);
        if (isTold && slicing.Discriminators.Length > 0) Apart(node, slicing);
    }

    private bool Discriminator(FhirElement place, Discriminator discriminator, ProfileNode node)
    {
        var path = place.Text("path") ?? "";
        if (discriminator.Path is not { } steps)
        {
            run.Report(Problems.ExpressionRefused.With($"'{path}' is no path of a discriminator: it has names, extension('url'), ofType(Type), resolve() and $this", place.Path));
            return false;
        }

        if (new DiscriminatorWalk(definitions).Fault(node, steps) is not { } fault) return true;
        run.Report(Problems.InvalidProfile.With($"the discriminator '{path}' does not exist: {fault}", place.Path));
        return false;
    }

    private void Numbers(ProfileNode node, Slicing slicing)
    {
        var place = node.Slices.Select(Place).Prepend(Place(node)).First(p => p.Exists).Path;
        var least = node.Slices.Sum(s => (long)s.Min);
        if (node.Max is { } most && least > most) run.Report(Problems.InvalidProfile.With($"the slices of {node.Name} must be there at least {least} times together, and {node.Name} may be there at most {most} times", place));
        if (slicing.IsClosed && node.Slices.Count > 0 && node.Slices.All(s => s.Max is not null) && node.Slices.Sum(s => (long)s.Max!) < node.Min)
        {
            run.Report(Problems.InvalidProfile.With($"{node.Name} must be there at least {node.Min} times, and its slices, beside which there are no others, at most {node.Slices.Sum(s => (long)s.Max!)} times", place));
        }
    }

    private void Apart(ProfileNode node, Slicing slicing)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var slice in node.Slices)
        {
            var said = slicing.Discriminators.TakeWhile(_ => run.Budget.Spend()).Select(d => statements.Of(slice, d)).ToList();
            if (run.Budget.IsExhausted) return;
            if (said.Contains(SliceStatement.Open)) continue;
            var place = Place(slice) is { Exists: true } own ? own : Place(node);
            if (said.TrueForAll(s => s is null))
            {
                if (place.Exists) run.Report(Problems.InvalidProfile.With($"the slice {slice.SliceName} states nothing of what tells slices of {node.Name} apart: nothing could be known to belong to it", place.Path));
                continue;
            }

            var whole = string.Join('\n', said);
            if (known.TryAdd(whole, slice.SliceName!)) continue;
            if (place.Exists) run.Report(Problems.InvalidProfile.With($"the slices {known[whole]} and {slice.SliceName} of {node.Name} state the same of what tells slices apart: no instance could be known to belong to the one or the other", place.Path));
        }
    }
}
