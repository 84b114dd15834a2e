using System.Collections.Frozen;
using FhirBridge.Api.Contributions;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage;

namespace FhirBridge.Api.Records;

/// <summary>
/// The definitions of the network as they are now: R4, what ships and what the folder has, and over it what the operator and the members wrote. A write
/// takes effect for every request that starts after its answer.
/// </summary>
/// <remarks>
/// Where the operator and a member claim a canonical, the operator's counts; what R4, the service or the folder defines is not a member's to replace.
/// What all must follow (<c>ImplementationGuide.global</c>) and what everything is indexed by (SearchParameter) is the operator's to say: a member's could
/// stop or slow the writes of the others.
/// Resources without canonical, and those that cannot be read, are passed over.
/// </remarks>
public sealed class NetworkKnowledge
{
    private const string Guide = "ImplementationGuide";
    private const string Parameter = "SearchParameter";

    private static readonly FrozenSet<string> Types = new[]
    {
        "CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition", "Questionnaire", "Measure", "Library", "StructureMap", "OperationDefinition", "PlanDefinition", "ActivityDefinition", Guide, Parameter,
    }.ToFrozenSet();

    private readonly Definitions start;
    private readonly string operatorId;
    private readonly Lock turn = new();
    private readonly Dictionary<ContributionKey, (long Version, FhirElement Resource)> written = [];
    private volatile Definitions definitions;

    /// <param name="start">R4, what ships with the service, and the folder.</param>
    /// <param name="operatorId">Id of the Organization that runs the network.</param>
    public NetworkKnowledge(Definitions start, string operatorId)
    {
        (this.start, this.operatorId) = (start, operatorId);
        definitions = start;
    }

    /// <summary>The definitions now. A request that has taken them keeps them.</summary>
    public Definitions Definitions => definitions;

    /// <summary>Reads what is in the vault; once, at start.</summary>
    public async ValueTask LoadAsync(IVault vault, CancellationToken cancel)
    {
        var caller = new Caller { Subject = "fhirbridge", ClientId = "fhirbridge", Member = new MemberId(operatorId), IsOperator = true, Scopes = SmartScopes.Parse("system/*.rs") };
        var grant = Counsel.ForDirectory(caller);
        foreach (var type in Types)
        {
            var query = SearchQueryParser.Parse(type, []);
            if (!query.IsOk) continue;
            foreach (var id in await vault.SearchDirectoryAsync(grant, query.Value, new PageRequest(int.MaxValue, null), cancel).ConfigureAwait(false))
            {
                foreach (var (c, body) in await vault.ReadDirectoryAsync(grant, type, id, cancel).ConfigureAwait(false)) Keep(c.Key, c.Version, LocalForm.Render(c.Key, body, c.Version, c.LastUpdated, null));
            }
        }

        Rebuild();
    }

    /// <summary>Takes over what was committed.</summary>
    public void Take(IReadOnlyList<Written> writes)
    {
        var concerned = writes.Where(w => Types.Contains(w.Write.Key.Type)).ToList();
        if (concerned.Count == 0) return;
        foreach (var w in concerned)
        {
            if (w.Write.Deleted) Keep(w.Write.Key, w.Version, default);
            else Keep(w.Write.Key, w.Version, LocalForm.Render(w.Write.Key, w.Write.Body, w.Version, w.Write.Provenance.Recorded, null));
        }

        Rebuild();
    }

    // Two writes may be taken over in another order than they were committed in: the later version stays. A deleted one leaves its version behind.
    private void Keep(ContributionKey key, long version, ReadOnlyMemory<byte> json)
    {
        var resource = json.IsEmpty || FhirJson.ReadTrusted(json) is not { IsOk: true } read ? default : read.Value.Root;
        lock (turn)
        {
            if (!written.TryGetValue(key, out var known) || known.Version <= version) written[key] = (version, resource);
        }
    }

    private void Rebuild()
    {
        lock (turn)
        {
            var usable = written.Where(w => w.Value.Resource.Exists && w.Value.Resource.Text("url") is { Length: > 0 }).OrderBy(w => w.Key.Contributor, StringComparer.Ordinal).ThenBy(w => w.Key.LocalId, StringComparer.Ordinal).ToList();
            var own = usable.Where(w => w.Key.Contributor == operatorId).Select(w => w.Value.Resource).ToList();
            var claimed = own.Select(r => (r.Type, r.Text("url"))).ToHashSet();
            var others = usable.Where(w => w.Key.Contributor != operatorId).Select(w => w.Value.Resource)
                .Where(r => r.Type is not (Guide or Parameter) && !claimed.Contains((r.Type, r.Text("url"))) && start.FindEntry(r.Type!, r.Text("url")!) is null);
            definitions = start.With([.. others, .. own]);
        }
    }
}
