using System.Text.Json.Nodes;
using FhirBridge.Api.Http;
using FhirBridge.Api.Tests.Http;
using FhirBridge.Fhir;
using static FhirBridge.Api.Tests.Facade.Network;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Facade;

/// <summary>Who comes in at a facade, and what the open documents say of it.</summary>
public sealed class MembershipTests(Network net) : IClassFixture<Network>
{
    [Fact]
    public async Task Facade_OfAnUnknownMember_Is404_ForEverybody()
    {
        var unknown = (await net.Service.GetAsync("members/nobody/fhir/Patient/1", net.Hospital)).Is(404, "not-found");
        Assert.Equal(unknown.Text, (await net.Service.GetAsync("members/stranger/fhir/Patient/1", net.Hospital)).Is(404, "not-found").Text);
        (await net.Service.GetAsync("members/nobody/fhir/metadata", null)).Is(404, "not-found");
        (await net.Service.PutAsync("members/nobody/fhir/Patient/1", net.Service.Operator, PatientJson("1", "999-00-0001"))).Is(404, "not-found");
        (await net.Service.GetAsync("members/no%2Fbody/fhir/metadata", null)).Is(404, "not-found");
    }

    [Fact]
    public async Task Caller_OfNoActiveMember_GetsTheOpenDocumentsAlone()
    {
        foreach (var member in new[] { "former", "stranger", "nobody" })
        {
            var token = net.Service.Member(member);
            (await net.Service.GetAsync("members/hospital/fhir/Patient/1", token)).Is(403, "forbidden");
            (await net.Service.PutAsync("members/former/fhir/Patient/1", token, PatientJson("1", "999-00-0002"))).Is(403, "forbidden");
            (await net.Service.GetAsync("fhir/Organization/gp", token)).Is(403, "forbidden");
            (await net.Service.GetAsync("fhir/metadata", token)).Is(200);
        }

        (await net.Service.GetAsync("fhir/Organization/gp", net.Service.Token(_ => { }))).Is(403, "forbidden");
    }

    [Fact]
    public async Task Affiliation_ThatEnds_ShutsTheFacadeAtOnce()
    {
        await net.Service.AddMemberAsync("leaving");
        var token = net.Service.Member("leaving");
        (await net.Service.PutAsync("members/leaving/fhir/Patient/1", token, PatientJson("1", net.Service.NewSsn()))).Is(201);
        var affiliation = (await net.Service.GetAsync("fhir/OrganizationAffiliation/aff-leaving", net.Service.Operator)).Is(200);
        var json = affiliation.Json;
        json["active"] = false;
        (await net.Service.PutAsync("fhir/OrganizationAffiliation/aff-leaving", net.Service.Operator, json, ("If-Match", affiliation.ETag))).Is(200);
        (await net.Service.GetAsync("members/leaving/fhir/Patient/1", token)).Is(403, "forbidden");
    }

    [Fact]
    public async Task OtherMember_ReadsAFacade_AsFarAsConsentPermits_AndNeverWritesOrSearchesIt()
    {
        var (patient, id) = (net.New("p"), net.New("o"));
        var network = await net.Service.PatientAsync("hospital", patient);
        (await net.WriteAsync(Observation(id, patient))).Is(201);
        var path = "members/hospital/fhir/Observation/";
        var absent = (await net.Service.GetAsync(path + "absent", net.Gp)).Is(404);
        Assert.Equal(absent.Text, (await net.Service.GetAsync(path + id, net.Gp)).Is(404).Text);
        (await net.Service.ConsentAsync(network, Permit("Organization/gp"))).Is(201);
        var read = (await net.Service.GetAsync(path + id, net.Gp)).Is(200);
        Assert.Equal("Patient/" + patient, read.Json["subject"]!["reference"]!.GetValue<string>());
        (await net.Service.GetAsync(path + id, net.Gp, ("If-None-Match", read.ETag))).Is(304);
        (await net.Service.GetAsync(path + id, net.Service.Member("homecare"))).Is(404);
        (await net.Service.PutAsync(path + id, net.Gp, Observation(id, patient))).Is(403, "forbidden");
        (await net.Service.DeleteAsync(path + id, net.Gp)).Is(403, "forbidden");
        (await net.Service.PostAsync("members/hospital/fhir/Observation", net.Gp, Observation(id, patient))).Is(403, "forbidden");
        (await net.Service.GetAsync("members/hospital/fhir/Observation?_id=" + id, net.Gp)).Is(403, "forbidden");
        (await net.Service.GetAsync($"{path}{id}/_history", net.Gp)).Is(404);
        (await net.Service.PostAsync("members/hospital/fhir", net.Gp, Bundle("transaction", Entry("PUT", "Observation/" + id, Observation(id, patient))))).Is(403, "forbidden");
        var entry = (await net.Service.PostAsync("members/hospital/fhir", net.Gp, Bundle("batch", Entry("DELETE", "Observation/" + id)))).Is(200).Json["entry"]![0]!;
        Assert.StartsWith("403", entry["response"]!["status"]!.GetValue<string>());
        (await net.ReadAsync("Observation/" + id)).Is(200);
    }

