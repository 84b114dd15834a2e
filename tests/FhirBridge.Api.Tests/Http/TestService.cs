using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Hosting;
using FhirBridge.Api.Tests.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace FhirBridge.Api.Tests.Http;

/// <summary>The real service on loopback, in Production, with a store of its own and an issuer of its own: security is always on.</summary>
internal sealed class TestService : IAsyncDisposable
{
    public const string Ssn = "http://hl7.org/fhir/sid/us-ssn";
    private readonly WebApplication app;
    private readonly LocalIssuer issuer;
    private readonly string folder;
    private readonly bool ownsFolder;
    private int people;
    private TimeProvider clock = TimeProvider.System;

    private TestService(WebApplication app, LocalIssuer issuer, string folder, bool ownsFolder)
    {
        (this.app, this.issuer, this.folder, this.ownsFolder) = (app, issuer, folder, ownsFolder);
        Base = app.Urls.First();
        Http = new HttpClient { BaseAddress = new Uri(Base + "/") };
    }

    public string Base { get; }

    public HttpClient Http { get; }

    public string DatabasePath => Path.Combine(folder, "test.db");

    public IServiceProvider Services => app.Services;

    public static async Task<TestService> StartAsync(params string[] settings) => await StartInAsync(Directory.CreateTempSubdirectory("fhirbridge-").FullName, true, settings);

    /// <summary>With other services in the place of its own; tokens go by its clock.</summary>
    public static async Task<TestService> StartWithAsync(TimeProvider clock, Action<IServiceCollection> replace, params string[] settings)
    {
        var service = await StartInAsync(Directory.CreateTempSubdirectory("fhirbridge-").FullName, true, settings, services =>
        {
            services.AddSingleton(clock);
            replace(services);
        });
        service.clock = clock;
        return service;
    }

    /// <summary>A second process's worth of service on the same store.</summary>
    public Task<TestService> StartAnotherAsync(params string[] settings) => StartInAsync(folder, false, settings);

    private static async Task<TestService> StartInAsync(string folder, bool owns, string[] settings, Action<IServiceCollection>? replace = null)
    {
        var issuer = await LocalIssuer.StartAsync();
        var app = Service.Build(
        [
            "--environment=Production", "--urls=http://127.0.0.1:0", $"--Storage:Sqlite:Path={Path.Combine(folder, "test.db")}",
            "--Storage:Sqlite:Synchronous=Normal", $"--Authentication:Issuers:0:Authority={issuer.Authority}", "--Authentication:Issuers:0:Audience=fhirbridge", .. settings,
        ], replace);
        await app.StartAsync();
        await Service.WelcomeAsync(app);
        return new TestService(app, issuer, folder, owns);
    }

    /// <summary>A network of members, ready to contribute.</summary>
    public async Task<TestService> WithMembersAsync(params string[] members)
    {
        foreach (var m in members) await AddMemberAsync(m);
        return this;
    }

    public async Task AddMemberAsync(string member, string? periodEnd = null)
    {
        (await PutAsync($"fhir/Organization/{member}", Operator, new JsonObject
        {
            ["resourceType"] = "Organization", ["id"] = member, ["active"] = true, ["name"] = "The " + member,
            ["identifier"] = new JsonArray(new JsonObject { ["system"] = "urn:test:org", ["value"] = "org-" + member }),
        })).Is(201);
        var affiliation = new JsonObject
        {
            ["resourceType"] = "OrganizationAffiliation", ["id"] = "aff-" + member, ["active"] = true,
            ["organization"] = Reference("Organization/network"), ["participatingOrganization"] = Reference("Organization/" + member),
            ["period"] = new JsonObject { ["start"] = "2020-01-01" },
        };
        if (periodEnd is not null) affiliation["period"]!["end"] = periodEnd;
        (await PutAsync($"fhir/OrganizationAffiliation/aff-{member}", Operator, affiliation)).Is(201);
    }

    public string Operator => Token(c => Organization(c, "network"));

    public string Member(string member, string scope = "system/*.cruds", string? purpose = "TREAT", string? user = null, params string[] roles) => Token(c =>
    {
        c["scope"] = scope;
        if (user is not null) c["fhirUser"] = user;
        Organization(c, member, purpose, roles);
    });

    public string Patient(string id, string scope = "patient/*.cruds") => Token(c =>
    {
        c["sub"] = "patient-" + id;
        c["scope"] = scope;
        c["fhirUser"] = "Patient/" + id;
        c["patient"] = id;
    });

    public string Person(string reference, string patient, string purpose = "FAMRQT", string scope = "patient/*.cruds") => Token(c =>
    {
        c["sub"] = reference;
        c["scope"] = scope;
        c["fhirUser"] = reference;
        c["patient"] = patient;
        c["extensions"] = new JsonObject { ["ihe_iua"] = new JsonObject { ["purpose_of_use"] = new JsonArray(purpose) } };
    });

    public string Token(Action<JsonObject> change) => issuer.Token(clock, c =>
    {
        c["scope"] = "system/*.cruds";
        c["jti"] = Guid.NewGuid().ToString("N");
        change(c);
    });

    /// <summary>Writes a Patient on a facade; returns the network id.</summary>
    public async Task<string> PatientAsync(string member, string localId, string? ssn = null)
    {
        var answer = (await PutAsync($"members/{member}/fhir/Patient/{localId}", Member(member), PatientJson(localId, ssn ?? NewSsn()))).Is(201);
        return NetworkId(answer.Json);
    }

    public string NewSsn() => $"999-{Interlocked.Increment(ref people):00}-{1000 + people}";

