namespace FhirBridge.Fhir.Profiles;

/// <summary>How the slices of an element are told apart. Spec: https://hl7.org/fhir/R4/profiling.html#discriminator.</summary>
internal sealed class Slicing
{
    private static readonly Discriminator Type = new("type", []);

    /// <param name="slicing">What the profile states.</param>
    /// <param name="isChoice">The slices of a choice are told apart by their types where nothing else is said.</param>
    internal Slicing(FhirElement slicing, bool isChoice)
    {
        IsClosed = slicing.Text("rules") == "closed";
        IsOpenAtEnd = slicing.Text("rules") == "openAtEnd";
        IsOrdered = slicing.Text("ordered") == "true";
        Discriminators = [.. slicing.Children("discriminator").Select(d => new Discriminator(d.Text("type") ?? "", DiscriminatorPath.Parse(d.Text("path") ?? "")))];
        if (Discriminators.Length == 0 && isChoice) Discriminators = [Type];
    }

    private Slicing(Discriminator discriminator) => Discriminators = [discriminator];

    /// <summary>Extensions are sliced by their url without saying so.</summary>
    internal static Slicing ByUrl { get; } = new(new Discriminator("value", [new DiscriminatorStep("url", null, null)]));

    /// <summary>And choices by their types.</summary>
    internal static Slicing ByType { get; } = new(Type);

    internal bool IsClosed { get; }

    internal bool IsOpenAtEnd { get; }

    internal bool IsOrdered { get; }

    internal Discriminator[] Discriminators { get; }
}

/// <summary>One discriminator.</summary>
/// <param name="Kind"><c>value</c>, <c>pattern</c>, <c>exists</c>, <c>type</c>, <c>profile</c>.</param>
/// <param name="Path">Steps from the element; null when the path is more than R4 allows a discriminator.</param>
internal sealed record Discriminator(string Kind, IReadOnlyList<DiscriminatorStep>? Path);

/// <summary>One step: a child (<see cref="Function"/> null), <c>extension(argument)</c>, <c>ofType(argument)</c> or <c>resolve()</c>.</summary>
internal sealed record DiscriminatorStep(string? Name, string? Function, string? Argument);
