using System.Globalization;

namespace FhirBridge.Fhir.Profiles;

/// <summary>One ElementDefinition of a profile, or one slice of it, with what stands below. Spec: https://hl7.org/fhir/R4/elementdefinition.html.</summary>
internal sealed class ProfileNode
{
    private readonly List<ProfileNode> children = [];
    private readonly List<ProfileNode> slices = [];

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
        Slicing = definition["slicing"] is { Exists: true } slicing ? new Slicing(slicing) : (name is "extension" or "modifierExtension" ? Slicing.ByUrl : null);
        ContentReference = definition.Text("contentReference") is { } reference ? reference[(reference.IndexOf('#') + 1)..] : null;
        Rules = [.. ElementRules.Of(this)];
    }

    internal string Name { get; }

    internal string? SliceName { get; }

    internal FhirElement Definition { get; }

    internal int Min { get; }

    /// <summary>Most repetitions; null when unlimited or not restricted.</summary>
    internal int? Max { get; }

    /// <summary>Permitted types; none when the differential does not restrict them.</summary>
    internal IReadOnlyList<TypeConstraint> Types { get; }

    /// <summary>A value that must be the same, exactly; does not exist when there is none.</summary>
    internal FhirElement Fixed => Definition["fixed"];

    /// <summary>A value that must be contained; does not exist when there is none.</summary>
    internal FhirElement Pattern => Definition["pattern"];

    /// <summary>How the slices are told apart; null when the element is not sliced.</summary>
    internal Slicing? Slicing { get; }

    /// <summary>Path of the element whose content this one repeats; null otherwise.</summary>
    internal string? ContentReference { get; }

    internal IReadOnlyList<IElementRule> Rules { get; }

    internal IReadOnlyList<ProfileNode> Children => children;

    internal IReadOnlyList<ProfileNode> Slices => slices;

    /// <summary>The child of that name.</summary>
    internal ProfileNode? Child(string name) => children.Find(c => c.Name == name);

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

    /// <summary>Type name; null for the System types that stand for <c>id</c> and <c>url</c>, which the reader has checked.</summary>
    internal string? Code { get; } = type.Text("code") is { } code && !code.StartsWith(SystemPrefix, StringComparison.Ordinal) ? code : null;

    internal IReadOnlyList<string> Profiles { get; } = [.. type.Children("profile").Select(p => p.Value).OfType<string>()];

    internal IReadOnlyList<string> TargetProfiles { get; } = [.. type.Children("targetProfile").Select(p => p.Value).OfType<string>()];

    /// <summary>Where what a reference points at may be: <c>contained</c>, <c>referenced</c>, <c>bundled</c>; none when anywhere.</summary>
    internal IReadOnlyList<string> Aggregation { get; } = [.. type.Children("aggregation").Select(a => a.Value).OfType<string>()];

    /// <summary>Whether a reference or canonical names a version: <c>either</c>, <c>independent</c>, <c>specific</c>; null when it does not say.</summary>
    internal string? Versioning { get; } = type.Text("versioning");
}

/// <summary>How the slices of an element are told apart. Spec: https://hl7.org/fhir/R4/profiling.html#discriminator.</summary>
internal sealed class Slicing(FhirElement slicing)
{
    private static readonly Discriminator Url = new("value", [new DiscriminatorStep("url", null, null)]);

    /// <summary>Extensions are sliced by their url without saying so.</summary>
    internal static Slicing ByUrl { get; } = new(default) { Discriminators = [Url] };

    internal bool IsClosed { get; } = slicing.Text("rules") == "closed";

    internal bool IsOpenAtEnd { get; } = slicing.Text("rules") == "openAtEnd";

    internal bool IsOrdered { get; } = slicing.Text("ordered") == "true";

    internal IReadOnlyList<Discriminator> Discriminators { get; private init; } =
        [.. slicing.Children("discriminator").Select(d => new Discriminator(d.Text("type") ?? "", DiscriminatorPath.Parse(d.Text("path") ?? "")))];
}

/// <summary>One discriminator.</summary>
/// <param name="Kind"><c>value</c>, <c>pattern</c>, <c>exists</c>, <c>type</c>, <c>profile</c>.</param>
/// <param name="Path">Steps from the element; null when the path is more than R4 allows a discriminator.</param>
internal sealed record Discriminator(string Kind, IReadOnlyList<DiscriminatorStep>? Path);

/// <summary>One step: a child (<see cref="Function"/> null), <c>extension(argument)</c>, <c>ofType(argument)</c> or <c>resolve()</c>.</summary>
internal sealed record DiscriminatorStep(string? Name, string? Function, string? Argument);
