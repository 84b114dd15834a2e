namespace FhirBridge.Fhir.Validation;

/// <summary>The entries of a Bundle by what references may call them. Spec: https://hl7.org/fhir/R4/bundle.html#references.</summary>
internal sealed class BundleIndex
{
    private readonly Dictionary<string, FhirElement> byUrl = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FhirElement> byType = new(StringComparer.Ordinal);

    internal BundleIndex(FhirElement bundle)
    {
        foreach (var entry in bundle.Children("entry"))
        {
            var resource = entry["resource"];
            if (!resource.Exists) continue;

            // A fullUrl that is not absolute names nothing.
            if (entry.Text("fullUrl") is { } url)
            {
                if (CodingRule.IsAbsolute(url)) byUrl.TryAdd(url, resource);
            }
            else if (resource.Text("id") is { } id) byType.TryAdd($"{resource.Type}/{id}", resource);
        }
    }

    /// <summary>By fullUrl; a relative reference is completed with the base of the entry that it stands in. Entries without a fullUrl are known by type and id.</summary>
    internal FhirElement Find(FhirElement entry, string reference)
    {
        var hash = reference.IndexOf('#');
        if (hash > 0) reference = reference[..hash];
        if (byUrl.TryGetValue(reference, out var found)) return found;
        if (FhirReference.Parse(reference) is not { } parsed) return default;
        if (parsed.Base is not null) return byUrl.GetValueOrDefault($"{parsed.Base}/{parsed.Local}");
        if (FhirReference.Parse(entry.Text("fullUrl")) is { Base: { } root } && byUrl.TryGetValue($"{root}/{parsed.Local}", out found)) return found;
        return byType.GetValueOrDefault(parsed.Local);
    }
}
