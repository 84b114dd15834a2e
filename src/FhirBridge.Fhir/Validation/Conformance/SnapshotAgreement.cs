namespace FhirBridge.Fhir.Validation;

/// <summary>A published snapshot against the one that the differential comes to: a snapshot counts as it stands, so where it says less, less is asked for. Spec: https://hl7.org/fhir/R4/profiling.html#snapshot.</summary>
internal static class SnapshotAgreement
{
    private const int MaxReports = 20;

    internal static void Check(FhirElement resource, FhirElement made, ValidationRun run)
    {
        if (!resource["snapshot"].Exists || !resource["differential"].Exists) return;
        var published = new Dictionary<string, FhirElement>(StringComparer.Ordinal);
        foreach (var element in resource["snapshot"].Children("element")) published.TryAdd(element.Text("id") ?? element.Text("path") ?? "", element);
        var reports = 0;
        foreach (var element in made["snapshot"].Children("element"))
        {
            if (!published.TryGetValue(element.Text("id") ?? "", out var own) || Difference(own, element) is not { } difference) continue;
            if (++reports > MaxReports) return;
            run.Report(Problems.Questionable.With($"the snapshot says {difference}; the snapshot counts", own.Path));
        }
    }

    private static string? Difference(FhirElement published, FhirElement made)
    {
        foreach (var (name, implied) in new[] { ("min", "0"), ("max", "*") })
        {
            var (says, comes) = (published.Text(name) ?? implied, made.Text(name) ?? implied);
            if (says != comes) return $"{name} {says}, the differential comes to {comes}";
        }

        var (mine, theirs) = (Types(published), Types(made));
        if (mine != theirs) return $"type {mine}, the differential comes to {theirs}";
        foreach (var name in new[] { "fixed", "pattern" })
        {
            if (published[name].Exists != made[name].Exists || (made[name].Exists && !Profiles.ElementComparison.IsSame(published[name], made[name]))) return $"another {name} value than the differential comes to";
        }

        return Binding(published) != Binding(made) ? "another binding than the differential comes to" : null;
    }

    private static string Binding(FhirElement element) => $"{element["binding"].Text("strength")} {element["binding"].Text("valueSet")?.Split('|')[0]}";

    private static string Types(FhirElement element) => string.Join(", ", element.Children("type").Select(t => t.Text("code")).Order(StringComparer.Ordinal));
}
