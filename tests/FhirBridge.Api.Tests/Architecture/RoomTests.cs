using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Mapping;
using FhirBridge.Portal;
using FhirBridge.Storage;

namespace FhirBridge.Api.Tests.Architecture;

/// <summary>The rooms of docs/architecture.md, and what may not leave them.</summary>
public sealed partial class RoomTests
{
    private static readonly Dictionary<string, Assembly> Rooms = new()
    {
        ["FhirBridge.Fhir"] = typeof(FhirElement).Assembly,
        ["FhirBridge.Consent"] = typeof(AccessGrant).Assembly,
        ["FhirBridge.Mapping"] = typeof(Composer).Assembly,
        ["FhirBridge.Storage"] = typeof(IVault).Assembly,
        ["FhirBridge.Portal"] = typeof(IPortalSource).Assembly,
        ["FhirBridge.Api"] = typeof(Bridge).Assembly,
    };

    private static readonly Dictionary<string, string[]> Neighbours = new()
    {
        ["FhirBridge.Fhir"] = [],
        ["FhirBridge.Consent"] = ["FhirBridge.Fhir"],
        ["FhirBridge.Mapping"] = ["FhirBridge.Fhir"],
        ["FhirBridge.Storage"] = ["FhirBridge.Consent", "FhirBridge.Fhir"],
        ["FhirBridge.Portal"] = ["FhirBridge.Fhir"],
        ["FhirBridge.Api"] = ["FhirBridge.Consent", "FhirBridge.Fhir", "FhirBridge.Mapping", "FhirBridge.Portal", "FhirBridge.Storage"],
    };

    /// <summary>Each place where the system reads for itself, how often, and why its result reaches no caller unfiltered.</summary>
    private static readonly Dictionary<string, (int Calls, string Why)> SystemReads = new()
    {
        ["src/FhirBridge.Consent/Counsel.cs"] = (1, "the maker itself"),
        ["src/FhirBridge.Api/Bridge.cs"] = (1, "consents and memberships of a record, so that counsel can decide"),
        ["src/FhirBridge.Api/Http/Door.cs"] = (1, "the network, so that a token's organisation can be checked"),
        ["src/FhirBridge.Api/Hosting/NetworkSeed.cs"] = (2, "the operator's own Organization at first start"),
        ["src/FhirBridge.Api/Hosting/DemoHost.cs"] = (2, "ids of the demo's own people for its sign-in page; Development only"),
        ["src/FhirBridge.Api/Contributions/WritePlan.cs"] = (2, "keys, versions and identifiers that a write needs; a patient's consents before a network reference is accepted"),
        ["src/FhirBridge.Api/Records/IndexRenewer.cs"] = (1, "what is stored, to index it by changed search parameters; nothing of it is shown"),
        ["src/FhirBridge.Api/Interactions/Facade/FacadeRead.cs"] = (1, "the record of a facade key, which is then opened under the caller's own grant"),
        ["src/FhirBridge.Api/Interactions/Shared/ConsentWriting.cs"] = (1, "whether a RelatedPerson represents the patient"),
        ["src/FhirBridge.Api/Interactions/Shared/NamedRecords.cs"] = (3, "the records that a search names; each is then opened under the caller's own grant"),
    };

    [Fact]
    public void Projects_ReferToTheirNeighboursAlone()
    {
        var projects = Directory.GetDirectories(Path.Combine(Sources.Root, "src")).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(Neighbours.Keys.Order(StringComparer.Ordinal), projects!);
        foreach (var (room, expected) in Neighbours)
        {
            var references = XDocument.Parse(Sources.File($"src/{room}/{room}.csproj")).Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/').Split('/')[^1])).Order(StringComparer.Ordinal);
            Assert.True(expected.SequenceEqual(references), $"{room} refers to {string.Join(", ", references)}");
        }
    }

    [Fact]
    public void Mapping_AndStorage_NeverMeet()
    {
        Assert.DoesNotContain("FhirBridge.Mapping", Referenced(Rooms["FhirBridge.Storage"]));
        Assert.DoesNotContain("FhirBridge.Storage", Referenced(Rooms["FhirBridge.Mapping"]));
    }

