using System.Buffers;
using System.Text.Json;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Mapping;

/// <summary>
/// One comprehensive plan from the plans of all contributors (http://hl7.org/fhir/R4/careplan.html). Activities are never joined: two
/// organisations that do the same thing do it twice.
/// </summary>
internal static class CarePlanComposer
{
    private static readonly (string Name, string Property)[] PlanParts =
        [("title", "valueString"), ("status", "valueCode"), ("intent", "valueCode"), ("category", "valueCodeableConcept"), ("period", "valuePeriod")];

    public static UnifiedResource Compose(string recordId, string reference, IReadOnlyList<Contribution> plans)
    {
        var status = Statuses.CarePlan.Unite(plans) ?? "unknown"; // required by R4: only a contribution that was never validated states none
        using var writer = new UnifiedWriter(reference, plans, status);
        writer.United("identifier", ElementKeys.Content);
        writer.Values("instantiatesCanonical");
        writer.Values("instantiatesUri");
        foreach (var name in (string[])["basedOn", "replaces", "partOf"]) OtherPlans(writer, reference, plans, name);
        writer.Text("status", status, plans.Where(p => p.Status == status));
        writer.Text("intent", Intent(plans), plans);
        writer.United("category", ElementKeys.Concept);
        Together(writer, plans, "title", "; ", withName: false);
        Together(writer, plans, "description", "\n", withName: true);
        writer.Json.WriteReference("subject"u8, $"Patient/{recordId}");
        writer.Agreed("encounter", ElementKeys.Reference);
        Times.WriteUnion(writer, [.. plans.Select(p => (p, p.CarePlan.Period))], Statuses.CarePlan, "period");
        Created(writer, plans);
        writer.Agreed("author", ElementKeys.Reference);
        Contributors(writer, plans);
        foreach (var name in (string[])["careTeam", "addresses", "supportingInfo", "goal"]) writer.United(name, ElementKeys.Reference);
        Activities(writer, plans);
        writer.United("note", ElementKeys.Content);
        return writer.Finish();
    }

    /// <summary>References between plans; one that has become a reference to itself is dropped.</summary>
    private static void OtherPlans(UnifiedWriter writer, string reference, IReadOnlyList<Contribution> plans, string name) =>
        writer.Each(name, Statement.Join(plans, name, ElementKeys.Reference).FindAll(s => s.Key != "r" + reference));

    /// <summary>The intent that all state; else <c>plan</c>, which authorises nothing, unless nobody goes beyond a proposal or an option.</summary>
    private static string Intent(IReadOnlyList<Contribution> plans)
    {
        var intents = plans.Select(p => p.CarePlan.Intent).OfType<string>().Distinct().ToList();
        if (intents.Count == 1) return intents[0];
        return intents.Count == 0 || intents.Exists(i => i is "plan" or "order") ? "plan" : "proposal";
    }

    /// <summary>A text of several contributors: what all state, or all that they state.</summary>
    private static void Together(UnifiedWriter writer, IReadOnlyList<Contribution> plans, string name, string separator, bool withName)
    {
        var texts = Statement.Join(plans, name, e => ElementKeys.Words(e.Value ?? ""));
        if (texts.Count == 0) return;
        var parts = texts.Select(t => withName && texts.Count > 1
            ? $"{string.Join(", ", t.By.Select(b => b.ContributorName).Distinct())}: {t.Element.Value}"
            : t.Element.Value);
        writer.Text(name, string.Join(separator, parts), texts.SelectMany(t => t.By).Distinct());
    }

    private static void Created(UnifiedWriter writer, IReadOnlyList<Contribution> plans)
    {
        var earliest = Times.Earliest(plans.Select(p => p.CarePlan.Created));
        if (earliest is not null) writer.Text("created", earliest, plans.Where(p => p.CarePlan.Created == earliest));
    }

    /// <summary>Authors, contributors, and who contributed the plans to the network.</summary>
    private static void Contributors(UnifiedWriter writer, IReadOnlyList<Contribution> plans)
    {
        var people = Statement.Join(
            plans.SelectMany(p => p.Resource.Children("author").Concat(p.Resource.Children("contributor")).Select(e => new Said(p, e)))
                .Where(s => Statement.IsStated(s.Element)),
            ElementKeys.Reference);
        var stated = people.Select(p => p.Key).ToHashSet();
        writer.Json.WriteStartArray("contributor"u8);
        foreach (var plan in plans.DistinctBy(p => p.Given.Contributor).OrderBy(p => p.Given.Contributor, StringComparer.Ordinal))
        {
            if (stated.Contains("r" + plan.Given.Contributor)) continue;
            writer.Json.WriteReferenceValue(plan.Given.Contributor, plan.Given.ContributorName);
        }

        foreach (var person in people) writer.Item(person, UnifiedWriter.ElementId("contributor", person.Key));
        writer.Json.WriteEndArray();
    }

    private static void Activities(UnifiedWriter writer, IReadOnlyList<Contribution> plans)
    {
        var any = false;
        foreach (var plan in plans)
        {
            var position = 0;
            var own = OwnPlan(plan);
            foreach (var activity in plan.CarePlan.Activity)
            {
                var place = activity.Id ?? position.ToString(System.Globalization.CultureInfo.InvariantCulture);
                position++;
                if (!Statement.IsStated(activity.Element) || activity.Detail.Status == "entered-in-error") continue;
                if (!any) writer.Json.WriteStartArray("activity"u8);
                any = true;
                var line = new Statement("", new Said(plan, activity.Element));
                writer.Item(line, UnifiedWriter.ElementId("activity", $"{plan.Reference}#{place}"), own);
            }
        }

        if (any) writer.Json.WriteEndArray();
    }

    /// <summary>What the contributor's own plan says of itself: <see cref="Extensions.Plan"/>.</summary>
    private static ReadOnlySpan<byte> OwnPlan(Contribution plan)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, UnifiedWriter.JsonOptions);
        json.WriteStartObject();
        json.WriteString("url"u8, Extensions.Plan);
        json.WriteStartArray("extension"u8);
        foreach (var (name, property) in PlanParts)
        {
            foreach (var element in plan.Resource.Children(name))
            {
                if (!Statement.IsStated(element)) continue;
                json.WriteStartObject();
                json.WriteString("url"u8, name);
                json.WritePropertyName(property);
                UnifiedWriter.Splice(json, element);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }
}