    [Theory]
    [InlineData("fhir")]
    [InlineData("members/hospital/fhir")]
    public async Task Metadata_IsOpen_AndSaysWhatIsSo(string face)
    {
        var metadata = (await net.Service.GetAsync(face + "/metadata", null)).Is(200).Json;
        Assert.Equal("4.0.1", metadata["fhirVersion"]!.GetValue<string>());
        var rest = metadata["rest"]![0]!;
        var types = rest["resource"]!.AsArray().ToDictionary(r => r!["type"]!.GetValue<string>(), r => r!["interaction"]!.AsArray().Select(i => i!["code"]!.GetValue<string>()).ToHashSet());
        foreach (var (type, offered) in types)
        {
            foreach (var interaction in new[] { "read", "vread", "history-instance", "search-type", "create", "update", "delete" })
            {
                // A caller with every right but no such resource: what is offered says so, what is not is a 405.
                var answer = await TryAsync(face, type, interaction, face == "fhir" ? net.Service.Operator : net.Hospital);

                // A type that demands more than an id answers that before anything else.
                if (answer.Status == 422 && interaction is "create" or "update" && answer.Problem is "required" or "unknown-reference") continue;
                Assert.True(answer.Status is < 500, $"{interaction} {type}: {answer.Text}");
                if (offered.Contains(interaction)) Assert.True(answer.Status != 405, $"{interaction} {type} is listed and answers {answer.Status}: {answer.Text}");
                else Assert.True(answer.Status is 405 or 404 or 403, $"{interaction} {type} is not listed and answers {answer.Status}");
            }
        }

        var table = face == "fhir" ? Surface.Shared : Surface.Facade;
        var listed = types.Values.SelectMany(v => v).Concat(rest["interaction"]!.AsArray().Select(i => i!["code"]!.GetValue<string>()))
            .Concat(rest["resource"]!.AsArray().SelectMany(r => r!["operation"]?.AsArray() ?? []).Select(o => o!["name"]!.GetValue<string>()))
            .Concat((rest["operation"]?.AsArray() ?? []).Select(o => o!["name"]!.GetValue<string>())).Append("capabilities").ToHashSet();
        Assert.Equal([], table.Select(r => r.Name).Where(n => !listed.Contains(n)));
        Assert.Equal([], Definitions.R4.ResourceTypes.Except(types.Keys).Except(["Bundle", "Parameters", "OperationOutcome"]));
    }

    private Task<Answer> TryAsync(string face, string type, string interaction, string token)
    {
        var path = $"{face}/{type}";
        var body = new JsonObject { ["resourceType"] = type, ["id"] = "x" };
        return interaction switch
        {
            "read" => net.Service.GetAsync(path + "/absent", token),
            "vread" => net.Service.GetAsync(path + "/absent/_history/1", token),
            "history-instance" => net.Service.GetAsync(path + "/absent/_history", token),
            "search-type" => net.Service.GetAsync(path + "?_id=absent", token),
            "create" => net.Service.PostAsync(path, token, body),
            "update" => net.Service.PutAsync(path + "/x", token, body),
            _ => net.Service.DeleteAsync(path + "/absent", token),
        };
    }

    [Fact]
    public async Task SmartConfiguration_IsOpenJson()
    {
        var answer = (await net.Service.GetAsync("fhir/.well-known/smart-configuration", null)).Is(200);
        Assert.StartsWith("application/json", answer.Headers["Content-Type"]);
        Assert.NotNull(answer.Json["token_endpoint"]);
        Assert.NotEmpty(answer.Json["capabilities"]!.AsArray());
    }
}
