using System.Text.Json.Nodes;
using static FhirBridge.Api.Tests.Facade.Network;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Facade;

/// <summary>Whose record a contribution belongs to: identifiers, subjects, deletes (contract.md, Contributing).</summary>
public sealed class IdentityTests(Network net) : IClassFixture<Network>
{
    [Fact]
    public async Task Patient_ShowsItsNetworkId_OnEveryReadAndAfterWritingItBack()
    {
        var id = net.New("p");
        var network = await net.Service.PatientAsync("hospital", id);
        var read = (await net.ReadAsync("Patient/" + id)).Is(200);
        Assert.Equal(network, NetworkId(read.Json));
        var back = read.Json.AsObject();
        back["link"]!.AsArray().Add(new JsonObject { ["other"] = Reference("Patient/elsewhere"), ["type"] = "seealso" });
        var again = (await net.WriteAsync(back)).Is(200);
        Assert.Equal(network, NetworkId(again.Json));
        Assert.Equal(2, again.Json["link"]!.AsArray().Count);
        Assert.Equal(2, (await net.ReadAsync("Patient/" + id)).Is(200).Json["link"]!.AsArray().Count);
        (await net.Service.GetAsync("fhir/Patient/" + network, net.Hospital)).Is(200);
    }

    [Fact]
    public async Task Patient_WhoseContainedResourceHasLinks_KeepsThem()
    {
        var id = net.New("p");
        var patient = PatientJson(id, net.Service.NewSsn());
        patient["contained"] = JsonNode.Parse("""[{"resourceType":"Patient","id":"c","link":[{"other":{"display":"another"},"type":"seealso"}]}]""");
        patient["generalPractitioner"] = JsonNode.Parse("""[{"extension":[{"url":"http://example.org/contained","valueReference":{"reference":"#c"}}],"display":"none"}]""");
        var written = (await net.WriteAsync(patient)).Is(201);
        Assert.Single(written.Json["link"]!.AsArray());
        Assert.Single(written.Json["contained"]![0]!["link"]!.AsArray());
    }

    [Fact]
    public async Task SamePerson_FromTwoMembers_IsOneRecord_AlsoWithTheNumberInAnotherNotation()
    {
        var ssn = net.Service.NewSsn();
        var network = await net.Service.PatientAsync("hospital", net.New("p"), ssn);
        Assert.Equal(network, await net.Service.PatientAsync("gp", net.New("p"), ssn.Replace("-", "", StringComparison.Ordinal)));
        Assert.NotEqual(network, await net.Service.PatientAsync("homecare", net.New("p")));
    }

    [Fact]
    public async Task Identifiers_LeadingToTwoPersons_AreRefused_AndChangeNothing()
    {
        var (one, two) = (net.Service.NewSsn(), net.Service.NewSsn());
        var first = net.New("p");
        await net.Service.PatientAsync("hospital", first, one);
        await net.Service.PatientAsync("hospital", net.New("p"), two);
        var before = await net.StateAsync("Patient");
        var both = PatientJson(net.New("p"), one);
        both["identifier"]!.AsArray().Add(new JsonObject { ["system"] = Ssn, ["value"] = two });
        var refused = (await net.WriteAsync(both)).Is(409, "conflict");
        Assert.Equal("Patient.identifier", refused.Json["issue"]![0]!["expression"]![0]!.GetValue<string>());
        (await net.WriteAsync(PatientJson(first, two))).Is(409, "conflict");
        Assert.Equal(before, await net.StateAsync("Patient"));
    }

    [Fact]
    public async Task UnknownPatient_IsRefused_NamingTheReference()
    {
        var refused = (await net.WriteAsync(Observation(net.New("o"), "nobody"))).Is(422, "unknown-reference");
        Assert.Equal("Observation.subject.reference", refused.Json["issue"]![0]!["expression"]![0]!.GetValue<string>());
        var network = Observation(net.New("o"), "x");
        network["subject"] = Reference(net.Service.Base + "/fhir/Patient/00000000000000000000");
        (await net.WriteAsync(network)).Is(422, "unknown-reference");
        network["subject"] = Reference("https://elsewhere.example/fhir/Patient/1");
        (await net.WriteAsync(network)).Is(422, "unknown-reference");
        network["subject"] = Reference("urn:uuid:0e4f8fd6-2a5e-4d5a-9d7a-000000000009");
        (await net.WriteAsync(network)).Is(422, "unknown-reference");
        network["subject"] = Reference("Patient?identifier=http://hl7.org/fhir/sid/us-ssn|999");
        (await net.WriteAsync(network)).Is(422, "unknown-reference");
    }

    [Fact]
    public async Task Patient_OfAnotherMember_IsNotTheSubject()
    {
        var id = net.New("p");
        var network = await net.Service.PatientAsync("gp", id);
        (await net.WriteAsync(Observation(net.New("o"), id))).Is(422, "unknown-reference");
        var other = Observation(net.New("o"), id);
        other["subject"] = Reference($"{net.Service.Base}/members/gp/fhir/Patient/{id}");
        (await net.WriteAsync(other)).Is(422, "unknown-reference");

        // A network id that this member may not see answers like one that does not exist.
        other["subject"] = Reference($"{net.Service.Base}/fhir/Patient/{network}");
        var hidden = (await net.WriteAsync(other)).Is(422, "unknown-reference");
        other["subject"] = Reference($"{net.Service.Base}/fhir/Patient/00000000000000000000");
        Assert.Equal(hidden.Text, (await net.WriteAsync(other)).Is(422).Text);
    }

