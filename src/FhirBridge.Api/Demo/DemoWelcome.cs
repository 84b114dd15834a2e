using System.Globalization;
using System.Text;

namespace FhirBridge.Api.Demo;

/// <summary>What the console says when the service is ready: addresses, demo sign-ins, and a first call to paste.</summary>
public static class DemoWelcome
{
    /// <summary>The text, lines of at most some 100 characters.</summary>
    /// <param name="baseAddress">Where the service listens: <c>http://localhost:5080</c>, with or without a slash.</param>
    /// <param name="annaId">Network id of Anna de Vries.</param>
    /// <param name="signIns">The persons that one can be.</param>
    public static string Text(Uri baseAddress, string annaId, IReadOnlyCollection<DemoSignIn> signIns)
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
        Line("Sign in on the portal as (Development only, no password):");
        foreach (var person in signIns) Line($"  {person.Key,-16} {person.Name}: {person.Role}");
        Line("");
        Line("EHR systems (client id, secret), and what they see of Anna de Vries beside their own:");
        foreach (var member in DemoNetwork.Members) Line($"  {member.Client.Id,-16} {member.Client.Secret,-16} {member.Name}: {member.Sees}");
        Line("");
        var first = DemoNetwork.Members.Single(m => m.Id == "homecare");
        Line($"First call, the care plan of Anna de Vries as {first.Name} sees it:");
        Line($"  TOKEN=$(curl -s {root}/auth/token -d grant_type=client_credentials -d client_id={first.Client.Id} \\");
        Line($"    -d client_secret={first.Client.Secret} -d 'scope=system/*.rs' | sed 's/.*\"access_token\": *\"\\([^\"]*\\)\".*/\\1/')");
        Line($"  curl -s -H \"Authorization: Bearer $TOKEN\" '{root}/fhir/CarePlan?patient={annaId}'");
        return text.ToString();

        void Line(string line) => text.Append(CultureInfo.InvariantCulture, $"{line}").Append('\n');
    }
}
