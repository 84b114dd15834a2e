using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using FhirBridge.Api.DemoAuthorization;
using FhirBridge.Api.Tokens;
using FhirBridge.Fhir;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace FhirBridge.Api.Tests.DemoAuthorization;

public sealed class DemoAuthorizationTests(DemoHostFixture fixture) : IClassFixture<DemoHostFixture>
{
    private const string Redirect = "http://127.0.0.1:4711/callback";
    private static readonly string Verifier = new('v', 43);
    private static readonly string Challenge = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));
    private readonly DemoHost host = fixture.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Dictionary<string, string> AuthorizeForm(params (string Name, string? Value)[] changes)
    {
        var form = new Dictionary<string, string>
        {
            ["response_type"] = "code", ["client_id"] = "my-app", ["redirect_uri"] = Redirect, ["scope"] = "launch/patient patient/*.rs openid fhirUser offline_access",
            ["state"] = "s&1", ["aud"] = "http://localhost/fhir", ["code_challenge"] = Challenge, ["code_challenge_method"] = "S256", ["nonce"] = "n1", ["persona"] = "anna",
        };
        foreach (var (name, value) in changes)
        {
            if (value is null) form.Remove(name);
            else form[name] = value;
        }

        return form;
    }

    private async Task<Dictionary<string, string>> Authorize(params (string Name, string? Value)[] changes)
    {
        using var response = await host.Client.PostAsync("/auth/authorize", new FormUrlEncodedContent(AuthorizeForm(changes)), Cancel);
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        var location = response.Headers.Location!;
        Assert.StartsWith(Redirect + "?", location.OriginalString, StringComparison.Ordinal);
        var query = HttpUtility.ParseQueryString(location.Query);
        return query.AllKeys.ToDictionary(k => k!, k => query[k]!);
    }

    private Task<(int Status, JsonObject Body)> Exchange(string code, params (string Name, string? Value)[] changes)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code", ["client_id"] = "my-app", ["redirect_uri"] = Redirect, ["code"] = code, ["code_verifier"] = Verifier,
        };
        foreach (var (name, value) in changes)
        {
            if (value is null) form.Remove(name);
            else form[name] = value;
        }

        return host.PostAsync("/auth/token", form);
    }

    [Fact]
    public async Task CodeWithPkce_EndToEnd_GivesThePatientsToken()
    {
        var answer = await Authorize();
        Assert.Equal(("s&1", "http://localhost/auth"), (answer["state"], answer["iss"]));
        var (status, body) = await Exchange(answer["code"]);
        Assert.Equal(200, status);
        Assert.Equal("Bearer", (string?)body["token_type"]);
        Assert.Equal("999990019", (string?)body["patient"]);
        Assert.Equal("launch/patient patient/*.rs openid fhirUser offline_access", (string?)body["scope"]);

        var token = await host.ValidateAsync((string)body["access_token"]!);
        Assert.NotNull(token);
        Assert.Equal(("anna", "my-app", "Patient/999990019", "999990019"), (token.Subject, token.ClientId, token.FhirUser, token.Patient));
        Assert.Empty(token.Organizations);
        Assert.Equal(new Coding("http://terminology.hl7.org/CodeSystem/v3-ActReason", "PATRQT"), Assert.Single(token.Purposes));

        var id = new JsonWebToken((string)body["id_token"]!);
        Assert.Equal(["my-app"], id.Audiences);
        Assert.Equal("n1", id.GetPayloadValue<string>("nonce"));
        Assert.Equal("http://localhost/fhir/Patient/999990019", id.GetPayloadValue<string>("fhirUser"));
        Assert.Null(await host.ValidateAsync((string)body["id_token"]!));
        Assert.Null(await host.ValidateAsync((string)body["refresh_token"]!));
    }

    [Fact]
    public async Task Professional_ActsForTheOrganisation()
    {
        var (_, body) = await Exchange((await Authorize(("persona", "h-visser"), ("scope", "user/*.cruds")))["code"]);
        var token = await host.ValidateAsync((string)body["access_token"]!);
        Assert.Equal(("Practitioner/h-visser", "Organization/hospital"), (token!.FhirUser, Assert.Single(token.Organizations)));
        Assert.Equal(["privacy-officer"], token.Roles);
        Assert.False(body.ContainsKey("patient"));
        Assert.False(body.ContainsKey("id_token"));
        Assert.False(body.ContainsKey("refresh_token"));
    }

    [Fact]
    public async Task Refresh_GivesTheSameOrFewerScopes_ToTheSameClient()
    {
        var (_, first) = await Exchange((await Authorize())["code"]);
        var refresh = (string)first["refresh_token"]!;
        Task<(int Status, JsonObject Body)> Refresh(string client, string? scope = null)
        {
            var form = new Dictionary<string, string> { ["grant_type"] = "refresh_token", ["client_id"] = client, ["refresh_token"] = refresh };
            if (scope is not null) form["scope"] = scope;
            return host.PostAsync("/auth/token", form);
        }

        var (status, body) = await Refresh("my-app");
        Assert.Equal((200, (string?)first["scope"]), (status, (string?)body["scope"]));
        Assert.Equal("patient/Goal.rs", (string?)(await Refresh("my-app", "patient/Goal.cruds user/*.rs")).Body["scope"]);
        Assert.Equal("invalid_grant", (string?)(await Refresh("other-app")).Body["error"]);
        refresh = (string)first["access_token"]!;
        Assert.Equal("invalid_grant", (string?)(await Refresh("my-app")).Body["error"]);
    }

    [Fact]
    public async Task Code_WorksOnce()
    {
        var code = (await Authorize())["code"];
        Assert.Equal(200, (await Exchange(code)).Status);
        var (status, body) = await Exchange(code);
        Assert.Equal((400, "invalid_grant"), (status, (string?)body["error"]));
    }

    [Theory]
    [InlineData("code_verifier", null)]
    [InlineData("code_verifier", "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww")]
    [InlineData("code_verifier", "short")]
    [InlineData("client_id", "other-app")]
    [InlineData("redirect_uri", "http://127.0.0.1:4712/callback")]
    [InlineData("redirect_uri", null)]
    [InlineData("code", "invented")]
    public async Task Code_WithTheWrongProof_IsRefused(string name, string? value)
    {
        var (status, body) = await Exchange((await Authorize())["code"], (name, value));
        Assert.Equal((400, "invalid_grant"), (status, (string?)body["error"]));
    }

    [Theory]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("aud", "https://evil.example/fhir", "invalid_request")]
    [InlineData("scope", "system/*.cruds", "invalid_scope")]
    [InlineData("prompt", "none", "login_required")]
    public async Task Authorize_WithAFault_TellsTheApplication(string name, string? value, string error)
    {
        var answer = await Authorize((name, value));
        Assert.Equal((error, "s&1"), (answer["error"], answer["state"]));
        Assert.False(answer.ContainsKey("code"));
    }

    [Theory]
    [InlineData("redirect_uri", "https://evil.example/callback")]
    [InlineData("redirect_uri", "http://localhost.evil.example/")]
    [InlineData("redirect_uri", "http://127.0.0.1@evil.example/")]
    [InlineData("redirect_uri", "javascript:alert(1)")]
    [InlineData("redirect_uri", null)]
    [InlineData("client_id", null)]
    public async Task Authorize_WithoutAGoodClientOrAddress_SendsNothingAnywhere(string name, string? value)
    {
        using var response = await host.Client.PostAsync("/auth/authorize", new FormUrlEncodedContent(AuthorizeForm((name, value))), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(response.Headers.Location);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Authorize_WithoutAPersona_ShowsThePageOfPersonas_AndOnlyAPostSignsIn()
    {
        var query = string.Join('&', AuthorizeForm(("client_id", "<b>app</b>")).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));
        using var response = await host.Client.GetAsync("/auth/authorize?" + query, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var page = await response.Content.ReadAsStringAsync(Cancel);
        foreach (var persona in host.Get<DemoCatalogue>().Personas) Assert.Contains($"value=\"{persona.Id}\"", page, StringComparison.Ordinal);
        Assert.Contains($"name=\"code_challenge\" value=\"{Challenge}\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>app</b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("form-action 'self' http://127.0.0.1:4711;", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EhrSystem_GetsATokenForItsOrganisation(bool basic)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials" };
        if (!basic) (form["client_id"], form["client_secret"]) = ("homecare-ehr", "demo-homecare");
        var (status, body) = await host.PostAsync("/auth/token", form, basic ? "homecare-ehr:demo-homecare" : null);
        Assert.Equal((200, "system/*.cruds"), (status, (string?)body["scope"]));
        var token = await host.ValidateAsync((string)body["access_token"]!);
        Assert.Equal(("homecare-ehr", null, "Organization/homecare"), (token!.ClientId, token.FhirUser, Assert.Single(token.Organizations)));
        Assert.Equal("TREAT", Assert.Single(token.Purposes).Code);
    }

    [Theory]
    [InlineData("hospital-ehr:wrong", 401, "invalid_client")]
    [InlineData("nobody:demo-hospital", 401, "invalid_client")]
    [InlineData("hospital-ehr", 401, "invalid_client")]
    [InlineData(null, 401, "invalid_client")]
    public async Task Client_WithoutItsSecret_IsRefused(string? basic, int status, string error)
    {
        var (actual, body) = await host.PostAsync("/auth/token", new() { ["grant_type"] = "client_credentials" }, basic);
        Assert.Equal((status, error), (actual, (string?)body["error"]));
    }

    [Fact]
    public async Task PublicClient_GetsNoTokenWithoutAPerson()
    {
        var (status, body) = await host.PostAsync("/auth/token", new() { ["grant_type"] = "client_credentials", ["client_id"] = "my-app" });
        Assert.Equal((400, "unauthorized_client"), (status, (string?)body["error"]));
    }

    [Fact]
    public async Task SystemOfTheCatalogue_CannotUseACodeWithoutItsSecret()
    {
        var code = (await Authorize(("client_id", "hospital-ehr")))["code"];
        Assert.Equal("invalid_client", (string?)(await Exchange(code, ("client_id", "hospital-ehr"))).Body["error"]);
        Assert.Equal(200, (await Exchange(code, ("client_id", "hospital-ehr"), ("client_secret", "demo-hospital"))).Status);
    }

    [Fact]
    public async Task Operator_IsTheConfiguredOrganisation()
    {
        await using var other = await DemoHost.StartAsync(settings: [("Network:Operator", "zone-7")]);
        Assert.Equal(["Organization/zone-7"], (await other.ValidateAsync(other.Get<DemoTokens>().ForClient("network-admin", "http://localhost")))!.Organizations);
    }

    [Fact]
    public async Task PersonsWhileTheDemoIsNotLoaded_AreNotThereYet()
    {
        await using var empty = await DemoHost.StartAsync(isLoaded: false);
        using var response = await empty.Client.PostAsync("/auth/try", new FormUrlEncodedContent(new Dictionary<string, string> { ["persona"] = "anna" }), Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task Try_ShowsATokenThatWorks()
    {
        using var response = await host.Client.PostAsync("/auth/try", new FormUrlEncodedContent(new Dictionary<string, string> { ["persona"] = "sofie" }), Cancel);
        var page = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(Cancel));
        var token = page.Split("TOKEN=")[1].Split('\n')[0].Trim();
        Assert.Equal("RelatedPerson/999990020", (await host.ValidateAsync(token))!.FhirUser);
        Assert.Contains("patient=999990019", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discovery_AndKeys_LetAnyLibraryCheckTheTokens()
    {
        var configuration = OpenIdConnectConfiguration.Create(await host.Client.GetStringAsync("/auth/.well-known/openid-configuration", Cancel));
        Assert.Equal("http://localhost/auth", configuration.Issuer);
        var keys = JsonWebKeySet.Create(await host.Client.GetStringAsync(new Uri(configuration.JwksUri).PathAndQuery, Cancel));
        var token = host.Get<DemoTokens>().ForClient("gp-ehr", "http://localhost");
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = configuration.Issuer, ValidAudience = "http://localhost/fhir", IssuerSigningKeys = keys.GetSigningKeys(), ValidTypes = ["at+jwt"],
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.DoesNotContain("\"d\"", await host.Client.GetStringAsync("/auth/jwks", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenForAnotherBase_IsRefused_WhereTheBaseIsConfigured()
    {
        await using var configured = await DemoHost.StartAsync(settings: [("Network:PublicBaseUrl", "https://demo.example")]);
        Assert.Null(await configured.ValidateAsync(configured.Get<DemoTokens>().ForClient("gp-ehr", "http://localhost")));
        Assert.NotNull(await configured.ValidateAsync(configured.Get<DemoTokens>().ForClient("gp-ehr", "https://demo.example")));
    }

    [Fact]
    public async Task Key_IsItsOwnersAlone_AndTokensSurviveARestart()
    {
        var folder = Directory.CreateTempSubdirectory("fhirbridge").FullName;
        var path = Path.Combine(folder, "demo-signing-key.pem");
        string token;
        await using (var first = await DemoHost.StartAsync(folder: Path.Combine(folder, "copy")))
        {
            token = first.Get<DemoTokens>().ForClient("gp-ehr", "http://localhost");
            File.Copy(Path.Combine(folder, "copy", "demo-signing-key.pem"), path);
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }

        await using var restarted = await DemoHost.StartAsync(folder: folder);
        Assert.NotNull(await restarted.ValidateAsync(token));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Key_ThatCannotBeRead_StopsTheStartWithItsName()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "broken");
        Assert.Contains(path, Assert.Throws<FhirBridge.Api.Configuration.InvalidConfigurationException>(() => new DemoKey(path)).Message, StringComparison.Ordinal);
        File.Delete(path);
    }

    [Theory]
    [InlineData("Production", null)]
    [InlineData("Development", "false")]
    public async Task WithoutTheDemo_ThereIsNothing(string environment, string? enabled)
    {
        await using var plain = await DemoHost.StartAsync(environment, settings: [("Demo:Enabled", enabled)]);
        foreach (var path in (string[])["/auth/.well-known/openid-configuration", "/auth/jwks", "/auth/authorize", "/auth/token", "/auth/try"])
            Assert.Equal(HttpStatusCode.NotFound, (await plain.Client.GetAsync(path, Cancel)).StatusCode);
        Assert.False(File.Exists(Path.Combine(plain.Folder, "demo-signing-key.pem")));
        Assert.Null(await plain.ValidateAsync(host.Get<DemoTokens>().ForClient("gp-ehr", "http://localhost")));
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task PagesOfTheService_FindTheirStyleSheetsAndFonts(string environment)
    {
        await using var service = await DemoHost.StartAsync(environment);
        var page = await service.Client.GetStringAsync("/", Cancel);
        var sheets = page.Split("rel=\"stylesheet\" href=\"").Skip(1).Select(p => p.Split('"')[0]).ToList();
        Assert.Equal(2, sheets.Count);
        foreach (var path in (string[])[.. sheets, "/_content/FhirBridge.Portal/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2", "/_content/FhirBridge.Portal/img/icon.svg"])
            Assert.NotEmpty(await service.Client.GetByteArrayAsync(path, Cancel));
    }

    [Fact]
    public async Task SmartConfiguration_TellsOfTheDemo()
    {
        var document = (await host.Get<SmartConfiguration>().BuildAsync("http://localhost", Cancel)).Value!;
        Assert.Equal("http://localhost/auth/token", (string?)document["token_endpoint"]);
        Assert.Contains("permission-v2", document["capabilities"]!.AsArray().Select(c => (string)c!));
        Assert.Equal(["S256"], document["code_challenge_methods_supported"]!.AsArray().Select(c => (string)c!));
    }
}
