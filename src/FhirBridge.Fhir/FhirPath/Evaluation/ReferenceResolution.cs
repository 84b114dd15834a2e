namespace FhirBridge.Fhir.FhirPath;

/// <summary>
/// resolve(): contained resources, entries of the same Bundle, then the context's resolver (https://hl7.org/fhir/R4/fhirpath.html#functions
/// and https://hl7.org/fhir/R4/bundle.html#references).
/// </summary>
internal static class ReferenceResolution
{
    /// <param name="e">The evaluation.</param>
    /// <param name="input">References, canonicals, uris; other items are passed over.</param>
    /// <param name="output">Receives the targets.</param>
    /// <param name="statedTypes">For a reference that cannot be resolved, give a resource of the type that it states, with its id.</param>
    public static void Resolve(Evaluation e, Values input, Values output, bool statedTypes)
    {
        for (var i = 0; i < input.Count; i++)
        {
            e.Spend();
            var item = input[i];
            var reference = item.IsElement && !item.Element.HasValue ? item.Element.Text("reference") : item.System is { Kind: FhirPathKind.String } s ? s.AsString : null;
            var target = reference is null ? default : Find(e, item.Element, reference);
            if (!target.Exists && statedTypes) target = Stated(item.Element, reference);
            if (target.Exists) output.Add(FhirPathValue.Of(target));
        }
    }

    private static FhirElement Find(Evaluation e, FhirElement from, string reference)
    {
        var resource = from.Resource;
        if (!resource.Exists) resource = Variables.RootResource(e);
        if (reference.StartsWith('#')) return Contained(e, resource, reference[1..]);
        var found = InBundle(e, resource, reference);
        return found.Exists ? found : e.Context.Resolve?.Invoke(reference) ?? default;
    }

    private static FhirElement Contained(Evaluation e, FhirElement resource, string id)
    {
        var container = resource.Name == "contained" ? resource.Parent.Resource : resource;
        if (id.Length == 0) return container;
        foreach (var candidate in container.Children("contained"))
        {
            e.Spend();
            if (candidate.Text("id") == id) return candidate;
        }

        return default;
    }

    /// <summary>By fullUrl; a relative reference is completed with the base of the entry that it stands in.</summary>
    private static FhirElement InBundle(Evaluation e, FhirElement resource, string reference)
    {
        if (resource.Name == "contained") resource = resource.Parent.Resource;
        var entry = resource.Parent;
        var bundle = entry.Name == "entry" ? entry.Parent : resource;
        if (bundle.Type != "Bundle") return default;
        var parsed = FhirReference.Parse(reference);
        var absolute = reference;
        if (parsed is { Base: null } && FhirReference.Parse(entry.Text("fullUrl")) is { Base: { } root }) absolute = $"{root}/{parsed.Local}";
        foreach (var candidate in bundle.Children("entry"))
        {
            e.Spend();
            var target = candidate["resource"];
            if (candidate.Text("fullUrl") is { } url)
            {
                if (url == absolute || (parsed is not null && url.EndsWith("/" + parsed.Local, StringComparison.Ordinal) && parsed.Base is null && absolute == reference)) return target;
            }
            else if (parsed is { Base: null } && target.Type == parsed.Type && target.Text("id") == parsed.Id)
            {
                return target;
            }
        }

        return default;
    }

    /// <summary>A resource that only has the type and id which the reference states.</summary>
    private static FhirElement Stated(FhirElement element, string? reference)
    {
        var parsed = FhirReference.Parse(reference);
        var type = parsed?.Type ?? element.Text("type");
        if (type is null) return default;
        var builder = new ElementTreeBuilder();
        var root = builder.Open(type);
        builder.SetResource(root, type);
        if (parsed is not null)
        {
            builder.SetValue(builder.Open("id", "id", "id"), parsed.Id);
            builder.Close();
        }

        builder.Close();
        return builder.Build().Root;
    }
}
