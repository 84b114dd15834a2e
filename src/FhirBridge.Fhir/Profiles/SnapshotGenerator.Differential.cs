using System.Text;

namespace FhirBridge.Fhir.Profiles;

/// <summary>The walk along a differential.</summary>
internal sealed partial class SnapshotGenerator
{
    private const string SystemTypes = "http://hl7.org/fhirpath/System.";

    /// <summary>Elements as a snapshot states them where a differential leaves it to be understood.</summary>
    private static readonly FhirElement Implied = FhirJson.ReadTrusted(Encoding.UTF8.GetBytes("""
        {"resourceType":"StructureDefinition","snapshot":{"element":[
         {"id":"url","slicing":{"discriminator":[{"type":"value","path":"url"}],"ordered":false,"rules":"open"}},
         {"id":"type","slicing":{"discriminator":[{"type":"type","path":"$this"}],"ordered":false,"rules":"open"}},
         {"id":"only","slicing":{"discriminator":[{"type":"type","path":"$this"}],"ordered":false,"rules":"closed"}},
         {"id":"zero","min":0}]}}
        """)).Value!.Root["snapshot"];

    private static FhirElement ImpliedBy(string id, string property) => Implied.Children("element").First(e => e.Text("id") == id)[property];

    /// <summary>Applies the elements of the differential one by one; returns what makes the whole unusable.</summary>
    private List<Problem> Apply(FhirElement source, FhirElement differential, SnapshotNode root, bool isSpecialisation)
    {
        var (unusable, shortForms, stated) = (new List<Problem>(), new List<(SnapshotNode Choice, SnapshotNode Slice)>(), new HashSet<SnapshotNode>());
        foreach (var (element, address) in ElementAddress.Of(differential, root.Name))
        {
            if (address is null)
            {
                Report(source, element, Unusable(source, "its elements are not those of its type", element.Text("path")), unusable);
                continue;
            }

            var (node, why) = (root, (string?)null);
            for (var i = 0; i < address.Length && why is null; i++)
            {
                var isNew = isSpecialisation && i == address.Length - 1;
                (var next, why) = Step(node, address[i], isNew ? element : default, shortForms);
                if (next is not null) node = next;
            }

            var id = string.Join('.', address.Select(s => s.ToString()).Prepend(root.Name));
            if (elements > MaxElements) return [TooMuch(source)];
            if (circle is not null) why = $"it reaches into the profile {Shown(circle)}, which leads back here: the snapshot would never end";
            circle = null;
            if (why is null && !stated.Add(node)) why = "the differential states it twice";
            if (why is not null)
            {
                Report(source, element, Unusable(source, $"{Shown(id)}: {why}", id), unusable);
                continue;
            }

            origins.TryAdd(node, element);
            if (node.SliceName is not null && address[^1].Slice is { } slice && !IsSliced(root, address)) Report(source, element, id, $"there is no slicing that {Shown(slice)} is a slice of");

            // Each primitive type says for itself what its value may be.
            if (isSpecialisation && node.Name == "value" && source.Text("kind") == "primitive-type") Free(node);
            new ElementMerge(definitions, fault => Report(source, element, id, fault), isSpecialisation).Merge(node, element, newSlices.Contains(node));
        }

        foreach (var choice in shortForms.GroupBy(s => s.Choice)) Close(choice.Key, [.. choice.Select(c => c.Slice)]);
        return unusable;
    }

    /// <summary>True when what the last step is a slice of says how its slices are told apart, or when a profile that is not known may say it.</summary>
    private bool IsSliced(SnapshotNode root, ElementStep[] address)
    {
        var node = root;
        foreach (var step in address[..^1])
        {
            node = node.Child(step.Name);
            if (step.Slice is not null) node = node?.Slice(step.Slice) ?? node;
            if (node is null || node.All("type").SelectMany(t => t.Children("profile")).Any(p => !definitions.FindResource("StructureDefinition", p.Value ?? "").Exists)) return true;
        }

        return node.Child(address[^1].Name) is not { } sliced || Outer(sliced, address[^1].Slice!).First("slicing").Exists || sliced.First("slicing").Exists;
    }

    private static void Free(SnapshotNode value)
    {
        foreach (var limit in new[] { "maxLength", "minValue", "maxValue" }) value.Replace(limit);
    }

    private void Report(FhirElement source, FhirElement element, string id, string fault) =>
        Report(source, element, Problems.InvalidProfile.With($"the profile '{Shown(source.Text("url") ?? "")}' contradicts its base at {Shown(id)}: {fault}", Shown(id)), null);

    private void Report(FhirElement source, FhirElement element, Problem fault, List<Problem>? unusable)
    {
        if (faults.Count < MaxFaults) faults.Add(new DifferentialFault(source, element, fault));
        if (unusable?.Count < MaxFaults) unusable.Add(fault);
    }

    /// <summary>One step down; what is needed for it is unfolded or made. <paramref name="added"/> is what a new type may say of an element of its own.</summary>
    private (SnapshotNode? Node, string? Why) Step(SnapshotNode parent, ElementStep step, FhirElement added, List<(SnapshotNode, SnapshotNode)> shortForms)
    {
        if (parent.Children.Count == 0) Unfold(parent);
        var (child, slice) = (parent.Child(step.Name), step.Slice);
        if (child is null && Choice(parent, step.Name) is { } choice)
        {
            // valueQuantity stands for the slice of value[x] that has this type.
            (child, slice) = (choice, slice ?? step.Name);
            if (choice.Slice(slice) is null && (!choice.First("slicing").Exists || shortForms.Exists(s => s.Item1 == choice))) shortForms.Add((choice, TypeSlice(choice, slice)));
        }

        if (child is null && !added.Exists) return (null, "there is no such element");
        child ??= parent.Add(new SnapshotNode(step.Name, null, Inherited(added)));
        if (slice is null) return (child, null);
        if (child.Slice(slice) is { } known) return (known, null);
        return NewSlice(child, slice);
    }

