using System.Text;
using FhirBridge.Benchmarks.Data;
using FhirBridge.Benchmarks.Load;
using FhirBridge.Benchmarks.Servers;
using static FhirBridge.Benchmarks.Data.SyntheticNetwork;

namespace FhirBridge.Benchmarks.Http;

/// <summary>The operations of the table and their bars (docs/performance.md).</summary>
/// <param name="network">What was loaded.</param>
/// <param name="issuer">Makes each client's own token.</param>
/// <param name="size">How much was loaded.</param>
/// <param name="clients">Clients at once.</param>
internal sealed class Operations(LoadedNetwork network, TestIssuer issuer, DataSize size, int clients)
{
    private const int Ok = 200;
    private const int Created = 201;
    private const int PageSize = 20;
    private readonly Dictionary<(string, int), string> tokens = [];

    public List<Operation> All()
    {
        var goals = Enumerable.Range(0, size.People).Select(i => $"/members/{Owner}/fhir/Goal/p-{i}-g{i % 3}").ToList();
        var plans = Enumerable.Range(0, size.Shared).Select(i => $"/fhir/CarePlan/{network.Records[$"s-{i}"]}-current").ToList();
        var searches = Enumerable.Range(0, size.People).Select(i => $"/fhir/CarePlan?patient={network.Records[$"p-{i}"]}&status=active").ToList();
        var pages = Enumerable.Range(0, size.WithObservations).Select(i => $"/fhir/Observation?patient={network.Records[$"p-{i}"]}&_count={PageSize}").ToList();
        var teams = network.Practitioners.Select(p => $"/fhir/CareTeam?participant=Practitioner/{p}&_count={PageSize}").ToList();
        return
        [
            Get("read", "read of a contribution: `/members/{m}/fhir/Goal/{id}`", 0.70, goals, Owner, null, network.Records["p-0"]),
            Get("plan", "read of a unified CarePlan of 15 contributions on `/fhir`, view cached", 0.65, plans, Reader, null, network.Records["s-0"]),
            Get("plan-cold", "the same, view not cached", 0.25, plans, Reader, null, network.Records["s-0"]) with { Touches = [.. Enumerable.Range(0, size.Shared).Select(Touch)] },
            Get("search", "search `CarePlan?patient=&status=active`, 1 hit, under consent", 0.60, searches, Reader, 1, network.Records["p-0"]),
            Get("page", "`Observation?patient=&_count=20` under consent", 0.55, pages, Reader, PageSize, network.Records["p-0"]),
            Get("page-own", "the same for the custodian", null, pages, Owner, PageSize, network.Records["p-0"]) with { Beside = "page" },
            Get("team", "`CareTeam?participant=` across patients, page of 20, under consent", 0.45, teams, Reader, PageSize, null),
            Write("create", "create on a facade, 2.6 KB, durable", 0.45, "POST", Created, i => ($"/members/{Owner}/fhir/CarePlan", CarePlan($"w-{i}", null, mark: LoadRequest.Counter))),
            Write("update", "update on a facade, 2.6 KB, durable", 0.45, "PUT", Ok, i => ($"/members/{Owner}/fhir/CarePlan/w-{i}-plan", CarePlan($"w-{i}", $"w-{i}-plan", mark: LoadRequest.Counter))),
            Write("transaction", "transaction of 20 creates on a facade, durable", 0.40, "POST", Ok, i => ($"/members/{Owner}/fhir", TwentyCreates(i))),
        ];
    }

    /// <summary>The same requests for the floor, without audit.</summary>
    public static LoadRequest[][] Plain(Operation operation) =>
        [.. operation.Requests.Select(c => c.Select(r => r with { Bytes = [.. "GET /plain"u8, .. r.Bytes.AsSpan(4)] }).ToArray())];

    private static string TwentyCreates(int person) => Encoding.UTF8.GetString(
        Transaction(Enumerable.Range(0, 20).Select(n => ("Observation", (string?)null, Observation($"w-{person}", null, n, n == 0 ? LoadRequest.Counter : "")))));

    private Operation Get(string key, string title, double? bar, List<string> paths, string member, int? matches, string? record) => new()
    {
        Key = key, Title = title, Bar = bar, IsRead = true, Paths = paths, Matches = matches,
        Requests = PerClient(paths.Count, (i, client) => LoadRequest.Of("GET", paths[i], Token(member, client), Ok)),
        Sample = new Sample(member, paths[0], null, record),
    };

    private Operation Write(string key, string title, double bar, string method, int status, Func<int, (string Path, string Body)> request) => new()
    {
        Key = key, Title = title, Bar = bar,
        Requests = PerClient(size.Written, (i, client) => LoadRequest.Of(method, request(i).Path, Token(Owner, client), status, Encoding.UTF8.GetBytes(request(i).Body))),
        Sample = new Sample(Owner, request(0).Path, Encoding.UTF8.GetBytes(request(0).Body), network.Records["w-0"], method == "PUT"),
    };

    // One of the 15 contributions changes, and with it the unified plan.
    private LoadRequest Touch(int i) => LoadRequest.Of(
        "PUT", $"/members/{Owner}/fhir/CarePlan/s-{i}-plan0", Token(Owner, 0), Ok, Encoding.UTF8.GetBytes(SmallPlan($"s-{i}", $"s-{i}-plan0", 0, LoadRequest.Counter)));

    // Every client has its own part: no two write the same resource at once.
    private LoadRequest[][] PerClient(int count, Func<int, int, LoadRequest> make) =>
        [.. Enumerable.Range(0, clients).Select(c => Enumerable.Range(0, Math.Max(1, (count + clients - 1 - c) / clients)).Select(k => make((c + (k * clients)) % count, c)).ToArray())];

    private string Token(string member, int client)
    {
        if (!tokens.TryGetValue((member, client), out var token)) tokens[(member, client)] = token = issuer.Token(member, client);
        return token;
    }
}
