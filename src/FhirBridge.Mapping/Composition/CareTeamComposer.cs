using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Mapping;

/// <summary>
/// One care team for each category (http://hl7.org/fhir/R4/careteam.html). A participant is one line for one person in one role, with
/// everybody who says so; informal carers and the patient are participants like any other.
/// </summary>
internal static class CareTeamComposer
{
    public static UnifiedResource Compose(string recordId, string reference, IReadOnlyList<Contribution> teams)
    {
        var status = Statuses.CareTeam.Unite(teams);
        using var writer = new UnifiedWriter(reference, teams, status);
        writer.United("identifier", ElementKeys.Content);
        if (status is not null) writer.Text("status", status, teams.Where(t => t.Status == status));
        Category(writer, teams);
        var names = Statement.Join(teams, "name", e => ElementKeys.Words(e.Value ?? ""));
        if (names.Count > 0) writer.Text("name", string.Join("; ", names.Select(n => n.Element.Value)), names.SelectMany(n => n.By).Distinct());
        writer.Json.WriteReference("subject"u8, $"Patient/{recordId}");
        writer.Agreed("encounter", ElementKeys.Reference);
        Times.WriteUnion(writer, [.. teams.Select(t => (t, t.CareTeam.Period))], Statuses.CareTeam, "period");
        Participants(writer, teams);
        writer.United("reasonCode", ElementKeys.Concept);
        writer.United("reasonReference", ElementKeys.Reference);
        writer.United("managingOrganization", ElementKeys.Reference);
        writer.United("telecom", ElementKeys.Content);
        writer.United("note", ElementKeys.Content);
        return writer.Finish();
    }

    /// <summary>The categories that are stated; the default one when nobody states any.</summary>
    private static void Category(UnifiedWriter writer, IReadOnlyList<Contribution> teams)
    {
        var stated = Statement.Join(teams, "category", ElementKeys.Concept);
        if (stated.Count > 0)
        {
            writer.Each("category", stated);
            return;
        }

        writer.Json.WriteStartArray("category"u8);
        writer.Json.WriteCodeableConceptValue(UnifiedKeys.CategorySystem, UnifiedKeys.DefaultCategoryCode, UnifiedKeys.DefaultCategoryDisplay);
        writer.Json.WriteEndArray();
    }

    private static void Participants(UnifiedWriter writer, IReadOnlyList<Contribution> teams)
    {
        var lines = Lines(teams);
        if (lines.Count == 0) return;
        writer.Json.WriteStartArray("participant"u8);
        foreach (var line in lines)
        {
            var elementId = UnifiedWriter.ElementId("participant", line.Key);
            writer.Json.WriteStartObject();
            writer.Attribute(elementId, line.By, line.OwnExtensions);
            WriteContent(writer, line, elementId);
            writer.Json.WriteEndObject();
        }

        writer.Json.WriteEndArray();
    }

    /// <summary>
    /// Joined by person and role; by organisation represented too, where contributors name different ones. A participant whose person
    /// cannot be told (a name in words, a role alone) stays its contributor's own line.
    /// </summary>
    private static List<Statement> Lines(IReadOnlyList<Contribution> teams)
    {
        var all = teams.SelectMany(t => t.CareTeam.Participant.Where(p => Statement.IsStated(p.Element)).Select(p => (By: t, Is: p, Person: PersonAndRole(t, p)))).ToList();
        var represented = all.Where(a => a.Is.OnBehalfOf.Exists)
            .GroupBy(a => a.Person, a => ElementKeys.Reference(a.Is.OnBehalfOf))
            .ToDictionary(g => g.Key, g => g.Distinct().Count());
        var keys = all.ToDictionary(a => a.Is.Element, a => represented.GetValueOrDefault(a.Person) < 2
            ? a.Person
            : $"{a.Person}\nfor {(a.Is.OnBehalfOf is { Exists: true } o ? ElementKeys.Reference(o) : "")}");
        return Statement.Join(all.Select(a => new Said(a.By, a.Is.Element)), p => keys[p]);
    }

    private static string PersonAndRole(Contribution team, CareTeamParticipantView participant)
    {
        var member = participant.Member;
        var isCertain = member.Reference is not null || member.Identifier.Value is not null;
        var person = isCertain ? ElementKeys.Reference(member) : $"{team.Reference}#{participant.Id ?? participant.Element.Index.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        var roles = participant.Role.Select(ElementKeys.Concept).Distinct().Order(StringComparer.Ordinal);
        var modifiers = participant.ModifierExtension.Select(e => ElementKeys.Content(e.Element));
        return $"{person}\n{string.Join('\n', roles.Concat(modifiers))}";
    }

    private static void WriteContent(UnifiedWriter writer, Statement line, string elementId)
    {
        var last = "";
        foreach (var child in line.Element.Children())
        {
            if (child.Name == last || child.Name is "id" or "extension" or "onBehalfOf" or "period") continue;
            last = child.Name;
            FhirJson.WriteProperty(writer.Json, line.Element, last);
        }

        var behalf = line.Said.Select(s => new CareTeamParticipantView(s.Element).OnBehalfOf).FirstOrDefault(o => o.Exists);
        if (behalf.Exists) FhirJson.WriteProperty(writer.Json, behalf.Element.Parent, "onBehalfOf");
        Times.WriteUnion(writer, [.. line.Said.Select(s => (s.By, PeriodOf(s)))], Statuses.CareTeam, elementId + "-period");
    }

    /// <summary>Their own period; of a team that has ended, the team's, when they have none.</summary>
    private static PeriodView PeriodOf(Said said)
    {
        var own = new CareTeamParticipantView(said.Element).Period;
        return own.Exists || Statuses.CareTeam.IsOpen(said.By.Status) ? own : said.By.CareTeam.Period;
    }
}