    public static JsonObject PatientJson(string localId, string ssn) => new()
    {
        ["resourceType"] = "Patient", ["id"] = localId, ["identifier"] = new JsonArray(new JsonObject { ["system"] = Ssn, ["value"] = ssn }),
        ["name"] = new JsonArray(new JsonObject { ["family"] = "Test", ["given"] = new JsonArray(localId) }), ["birthDate"] = "1950-01-01",
    };

    public static string NetworkId(JsonNode patient) =>
        patient["link"]!.AsArray().Select(l => l!["other"]!["reference"]!.GetValue<string>()).First(r => r.Contains("/fhir/Patient/", StringComparison.Ordinal)).Split('/')[^1];

    /// <summary>An active Consent with one root provision, written with the patient's own token.</summary>
    public async Task<Answer> ConsentAsync(string patient, JsonObject provision, string? token = null) =>
        await PostAsync("fhir/Consent", token ?? Patient(patient), ConsentJson(patient, provision));

    public static JsonObject ConsentJson(string patient, JsonObject provision) => new()
    {
        ["resourceType"] = "Consent", ["status"] = "active",
        ["scope"] = Concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
        ["category"] = new JsonArray(Concept("http://loinc.org", "59284-0")),
        ["patient"] = Reference("Patient/" + patient), ["dateTime"] = "2026-01-01T00:00:00Z",
        ["performer"] = new JsonArray(Reference("Patient/" + patient)), ["organization"] = new JsonArray(Reference("Organization/network")),
        ["sourceAttachment"] = new JsonObject { ["title"] = "consent" },
        ["policy"] = new JsonArray(new JsonObject { ["uri"] = "https://profiles.ihe.net/ITI/PCF/Policy-basic-normal" }),
        ["provision"] = provision,
    };

    public static JsonObject Permit(string? actor = null, params string[] classes) => Provision("permit", actor, classes);

    public static JsonObject Deny(string? actor = null, params string[] classes) => Provision("deny", actor, classes);

    public static JsonObject Provision(string type, string? actor, params string[] classes)
    {
        var provision = new JsonObject { ["type"] = type };
        if (actor is not null)
        {
            provision["actor"] = new JsonArray(new JsonObject
            {
                ["role"] = Concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP"), ["reference"] = Reference(actor),
            });
        }

        if (classes.Length > 0) provision["class"] = new JsonArray([.. classes.Select(c => (JsonNode)new JsonObject { ["system"] = "http://hl7.org/fhir/resource-types", ["code"] = c })]);
        return provision;
    }

    public static JsonObject Concept(string system, string code) => new() { ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = code }) };

    public static JsonObject Reference(string reference) => new() { ["reference"] = reference };

    public Task<Answer> GetAsync(string path, string? token, params (string, string)[] headers) => SendAsync(HttpMethod.Get, path, token, null, null, headers);

    public Task<Answer> PutAsync(string path, string? token, JsonNode body, params (string, string)[] headers) =>
        SendAsync(HttpMethod.Put, path, token, Encoding.UTF8.GetBytes(body.ToJsonString()), "application/fhir+json", headers);

    public Task<Answer> PostAsync(string path, string? token, JsonNode body, params (string, string)[] headers) =>
        SendAsync(HttpMethod.Post, path, token, Encoding.UTF8.GetBytes(body.ToJsonString()), "application/fhir+json", headers);

    public Task<Answer> DeleteAsync(string path, string? token, params (string, string)[] headers) => SendAsync(HttpMethod.Delete, path, token, null, null, headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? token, byte[]? body, string? contentType, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith("http", StringComparison.Ordinal) ? path : Base + "/" + path);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (contentType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var response = await Http.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer($"{method} {path}", (int)response.StatusCode, all, bytes);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        await issuer.DisposeAsync();
        if (ownsFolder) Directory.Delete(folder, recursive: true);
    }

    private static void Organization(JsonObject claims, string member, string? purpose = "TREAT", params string[] roles)
    {
        var iua = new JsonObject { ["subject_organization_id"] = "Organization/" + member };
        if (purpose is not null) iua["purpose_of_use"] = new JsonArray(new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/v3-ActReason", ["code"] = purpose });
        if (roles.Length > 0) iua["subject_role"] = new JsonArray([.. roles.Select(r => (JsonNode)r)]);
        claims["extensions"] = new JsonObject { ["ihe_iua"] = iua };
    }
}

/// <summary>An answer of the service.</summary>
internal sealed record Answer(string Request, int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public JsonNode Json => JsonNode.Parse(Body) ?? throw new InvalidOperationException($"{Request} answered nothing");

    public string Text => Encoding.UTF8.GetString(Body);

    public string ETag => Headers["ETag"];

    /// <summary>Resources of a Bundle with that search mode.</summary>
    public IReadOnlyList<JsonNode> Entries(string mode = "match") =>
        [.. (Json["entry"]?.AsArray() ?? []).Where(e => e!["search"]?["mode"]?.GetValue<string>() == mode).Select(e => e!["resource"]!)];

    public string? Link(string relation) =>
        Json["link"]?.AsArray().FirstOrDefault(l => l!["relation"]!.GetValue<string>() == relation)?["url"]?.GetValue<string>();

    /// <summary>Stable problem code of the first issue.</summary>
    public string Problem => Json["issue"]![0]!["details"]!["coding"]![0]!["code"]!.GetValue<string>();

    public Answer Is(int status)
    {
        Assert.True(Status == status, $"{Request} answered {Status}, not {status}: {Text}");
        return this;
    }

    /// <summary>A failure with that status and problem code, as an OperationOutcome.</summary>
    public Answer Is(int status, string problem)
    {
        Is(status);
        Assert.Equal("OperationOutcome", Json["resourceType"]!.GetValue<string>());
        Assert.Equal(problem, Problem);
        return this;
    }
}
