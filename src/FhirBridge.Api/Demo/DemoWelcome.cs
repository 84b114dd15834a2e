using System.Globalization;
using System.Text;

namespace FhirBridge.Api.Demo;

/// <summary>What the console says when the service is ready: addresses, demo sign-ins, and a first call to paste.</summary>
public static class DemoWelcome
{
    /// <summary>The text, lines of at most some 100 characters.</summary>
    /// <param name="baseAddress">Where the service listens: <c>http://localhost:5080</c>, with or without a slash.</param>
    /// <param name="annaId">Network id of Anna de Vries.</param>
    public static string Text(Uri baseAddress, string annaId)
    {
        var root = baseAddress.GetLeftPart(UriPartial.Authority);
        var text = new StringBuilder();
        Line($"FhirBridge is ready at {root}");
        Line("");
        Line($"  portal           {root}/");
        Line($"  shared record    {root}/fhir            (metadata and .well-known/smart-configuration are open)");
        Line($"  member facades   {root}/members/{{member}}/fhir");
        Line($"  API docs         {root}/swagger");
        Line($"  health           {root}/health/ready");
        Line("");
        Line("Sign in as (Development only, no password):");
        foreach (var person in DemoNetwork.SignIns) Line($"  {person.Key,-16} {person.Name}, {person.Does}");
        Line("");
        Line("EHR clients (client_credentials; the secret is the client id), and what they see of Anna beside their own:");
        foreach (var member in DemoNetwork.Members) Line($"  {member.Client,-20} {member.Name}: {member.Sees}");
        Line("");
        Line("First call, the care plan of Anna de Vries as Vecht home nursing sees it:");
        Line($"  TOKEN=$(curl -s {root}/auth/token -d grant_type=client_credentials -d client_id=demo-homecare-ehr \\");
        Line("    -d client_secret=demo-homecare-ehr -d 'scope=system/*.rs' | sed 's/.*\"access_token\": *\"\\([^\"]*\\)\".*/\\1/')");
        Line($"  curl -s -H \"Authorization: Bearer $TOKEN\" '{root}/fhir/CarePlan?patient={annaId}'");
        return text.ToString();

        void Line(string line) => text.Append(CultureInfo.InvariantCulture, $"{line}").Append('\n');
    }
}
