using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Facade;
using static FhirBridge.Api.Tests.Facade.Network;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.BadInput;

/// <summary>Addresses, parameters, headers, methods and tokens that cannot be accepted.</summary>
public sealed class RequestTests(Network net) : IClassFixture<Network>
{
    private static readonly string[] Faces = ["fhir", "members/hospital/fhir"];

    [Theory]
    [InlineData("Patient/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("Patient/a_b")]
    [InlineData("Patient/%2e%2e%2fOrganization")]
    [InlineData("Patient/a%2Fb")]
    [InlineData("Patient/%F0%9F%98%80")]
    [InlineData("Patient/%FF")]
    [InlineData("Patient/%01")]
    [InlineData("Patient/a b")]
    [InlineData("Patient/'%20or%20'1'='1")]
    [InlineData("Patient/<script>")]
    [InlineData("Patient/-")]
    [InlineData("Patient/$everything")]
    [InlineData("Patient/_history")]
    [InlineData("Nonsense/1")]
    [InlineData("Nonsense")]
    [InlineData("patient/1")]
    [InlineData("Patient/1/2/3/4")]
    [InlineData("_history")]
    [InlineData("$nonsense")]
    [InlineData("Patient/1/$nonsense")]
    public async Task Address_OfNothing_Is404_WithAnOutcome(string path)
    {
        foreach (var face in Faces)
        {
            var answer = (await net.Service.GetAsync($"{face}/{path}", net.Service.Member("hospital"))).Is(404);
            Assert.Equal("OperationOutcome", answer.Json["resourceType"]!.GetValue<string>());
        }
    }

    [Theory]
    [InlineData("$validate", "'$validate' is offered at {type}/$validate, {type}/{id}/$validate")]
    [InlineData("$expand", "'$expand' is offered at ValueSet/$expand, ValueSet/{id}/$expand")]
    [InlineData("$nonsense", "there is no operation '$nonsense' here")]
    [InlineData("Nonsense", "'Nonsense' is not a resource type of R4")]
    public async Task Operation_WhereItIsNotOffered_SaysWhereItIs(string path, string expected)
    {
        foreach (var face in Faces)
        {
            var answer = (await net.Service.PostAsync($"{face}/{path}", net.Hospital, new JsonObject { ["resourceType"] = "Parameters" })).Is(404);
            Assert.Equal(expected, answer.Json["issue"]![0]!["diagnostics"]!.GetValue<string>());
        }
    }

    [Theory]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("a_b")]
    [InlineData("a%2Fb")]
    [InlineData("%F0%9F%98%80")]
    public async Task Id_ThatR4DoesNotAllow_IsNeverWritten(string id)
    {
        var patient = await net.PersonAsync();
        var answer = await net.Service.PutAsync("members/hospital/fhir/Observation/" + id, net.Hospital, Observation(Uri.UnescapeDataString(id), patient));
        Assert.InRange(answer.Status, 400, 422);
        Assert.Equal("OperationOutcome", answer.Json["resourceType"]!.GetValue<string>());
        Assert.Empty((await net.ReadAsync($"Observation?patient=Patient/{patient}")).Is(200).Entries());
    }

    [Theory]
    [InlineData("nonsense=1", "unknown-parameter")]
    [InlineData("status:nonsense=final", null)]
    [InlineData("status:=final", null)]
    [InlineData("date=yesterday", "invalid-parameter")]
    [InlineData("date=gt2020-99", "invalid-parameter")]
    [InlineData("date=xx2020", "invalid-parameter")]
    [InlineData("date=2020-01-01T99:00:00Z", "invalid-parameter")]
    [InlineData("value-quantity=gtfive", "invalid-parameter")]
    [InlineData("value-quantity=1e999999999", null)]
    [InlineData("value-quantity=gt99999999999999999999999999999999999999999", "invalid-parameter")]
    [InlineData("value-quantity=5|a|b|c|d", null)]
    [InlineData("_lastUpdated=soon", "invalid-parameter")]
    [InlineData("_count=-1", "invalid-parameter")]
    [InlineData("_count=many", "invalid-parameter")]
    [InlineData("_count=99999999999999999999", "invalid-parameter")]
    [InlineData("_count=1&_count=2", "invalid-parameter")]
    [InlineData("_sort=nonsense", "unknown-parameter")]
    [InlineData("_sort=-", "unknown-parameter")]
    [InlineData("_total=some", "invalid-parameter")]
    [InlineData("_summary=all", "invalid-parameter")]
    [InlineData("_elements=nothing", "invalid-parameter")]
    [InlineData("subject.nonsense=1", null)]
    [InlineData("subject:Nonsense=1", null)]
    [InlineData("_has:nonsense=1", null)]
    [InlineData("_has:Condition:subject:nonsense=1", null)]
    [InlineData("_has:::=1", null)]
    [InlineData("_include=nonsense", null)]
    [InlineData("_filter=status eq", null)]
    [InlineData("_text=(x", "invalid-parameter")]
    [InlineData("_content=and", "invalid-parameter")]
    [InlineData("_contained=true", "invalid-parameter")]
    [InlineData("_query=x", "invalid-parameter")]
    [InlineData("=x", null)]
    [InlineData("%00=%00", null)]
    public async Task Parameter_ThatIsNotUnderstood_Is400(string query, string? code)
    {
        foreach (var face in Faces)
        {
            var answer = (await net.Service.GetAsync($"{face}/Observation?patient=1&{query}", net.Hospital)).Is(400);
            if (code is not null) answer.Is(400, code);
            Assert.Equal("OperationOutcome", answer.Json["resourceType"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task AbsurdButReadable_Queries_AreAnswered()
    {
        foreach (var face in Faces)
        {
            (await net.Service.GetAsync($"{face}/Observation?patient=1&_count=999999999", net.Hospital)).Is(200);
            (await net.Service.GetAsync($"{face}/Observation?patient=1&_count=0", net.Hospital)).Is(200);
            (await net.Service.GetAsync($"{face}/Observation?patient=1&status={string.Join(',', Enumerable.Repeat("final", 1000))}", net.Hospital)).Is(200);
            (await net.Service.GetAsync($"{face}/Observation?patient=1&status={string.Join(',', Enumerable.Repeat("final", 1001))}", net.Hospital)).Is(400, "too-costly");
            (await net.Service.GetAsync($"{face}/Observation?_id={string.Join(',', Enumerable.Range(0, 1000))}", net.Hospital)).Is(200);
            (await net.Service.GetAsync($"{face}/Organization?_id={string.Join(',', Enumerable.Range(0, 1000))}", net.Hospital)).Is(200);
            (await net.Service.GetAsync($"{face}/Organization?identifier={string.Join(',', Enumerable.Range(0, 1000))}", net.Hospital)).Is(200);
            (await net.Service.GetAsync($"{face}/Observation?patient={string.Join(',', Enumerable.Range(0, 20))}", net.Hospital)).Is(200);
            (await net.Service.GetAsync($"{face}/Observation?patient=1&status=%FF%FE&code=%00,%C3%28|%F0", net.Hospital)).Is(200);
            (await net.Service.GetAsync($"{face}/Observation?patient=1&date=0001&date=9999-12-31T23:59:59.999Z", net.Hospital)).Is(200);
            (await net.Service.GetAsync($"{face}/Observation?patient=1&value-quantity=gt99999999999999999999", net.Hospital)).Is(200);
            (await net.Service.GetAsync($"{face}/Observation?patient=1&code='%3B%20drop%20table%20contribution%3B--", net.Hospital)).Is(200);
            (await net.Service.GetAsync($"{face}/Observation?patient=../../x,Patient/1/2,%5C%5C,%24", net.Hospital)).Is(200);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAA")]
    [InlineData("%00%FF")]
    [InlineData("Q2ZESjhOZw..")]
    public async Task PageToken_ThatIsNotOurs_IsNotFound(string token)
    {
        foreach (var face in Faces)
        {
            (await net.Service.GetAsync($"{face}/Observation?_page={token}", net.Hospital)).Is(404, "not-found");
            (await net.Service.GetAsync($"{face}/Organization?_page={new string('A', 4000)}", net.Hospital)).Is(404, "not-found");
        }
    }

    [Fact]
    public async Task PageToken_OfAnotherType_AnotherFace_OrChanged_IsNotFound()
    {
        var patient = await net.PersonAsync();
        for (var i = 0; i < 3; i++) (await net.WriteAsync(Observation(net.New("o"), patient))).Is(201);
        var next = (await net.ReadAsync($"Observation?patient=Patient/{patient}&_count=1")).Is(200).Link("next")!;
        (await net.Service.GetAsync(next, net.Hospital)).Is(200);
        (await net.Service.GetAsync(next.Replace("/Observation?", "/Condition?", StringComparison.Ordinal), net.Hospital)).Is(404, "not-found");
        (await net.Service.GetAsync(next[..^20] + (next[^20] == 'A' ? 'B' : 'A') + next[^19..], net.Hospital)).Is(404, "not-found");
        (await net.Service.GetAsync(next, net.Service.Member("hospital", scope: "system/Observation.rs?status=final"))).Is(404, "not-found");
    }

    [Fact]
    public async Task Methods_ThatAreNotOffered_Are405_AndSayWhichAre()
    {
        foreach (var face in Faces)
        {
            foreach (var (method, path) in new[] { ("DELETE", "Patient"), ("PUT", "Patient"), ("PATCH", "Patient"), ("DELETE", "metadata"), ("POST", "Patient/1"), ("TRACE", "Patient/1"), ("PUT", ""), ("NONSENSE", "Patient/1") })
            {
                var answer = (await net.Service.SendAsync(new HttpMethod(method), $"{face}/{path}", net.Hospital, null, null)).Is(405, "not-supported");
                Assert.NotEmpty(answer.Headers["Allow"]);
                Assert.DoesNotContain(method, answer.Headers["Allow"]);
            }
        }
    }

    [Fact]
    public async Task Form_OfAnotherMediaType_IsRefused()
    {
        foreach (var face in Faces)
        {
            (await net.Service.SendAsync(HttpMethod.Post, $"{face}/Observation/_search", net.Hospital, "{}"u8.ToArray(), "application/json")).Is(415, "unsupported-media-type");
            (await net.Service.SendAsync(HttpMethod.Post, $"{face}/Observation/_search", net.Hospital, new byte[6_000_000], "application/x-www-form-urlencoded")).Is(413, "too-large");
            (await net.Service.SendAsync(HttpMethod.Post, $"{face}/Observation/_search", net.Hospital, "patient=1&nonsense=2"u8.ToArray(), "application/x-www-form-urlencoded")).Is(400, "unknown-parameter");
        }
    }

    [Fact]
    public async Task Accept_OfWhatCannotBeMade_Is406()
    {
        foreach (var face in Faces)
        {
            (await net.Service.GetAsync(face + "/Patient/1", net.Hospital, ("Accept", "text/turtle"))).Is(406, "not-acceptable");
            (await net.Service.GetAsync(face + "/Patient/1?_format=ttl", net.Hospital)).Is(406, "not-acceptable");
            (await net.Service.GetAsync(face + "/metadata", null, ("Accept", "image/png"))).Is(406, "not-acceptable");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer x")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.!!!.???")]
    [InlineData("Bearer .. ..")]
    public async Task Token_ThatIsNone_Is401_WithAChallenge(string? header)
    {
        foreach (var face in Faces)
        {
            var headers = header is null ? Array.Empty<(string, string)>() : [("Authorization", header)];
            var answer = (await net.Service.GetAsync(face + "/Patient/1", null, headers)).Is(401, "unauthenticated");
            Assert.StartsWith("Bearer", answer.Headers["WWW-Authenticate"]);
        }
    }

    [Fact]
    public async Task Token_WithWrongTimeAudienceOrKey_Is401()
    {
        Action<JsonObject>[] changes = [c => c["exp"] = 1, c => c["aud"] = "another", c => c["nbf"] = 99999999999, c => c["iss"] = "https://another.example", c => c.Remove("exp"), c => c.Remove("aud")];
        foreach (var change in changes) (await net.Service.GetAsync("fhir/Organization/gp", net.Service.Token(change))).Is(401, "unauthenticated");
        var token = net.Hospital;
        (await net.Service.GetAsync("fhir/Organization/gp", token[..^4] + "AAAA")).Is(401, "unauthenticated");
    }

    [Fact]
    public async Task Claims_OfOddShapes_NeverOpenMore()
    {
        string[] odd = ["[]", "{}", "12", "null", "\"\"", "[[]]", "[null]", "[{\"code\":1}]", "true", "\"Organization/../x\""];
        foreach (var claim in new[] { "scope", "fhirUser", "patient", "extensions", "client_id", "jti", "sub" })
        {
            foreach (var value in odd)
            {
                var answer = await net.Service.GetAsync("members/hospital/fhir/Patient/absent", net.Service.Token(c => c[claim] = JsonNode.Parse(value)));
                Assert.True(answer.Status is 401 or 403, $"{claim}={value}: {answer.Status} {answer.Text}");
            }
        }

        foreach (var value in odd)
        {
            var answer = await net.Service.GetAsync("members/hospital/fhir/Patient/absent", net.Service.Token(c => c["extensions"] = new JsonObject { ["ihe_iua"] = JsonNode.Parse(value) }));
            Assert.True(answer.Status is 401 or 403, $"ihe_iua={value}: {answer.Status}");
            answer = await net.Service.GetAsync("members/hospital/fhir/Patient/absent", net.Service.Token(c =>
                c["extensions"] = new JsonObject { ["ihe_iua"] = new JsonObject { ["subject_organization_id"] = "Organization/hospital", ["purpose_of_use"] = JsonNode.Parse(value), ["subject_role"] = JsonNode.Parse(value) } }));
            Assert.True(answer.Status is 401 or 403 or 404, $"purpose={value}: {answer.Status}");
        }
    }

    [Fact]
    public async Task Scope_ThatIsMissing_Is403_BeforeAnyLookUp_TheSameForWhatExistsAndWhatDoesNot()
    {
        var patient = await net.PersonAsync();
        var id = net.New("o");
        (await net.WriteAsync(Observation(id, patient))).Is(201);
        foreach (var scope in new[] { "", "system/Observation.s", "system/Patient.rs", "openid fhirUser", "system/Observation", "system/*.", "system/observation.r", "nonsense" })
        {
            var token = net.Service.Member("hospital", scope);
            var refused = (await net.Service.GetAsync("members/hospital/fhir/Observation/" + id, token)).Is(403, "forbidden");
            Assert.Equal(refused.Text, (await net.Service.GetAsync("members/hospital/fhir/Observation/absent", token)).Is(403).Text);
        }

        var reader = net.Service.Member("hospital", "system/*.rs");
        (await net.Service.PutAsync("members/hospital/fhir/Observation/" + id, reader, Observation(id, patient, "changed"))).Is(403, "forbidden");
        (await net.Service.SendAsync(HttpMethod.Put, "members/hospital/fhir/Observation/" + id, reader, "{"u8.ToArray(), "application/fhir+json")).Is(403, "forbidden");
        (await net.Service.DeleteAsync("members/hospital/fhir/Observation/" + id, reader)).Is(403, "forbidden");
        (await net.Service.PostAsync("members/hospital/fhir", reader, Bundle("transaction", Entry("DELETE", "Observation/" + id)))).Is(403, "forbidden");
        Assert.Equal("W/\"1\"", (await net.ReadAsync("Observation/" + id)).Is(200).ETag);
    }

    [Fact]
    public async Task Scope_WithAConstraint_ShowsWhatMatchesAlone()
    {
        var patient = await net.PersonAsync();
        var (final, amended) = (net.New("o"), net.New("o"));
        (await net.WriteAsync(Observation(final, patient))).Is(201);
        var other = Observation(amended, patient);
        other["status"] = "amended";
        (await net.WriteAsync(other)).Is(201);
        var token = net.Service.Member("hospital", "system/Observation.rs?status=final");
        (await net.Service.GetAsync("members/hospital/fhir/Observation/" + final, token)).Is(200);
        var hidden = (await net.Service.GetAsync("members/hospital/fhir/Observation/" + amended, token)).Is(404, "not-found");
        Assert.Equal(hidden.Text, (await net.Service.GetAsync("members/hospital/fhir/Observation/absent", token)).Is(404).Text);
        (await net.Service.GetAsync($"members/hospital/fhir/Observation/{amended}/_history", token)).Is(404);
        (await net.Service.GetAsync($"members/hospital/fhir/Observation/{amended}/_history/1", token)).Is(404);
        Assert.Equal(final, Assert.Single((await net.Service.GetAsync($"members/hospital/fhir/Observation?patient=Patient/{patient}", token)).Is(200).Entries())["id"]!.GetValue<string>());
        foreach (var nonsense in new[] { "system/Observation.rs?nonsense=1", "system/Observation.rs?status:nonsense=1", "system/Observation.rs?date=never" })
        {
            // A constraint that cannot be understood opens nothing.
            (await net.Service.GetAsync("members/hospital/fhir/Observation/" + final, net.Service.Member("hospital", nonsense))).Is(404);
        }
    }

    [Fact]
    public async Task Headers_ThatAreHuge_OrOdd_AreAnswered()
    {
        Assert.Equal(431, (await net.Service.GetAsync("fhir/metadata", null, ("X-Odd", new string('x', 40_000)))).Status);
        var patient = await net.PersonAsync();
        foreach (var (name, value) in new[]
        {
            ("If-Modified-Since", "never"), ("If-None-Match", "\"\",,W/,*x"), ("Prefer", "return=;;handling=,=,return"), ("Accept", "*/*;q=x"), ("Accept", ",,,*/*"),
            ("X-Request-Id", new string('y', 5000)), ("Accept-Charset", "nonsense"), ("Origin", "null"), ("Range", "bytes=0-1"), ("Cookie", "a=b"),
        })
        {
            (await net.ReadAsync("Patient/" + patient, (name, value))).Is(200);
        }

        (await net.WriteAsync(PatientJson(patient, "999-12-3456"), ("If-Match", "\"\"\""))).Is(412, "version-conflict");
        (await net.WriteAsync(PatientJson(patient, "999-12-3456"), ("If-Match", "W/\"1\", W/\"2\""))).Is(412, "version-conflict");
    }

    [Fact]
    public async Task Address_OfGreatLength_IsAnswered()
    {
        var answer = await net.Service.GetAsync("fhir/Patient/" + new string('a', 6_000), net.Hospital);
        answer.Is(404, "not-found");
        Assert.InRange((await net.Service.GetAsync("fhir/Patient/" + new string('a', 30_000), net.Hospital)).Status, 400, 431);
    }
}
