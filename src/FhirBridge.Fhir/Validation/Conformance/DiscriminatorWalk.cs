using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>Whether the path of a discriminator exists below an element. Spec: https://hl7.org/fhir/R4/profiling.html#discriminator.</summary>
internal sealed class DiscriminatorWalk(Definitions definitions)
{
    /// <summary>Why the path does not exist; null when it does, or when its way leads through what is not known.</summary>
    internal string? Fault(ProfileNode node, IReadOnlyList<DiscriminatorStep> path)
    {
        var places = PlacesOf(node).ToList();
        foreach (var step in path)
        {
            if (places.Count == 0 || places.Exists(p => p.Type is null)) return null;
            var next = places.SelectMany(p => Next(p, step)).Distinct().ToList();
            if (next.Count == 0) return Missing(places, step);
            places = next;
        }

        return null;
    }

    private static string Missing(List<Place> places, DiscriminatorStep step)
    {
        var types = string.Join(" or ", places.Select(p => p.Path ?? p.Type).Distinct().Take(5));
        return step.Function switch
        {
            null => $"{types} has no element '{step.Name}'",
            "resolve" => $"{types} is no reference",
            "ofType" => $"{types} is never a {step.Argument}",
            _ => $"{types} has no extensions",
        };
    }

    private IEnumerable<Place> Next(Place place, DiscriminatorStep step)
    {
        switch (step.Function)
        {
            case "ofType":
                return place.Type == step.Argument || definitions.IsOrSpecialises(step.Argument, place.Type!) ? [place with { Type = step.Argument }] : [];
            case "extension":
                return [new Place(null, "Extension", "Extension")];
            case "resolve":
                return Targets(place);
            default:
                return Child(place, step.Name!);
        }
    }

    private IEnumerable<Place> Child(Place place, string name)
    {
        if (place.Node is { } node && SliceNodes.Of(node, name, definitions).ToList() is { Count: > 0 } nodes) return nodes.SelectMany(PlacesOf);
        if (place.Path is null) return [new Place(null, null, null)];
        return definitions.FindElement(place.Path, name) is { } element ? PlacesOf(element) : [];
    }

    private IEnumerable<Place> Targets(Place place)
    {
        if (place.Type is not ("Reference" or "canonical" or "uri")) return [];
        var targets = place.Node?.Types.SelectMany(t => t.TargetProfiles).ToList() ?? place.Targets ?? [];
        var types = targets.Select(t => definitions.FindEntry("StructureDefinition", t)?.Subject).ToList();
        return types.Count == 0 || types.Contains("Resource") || types.Contains(null) ? [new Place(null, null, null)] : types.Select(t => new Place(null, t, t));
    }

    private IEnumerable<Place> PlacesOf(ProfileNode node)
    {
        if (node.ContentReference is { } reference) return [new Place(node, Known(reference), "BackboneElement")];
        var types = node.Types.Where(t => t.Code is not null).ToList();
        return types.Count == 0 ? [new Place(node, null, null)] : types.Select(t => new Place(node, Known(t.Code is "BackboneElement" or "Element" ? node.Definition["base"].Text("path") ?? "" : t.Code!), t.Code));
    }

    private IEnumerable<Place> PlacesOf(ElementDefinition element)
    {
        if (element.ContentReference is { } reference) return [new Place(null, Known(reference), "BackboneElement")];
        return element.Types.Select(t => new Place(null, Known(t.Code is "BackboneElement" or "Element" ? element.Path : t.Code), t.Code, t.TargetProfiles));
    }

    /// <summary>A path whose elements are defined; null for any other.</summary>
    private string? Known(string path) => path is not ("Resource" or "DomainResource") && (definitions.FindType(path) is not null || definitions.Elements(path).Count > 0) ? path : null;

    /// <param name="Node">The profile's own element; null in what only the type defines.</param>
    /// <param name="Path">Where the children are defined; null when that is not known.</param>
    /// <param name="Type">The type; null when it is not known.</param>
    /// <param name="Targets">What a reference may point at.</param>
    private sealed record Place(ProfileNode? Node, string? Path, string? Type, IReadOnlyList<string>? Targets = null);
}
