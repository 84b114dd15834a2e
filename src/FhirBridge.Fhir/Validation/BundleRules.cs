namespace FhirBridge.Fhir.Validation;

/// <summary>
/// What R4 says of Bundles beyond their invariants: what entries are called, and that documents and messages hold what they point at.
/// Spec: https://hl7.org/fhir/R4/bundle.html.
/// </summary>
internal sealed class BundleRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "Bundle";

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        var kind = element.Text("type");
        CheckLinks(element, run);
        var changed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in element.Children("entry"))
        {
            if (!run.Spend(entry)) return;
            CheckFullUrl(entry, kind, run);
            BundleEntryRules.Check(entry, kind, changed, run);
        }

        if (kind is "searchset") CheckMatches(element, run);
        if (kind is "document" or "message") CheckNear(element, run);
        if (kind is "document") CheckDocument(element, run);
        else if (kind is "message") CheckMessage(element, run);
    }

    private static void CheckFullUrl(FhirElement entry, string? kind, ValidationRun run)
    {
        var resource = entry["resource"];
        if (entry["fullUrl"] is not { HasValue: true } fullUrl)
        {
            if (kind is "document" or "message" && resource.Exists) run.Report(Problems.Required.With($"in a {kind} each entry has a fullUrl, by which others point at it", entry.Path));
            return;
        }

        if (!CodingRule.IsAbsolute(fullUrl.Value))
        {
            run.Report(Problems.InvalidValue.With($"a fullUrl is absolute, found '{fullUrl.Value}'", entry.Path));
            return;
        }

        if (resource.Exists && resource.Text("id") is null && kind is "document" or "message" or "collection" or "searchset" && FhirReference.Parse(fullUrl.Value)?.Type == resource.Type)
        {
            run.Report(Problems.Required.With("the fullUrl is that of a resource on a server, so the resource has the id that it ends with", entry.Path));
        }

        // An id that the server assigned, or will, is not the one that a urn states.
        if (FhirReference.Parse(fullUrl.Value) is not { Base: not null } parsed || !run.Definitions.IsResource(parsed.Type)) return;
        if (resource.Text("id") is { } id && (parsed.Id != id || parsed.Type != resource.Type)) run.Report(Problems.InvalidValue.With($"the fullUrl ends with {parsed.Local}, but the resource is {resource.Type}/{id}", entry.Path));
    }

    private static void CheckLinks(FhirElement bundle, ValidationRun run)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var link in bundle.Children("link"))
        {
            if (link.Text("relation") is "self" or "first" or "previous" or "prev" or "next" or "last" && !seen.Add(link.Text("relation")!))
            {
                run.Report(Problems.Cardinality.With($"there is one link '{link.Text("relation")}' at most", link.Path));
            }
        }
    }

    /// <summary>A searchset holds what its self link asked for, what is included, and an OperationOutcome.</summary>
    private static void CheckMatches(FhirElement bundle, ValidationRun run)
    {
        var self = bundle.Children("link").FirstOrDefault(l => l.Text("relation") == "self").Text("url");
        var path = self?.Split('?')[0];
        var type = path?[(path.LastIndexOf('/') + 1)..];
        var isTyped = run.Definitions.IsResource(type) && !self!.Contains("_type=", StringComparison.Ordinal);
        foreach (var entry in bundle.Children("entry"))
        {
            var resource = entry["resource"];
            if (!resource.Exists) continue;
            var mode = entry["search"].Text("mode");
            if (mode == "outcome" && resource.Type != "OperationOutcome") run.Report(Problems.InvalidValue.With($"an entry of mode outcome is an OperationOutcome, found {resource.Type}", resource.Path));
            if (mode == "match" && isTyped && resource.Type != type) run.Report(Problems.InvalidValue.With($"the search was for {type}, found {resource.Type} as a match", resource.Path));
            if (mode is "match" or "include" && resource["id"] is not { Exists: true } && resource.Type != "Parameters") run.Report(Problems.Required.With("what a search found has an id", resource.Path));
        }
    }

    /// <summary>A relative reference is completed by the fullUrl of its entry, so that one which looks like the id of another entry may not lead there.</summary>
    private static void CheckNear(FhirElement bundle, ValidationRun run)
    {
        var locals = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var entry in bundle.Children("entry"))
        {
            if (entry["resource"] is { Exists: true } resource && resource.Text("id") is { } id) locals.TryAdd($"{resource.Type}/{id}", entry.Text("fullUrl"));
        }

        foreach (var e in bundle.Descendants())
        {
            if (e.Name != "reference" || e.Parent.Type != "Reference" || e.Value is not { } text || !locals.TryGetValue(text, out var fullUrl)) continue;
            if (!run.Spend(e)) return;
            if (!run.Resolve(e.Parent).Exists) run.Fault($"'{text}' is in the Bundle under the fullUrl '{fullUrl}', and a reference from here does not lead there: name it by that", e);
        }
    }

    private static void CheckDocument(FhirElement bundle, ValidationRun run)
    {
        var first = bundle["entry"]["resource"];
        if (first.Exists && first.Type != "Composition") run.Report(Problems.BusinessRule.With($"the first resource of a document is its Composition, found {first.Type}", "Bundle.entry[0].resource"));
        foreach (var (section, place) in References(first)) CheckInside(section, place, run);
        CheckReachable(bundle, first, run);
    }

    private static void CheckMessage(FhirElement bundle, ValidationRun run)
    {
        var first = bundle["entry"]["resource"];
        if (first.Exists && first.Type != "MessageHeader") run.Report(Problems.BusinessRule.With($"the first resource of a message is its MessageHeader, found {first.Type}", "Bundle.entry[0].resource"));
        foreach (var focus in first.Children("focus")) CheckInside(focus, focus.Path, run);
    }

    /// <summary>What no link, forwards or backwards, joins with the Composition does not belong to the document.</summary>
    private static void CheckReachable(FhirElement bundle, FhirElement composition, ValidationRun run)
    {
        if (!composition.Exists) return;
        var links = new Dictionary<FhirElement, List<FhirElement>>();
        foreach (var e in bundle.Descendants())
        {
            if (!e.HasValue || (e.Type is not ("uri" or "url" or "canonical") && e.Name != "reference") || e.Value.StartsWith('#')) continue;
            if (!run.Spend(e)) return;
            if (run.Resolve(e, e.Value) is not { Exists: true } target) continue;
            var (from, to) = (EntryOf(e), EntryOf(target));
            Join(links, from, to);
            Join(links, to, from);
        }

        var reached = new HashSet<FhirElement> { EntryOf(composition) };
        var open = new Stack<FhirElement>(reached);
        while (open.TryPop(out var at))
        {
            foreach (var next in links.GetValueOrDefault(at) ?? [])
            {
                if (reached.Add(next)) open.Push(next);
            }
        }

        foreach (var entry in bundle.Children("entry"))
        {
            if (entry["resource"].Exists && !reached.Contains(entry)) run.Report(Problems.BusinessRule.With("no link leads from the Composition to this entry, or from it to the Composition", entry.Path));
        }
    }

    private static void Join(Dictionary<FhirElement, List<FhirElement>> links, FhirElement from, FhirElement to)
    {
        if (!links.TryGetValue(from, out var known)) links.Add(from, known = []);
        known.Add(to);
    }

    private static FhirElement EntryOf(FhirElement e)
    {
        while (e.Exists && !(e.Name == "entry" && e.Parent.Type == "Bundle" && !e.Parent.Parent.Exists)) e = e.Parent;
        return e;
    }

    /// <summary>What a Composition may not leave outside of its document.</summary>
    private static IEnumerable<(FhirElement Reference, string Place)> References(FhirElement composition)
    {
        foreach (var e in composition.Descendants())
        {
            if (e.Type == "Reference" && e.Resource == composition && e.Text("reference") is not null) yield return (e, e.Path);
        }
    }

    private static void CheckInside(FhirElement reference, string place, ValidationRun run)
    {
        if (reference.Text("reference") is not { } text || text.StartsWith('#') || run.Resolve(reference).Exists) return;
        run.Report(Problems.ReferenceNotFound.With($"'{text}' is not in the Bundle", place));
    }
}
