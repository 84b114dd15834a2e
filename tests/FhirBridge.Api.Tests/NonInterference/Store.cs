using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.ExternalTerminology;
using FhirBridge.Api.Http;
using FhirBridge.Api.Interactions;
using FhirBridge.Api.Interactions.Shared;
using FhirBridge.Api.Records;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Storage;
using Microsoft.AspNetCore.DataProtection;
using Row = FhirBridge.Api.Http.Route;

namespace FhirBridge.Api.Tests.NonInterference;

/// <summary>Ids from addresses alone, so that two stores name the same contribution alike whatever else they hold.</summary>
internal sealed class TwinIds : IdSource
{
    /// <summary>The local id that the next create gets.</summary>
    public string NextLocal { get; set; } = "unset";

    public override string NewRecord(ContributionKey patient) => patient.LocalId;

    public override string NewContribution(string record, ContributionKey key) => Names.Of(record, key);

    public override string NewEntry(ContributionKey key) => key.LocalId;

    public override string NewLocal() => NextLocal;
}

/// <summary>A clock that stands where the world has it.</summary>
internal sealed class WorldClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = World.Now;

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>What a visitor got, in a form that can be compared; the page token is all that may differ.</summary>
internal sealed partial record Heard(string Text, string? Next)
{
    public static Heard Of(int status, string headers, string body)
    {
        var next = NextLink().Match(body) is { Success: true } m ? m.Groups[1].Value : null;
        return new Heard($"{status} {headers}\n{PageToken().Replace(body, "_page=…")}", next);
    }

    /// <summary>Where they part.</summary>
    public string DifferenceTo(Heard other)
    {
        var at = Text.Zip(other.Text).TakeWhile(p => p.First == p.Second).Count();
        string Around(string text) => $"…{text[Math.Max(0, at - 400)..at]}⟪{text[at..Math.Min(text.Length, at + 400)]}⟫…";
        return $"--- with the hidden:\n{Around(Text)}\n--- without:\n{Around(other.Text)}";
    }

    [GeneratedRegex("""\{"relation":"next","url":"https://bridge\.test/([^"]+)"\}""")]
    private static partial Regex NextLink();

    [GeneratedRegex("_page=[A-Za-z0-9_-]+")]
    private static partial Regex PageToken();
}

/// <summary>A store with everything around it but HTTP.</summary>
internal sealed class Store : IAsyncDisposable
{
    private readonly string? folder;
    private readonly Bridge bridge;

    private Store(string? folder, Bridge bridge) => (this.folder, this.bridge) = (folder, bridge);

    /// <summary>The store of a running service, to be filled from within.</summary>
    public static Store Of(Bridge bridge) => new(null, bridge);

