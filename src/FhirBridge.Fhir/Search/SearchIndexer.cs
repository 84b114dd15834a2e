using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Search;

/// <summary>
/// Extracts the values of all search parameters from a resource, once at write. Spec: https://hl7.org/fhir/R4/searchparameter-registry.html.
/// </summary>
/// <remarks>
/// <c>_id</c> and <c>_lastUpdated</c> are not extracted: they belong to the <see cref="ResourceView"/>, because the shared record shows a
/// resource under another id and instant than its member does. Of contained resources that a reference parameter leads to, what chains ask is extracted too
/// (https://hl7.org/fhir/R4/search.html#contained: "a chained condition will be evaluated inside contained resources").
/// </remarks>
public static class SearchIndexer
{
    /// <summary>All index values of a resource; <see cref="SearchIndex.Empty"/> for an element that is no resource of R4.</summary>
    /// <param name="resource">The resource, read with the definitions so that its elements have types.</param>
    /// <param name="definitions">The search parameters; null: those of R4.</param>
    /// <param name="baseUrl">This server's base without the trailing slash: absolute references that start with it are local. Default none.</param>
    public static SearchIndex Extract(FhirElement resource, Definitions? definitions = null, string? baseUrl = null)
    {
        if (!resource.IsResource || resource.Type is null) return SearchIndex.Empty;
        var catalogue = (definitions ?? Definitions.R4).Search;
        var run = spare ?? new Extraction();
        spare = null;
        run.Start(resource, baseUrl);
        foreach (var parameter in catalogue.Of(resource.Type)) run.Extract(parameter);
        run.ExtractContained(catalogue);
        var index = new SearchIndex(run.Entries.Count == 0 ? [] : run.Entries.ToArray()) { Stamp = catalogue.Stamp };
        if (run.End()) spare = run;
        return index;
    }

    /// <summary>The lists of one extraction wait here for the next one of the thread.</summary>
    [ThreadStatic]
    private static Extraction? spare;

    private sealed class Extraction
    {
        private const int MostKept = 1_024;

        // Beyond it, chains do not look.
        private const int MostContained = 50;

        private readonly List<FhirElement> elements = [];
        private readonly List<string> values = [];
        private FhirElement root;
        private FhirElement resource;
        private string prefix = "";
        private string? baseUrl;
        private FhirPathContext? context;
        private int groups;

        internal List<IndexEntry> Entries { get; } = new(32);

        internal void Start(FhirElement of, string? ownBase) => (root, resource, prefix, baseUrl, context, groups) = (of, of, "", ownBase, null, 0);

        /// <summary>Lets go of the resource; false when the lists have grown too large to be kept.</summary>
        internal bool End()
        {
            Entries.Clear();
            elements.Clear();
            values.Clear();
            Start(default, null);
            return Entries.Capacity <= MostKept && elements.Capacity <= MostKept;
        }

        internal void Extract(SearchParameterInfo parameter)
        {
            if (parameter.Code is "_id" or "_lastUpdated" || parameter.Selector is not { } selector) return;
            elements.Clear();
            values.Clear();
            Select(selector, resource);
            if (parameter.Type == SearchParameterType.Composite)
            {
                if (elements.Count > 0) ExtractComposite(parameter, [.. elements]);
                return;
            }

            Add(parameter, parameter.Code, parameter.OfTypeName, -1);
        }

        /// <summary>The values of the contained resources that the resource's own reference parameters lead to.</summary>
        internal void ExtractContained(SearchParameterCatalogue catalogue)
        {
            var own = Entries.Count;
            foreach (var contained in root.Children("contained").Take(MostContained))
            {
                if (contained.Type is not { } type || contained.Text("id") is not { } id || !IsReferred(id, own)) continue;
                Entries.Add(new IndexEntry(IndexNames.Contained(id), SearchParameterType.Token, Value: type));
                (resource, prefix, context) = (contained, IndexNames.WithinContained(id), null);
                foreach (var parameter in catalogue.Of(type)) Extract(parameter);
            }
        }

        private bool IsReferred(string id, int own)
        {
            for (var i = 0; i < own; i++)
            {
                if (Entries[i] is { Type: SearchParameterType.Reference, Value: ['#', ..] value } && value.AsSpan(1).SequenceEqual(id)) return true;
            }

            return false;
        }

        // A group whose components do not all have a value can never match and is left out.
        private void ExtractComposite(SearchParameterInfo parameter, FhirElement[] bases)
        {
            foreach (var focus in bases)
            {
                var start = Entries.Count;
                for (var i = 0; i < parameter.Components.Count; i++)
                {
                    var before = Entries.Count;
                    elements.Clear();
                    values.Clear();
                    if (parameter.Components[i].Selector.Value is { } selector) Select(selector, focus);
                    Add(parameter.Components[i].Parameter, parameter.ComponentNames[i], null, groups);
                    if (Entries.Count > before) continue;
                    Entries.RemoveRange(start, before - start);
                    start = -1;
                    break;
                }

                if (start >= 0) groups++;
            }
        }

        private void Select(ElementSelector selector, FhirElement focus)
        {
            if (selector.NeedsEngine) context ??= new FhirPathContext { Resource = resource, RootResource = root };
            selector.Select(focus, context, elements, values);
        }

        private void Add(SearchParameterInfo parameter, string name, string? ofTypeName, int group)
        {
            if (elements.Count == 0 && values.Count == 0) return;
            var start = Entries.Count;
            if (prefix.Length > 0) (name, ofTypeName) = (prefix + name, ofTypeName is null ? null : prefix + ofTypeName);
            var writer = new EntryWriter(Entries, name, ofTypeName, parameter.Type, group, baseUrl);
            foreach (var element in elements) writer.Add(element);
            foreach (var value in values) writer.AddText(value);
            if (Entries.Count - start > 1) RemoveDuplicates(start);
        }

        // A union of paths meets the same element or an equal one twice. Few entries are compared with each other, many are looked up.
        private void RemoveDuplicates(int start)
        {
            if (Entries.Count - start > 32)
            {
                var distinct = Entries.Skip(start).Distinct().ToArray();
                Entries.RemoveRange(start, Entries.Count - start);
                Entries.AddRange(distinct);
                return;
            }

            for (var i = Entries.Count - 1; i > start; i--)
            {
                if (Entries.IndexOf(Entries[i], start, i - start) >= 0) Entries.RemoveAt(i);
            }
        }
    }
}