    [Fact]
    public void AspNetTypes_StopInApiAndPortal()
    {
        foreach (var (room, assembly) in Rooms.Where(r => r.Key is not ("FhirBridge.Api" or "FhirBridge.Portal")))
        {
            Assert.Equal([], Referenced(assembly).Where(n => n.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || n.StartsWith("Microsoft.Extensions", StringComparison.Ordinal)).Select(n => room + " → " + n));
        }
    }

    [Fact]
    public void DatabaseTypes_StopInStorage()
    {
        Assert.Contains("Microsoft.Data.Sqlite", Referenced(Rooms["FhirBridge.Storage"]));
        foreach (var (room, assembly) in Rooms.Where(r => r.Key != "FhirBridge.Storage"))
        {
            Assert.Equal([], Referenced(assembly).Where(n => n.Contains("Sqlite", StringComparison.OrdinalIgnoreCase) || n.Contains("SQLitePCL", StringComparison.Ordinal) || n.Contains("Cosmos", StringComparison.Ordinal)).Select(n => room + " → " + n));
        }
    }

    [Fact]
    public void AccessGrants_AreMadeByCounselAlone()
    {
        var grants = Rooms.Values.SelectMany(a => a.GetTypes()).Where(t => typeof(AccessGrant).IsAssignableFrom(t)).ToList();
        Assert.True(grants.Count >= 4, "the grants of docs/architecture.md");
        Assert.All(grants, t => Assert.Equal(typeof(AccessGrant).Assembly, t.Assembly));
        foreach (var type in grants)
        {
            Assert.True(type == typeof(AccessGrant) || !type.IsVisible, $"{type} is visible outside FhirBridge.Consent");
            if (!type.IsVisible) continue;
            var constructors = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
            Assert.All(constructors, c => Assert.True(c.IsPrivate || c.IsAssembly || c.IsFamilyAndAssembly, $"{type} can be made outside"));
        }

        Assert.Equal([], typeof(AccessGrant).Assembly.GetCustomAttributes<System.Runtime.CompilerServices.InternalsVisibleToAttribute>()
            .Select(a => a.AssemblyName).Where(n => !n.EndsWith(".Tests", StringComparison.Ordinal)));

        // Who hands grants out: Counsel, and what already holds one.
        var makers = typeof(AccessGrant).Assembly.GetExportedTypes().SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public))
            .Where(m => m.ReturnType == typeof(AccessGrant)).Select(m => $"{m.DeclaringType!.Name}.{m.Name}").Order(StringComparer.Ordinal);
        Assert.Equal(["Counsel.ForDirectory", "Counsel.ForOwnFacade", "Counsel.ForRecord", "Counsel.ForSystem"], makers);
    }

    [Fact]
    public void EveryReadOfTheVault_TakesAGrantOrAViewMadeWithOne()
    {
        // Not reads: writes, the journal's appends, the answer to "are you well", the outbox's acknowledgement, the directory's map of ids (no patient's), and by what all is indexed.
        string[] others = ["CommitAsync", "AppendAuditAsync", "IsHealthyAsync", "CompleteOutboxAsync", "ResolveDirectory", "IndexStampAsync"];
        foreach (var method in typeof(IVault).GetMethods().Where(m => !others.Contains(m.Name)))
        {
            Assert.True(method.GetParameters()[0].ParameterType == typeof(AccessGrant) || method.GetParameters()[0].ParameterType == typeof(RecordView), $"IVault.{method.Name} reads without a grant");
        }
    }

    [Fact]
    public void SystemReads_AreTheListedOnes()
    {
        var found = Sources.Product.Select(f => (f.Path, Calls: ForSystem().Count(f.Text))).Where(f => f.Calls > 0).ToDictionary(f => f.Path, f => f.Calls);
        var expected = SystemReads.ToDictionary(s => s.Key, s => s.Value.Calls);
        Assert.True(
            expected.OrderBy(e => e.Key, StringComparer.Ordinal).SequenceEqual(found.OrderBy(e => e.Key, StringComparer.Ordinal)),
            "places that read for the system itself: " + string.Join("; ", found.Except(expected).Concat(expected.Except(found)).Select(f => f.Key).Distinct()));
        Assert.All(SystemReads.Values, s => Assert.NotEmpty(s.Why));
    }

    private static string[] Referenced(Assembly assembly) => [.. assembly.GetReferencedAssemblies().Select(n => n.Name!)];

    [GeneratedRegex(@"\bForSystem\(")]
    private static partial Regex ForSystem();
}