    [Fact]
    public async Task NetworkPatient_ThatTheMemberSees_IsASubject()
    {
        var id = net.New("p");
        var network = await net.Service.PatientAsync("hospital", id);
        var resource = Observation(net.New("o"), id);
        resource["subject"] = Reference($"{net.Service.Base}/fhir/Patient/{network}");
        (await net.WriteAsync(resource)).Is(201);
        Assert.Single((await net.Service.GetAsync($"fhir/Observation?patient={network}", net.Hospital)).Is(200).Entries());
    }

    [Fact]
    public async Task Subject_CannotChange()
    {
        var (one, two, id) = (await net.PersonAsync(), await net.PersonAsync(), net.New("o"));
        (await net.WriteAsync(Observation(id, one))).Is(201);
        var refused = (await net.WriteAsync(Observation(id, two))).Is(422, "business-rule");
        Assert.StartsWith("Observation.subject", refused.Json["issue"]![0]!["expression"]![0]!.GetValue<string>());
        Assert.Contains(one, (await net.ReadAsync("Observation/" + id)).Is(200).Text);
    }

    [Fact]
    public async Task Patient_WithDependants_IsNotDeleted_WithoutIs()
    {
        var (patient, id) = (await net.PersonAsync(), net.New("o"));
        (await net.WriteAsync(Observation(id, patient))).Is(201);
        (await net.Service.DeleteAsync("members/hospital/fhir/Patient/" + patient, net.Hospital)).Is(409, "conflict");
        (await net.ReadAsync("Patient/" + patient)).Is(200);
        (await net.Service.DeleteAsync("members/hospital/fhir/Observation/" + id, net.Hospital)).Is(204);
        (await net.Service.DeleteAsync("members/hospital/fhir/Patient/" + patient, net.Hospital)).Is(204);
        (await net.ReadAsync("Patient/" + patient)).Is(410, "deleted");
        (await net.WriteAsync(Observation(net.New("o"), patient))).Is(422, "unknown-reference");
    }

    [Fact]
    public async Task Practitioner_OfTwoMembers_IsOneDirectoryEntry()
    {
        var value = net.New("big");
        var id = net.New("dr");
        JsonObject Doctor(string phone) => new()
        {
            ["resourceType"] = "Practitioner", ["id"] = id, ["identifier"] = new JsonArray(new JsonObject { ["system"] = "urn:test:big", ["value"] = value }),
            ["name"] = new JsonArray(new JsonObject { ["family"] = "Jansen" }), ["telecom"] = new JsonArray(new JsonObject { ["system"] = "phone", ["value"] = phone }),
        };
        (await net.WriteAsync(Doctor("111"))).Is(201);
        (await net.Service.PutAsync("members/gp/fhir/Practitioner/" + id, net.Gp, Doctor("222"))).Is(201);
        var found = (await net.Service.GetAsync("fhir/Practitioner?identifier=urn:test:big|" + value, net.Gp)).Is(200);
        var entry = Assert.Single(found.Entries());
        Assert.Equal(["111", "222"], entry["telecom"]!.AsArray().Select(t => t!["value"]!.GetValue<string>()).Order(StringComparer.Ordinal));

        // What either of them refers to is that one entry.
        var patient = net.New("p");
        var network = await net.Service.PatientAsync("hospital", patient);
        var o = Observation(net.New("o"), patient);
        o["performer"] = new JsonArray(Reference("Practitioner/" + id));
        (await net.WriteAsync(o)).Is(201);
        var shared = Assert.Single((await net.Service.GetAsync($"fhir/Observation?patient={network}", net.Hospital)).Is(200).Entries());
        Assert.Equal($"Practitioner/{entry["id"]}", shared["performer"]![0]!["reference"]!.GetValue<string>());
    }

    [Fact]
    public async Task ForwardReference_AppearsWhenItsTargetArrives_AndADanglingOneStaysOnTheFacadeAlone()
    {
        var (patient, condition, id) = (net.New("p"), net.New("c"), net.New("o"));
        var network = await net.Service.PatientAsync("hospital", patient);
        var o = Observation(id, patient);
        o["focus"] = new JsonArray(Reference("Condition/" + condition));
        (await net.WriteAsync(o)).Is(201);
        async Task<JsonNode> SharedAsync() => Assert.Single((await net.Service.GetAsync($"fhir/Observation?patient={network}", net.Hospital)).Is(200).Entries());

        Assert.Null((await SharedAsync())["focus"]);
        Assert.Equal("Condition/" + condition, (await net.ReadAsync("Observation/" + id)).Json["focus"]![0]!["reference"]!.GetValue<string>());
        (await net.WriteAsync(new JsonObject { ["resourceType"] = "Condition", ["id"] = condition, ["subject"] = Reference("Patient/" + patient) })).Is(201);
        var reference = (await SharedAsync())["focus"]![0]!["reference"]!.GetValue<string>();
        (await net.Service.GetAsync("fhir/" + reference, net.Hospital)).Is(200);
        (await net.Service.DeleteAsync("members/hospital/fhir/Condition/" + condition, net.Hospital)).Is(204);
        Assert.Null((await SharedAsync())["focus"]);
    }
}
