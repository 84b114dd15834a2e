using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FhirBridge.Api.Demo;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Tests.Demo;

public sealed partial class DemoDataTests
{
    private static readonly string[] Members = [.. DemoNetwork.Members.Select(m => m.Id)];

    public static TheoryData<string> Files => [.. DemoData.Files];

    public static TheoryData<string> MemberIds => [.. Members];

    [Theory]
    [MemberData(nameof(Files))]
    public void File_IsRead_WithoutAProblem(string file)
    {
        foreach (var text in DemoData.Texts(file))
        {
            var read = FhirJson.Read(Encoding.UTF8.GetBytes(text));
            Assert.True(read.IsOk && read.Problems.Count == 0, $"{file}: {string.Join("; ", read.Problems.Take(5))} in {text[..Math.Min(200, text.Length)]}");
        }
    }

    [Fact]
    public void Network_HasAnAffiliationNow_ForEveryMember()
    {
        var entries = DemoData.Entries(DemoData.Network).Select(e => e["resource"]!.AsObject()).ToList();
        foreach (var member in DemoNetwork.Members)
        {
            var organization = entries.Single(r => Reference(r) == $"Organization/{member.Id}");
            Assert.Equal(member.Name, organization["name"]!.GetValue<string>());
            Assert.NotNull(organization["identifier"]?[0]?["value"]);
            var affiliation = entries.Single(r => r["participatingOrganization"]?["reference"]?.GetValue<string>() == $"Organization/{member.Id}");
            Assert.True(affiliation["active"]!.GetValue<bool>());
            Assert.Equal("Organization/network", affiliation["organization"]!["reference"]!.GetValue<string>());
            Assert.NotNull(affiliation["period"]?["start"]);
            Assert.Null(affiliation["period"]?["end"]);
        }
    }

    [Fact]
    public void OwnOrganization_HasTheIdentifier_ThatTheOperatorRegistered()
    {
        var registered = DemoData.Entries(DemoData.Network).Select(e => e["resource"]!.AsObject()).Where(r => Type(r) == "Organization")
            .ToDictionary(r => r["id"]!.GetValue<string>(), DemoData.IdentifierOf);
        foreach (var member in Members)
        {
            var own = DemoData.Entries(DemoData.Directory(member)[0]).Select(e => e["resource"]!.AsObject()).Single(r => Reference(r) == "Organization/self");
            Assert.Equal(registered[member], DemoData.IdentifierOf(own));
        }
    }

    [Theory]
    [MemberData(nameof(MemberIds))]
    public void Bundle_IsAboutOnePatient_AndPutsEachResourceUnderItsId(string member)
    {
        foreach (var bundle in Contributions(member))
        {
            var entries = DemoData.Entries(bundle).ToList();
            Assert.Single(entries, e => Type(e["resource"]!) == "Patient");
            Assert.All(entries, e => Assert.Equal(("PUT", Reference(e["resource"]!)), (e["request"]!["method"]!.GetValue<string>(), e["request"]!["url"]!.GetValue<string>())));
            Assert.InRange(entries.Count, 1, 40);
            var patient = Reference(DemoData.PatientOf(bundle));
            Assert.All(References(bundle).Where(r => r.StartsWith("Patient/", StringComparison.Ordinal)), r => Assert.Equal(patient, r));
        }
    }

    [Theory]
    [MemberData(nameof(MemberIds))]
    public void References_LeadToWhatTheMemberHolds_InTheSameBundleOrItsDirectory(string member)
    {
        var directory = DemoData.Directory(member).SelectMany(DemoData.Entries).Select(e => Reference(e["resource"]!)).ToHashSet();
        foreach (var bundle in Contributions(member))
        {
            var own = DemoData.Entries(bundle).Select(e => Reference(e["resource"]!)).ToHashSet();
            Assert.All(References(bundle), r => Assert.True(own.Contains(r) || directory.Contains(r), $"{member}: {r} leads nowhere"));
        }
    }

