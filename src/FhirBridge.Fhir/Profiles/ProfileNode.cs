using System.Globalization;

namespace FhirBridge.Fhir.Profiles;

/// <summary>One ElementDefinition of a profile, or one slice of it, with what stands below. Spec: https://hl7.org/fhir/R4/elementdefinition.html.</summary>
internal sealed class ProfileNode
{
    private readonly List<ProfileNode> children = [];
    private readonly List<ProfileNode> slices = [];
    private ProfileNode[]? all;
    private ProfileNode[]? beyondBase;
    private byte[]? spoken;
    private (DiscriminatorStep Step, IReadOnlyList<ProfileNode> Nodes)[] below = [];

    /// <param name="name">Name as navigated: a choice without <c>[x]</c>.</param>
    /// <param name="definition">The ElementDefinition; does not exist for a step that a differential passes over.</param>
    /// <param name="slice">Name of the slice, where the definition does not say it.</param>
    internal ProfileNode(string name, FhirElement definition, string? slice = null)
    {
        Name = name;
        Definition = definition;
        SliceName = slice ?? definition.Text("sliceName");
        Min = int.TryParse(definition.Text("min"), NumberStyles.None, CultureInfo.InvariantCulture, out var min) ? min : 0;
        Max = int.TryParse(definition.Text("max"), NumberStyles.None, CultureInfo.InvariantCulture, out var max) ? max : null;
        Types = [.. definition.Children("type").Select(t => new TypeConstraint(t))];
        IsChoice = definition.Text("path")?.EndsWith("[x]", StringComparison.Ordinal) == true;
        Slicing = definition["slicing"] is { Exists: true } slicing ? new Slicing(slicing, IsChoice) : (name is "extension" or "modifierExtension" ? Slicing.ByUrl : IsChoice ? Slicing.ByType : null);
        ContentReference = definition.Text("contentReference") is { } reference ? reference[(reference.IndexOf('#') + 1)..] : null;
        Fixed = definition["fixed"];
        Pattern = definition["pattern"];
        if (definition["binding"] is { Exists: true } binding && binding.Text("strength") == "required") RequiredSet = binding.Text("valueSet");
        Rules = [.. ElementRules.Of(this)];
        OwnRules = Rules;
    }

    internal string Name { get; }

    internal string? SliceName { get; }

    internal FhirElement Definition { get; }

    internal int Min { get; }

    /// <summary>Most repetitions; null when unlimited or not restricted.</summary>
    internal int? Max { get; }

    /// <summary>Permitted types; none when the differential does not restrict them.</summary>
    internal TypeConstraint[] Types { get; }

    internal bool IsChoice { get; }

    /// <summary>A value that must be the same, exactly; does not exist when there is none.</summary>
    internal FhirElement Fixed { get; }

    /// <summary>A value that must be contained; does not exist when there is none.</summary>
    internal FhirElement Pattern { get; }

    /// <summary>The value set that it must be from; null when there is none.</summary>
    internal string? RequiredSet { get; }

    /// <summary>How the slices are told apart; null when the element does not say it.</summary>
    internal Slicing? Slicing { get; }

    /// <summary>Path of the element whose content this one repeats; null otherwise.</summary>
    internal string? ContentReference { get; }

    /// <summary>The node of that path, once it was looked for.</summary>
    internal ProfileNode? Content { get; set; }

    internal IElementRule[] Rules { get; }

    /// <summary>The rules without those that R4 states of the element itself.</summary>
    internal IElementRule[] OwnRules { get; set; }

    /// <summary>True when the types are those of R4's own element, and ask for no more.</summary>
    internal bool HasTypesOfBase { get; set; }

    /// <summary>True when nothing is asked here, and nowhere below, that R4 does not ask itself.</summary>
    internal bool IsAsBase { get; set; }

    internal IReadOnlyList<ProfileNode> Children => children;

    internal IReadOnlyList<ProfileNode> Slices => slices;

