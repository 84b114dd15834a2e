using System.Globalization;

namespace FhirBridge.Fhir.Validation;

/// <summary>The codes of a code system: each once, none above itself, as many as are counted. Spec: https://hl7.org/fhir/R4/codesystem.html#hierarchy.</summary>
internal static class CodeSystemCodes
{
    internal static void Check(FhirElement resource, CodeSystemContent content, ValidationRun run)
    {
        var seen = new HashSet<string>(content.IsCaseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        Unique(resource, seen, content, run);
        Circles(content, run);
        if (resource.Text("content") == "complete" && int.TryParse(resource.Text("count"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count != content.Concepts.Count)
        {
            run.Report(Problems.Questionable.With($"the code system says that it has {count} concepts, and has {content.Concepts.Count}", resource["count"].Path));
        }
    }

    // Depth is that of the reader, which bounds it.
    private static void Unique(FhirElement around, HashSet<string> seen, CodeSystemContent content, ValidationRun run)
    {
        foreach (var concept in around.Children("concept"))
        {
            if (concept.Text("code") is { } code && !seen.Add(code))
            {
                run.Report(Problems.InvalidDefinition.With($"the code '{code}' is defined already{(content.IsCaseSensitive ? "" : ", in whatever case")}", concept["code"].Path));
            }

            Unique(concept, seen, content, run);
        }
    }

    /// <summary>Concepts that lie above themselves, by nesting and by the properties parent, subsumedBy and child; one of each circle is told.</summary>
    private static void Circles(CodeSystemContent content, ValidationRun run)
    {
        var done = new HashSet<Concept>();
        foreach (var start in content.Concepts)
        {
            if (Circle(start, done) is not { } circle) continue;
            run.Report(Problems.Circular.With($"the concepts lie above each other in a circle: {string.Join(" → ", circle.Take(20).Select(c => c.Code))}", Place(circle[0])));
        }
    }

    /// <summary>Upwards without recursion: a hierarchy by properties may be as deep as the system is long.</summary>
    private static List<Concept>? Circle(Concept start, HashSet<Concept> done)
    {
        var way = new List<Concept>();
        var onWay = new HashSet<Concept>();
        var open = new Stack<(Concept Concept, int Next)>();
        if (done.Add(start)) Push(start);
        while (open.TryPop(out var at))
        {
            if (at.Next == at.Concept.Parents.Count)
            {
                way.RemoveAt(way.Count - 1);
                onWay.Remove(at.Concept);
                continue;
            }

            open.Push((at.Concept, at.Next + 1));
            var parent = at.Concept.Parents[at.Next];
            if (onWay.Contains(parent)) return [.. way[way.IndexOf(parent)..], parent];
            if (done.Add(parent)) Push(parent);
        }

        return null;

        void Push(Concept concept)
        {
            way.Add(concept);
            onWay.Add(concept);
            open.Push((concept, 0));
        }
    }

    /// <summary>The property that names another concept, where there is one.</summary>
    private static string Place(Concept concept)
    {
        var property = concept.Element.Children("property").FirstOrDefault(p => p.Text("code") is "parent" or "subsumedBy" or "child");
        return property.Exists ? property.Path : concept.Element.Path;
    }
}