    [Theory]
    [MemberData(nameof(MemberIds))]
    public void LocalIds_OfAMember_AreUsedOnce(string member)
    {
        var all = Contributions(member).Concat(DemoData.Directory(member)).SelectMany(DemoData.Entries).Select(e => Reference(e["resource"]!)).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());
    }

    [Fact]
    public void People_AreFortyAndAnna_EachKnownToTwoToFourMembers_UnderOneTrustedIdentifier()
    {
        var known = Members.SelectMany(m => Contributions(m).Select(b => DemoData.PatientOf(b))).GroupBy(DemoData.IdentifierOf).ToList();
        Assert.Equal(41, known.Count);
        Assert.All(known, person =>
        {
            Assert.InRange(person.Count(), 2, 4);
            Assert.Single(person.Select(p => p["birthDate"]!.GetValue<string>()).Distinct());
            Assert.Single(person.Select(p => p["name"]![0]!["family"]!.GetValue<string>()).Distinct());
        });
    }

    [Fact]
    public void Identifiers_AreOfRangesThatAreNeverIssued()
    {
        foreach (var text in DemoData.Files.SelectMany(DemoData.Texts))
        {
            foreach (var (system, value) in Identifiers(JsonNode.Parse(text)))
            {
                var pattern = system switch
                {
                    "http://hl7.org/fhir/sid/us-ssn" => "^999-",
                    "http://hl7.org/fhir/sid/us-npi" => "^99999",
                    "http://fhir.nl/fhir/NamingSystem/bsn" => "^99999[0-9]{4}$",
                    _ when system.StartsWith("https://fhirbridge.org/sid/demo/", StringComparison.Ordinal) => ".",
                    _ => throw new InvalidOperationException($"{system} is not one of the demo's naming systems"),
                };
                Assert.Matches(pattern, value);
            }

            Assert.All(Emails().Matches(text), m => Assert.Matches(@"@example\.(com|org)$", m.Value));
            Assert.All(UsPhones().Matches(text), m => Assert.StartsWith("555-", m.Value));
        }
    }

    [Fact]
    public void Anna_HasTwoDosesForOneGoal_AndOneBloodSugarForThreeMembers()
    {
        string[] careGivers = ["hospital", "gp", "homecare"];
        var goals = careGivers.SelectMany(m => DemoData.Entries(DemoData.Anna(m))).Select(e => e["resource"]!).Where(r => Type(r) == "Goal")
            .GroupBy(g => g["description"]!["text"]!.GetValue<string>()).ToDictionary(g => g.Key, g => g.Select(x => x["target"]?.ToJsonString()).ToList());
        Assert.Equal(2, goals["Metformin dose goal"].Distinct().Count());
        Assert.Equal(3, goals["Blood sugar between 5 and 8 before breakfast"].Count);
        Assert.Single(goals["Blood sugar between 5 and 8 before breakfast"].Distinct());
    }

    [Fact]
    public void Anna_NothingPsychiatric_IsWithoutLabel()
    {
        string[] words = ["depress", "psychiatr", "sertraline", "talking therapy"];
        foreach (var resource in Members.SelectMany(m => DemoData.Entries(DemoData.Anna(m))).Select(e => e["resource"]!))
        {
            var text = resource.AsObject().Where(p => p.Key != "meta").Select(p => p.Value?.ToJsonString() ?? "").Aggregate(string.Concat).ToLowerInvariant();
            var labels = (resource["meta"]?["security"]?.AsArray() ?? []).Select(l => l!["code"]!.GetValue<string>()).ToArray();
            if (words.Any(text.Contains)) Assert.Equal(["PSY", "R"], labels);
        }
    }

    [Fact]
    public void Consents_CarryWhatThePageOfConsentDemands_AndEveryNodeIsTyped()
    {
        var all = DemoData.Consents.Concat(DemoData.WrittenByAnna.SelectMany(DemoData.Entries).Select(e => e["resource"]!.AsObject()).Where(r => Type(r) == "Consent")).ToList();
        Assert.Equal(36 + 4, all.Count);
        Assert.Equal(all.Count, all.Select(DemoData.IdentifierOf).Distinct().Count());
        Assert.Contains(all, c => c["provision"]!["type"]!.GetValue<string>() == "deny");
        Assert.All(all, c =>
        {
            string[] demanded = ["status", "scope", "category", "patient", "dateTime", "performer", "organization", "sourceAttachment", "policy", "provision"];
            Assert.All(demanded, name => Assert.True(c.ContainsKey(name), $"{DemoData.IdentifierOf(c)} has no {name}"));
            Assert.NotNull(c["policy"]![0]!["uri"]);
            Assert.All(Provisions(c["provision"]!), p => Assert.Contains(p["type"]!.GetValue<string>(), (string[])["permit", "deny"]));
        });
    }

    [Fact]
    public void Patients_WithoutConsent_AreAFew()
    {
        var said = DemoData.Consents.Select(c => c["patient"]!["reference"]!.GetValue<string>()).ToHashSet();
        var people = Members.SelectMany(DemoData.People).Select(b => $"Patient?identifier={DemoData.IdentifierOf(DemoData.PatientOf(b))}").ToHashSet();
        Assert.Subset(people, said);
        Assert.Equal(4, people.Except(said).Count());
    }

    [GeneratedRegex(@"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+\.[a-z]+")]
    private static partial Regex Emails();

    [GeneratedRegex(@"(?<=""phone"",""value"":"")[0-9-]+(?="")")]
    private static partial Regex UsPhones();

    private static IEnumerable<JsonObject> Contributions(string member) => DemoData.People(member).Append(DemoData.Anna(member));

    private static string Type(JsonNode resource) => resource["resourceType"]!.GetValue<string>();

    private static string Reference(JsonNode resource) => $"{Type(resource)}/{resource["id"]!.GetValue<string>()}";

    private static IEnumerable<string> References(JsonNode? node) => Objects(node).Where(o => o["reference"] is JsonValue).Select(o => o["reference"]!.GetValue<string>());

    private static IEnumerable<(string System, string Value)> Identifiers(JsonNode? node) => Objects(node).SelectMany(o => o["identifier"] as JsonArray ?? [])
        .Select(i => (i!["system"]!.GetValue<string>(), i["value"]!.GetValue<string>()));

    private static IEnumerable<JsonNode> Provisions(JsonNode provision) => (provision["provision"] as JsonArray ?? []).SelectMany(p => Provisions(p!)).Prepend(provision);

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Objects(p.Value)).Prepend(o),
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };
}
