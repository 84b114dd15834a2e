using Microsoft.AspNetCore.Http;

namespace FhirBridge.Portal;

/// <summary>The port through which the Api fills the pages.</summary>
public interface IPortalSource
{
    /// <summary>What the page <c>/</c> shows to anybody. It holds nothing about any patient.</summary>
    ValueTask<WelcomeModel> WelcomeAsync(HttpContext request, CancellationToken cancel);
}

/// <summary>What the page <c>/</c> shows.</summary>
/// <param name="BaseUrl">Public base of the service, without a trailing slash.</param>
/// <param name="Members">Members whose facades may be named publicly: those of the demo; empty otherwise.</param>
/// <param name="HasApiDocumentation">True when <c>/swagger</c> is served.</param>
/// <param name="Demo">The demo; null when it is off.</param>
public sealed record WelcomeModel(string BaseUrl, IReadOnlyList<MemberLink> Members, bool HasApiDocumentation, DemoModel? Demo);

/// <summary>A member and its facade.</summary>
/// <param name="Id">Organization id.</param>
/// <param name="Name">Its name.</param>
public sealed record MemberLink(string Id, string Name);

/// <summary>The demo's sign-ins.</summary>
/// <param name="People">Whom one can be.</param>
/// <param name="Clients">Systems that get tokens by themselves.</param>
/// <param name="Patient">Identifier (<c>system|value</c>) of the person whom the demo is about.</param>
/// <param name="PatientName">That person's name.</param>
public sealed record DemoModel(IReadOnlyList<SignInChoice> People, IReadOnlyList<DemoClientModel> Clients, string Patient, string PatientName);

/// <summary>Somebody to sign in as.</summary>
/// <param name="Id">Persona id.</param>
/// <param name="Name">Name.</param>
/// <param name="Role">What the person is: "Nurse, Vecht home nursing".</param>
/// <param name="Description">What to expect, one sentence.</param>
public sealed record SignInChoice(string Id, string Name, string Role, string Description);

/// <summary>A demo system with its secret, which is public: it opens made-up data in Development only.</summary>
/// <param name="Id">OAuth client id.</param>
/// <param name="Secret">OAuth client secret.</param>
/// <param name="Name">What it is.</param>
public sealed record DemoClientModel(string Id, string Secret, string Name);

/// <summary>The page of the demo authorization server on which one chooses who to be.</summary>
/// <param name="App">The application that asks; null when it is the service's own token page.</param>
/// <param name="Action">Where the form goes.</param>
/// <param name="Fields">What the form carries along.</param>
/// <param name="Choices">Whom one can be.</param>
/// <param name="Scopes">What the application asks for; empty when it did not say.</param>
public sealed record SignInModel(string? App, string Action, IReadOnlyList<KeyValuePair<string, string>> Fields, IReadOnlyList<SignInChoice> Choices, IReadOnlyList<string> Scopes);

/// <summary>The page that shows a demo token to try calls with.</summary>
/// <param name="Who">For whom.</param>
/// <param name="Call">A command to paste, the token in it.</param>
public sealed record TokenModel(SignInChoice Who, string Call);
