using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>
/// Expands value sets whose code systems are enumerated in the same package. Says null as soon as a part is not enumerable: a half-known
/// set would refuse good codes.
/// </summary>
internal sealed class TerminologyExpander
{
    private readonly Dictionary<string, List<Concept>> systems = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Part>> sets = new(StringComparer.Ordinal);

    internal void Add(JsonElement r)
    {
        if (r.Text("url") is not { } url) return;
        if (r.Text("resourceType") == "CodeSystem")
        {
            if (r.Text("content") != "complete") return;
            var concepts = new List<Concept>();
            Flatten(r, null, concepts);
            systems[url] = concepts;
        }
        else if (r.Object("compose") is { ValueKind: JsonValueKind.Object } compose)
        {
            sets[url] = [.. compose.Items("include").Select(i => ReadPart(i, false)), .. compose.Items("exclude").Select(i => ReadPart(i, true))];
        }
    }

    /// <summary>The codes in the order of the definitions, without doubles; null when not enumerable here.</summary>
    internal IReadOnlyList<Coding>? Expand(string valueSet) => Expand(valueSet, []);

    private static void Flatten(JsonElement parent, string? parentCode, List<Concept> concepts)
    {
        foreach (var c in parent.Items("concept"))
        {
            if (c.Text("code") is not { } code) continue;
            concepts.Add(new Concept(code, parentCode));
            Flatten(c, code, concepts);
        }
    }

    private static Part ReadPart(JsonElement i, bool exclude) => new(
        exclude,
        i.Text("system"),
        [.. i.Items("concept").Select(c => c.Text("code")).OfType<string>()],
        [.. i.Items("filter").Select(f => (f.Text("property") ?? "", f.Text("op") ?? "", f.Text("value") ?? ""))],
        [.. i.Strings("valueSet").Select(v => v.Split('|')[0])]);

    private List<Coding>? Expand(string valueSet, HashSet<string> open)
    {
        if (!sets.TryGetValue(valueSet, out var parts) || !open.Add(valueSet)) return null;
        var found = new List<Coding>();
        var seen = new HashSet<Coding>();
        foreach (var part in parts)
        {
            if (Expand(part, open) is not { } codings) return null;
            if (part.Exclude)
            {
                var gone = codings.ToHashSet();
                found.RemoveAll(gone.Contains);
                seen.ExceptWith(gone);
                continue;
            }

            found.AddRange(codings.Where(seen.Add));
        }

        open.Remove(valueSet);
        return found;
    }

    private List<Coding>? Expand(Part part, HashSet<string> open)
    {
        List<Coding>? result = null;
        if (part.System is { } system)
        {
            if (part.Codes.Length > 0)
            {
                result = [.. part.Codes.Select(c => new Coding(system, c))];
            }
            else
            {
                if (!systems.TryGetValue(system, out var concepts)) return null;
                IEnumerable<Concept> chosen = concepts;
                foreach (var (property, op, value) in part.Filters)
                {
                    if (property != "concept" || op is not ("is-a" or "descendent-of")) return null;
                    var below = Below(concepts, value, op == "is-a");
                    chosen = chosen.Where(c => below.Contains(c.Code));
                }

                result = [.. chosen.Select(c => new Coding(system, c.Code))];
            }
        }

        // A code is in the part when it is in the system's choice and in every value set named.
        foreach (var set in part.ValueSets)
        {
            if (Expand(set, open) is not { } other) return null;
            result = result is null ? other : [.. result.Intersect(other)];
        }

        return result;
    }

    private static HashSet<string> Below(List<Concept> concepts, string root, bool self)
    {
        // Parents stand before their children, so one pass reaches all descendants.
        var below = new HashSet<string>(StringComparer.Ordinal) { root };
        foreach (var c in concepts)
        {
            if (c.Parent is not null && below.Contains(c.Parent)) below.Add(c.Code);
        }

        if (!self) below.Remove(root);
        return below;
    }

    private sealed record Concept(string Code, string? Parent);

    private sealed record Part(bool Exclude, string? System, string[] Codes, (string Property, string Op, string Value)[] Filters, string[] ValueSets);
}
