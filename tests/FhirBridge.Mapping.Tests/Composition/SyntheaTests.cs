using System.Text;
using FhirBridge.Fhir;

namespace FhirBridge.Mapping.Tests;

/// <summary>Synthetic patients as a generator of hospital data makes them: several organisations, each with plans and teams (data/NOTICE.md).</summary>
public class SyntheaTests
{
    private const string Record = "syn1";

    public static TheoryData<string> Patients => [.. typeof(SyntheaTests).Assembly.GetManifestResourceNames().Where(n => n.Contains("synthea", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Patients))]
    public void PatientOfSeveralOrganisations_Composed_OnePlanOfEachKindAndOneTeamWithEverybody(string file)
    {
        var contributions = Load(file);
        var composed = Composer.Compose(Record, contributions);

        Assert.Equal(
            contributions.Select(c => c.Unified).Distinct().Order(StringComparer.Ordinal),
            composed.Select(r => r.Reference).Order(StringComparer.Ordinal));
        foreach (var resource in composed)
        {
            var root = Contribute.Read(resource);
            var parts = contributions.Where(c => c.Unified == resource.Reference).ToList();
            Assert.Equal(parts.Sum(p => p.Resource.Children("activity").Count()), root.Children("activity").Count());
            Assert.Equal(
                parts.SelectMany(p => p.Resource.Children("participant")).Select(p => p["member"].Text("reference")).Distinct().Order(StringComparer.Ordinal),
                root.Children("participant").Select(p => p["member"].Text("reference")).Order(StringComparer.Ordinal));
            Assert.Equal(
                parts.Select(p => p.Contributor).Distinct().Order(StringComparer.Ordinal),
                root.Children("extension").Where(e => e.Text("url") == Extensions.Contributor).Select(e => e["value"].Text("reference")));
        }
    }

    [Theory]
    [MemberData(nameof(Patients))]
    public void PatientOfSeveralOrganisations_ComposedInAnyOrder_SameBytes(string file)
    {
        var contributions = Load(file);
        var expected = Composer.Compose(Record, contributions).Select(Contribute.Text);
        Assert.Equal(expected, Composer.Compose(Record, contributions.Reverse().Concat(contributions)).Select(Contribute.Text));
        Assert.Equal(expected, Composer.Compose(Record, contributions.OrderBy(c => c.Source.Length).ThenByDescending(c => c.Source, StringComparer.Ordinal)).Select(Contribute.Text));
    }

    private static VisibleContribution[] Load(string file)
    {
        using var stream = typeof(SyntheaTests).Assembly.GetManifestResourceStream(file)!;
        using var text = new StreamReader(stream, Encoding.UTF8);
        var json = text.ReadToEnd();
        var bundle = Contribute.Read(json);
        var resources = bundle.Children("entry").Select(e => e["resource"]).ToList();
        var patient = resources.Single(r => r.Type == "Patient").Text("id")!;
        var teams = resources.Where(r => r.Type == "CareTeam").ToDictionary(r => r.Text("id")!);
        string Owner(FhirElement r) => r.Type switch
        {
            "CareTeam" => r["managingOrganization"].Text("reference")!,
            "CarePlan" => teams[r["careTeam"].Text("reference")!["urn:uuid:".Length..]]["managingOrganization"].Text("reference")!,
            _ => teams.Values.First()["managingOrganization"].Text("reference")!,
        };
        return [.. resources.Select((r, i) =>
        {
            var owner = Owner(r)["urn:uuid:".Length..];
            var network = Encoding.UTF8.GetString(r.Raw).Replace("urn:uuid:" + patient, "Patient/" + Record, StringComparison.Ordinal);
            foreach (var team in teams.Values)
            {
                network = network.Replace("urn:uuid:" + team.Text("id"), UnifiedKeys.UnifiedReference(team, Record, _ => null), StringComparison.Ordinal);
            }

            var root = Contribute.Read(network);
            return new VisibleContribution($"{root.Type}/{Record}-{root.Text("id")}", UnifiedKeys.UnifiedReference(root, Record, _ => null)!, $"Organization/{owner}", null,
                $"https://net.example/members/{owner}/fhir/{root.Type}/{root.Text("id")}", Contribute.Day.AddMinutes(i), root);
        })];
    }
}
