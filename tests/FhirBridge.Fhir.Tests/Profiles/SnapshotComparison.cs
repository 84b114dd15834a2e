using System.Text;

namespace FhirBridge.Fhir.Tests;

/// <summary>Compares two snapshots in what decides whether an instance conforms.</summary>
internal static class SnapshotComparison
{
    /// <summary>The differences as <c>id: property expected | found</c>, in the order of the expected elements; none when they say the same.</summary>
    internal static List<string> Differences(FhirElement expected, FhirElement found)
    {
        var (theirs, ours) = (ById(expected), ById(found));
        var differences = new List<string>();
        foreach (var (id, element) in theirs)
        {
            if (!ours.TryGetValue(id, out var own))
            {
                differences.Add($"{id}: missing");
                continue;
            }

            foreach (var (name, value) in Deciding(element))
            {
                if (Deciding(own)[name] is var other && other != value) differences.Add($"{id}: {name} {value} | {other}");
            }
        }

        differences.AddRange(ours.Keys.Where(id => !theirs.ContainsKey(id)).Select(id => $"{id}: surplus"));
        var common = theirs.Keys.Where(ours.ContainsKey);
        if (differences.Count == 0 && !common.SequenceEqual(ours.Keys.Where(theirs.ContainsKey))) differences.Add("the order of the elements");
        return differences;
    }

    private static Dictionary<string, FhirElement> ById(FhirElement definition)
    {
        var byId = new Dictionary<string, FhirElement>(StringComparer.Ordinal);
        foreach (var element in definition["snapshot"].Children("element")) byId[element.Text("id") ?? ""] = element;
        return byId;
    }

    private static Dictionary<string, string> Deciding(FhirElement e) => new(StringComparer.Ordinal)
    {
        ["path"] = e.Text("path") ?? "",
        ["sliceName"] = e.Text("sliceName") ?? "",
        // Extensions are sliced by url whether a snapshot says so or not: R4's say it of datatypes, and not of resources.
        ["slicing"] = Slicing(e["slicing"]) is var slicing && (e.Text("path") ?? "").EndsWith("xtension", StringComparison.Ordinal) && slicing == "open false value:url" ? "" : slicing,
        ["min"] = e.Text("min") ?? "0",
        ["max"] = e.Text("max") ?? "",
        ["type"] = string.Join(",", e.Children("type").Select(t => $"{t.Text("code")}({Values(t, "profile")};{Values(t, "targetProfile")})").Order(StringComparer.Ordinal)),
        ["value"] = string.Join(",", e.Children().Where(c => c.Name is "fixed" or "pattern" or "minValue" or "maxValue").Select(c => $"{c.SourceName}={Encoding.UTF8.GetString(FhirJson.Canonical(c))}").Order(StringComparer.Ordinal)),
        ["maxLength"] = e.Text("maxLength") ?? "",
        ["binding"] = e["binding"] is { Exists: true } b ? $"{b.Text("strength")} {b.Text("valueSet")}" : "",
        ["constraint"] = string.Join(",", e.Children("constraint").Select(c => c.Text("key")).Distinct().Order(StringComparer.Ordinal)),
        ["mustSupport"] = e.Text("mustSupport") ?? "false",
        ["isModifier"] = e.Text("isModifier") ?? "false",
        ["contentReference"] = e.Text("contentReference") ?? "",
    };

    private static string Slicing(FhirElement slicing) => !slicing.Exists
        ? ""
        : $"{slicing.Text("rules")} {slicing.Text("ordered") ?? "false"} {string.Join(",", slicing.Children("discriminator").Select(d => $"{d.Text("type")}:{d.Text("path")}").Order(StringComparer.Ordinal))}";

    private static string Values(FhirElement type, string name) => string.Join(" ", type.Children(name).Select(p => p.Value).Order(StringComparer.Ordinal));
}
