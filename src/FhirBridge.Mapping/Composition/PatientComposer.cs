using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Mapping;

/// <summary>
/// Demographics of one person from all who state them (http://hl7.org/fhir/R4/patient.html). <c>link</c> never leaves: it would name the
/// local records of members.
/// </summary>
internal static class PatientComposer
{
    public static UnifiedResource Compose(string recordId, IReadOnlyList<Contribution> patients)
    {
        var latest = Contribution.ByRecency(patients);
        var order = latest.OrderBy(p => p.Given.Contributor == $"Patient/{recordId}" ? 0 : 1).ToList();
        using var writer = new UnifiedWriter($"Patient/{recordId}", patients, null);
        writer.Each("identifier", Statement.Join(latest, "identifier", Identifier));
        Active(writer, latest);
        writer.Each("name", Statement.Join(latest, "name", ElementKeys.Content));
        writer.Each("telecom", Statement.Join(latest, "telecom", Telecom));
        Preferred(writer, order, "gender", e => e.Value ?? "");
        Preferred(writer, order, "birthDate", e => e.Value ?? "");
        Preferred(writer, latest, "deceased", e => e.Value ?? "");
        writer.Each("address", Statement.Join(latest, "address", ElementKeys.Content));
        Preferred(writer, order, "maritalStatus", ElementKeys.Concept);
        Preferred(writer, order, "multipleBirth", e => e.Value ?? "");
        writer.Each("photo", Statement.Join(latest, "photo", ElementKeys.Content));
        writer.Each("contact", Statement.Join(latest, "contact", ElementKeys.Content));
        writer.Each("communication", Statement.Join(latest, "communication", Communication));
        writer.Each("generalPractitioner", Statement.Join(latest, "generalPractitioner", ElementKeys.Reference));
        writer.Agreed("managingOrganization", ElementKeys.Reference);
        return writer.Finish();
    }

    /// <summary>In use as long as one contributor does not say otherwise.</summary>
    private static void Active(UnifiedWriter writer, List<Contribution> latest)
    {
        var stated = Statement.Join(latest, "active", e => e.Value ?? "");
        if (stated.Count == 0) return;
        writer.One(stated.Find(s => s.Key == "true") ?? stated[0]);
    }

    /// <summary>One value, that of the first in order; what the others state is kept beside it.</summary>
    private static void Preferred(UnifiedWriter writer, IReadOnlyList<Contribution> order, string name, Func<FhirElement, string> key)
    {
        var all = Statement.Join(order, name, key);
        if (all.Count == 0) return;
        writer.One(all[0]);
        foreach (var other in all.Skip(1)) writer.Unshown(name, ValueOf(other.Element), other);
    }

    /// <summary>Property of an extension for the type of that element.</summary>
    private static string ValueOf(FhirElement element) => element.SourceName switch
    {
        "gender" => "valueCode",
        "birthDate" => "valueDate",
        "maritalStatus" => "valueCodeableConcept",
        "deceasedDateTime" => "valueDateTime",
        "multipleBirthInteger" => "valueInteger",
        _ => "valueBoolean",
    };

    private static string Identifier(FhirElement element) => new IdentifierView(element) is { Value: { } value } identifier
        ? $"{identifier.System}|{value.Trim()}|{identifier.Use}|{Period(identifier.Period)}"
        : ElementKeys.Content(element);

    private static string Telecom(FhirElement element)
    {
        var telecom = new ContactPointView(element);
        return $"{telecom.System}|{telecom.Value?.Trim()}|{telecom.Use}|{Period(telecom.Period)}";
    }

    private static string Communication(FhirElement element) =>
        $"{ElementKeys.Concept(new PatientCommunicationView(element).Language)}|{element.Text("preferred")}";

    private static string Period(PeriodView period) => period.Exists ? ElementKeys.Content(period.Element) : "";
}