    /// <summary>The children to check: all, or those that ask for more than R4 does.</summary>
    internal ProfileNode[] ToCheck(bool withoutBase) => withoutBase ? beyondBase ??= [.. children.Where(c => !c.IsAsBase)] : all ??= [.. children];

    /// <summary>The nodes that a step of a discriminator leads to, looked up once.</summary>
    internal IReadOnlyList<ProfileNode> Below(DiscriminatorStep step, Func<ProfileNode, DiscriminatorStep, IReadOnlyList<ProfileNode>> find)
    {
        foreach (var (known, nodes) in below)
        {
            if (ReferenceEquals(known, step)) return nodes;
        }

        // Of two threads one may lose what it has found, and finds it again.
        var found = find(this, step);
        below = [.. below, (step, found)];
        return found;
    }

    /// <summary>Does it state what an occurrence could be compared with? Null until it was looked for.</summary>
    internal bool? Speaks(bool ofProfiles) => spoken?[ofProfiles ? 1 : 0] switch { 1 => true, 2 => false, _ => null };

    /// <summary>Keeps the answer.</summary>
    internal bool Spoken(bool ofProfiles, bool answer)
    {
        (spoken ??= new byte[2])[ofProfiles ? 1 : 0] = answer ? (byte)1 : (byte)2;
        return answer;
    }

    /// <summary>The child of that name.</summary>
    internal ProfileNode? Child(string name)
    {
        foreach (var child in children)
        {
            if (child.Name == name) return child;
        }

        return null;
    }

    /// <summary>The slice of that name.</summary>
    internal ProfileNode? Slice(string name) => slices.Find(s => s.SliceName == name);

    internal ProfileNode Add(ProfileNode child)
    {
        children.Add(child);
        return child;
    }

    internal ProfileNode AddSlice(ProfileNode slice)
    {
        slices.Add(slice);
        return slice;
    }
}

/// <summary>A permitted type with the profiles that a value of it must follow one of.</summary>
internal sealed class TypeConstraint(FhirElement type)
{
    private const string SystemPrefix = "http://hl7.org/fhirpath/System.";
    private const string ProfileElement = "http://hl7.org/fhir/StructureDefinition/elementdefinition-profile-element";

    private ReferenceTargets? targets;

    /// <summary>Type name; null for the System types that stand for <c>id</c> and <c>url</c>, which the reader has checked.</summary>
    internal string? Code { get; } = type.Text("code") is { } code && !code.StartsWith(SystemPrefix, StringComparison.Ordinal) ? code : null;

    /// <summary>Canonicals; with a fragment, the id of an element, where the value follows a part of another profile.</summary>
    internal string[] Profiles { get; } = [.. type.Children("profile").Where(p => p.HasValue).Select(Profile)];

    internal string[] TargetProfiles { get; } = [.. type.Children("targetProfile").Select(p => p.Value).OfType<string>()];

    /// <summary>Where what a reference points at may be: <c>contained</c>, <c>referenced</c>, <c>bundled</c>; none when anywhere.</summary>
    internal string[] Aggregation { get; } = [.. type.Children("aggregation").Select(a => a.Value).OfType<string>()];

    /// <summary>Whether a reference or canonical names a version: <c>either</c>, <c>independent</c>, <c>specific</c>; null when it does not say.</summary>
    internal string? Versioning { get; } = type.Text("versioning");

    /// <summary>True when nothing but the type is asked.</summary>
    internal bool IsPlain => Code is not null && Versioning is null && Profiles.Length == 0 && TargetProfiles.Length == 0 && Aggregation.Length == 0;

    /// <summary>The targets with their types, looked up once: the constraint belongs to one set of definitions, as its profile does.</summary>
    internal ReferenceTargets Targets(Definitions definitions) => targets ??= new ReferenceTargets(TargetProfiles, definitions);

    private static string Profile(FhirElement profile) => profile.Extension(ProfileElement) is { } element ? $"{profile.Value}#{element}" : profile.Value!;
}
