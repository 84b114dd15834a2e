namespace FhirBridge.Consent.Facts;

/// <summary>
/// Which elements say who, when and about whom: the W5 mappings of R4 (https://hl7.org/fhir/R4/fivews.html) as far as consent needs them,
/// by dotted paths of definition names. A type that is not named here is read by the general row.
/// </summary>
internal static class FactsTable
{
    /// <summary>Links that make a resource a part of something (consent.md §5.9).</summary>
    public static readonly string[] CreatedAsPartOf = ["encounter", "episodeOfCare", "basedOn", "partOf", "context", "context.encounter"];

    /// <summary>Clinical time, where nothing says when it was authored.</summary>
    public static readonly string[] ClinicalDates = ["effective", "performed", "occurrence", "period"];

    private static readonly string[] GeneralAuthors =
    [
        "author", "recorder", "asserter", "performer", "performer.actor", "assessor", "operator", "enterer", "informationSource", "source", "sender", "attester.party",
    ];

    private static readonly string[] RequestAuthors = ["requester", "recorder", "orderer", "prescriber", "author"];

    private static readonly string[] GeneralDates =
        ["created", "authoredOn", "recordedDate", "recorded", "issued", "date", "authored", "dateAsserted", "sent", "identified", "dateWritten", "whenPrepared", "whenHandedOver", "dateTime"];

    /// <summary>Who it is about.</summary>
    public static string[] Patients(string type) => type switch
    {
        "Task" => ["for"],
        "Coverage" => ["beneficiary"],
        "ResearchSubject" => ["individual"],
        "EnrollmentRequest" => ["candidate"],
        "Group" => ["member.entity"],
        "Appointment" => ["participant.actor"],
        "AppointmentResponse" or "Schedule" => ["actor"],
        "Person" => ["link.target"],
        "AuditEvent" => ["entity.what"],
        "Provenance" => ["target"],
        _ => ["subject", "patient"],
    };

    /// <summary>
    /// True when a reference found at <see cref="Patients"/> is a patient. Where the element names the subject, one that leads nowhere
    /// may be a patient and counts; where it names all kinds of things, only a Patient does.
    /// </summary>
    public static bool IsPatient(string type, string reference)
    {
        if (reference.StartsWith("Patient/", StringComparison.Ordinal) || reference.Contains("/Patient/", StringComparison.Ordinal)) return true;
        var mixed = type is "Group" or "Appointment" or "AppointmentResponse" or "Schedule" or "Person" or "AuditEvent" or "Provenance";
        return !mixed && reference.StartsWith("unresolved:", StringComparison.Ordinal);
    }

    /// <summary>Who authored it.</summary>
    public static string[] Authors(string type) => type switch
    {
        "Goal" => ["expressedBy"],
        "CarePlan" => ["author", "contributor"],
        "Composition" or "DocumentReference" or "QuestionnaireResponse" or "DetectedIssue" or "Flag" => ["author"],
        "Provenance" => ["agent.who", "agent.onBehalfOf"],
        "AuditEvent" => ["agent.who"],
        "Consent" => ["performer"],
        "ServiceRequest" or "MedicationRequest" or "DeviceRequest" or "SupplyRequest" or "NutritionOrder" or "CommunicationRequest" or "VisionPrescription" or "Task" => RequestAuthors,
        _ => GeneralAuthors,
    };

    /// <summary>When it was authored.</summary>
    public static string[] AuthoredDates(string type) => type switch
    {
        "Goal" => ["statusDate"],
        "CarePlan" => ["created"],
        _ => GeneralDates,
    };

    /// <summary>Its primary codings (consent.md §5.7).</summary>
    public static string[] Primary(string type) => type switch
    {
        "CarePlan" or "CareTeam" => ["category"],
        "Goal" => ["category", "description"],
        _ => ["code"],
    };

    /// <summary>Whose content it discloses (consent.md §7.4).</summary>
    public static string[] DerivedFrom(string type) => type switch
    {
        "Provenance" => ["target"],
        "Task" => ["focus"],
        "DetectedIssue" => ["implicated"],
        "List" => ["entry.item"],
        "Binary" => ["securityContext"],
        _ => [],
    };

    /// <summary>Who governs it, besides the patient.</summary>
    public static string[] Controllers(string type) => type switch
    {
        "Consent" => ["performer", "organization"],
        "AuditEvent" => ["agent.who"],
        _ => [],
    };

    /// <summary>True for a reference to something about no patient, which needs no permit.</summary>
    public static bool IsDirectory(string reference)
    {
        var slash = reference.IndexOf('/');
        if (slash < 0) return false;
        var parts = reference.Split('/');
        return parts[^2] is "Organization" or "Practitioner" or "PractitionerRole" or "Location" or "HealthcareService" or "Endpoint" or "Questionnaire"
            or "PlanDefinition" or "ActivityDefinition" or "Measure" or "StructureMap" or "ConceptMap" or "ValueSet" or "CodeSystem" or "StructureDefinition";
    }
}
