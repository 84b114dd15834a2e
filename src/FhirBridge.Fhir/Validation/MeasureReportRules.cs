namespace FhirBridge.Fhir.Validation;

/// <summary>A MeasureReport against its Measure: groups, populations, stratifiers. Spec: https://hl7.org/fhir/R4/measurereport.html#boundaries.</summary>
internal sealed class MeasureReportRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "MeasureReport";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        if (resource.Text("measure") is not { } canonical) return;
        var measure = canonical.StartsWith('#') ? ContainedResources.Find(resource, canonical) : run.Definitions.FindResource("Measure", canonical);
        if (measure.Type != "Measure")
        {
            run.Report(Problems.Unverified.With($"the measure '{canonical}' is not known here: the report is not compared with it", resource["measure"].Path));
            return;
        }

        var type = resource.Text("type");

        // A data collection brings no results, so that there is nothing to compare.
        if (type == "data-collection")
        {
            if (resource["group"].Exists) run.Report(Problems.BusinessRule.With("a report of type data-collection has no groups", resource["group"].Path));
            return;
        }

        Match(resource, measure, "group", "group", run, (mine, theirs) => Group(mine, theirs, type, resource.Text("status") == "complete", run));
    }

    private static void Group(FhirElement report, FhirElement measure, string? type, bool isComplete, ValidationRun run)
    {
        Match(report, measure, "population", "population", run, (_, _) => { });
        foreach (var population in report.Children("population"))
        {
            if (type != "subject-list" && population["subjectResults"].Exists) run.Report(Problems.BusinessRule.With($"only a report of type subject-list lists its subjects, this one is {type}", population.Path));
        }

        Match(report, measure, "stratifier", "stratifier", run, (_, _) => { });
        var isCohort = measure.Parent["scoring"].Children("coding").Any(c => c.Text("code") == "cohort");
        if (isCohort && report["measureScore"].Exists) run.Report(Problems.BusinessRule.With("a measure of cohort scoring gives no score", report["measureScore"].Path));
        else if (isComplete && !isCohort && measure.Parent["scoring"].Exists && !report["measureScore"].Exists) run.Report(Problems.Questionable.With("a complete report gives the score of the group", report.Path));
    }

    /// <summary>Finds for each part of the report its part of the measure, by code; the only one without codes is meant without them.</summary>
    private static void Match(FhirElement report, FhirElement measure, string name, string word, ValidationRun run, Action<FhirElement, FhirElement> check)
    {
        var (mine, theirs) = (report.Children(name).ToList(), measure.Children(name).ToList());
        var used = new HashSet<FhirElement>();
        foreach (var part in mine)
        {
            var found = mine.Count == 1 && theirs.Count == 1 && !part["code"].Exists && !theirs[0]["code"].Exists ? theirs[0] : theirs.FirstOrDefault(t => IsSame(part["code"], t["code"]));
            if (!found.Exists) run.Report(Problems.BusinessRule.With($"the measure has no {word} with the code {Shown(part["code"])}", part.Path));
            else if (!used.Add(found)) run.Report(Problems.Cardinality.With($"the {word} {Shown(part["code"])} is reported more than once", part.Path));
            else check(part, found);
        }

        foreach (var part in theirs.Where(t => !used.Contains(t)))
        {
            run.Report(Problems.Required.With($"the report has no {word} {Shown(part["code"])}, which the measure defines", report.Path));
        }
    }

    private static bool IsSame(FhirElement a, FhirElement b)
    {
        if (!a.Exists || !b.Exists) return false;
        var codings = b.Children("coding").ToList();
        if (codings.Count == 0) return a.Text("text") is { } text && text == b.Text("text");
        return a.Children("coding").Any(x => codings.Any(y => x.Text("system") == y.Text("system") && x.Text("code") == y.Text("code")));
    }

    private static string Shown(FhirElement concept) =>
        concept["coding"] is { Exists: true } coding ? $"'{coding.Text("system")}|{coding.Text("code")}'" : concept.Text("text") is { } text ? $"'{text}'" : "(none)";
}