    /// <summary>What an element has from being an element, before anything is said of it: the invariants of all datatypes.</summary>
    private List<FhirElement> Inherited(FhirElement element)
    {
        var code = element["type"].Text("code");
        if (code is null ? !element["contentReference"].Exists : code.StartsWith(SystemTypes, StringComparison.Ordinal) || definitions.IsOrSpecialises(code, "Resource")) return [];
        var type = code is "Extension" ? code : "Element";
        return TreeOf(Types + type) is { IsOk: true, Value: { } tree } ? [.. tree.All("constraint")] : [];
    }

    /// <summary>The choice that the name is a type of: <c>value[x]</c> for <c>valueQuantity</c>.</summary>
    private static SnapshotNode? Choice(SnapshotNode parent, string name) =>
        parent.Children.FirstOrDefault(c => c.IsChoice && name.StartsWith(c.Name[..^3], StringComparison.Ordinal) && TypesNamed(c, name).Count > 0);

    /// <summary>The types of a choice that its slice is named after.</summary>
    private static List<FhirElement> TypesNamed(SnapshotNode choice, string slice) =>
        [.. choice.All("type").Where(t => t.Text("code") is { Length: > 0 } code && slice == choice.Name[..^3] + char.ToUpperInvariant(code[0]) + code[1..])];

    private SnapshotNode TypeSlice(SnapshotNode choice, string slice)
    {
        choice.Replace("slicing", ImpliedBy("type", "slicing"));
        return NewSlice(choice, slice).Node ?? choice;
    }

    private (SnapshotNode? Node, string? Why) NewSlice(SnapshotNode sliced, string slice)
    {
        var outer = Outer(sliced, slice);
        if (outer.Slices.Count >= MaxSlices || slice.Count(c => c == '/') > ElementAddress.MaxDepth) return (null, "it has too many slices");
        var types = sliced.IsChoice ? TypesNamed(sliced, slice) : [];
        if (!outer.First("slicing").Exists)
        {
            var implied = outer.Name is "extension" or "modifierExtension" ? "url" : types.Count > 0 ? "type" : null;

            // Of what cannot repeat there are no slices: it is a name, which R4's own profiles give now and then.
            if (implied is null && sliced.Text("max") == "1") return (sliced, null);
            if (implied is not null) outer.Replace("slicing", ImpliedBy(implied, "slicing"));
        }

        if (Copy(outer, outer.Name, slice, withSlices: false) is not { } made) return (null, "it has too many elements");

        // The least number of all says nothing of one slice.
        made.Replace("slicing");
        made.Replace("min", ImpliedBy("zero", "min"));
        if (types.Count > 0) made.Replace("type", types);
        newSlices.Add(made);
        return (outer.AddSlice(made), null);
    }

    /// <summary>Where the short form stands for one type alone, the choice is restricted to it; so R4 itself does. Where it takes a type away, the others stay.</summary>
    private static void Close(SnapshotNode choice, List<SnapshotNode> slices)
    {
        if (slices.Exists(s => s.Text("max") == "0") || (slices.Count > 1 && !slices.Exists(s => s.Text("min") == "1"))) return;
        var only = slices.Find(s => s.Text("min") == "1") ?? slices[0];
        choice.Replace("slicing", ImpliedBy("only", "slicing"));
        choice.Replace("type", TypesNamed(choice, only.SliceName!));
    }

    /// <summary>Gives an element the children that its type, the profile of its type, or the element that it repeats has.</summary>
    private void Unfold(SnapshotNode node)
    {
        if (Content(node) is not { } content) return;
        CopyChildren(content, node);
    }

    private SnapshotNode? Content(SnapshotNode node)
    {
        if (node.Text("contentReference") is { } reference) return Repeated(node, reference);
        var codes = node.All("type").Select(t => t.Text("code") ?? "").Distinct().ToList();
        if (codes.Count == 0 || codes.Exists(c => c.StartsWith(SystemTypes, StringComparison.Ordinal))) return null;

        // All datatypes of a choice have what Element has.
        if (codes.Count > 1) return TreeOf(Types + "Element").Value;
        var profiles = node.All("type").SelectMany(t => t.Children("profile")).Select(p => p.Value).OfType<string>().Distinct().ToList();
        if (profiles.Count == 1 && open.Contains(profiles[0].Split('|')[0])) circle = profiles[0];
        else if (profiles.Count == 1 && TreeOf(profiles[0]) is { IsOk: true, Value: { } profile }) return profile;
        return TreeOf(codes[0].Contains(':', StringComparison.Ordinal) ? codes[0] : Types + codes[0]) is { IsOk: true, Value: { } type } ? type : null;
    }

    /// <summary>The element that is repeated, in the definition of the type: what a profile says of it there is not said here.</summary>
    private SnapshotNode? Repeated(SnapshotNode node, string reference)
    {
        var path = reference[(reference.IndexOf('#') + 1)..].Split('.');
        if (TreeOf(Types + path[0]) is not { IsOk: true, Value: { } found }) return null;
        foreach (var name in path.Skip(1))
        {
            if (found.Child(name) is not { } below) return null;
            found = below;
        }

        node.Replace("contentReference");
        node.Replace("type", found.All("type"));
        return found;
    }
}
