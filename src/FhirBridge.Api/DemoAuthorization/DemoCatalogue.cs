using System.Collections.Immutable;
using System.Text.Json;
using FhirBridge.Portal;

namespace FhirBridge.Api.DemoAuthorization;

/// <summary>The people and systems of the demo, from <c>Demo/personas.json</c>.</summary>
/// <param name="Patient">Whom the demo is about.</param>
/// <param name="Clients">Systems that get tokens with a secret.</param>
/// <param name="Personas">People whom one can be, without a password.</param>
public sealed record DemoCatalogue(DemoPatient Patient, ImmutableArray<DemoClient> Clients, ImmutableArray<DemoPersona> Personas)
{
    /// <summary>Stands for <c>Network:Operator</c> in <c>member</c>.</summary>
    private const string Operator = "$operator";

    /// <summary>Reads the file that is part of the assembly.</summary>
    /// <param name="operatorId">Id of the Organization that runs the network.</param>
    public static DemoCatalogue Load(string operatorId)
    {
        using var file = typeof(DemoCatalogue).Assembly.GetManifestResourceStream("personas.json")!;
        var catalogue = JsonSerializer.Deserialize<DemoCatalogue>(file, JsonSerializerOptions.Web)!;
        return catalogue with
        {
            Clients = [.. catalogue.Clients.Select(c => c with { Member = c.Member == Operator ? operatorId : c.Member })],
            Personas = [.. catalogue.Personas.Select(p => p with { Member = p.Member == Operator ? operatorId : p.Member })],
        };
    }

    /// <summary>The system with that client id; null when there is none.</summary>
    public DemoClient? Client(string? id) => Clients.FirstOrDefault(c => c.Id == id);

    /// <summary>The person with that id; null when there is none.</summary>
    public DemoPersona? Persona(string? id) => Personas.FirstOrDefault(p => p.Id == id);

    /// <summary>What the page <c>/</c> shows of the demo.</summary>
    public DemoModel ToModel() => new(
        [.. Personas.Select(p => p.ToChoice())], [.. Clients.Select(c => new DemoClientModel(c.Id, c.Secret, c.Name))], Patient.Identifier, Patient.Name);
}

/// <summary>Whom the demo is about.</summary>
/// <param name="Name">Name.</param>
/// <param name="Identifier"><c>system|value</c>.</param>
public sealed record DemoPatient(string Name, string Identifier);

/// <summary>A system of the demo.</summary>
/// <param name="Id">OAuth client id.</param>
/// <param name="Secret">OAuth client secret; public, since it opens made-up data only.</param>
/// <param name="Name">What it is.</param>
/// <param name="Member">Id of the Organization it acts for.</param>
/// <param name="Scope">Scopes it may have.</param>
/// <param name="Purpose">Purpose of use (v3-ActReason); null for none.</param>
/// <param name="Roles">Role codes.</param>
public sealed record DemoClient(string Id, string Secret, string Name, string Member, string Scope, string? Purpose = null, ImmutableArray<string>? Roles = null);

/// <summary>A person of the demo.</summary>
/// <param name="Id">Persona id; becomes <c>sub</c>.</param>
/// <param name="Name">Name.</param>
/// <param name="Role">What the person is.</param>
/// <param name="Description">What to expect.</param>
/// <param name="Scope">Scopes the person may give to an application.</param>
/// <param name="FhirUser">Who that is in the network; null for the operator.</param>
/// <param name="Member">Id of the Organization acted for; null for the patient and her family.</param>
/// <param name="Patient">Launch patient: <c>system|value</c>; null for none.</param>
/// <param name="Purpose">Purpose of use (v3-ActReason); null for none.</param>
/// <param name="Roles">Role codes.</param>
public sealed record DemoPersona(
    string Id, string Name, string Role, string Description, string Scope, DemoUser? FhirUser = null, string? Member = null, string? Patient = null,
    string? Purpose = null, ImmutableArray<string>? Roles = null)
{
    /// <summary>As the pages show it.</summary>
    public SignInChoice ToChoice() => new(Id, Name, Role, Description);
}

/// <summary>A person in the network, by business identifier.</summary>
/// <param name="Type">Patient, RelatedPerson or Practitioner.</param>
/// <param name="Identifier"><c>system|value</c>.</param>
public sealed record DemoUser(string Type, string Identifier);