    public static async Task<Store> OpenAsync(string policy)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("fhirbridge-law-").FullName;
        var consent = new ConsentOptions { DefaultPolicy = policy };
        var clock = new WorldClock();
        var vault = await SqliteVault.OpenAsync(new SqliteVaultOptions { Path = Path.Combine(folder, "vault.db"), Synchronous = SqliteSynchronous.Normal }, consent, clock);
        var trusted = new HashSet<string> { Names.Link, Names.Ssn };
        var validation = new NetworkValidation(() => FhirBridge.Fhir.Definitions.R4, null);
        var store = new Store(folder, new Bridge(
            vault, new ComposedCache(), new ContributionPipeline(vault, trusted, consent, new TwinIds(), validation), new PageTokens(new EphemeralDataProtectionProvider(), clock), consent, "network", trusted, new FhirBridge.Api.Records.NetworkKnowledge(FhirBridge.Fhir.Definitions.R4, "network"), validation, null,
            new FhirBridge.Api.Records.IndexRenewer(vault, () => FhirBridge.Fhir.Definitions.R4, Microsoft.Extensions.Logging.Abstractions.NullLogger<FhirBridge.Api.Records.IndexRenewer>.Instance, default), clock));
        await store.FurnishAsync();
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        if (folder is null) return;
        await bridge.Vault.DisposeAsync();
        System.IO.Directory.Delete(folder, recursive: true);
    }

    /// <summary>Writes contributions in the order of their times, each with its earlier version before it.</summary>
    public async Task FillAsync(IEnumerable<(Item Item, JsonObject Body)> items)
    {
        foreach (var (item, body) in items.OrderBy(i => i.Item.Type == "Patient" ? 0 : 1).ThenBy(i => i.Item.At))
        {
            if (item.Earlier is { } earlier && ReferenceEquals(body, item.Body)) await WriteAsync(item.Key, earlier, item.At.AddDays(-1), null);
            await WriteAsync(item.Key, body, item.At, null);
            if (item.IsWithdrawn) await WriteAsync(item.Key, null, item.At.AddHours(1), null);
        }
    }

    /// <summary>What the visitor may see of the record, as addresses.</summary>
    public async Task<IReadOnlyList<string>> SeenAsync(Visitor visitor, string record)
    {
        var opened = await bridge.OpenAsync(await RequestAsync(Surface.Shared[1], visitor.ToCaller(), World.Now), new RecordId(record), default);
        return [.. opened.View.Contributions.Select(c => c.Key.ToString()).Order(StringComparer.Ordinal)];
    }

    /// <summary>Asks as the door would.</summary>
    public async Task<Heard> AskAsync(Visitor visitor, Ask ask)
    {
        var question = ask.Path.IndexOf('?');
        var segments = (question < 0 ? ask.Path : ask.Path[..question]).Split('/');
        var isFacade = segments[0] == "members";
        var below = segments[(isFacade ? 3 : 1)..];
        var (route, values) = Find(isFacade ? Surface.Facade : Surface.Shared, ask.Method == "HEAD" ? "GET" : ask.Method, below);
        string? Header(string name) => ask.Headers.FirstOrDefault(h => h.Name == name).Value;
        var request = await RequestAsync(route, visitor.ToCaller(), World.Now) with
        {
            Member = isFacade ? segments[1] : null,
            Type = values.GetValueOrDefault("type") ?? (below.Length > 0 ? "Patient" : ""),
            Id = values.GetValueOrDefault("id") ?? "",
            VersionId = values.GetValueOrDefault("vid"),
            Query = question < 0 ? [] : SearchDesk.ParseQuery(ask.Path[question..]),
            Body = ask.Body is null ? null : Read(ask.Body),
            IfMatch = Header("If-Match") is { } tag ? Conditional.Unquote(tag) : null,
            IfNoneMatch = Header("If-None-Match"),
            IfModifiedSince = Header("If-Modified-Since") is { } since ? DateTimeOffset.Parse(since, System.Globalization.CultureInfo.InvariantCulture) : null,
        };
        var response = await route.Run(request, bridge, default);
        return Heard.Of(response.Status, $"{response.VersionId} {response.LastModified:O} {response.Location} {response.ContentLocation}", Encoding.UTF8.GetString(response.Body.Span));
    }

    private static (Row Route, Dictionary<string, string> Values) Find(Row[] table, string method, string[] segments)
    {
        foreach (var route in table.OrderBy(r => r.Template.Contains('$') ? 0 : 1).Where(r => r.Method == method))
        {
            var parts = route.Template.Split('/', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length != segments.Length || !parts.Zip(segments).All(p => p.First[0] == '{' || p.First == p.Second)) continue;
            return (route, parts.Zip(segments).Where(p => p.First[0] == '{').ToDictionary(p => p.First.Trim('{', '}'), p => p.Second));
        }

        throw new InvalidOperationException($"no route for {method} {string.Join('/', segments)}");
    }

    /// <summary>Writes one version; null withdraws it.</summary>
    public Task WriteAsync(Item item, JsonObject? body, DateTimeOffset at) => WriteAsync(item.Key, body, at, null);

    private async Task FurnishAsync()
    {
        foreach (var member in Maker.Members.Append("network"))
        {
            var organization = new JsonObject { ["resourceType"] = "Organization", ["id"] = member, ["name"] = "The " + member };
            await WriteAsync(new ContributionKey("network", "Organization", member), organization, World.Now.AddDays(-60), member);
        }

        await FurnishPractitionersAsync();
    }

    /// <summary>The practitioners that worlds speak of.</summary>
    public async Task FurnishPractitionersAsync()
    {
        foreach (var (id, member) in new[] { ("pr1", "alpha"), ("pr2", "beta"), ("pr3", "beta") })
        {
            var practitioner = new JsonObject { ["resourceType"] = "Practitioner", ["id"] = id, ["name"] = new JsonArray(new JsonObject { ["family"] = id }) };
            await WriteAsync(new ContributionKey(member, "Practitioner", id), practitioner, World.Now.AddDays(-60), null);
        }
    }

    private async Task WriteAsync(ContributionKey key, JsonObject? body, DateTimeOffset at, string? networkId)
    {
        var isMember = !key.Contributor.Contains('/');
        var contributor = new Contributor(key.Contributor, isMember, isMember && networkId is null);
        var caller = new Caller { Subject = key.Contributor, ClientId = Visitor.Client, Person = isMember ? null : key.Contributor, Member = isMember ? new MemberId(key.Contributor) : null, Scopes = SmartScopes.Parse("") };
        var resource = body is null ? null : Read(body);
        var intent = new WriteIntent(body is null ? WriteVerb.Delete : WriteVerb.Update, key, resource, NetworkId: networkId);
        var written = await bridge.Pipeline.WriteAsync(await RequestAsync(Surface.Shared[1], caller, at), contributor, [intent], default);
        Assert.True(written.IsOk, $"{key}: {(written.IsOk ? "" : written.Problems[0].Diagnostics)}");
    }

    private static ElementTree Read(JsonObject body)
    {
        var read = FhirJson.Read(Encoding.UTF8.GetBytes(body.ToJsonString()));
        Assert.True(read.IsOk, $"{body.ToJsonString()}: {(read.IsOk ? "" : read.Problems[0].Diagnostics)}");
        return read.Value;
    }

    private async Task<FhirRequest> RequestAsync(Row route, Caller caller, DateTimeOffset now) => new()
    {
        Route = route, MaybeCaller = caller, Network = await bridge.Vault.NetworkAsync(Counsel.ForSystem(SystemPurpose.Counsel), default), Now = now, RequestId = "request", PublicBase = Names.Base,
    };
}
