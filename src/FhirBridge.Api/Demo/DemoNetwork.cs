namespace FhirBridge.Api.Demo;

/// <summary>Who is who in the demo network: its members and the systems that the loader acts for (their secrets are as in <c>personas.json</c>, and open made-up data only).</summary>
public static class DemoNetwork
{
    /// <summary>System of the organisation that runs the network.</summary>
    public static readonly DemoCredentials Operator = new("network-admin", "demo-network");

    /// <summary>System that writes down what the other patients decided; it has the role consent-recorder.</summary>
    public static readonly DemoCredentials ConsentDesk = new("consent-desk", "demo-consent");

    /// <summary>Persona of the patient the demo is about.</summary>
    public const string Patient = "anna";

    /// <summary>Business identifier of Anna de Vries (citizen service number from the test range).</summary>
    public static readonly DemoIdentifier Anna = new("http://fhir.nl/fhir/NamingSystem/bsn", "999990019");

    /// <summary>The members in the order in which the demo tells about them.</summary>
    public static readonly IReadOnlyList<DemoMember> Members =
    [
        new("hospital", "Utrecht hospital", new("hospital-ehr", "demo-hospital"), "everything but what the neighbourhood team wrote"),
        new("gp", "De Linde general practice", new("gp-ehr", "demo-gp"), "everything, mental health included"),
        new("homecare", "Vecht home nursing", new("homecare-ehr", "demo-homecare"), "plan, goals, team and conditions, nothing about mental health"),
        new("socialcare", "Zuid neighbourhood team", new("socialcare-ehr", "demo-socialcare"), "team and goals, except goals about medication"),
    ];
}

/// <summary>A member of the demo network.</summary>
/// <param name="Id">Id of its Organization on <c>/fhir</c>, and its place in <c>/members/{id}/fhir</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Client">Its EHR at the demo authorization server.</param>
/// <param name="Sees">What it sees of Anna beside its own, in words.</param>
public sealed record DemoMember(string Id, string Name, DemoCredentials Client, string Sees);

/// <summary>An OAuth client of the demo authorization server.</summary>
/// <param name="Id">Client id.</param>
/// <param name="Secret">Client secret.</param>
public sealed record DemoCredentials(string Id, string Secret);

/// <summary>A person who can sign in at the demo authorization server.</summary>
/// <param name="Key">Key of the persona.</param>
/// <param name="Name">Name.</param>
/// <param name="Role">Who that is: <c>Patient</c>, <c>Nurse, Vecht home nursing</c> ….</param>
public sealed record DemoSignIn(string Key, string Name, string Role);

/// <summary>A business identifier.</summary>
/// <param name="System">URI of the naming system.</param>
/// <param name="Value">Value within it.</param>
public readonly record struct DemoIdentifier(string System, string Value)
{
    /// <summary>The form of a search token: <c>system|value</c>.</summary>
    public override string ToString() => $"{System}|{Value}";
}
