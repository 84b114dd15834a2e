namespace FhirBridge.Api.Demo;

/// <summary>Who is who in the demo network, in one place: members, their EHR clients, and the persons that the loader acts for.</summary>
public static class DemoNetwork
{
    /// <summary>Client of the organisation that runs the network.</summary>
    public const string OperatorClient = "demo-operator";

    /// <summary>Persona of the patient the demo is about.</summary>
    public const string Patient = "anna";

    /// <summary>Persona with the role consent-recorder, who writes the consents of the other patients.</summary>
    public const string Recorder = "recorder";

    /// <summary>Business identifier of Anna de Vries (citizen service number from the test range).</summary>
    public static readonly DemoIdentifier Anna = new("http://fhir.nl/fhir/NamingSystem/bsn", "999990019");

    /// <summary>The members in the order in which the demo tells about them.</summary>
    public static readonly IReadOnlyList<DemoMember> Members =
    [
        new("hospital", "Utrecht hospital", "demo-hospital-ehr", "everything, mental health included"),
        new("gp", "De Linde general practice", "demo-gp-ehr", "everything, mental health included"),
        new("homecare", "Vecht home nursing", "demo-homecare-ehr", "plan, goals, team and conditions, nothing about mental health"),
        new("socialcare", "Zuid neighbourhood team", "demo-socialcare-ehr", "the team, and the goals that are not about medication"),
    ];

    /// <summary>The persons who can sign in.</summary>
    public static readonly IReadOnlyList<DemoSignIn> SignIns =
    [
        new("anna", "Anna de Vries", "the patient: her whole record, her consents, who looked"),
        new("sofie", "Sofie de Vries", "her daughter: plan, goals and team, nothing about mental health"),
        new("recorder", "Consent recorder", "writes consents for patients"),
        new("privacy-officer", "Privacy officer", "explains decisions, reads the log"),
    ];
}

/// <summary>A member of the demo network.</summary>
/// <param name="Id">Id of its Organization on <c>/fhir</c>, and its place in <c>/members/{id}/fhir</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Client">Client id of its EHR at the demo authorization server.</param>
/// <param name="Sees">What it sees of Anna beside its own, in words.</param>
public sealed record DemoMember(string Id, string Name, string Client, string Sees);

/// <summary>A person who can sign in at the demo authorization server.</summary>
/// <param name="Key">Key of the persona.</param>
/// <param name="Name">Name or function.</param>
/// <param name="Does">What signing in as this person shows, in words.</param>
public sealed record DemoSignIn(string Key, string Name, string Does);

/// <summary>A business identifier.</summary>
/// <param name="System">URI of the naming system.</param>
/// <param name="Value">Value within it.</param>
public readonly record struct DemoIdentifier(string System, string Value)
{
    /// <summary>The form of a search token: <c>system|value</c>.</summary>
    public override string ToString() => $"{System}|{Value}";
}
