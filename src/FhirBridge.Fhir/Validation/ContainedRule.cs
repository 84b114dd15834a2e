using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// dom-3: what is contained is pointed at from the resource, or points at it. The invariant's own expression does not look into narratives, whose images may be contained, and goes
/// through the whole resource once for each. Spec: https://hl7.org/fhir/R4/references.html#contained.
/// </summary>
internal sealed class ContainedRule(string human) : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (!element["contained"].Exists) return;
        var pointedAt = new HashSet<string>(StringComparer.Ordinal);
        var narratives = new List<string>();
        var pointBack = new HashSet<FhirElement>();
        foreach (var e in element.Descendants())
        {
            if (!run.Spend(e)) return;
            if (!e.HasValue) continue;
            if (e.Type == "xhtml") narratives.Add(e.Value);
            else if (e.Type is "uri" or "url" or "canonical" || e.Name == "reference") Note(e, element, pointedAt, pointBack);
        }

        foreach (var contained in element.Children("contained"))
        {
            var id = contained.Text("id");
            if (pointBack.Contains(contained)) continue;
            if (id is not null && (pointedAt.Contains($"#{id}") || narratives.Any(n => n.Contains($"\"#{id}\"", StringComparison.Ordinal)))) continue;
            run.Report(Problems.Invariant.With($"dom-3: {human}", contained.Path));
        }
    }

    private static void Note(FhirElement e, FhirElement container, HashSet<string> pointedAt, HashSet<FhirElement> pointBack)
    {
        if (e.Value!.Length == 0 || e.Value[0] != '#') return;
        if (e.Value != "#")
        {
            pointedAt.Add(e.Value);
            return;
        }

        var resource = e.Resource;
        if (resource != container) pointBack.Add(resource);
    }
}
