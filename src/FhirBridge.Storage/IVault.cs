using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage;

/// <summary>
/// The vault: what every store promises. Every read takes an <see cref="AccessGrant"/>; a grant of the wrong kind or for another record is a bug
/// and throws <see cref="ArgumentException"/>. A store that does not answer throws <see cref="VaultUnavailableException"/> (503).
/// </summary>
public interface IVault : IAsyncDisposable
{
    /// <summary>Writes all or nothing; returns when durable. Writes are serialised per record.</summary>
    ValueTask<CommitOutcome> CommitAsync(Commit commit, CancellationToken cancel);

    /// <summary>Where keys lead (also deleted ones); keys that lead nowhere are absent. System grant (Identity).</summary>
    ValueTask<IReadOnlyDictionary<ContributionKey, Location>> LocateAsync(AccessGrant system, IReadOnlyCollection<ContributionKey> keys, CancellationToken cancel);

    /// <summary>Targets that the identifiers lead to within a scope (<c>Patient</c> or a directory type), without duplicates. System grant (Identity).</summary>
    ValueTask<IReadOnlyList<string>> FindByIdentifierAsync(AccessGrant system, string scope, IReadOnlyCollection<(string? System, string Value)> identifiers, CancellationToken cancel);

    /// <summary>The current snapshot of consents and memberships; for a record that does not exist an empty one, by the same path. System grant (Counsel).</summary>
    ValueTask<ConsentSnapshot> CounselAsync(AccessGrant system, RecordId record, CancellationToken cancel);

    /// <summary>Who belongs to the network now: members with periods, identifiers, roles, groups. System grant (Counsel).</summary>
    ValueTask<NetworkSnapshot> NetworkAsync(AccessGrant system, CancellationToken cancel);

    /// <summary>The permitted part of a record: never null, empty for a record that does not exist. Record grant.</summary>
    ValueTask<RecordView> OpenAsync(AccessGrant grant, CancellationToken cancel);

    /// <summary>Bytes of contributions of a view, in the same order.</summary>
    ValueTask<IReadOnlyList<ContributionBody>> BodiesAsync(RecordView view, IReadOnlyList<Contribution> contributions, CancellationToken cancel);

    /// <summary>One contribution by its key; null when absent or not permitted. <paramref name="version"/> null = current. OwnFacade grant of the contributor, a Record grant, or a System grant (Identity: what a write replaces).</summary>
    ValueTask<(Contribution Contribution, ContributionBody Body)?> ReadAsync(AccessGrant grant, ContributionKey key, long? version, CancellationToken cancel);

    /// <summary>All versions of a contribution, newest first, tombstones included; only permitted ones.</summary>
    ValueTask<IReadOnlyList<(Contribution Contribution, ContributionBody Body)>> HistoryAsync(AccessGrant grant, ContributionKey key, CancellationToken cancel);

    /// <summary>A page of the member's own contributions that match, in the query's order. OwnFacade grant.</summary>
    ValueTask<SearchPage> SearchAsync(AccessGrant grant, SearchQuery query, PageRequest page, CancellationToken cancel);

    /// <summary>Contributions to one directory entry (several when members share it); empty when absent. Directory grant.</summary>
    ValueTask<IReadOnlyList<(Contribution Contribution, ContributionBody Body)>> ReadDirectoryAsync(AccessGrant grant, string type, string id, CancellationToken cancel);

    /// <summary>Ids of directory entries of a type that match, in the query's order; not all when <see cref="ReadBudget.IsSpent"/>. Directory grant.</summary>
    ValueTask<IReadOnlyList<string>> SearchDirectoryAsync(AccessGrant grant, SearchQuery query, PageRequest page, CancellationToken cancel);

    /// <summary>Network reference (<c>Type/id</c>) of a directory stored reference (<c>{member}/Type/localId</c>); null when it leads nowhere.</summary>
    string? ResolveDirectory(string storedReference);

    /// <summary>Records in which the reference occurs as a care team participant, activity performer, Goal or CarePlan owner. System grant (Identity): each record is then opened under its own grant.</summary>
    ValueTask<IReadOnlyList<RecordId>> RecordsOfAsync(AccessGrant system, string reference, CancellationToken cancel);

    /// <summary>True when the record exists. System grant (Identity): its answer reaches no caller but one who may write for every patient.</summary>
    ValueTask<bool> ExistsAsync(AccessGrant system, RecordId record, CancellationToken cancel);

    /// <summary>True when another contribution of the record depends on the member's Patient contribution. System grant (Identity).</summary>
    ValueTask<bool> HasDependantsAsync(AccessGrant system, ContributionKey patient, CancellationToken cancel);

    /// <summary>The <see cref="SearchIndex.Stamp"/> that the index of every current contribution has; null while some have another.</summary>
    ValueTask<ulong?> IndexStampAsync(CancellationToken cancel);

    /// <summary>
    /// Makes the index of every current contribution that has another stamp anew, in small commits beside other writes, until all have this one. What was done stays
    /// done when it is cancelled. System grant (Worker).
    /// </summary>
    /// <param name="system">Grant.</param>
    /// <param name="stamp">The stamp.</param>
    /// <param name="extract">The index of a contribution, references in stored form, with that stamp.</param>
    /// <param name="cancel">Cancels.</param>
    ValueTask ReindexAsync(AccessGrant system, ulong stamp, Func<Contribution, ContributionBody, SearchIndex> extract, CancellationToken cancel);

    /// <summary>Appends to the journal; returns when durable.</summary>
    ValueTask AppendAuditAsync(IReadOnlyList<AuditRow> rows, CancellationToken cancel);

    /// <summary>Journal rows of a record, newest first. Record grant; the caller of the vault decides which rows the person may read.</summary>
    ValueTask<IReadOnlyList<AuditRow>> ReadAuditAsync(AccessGrant grant, long? before, int count, CancellationToken cancel);

    /// <summary>Takes the oldest undispatched outbox rows and holds them for the lease time. System grant (Worker).</summary>
    ValueTask<IReadOnlyList<(long Sequence, ReadOnlyMemory<byte> Payload)>> LeaseOutboxAsync(AccessGrant system, int count, TimeSpan lease, CancellationToken cancel);

    /// <summary>Marks outbox rows as dispatched.</summary>
    ValueTask CompleteOutboxAsync(IReadOnlyCollection<long> sequences, CancellationToken cancel);

    /// <summary>True when the store answers and can write.</summary>
    ValueTask<bool> IsHealthyAsync(CancellationToken cancel);
}

/// <summary>The store does not answer.</summary>
public sealed class VaultUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Which page: <paramref name="After"/> is the last row of the page before (its sort position), null for the first.</summary>
/// <param name="Count">Matches wanted.</param>
/// <param name="After">Opaque position given by the page before.</param>
public sealed record PageRequest(int Count, string? After)
{
    /// <summary>What may be read for it; default without bound.</summary>
    public ReadBudget Budget { get; init; } = new(long.MaxValue);

    /// <summary>True when the bytes of the matches are not wanted: they are then <see cref="ContributionBody.None"/>.</summary>
    public bool HeadersOnly { get; init; }
}

/// <summary>A page of matches.</summary>
/// <param name="Matches">The matches with their bytes.</param>
/// <param name="Next">Position of the next page; null at the end.</param>
/// <param name="Total">Exact total, when it was asked for; null otherwise.</param>
public sealed record SearchPage(IReadOnlyList<(Contribution Contribution, ContributionBody Body)> Matches, string? Next, int? Total)
{
    /// <summary>The answer when the budget was spent before the page was full, the order known, or the total counted.</summary>
    public static SearchPage TooCostly { get; } = new([], null, null);

    /// <summary>True for <see cref="TooCostly"/>.</summary>
    public bool IsTooCostly => ReferenceEquals(this, TooCostly);
}

/// <summary>Network membership as values; periods are checked at the instant of use.</summary>
/// <param name="Version">Changes whenever the network changes.</param>
/// <param name="Members">Members by Organization id.</param>
/// <param name="Relations">Roles and groups of the directory.</param>
public sealed record NetworkSnapshot(long Version, IReadOnlyDictionary<string, NetworkMember> Members, CareRelations Relations);

/// <summary>An organisation of the network.</summary>
/// <param name="Id">Organization id.</param>
/// <param name="Name">Organization name; null when unknown.</param>
/// <param name="Identifiers">Business identifiers of the Organization.</param>
/// <param name="Affiliations">Intervals of active OrganizationAffiliations with the operator.</param>
/// <param name="PartOf">Parent organisation reference; null when none.</param>
public sealed record NetworkMember(string Id, string? Name, IReadOnlyList<(string? System, string Value)> Identifiers, IReadOnlyList<Interval> Affiliations, string? PartOf);

/// <summary>The contributions of one record that a grant permits, at one version of the record. Immutable.</summary>
public sealed class RecordView
{
    private readonly Dictionary<string, List<Contribution>> byReference;
    private readonly Func<string, string?> resolve;

    internal RecordView(AccessGrant grant, string version, IReadOnlyList<Contribution> contributions, Func<string, string?> resolve)
    {
        Grant = grant;
        Version = version;
        Contributions = contributions;
        this.resolve = resolve;
        byReference = new Dictionary<string, List<Contribution>>(StringComparer.Ordinal);
        foreach (var c in contributions)
        {
            Add(c.Facts.Reference, c);
            if (c.Facts.Unified is { } unified && unified != c.Facts.Reference) Add(unified, c);
        }
    }

    private RecordView(RecordView other, AccessGrant grant)
    {
        Grant = grant;
        Version = other.Version;
        Contributions = other.Contributions;
        resolve = other.resolve;
        byReference = other.byReference;
    }

    /// <summary>The grant it was opened with.</summary>
    public AccessGrant Grant { get; }

    /// <summary>
    /// Equal for views with the same content: a hash of the visible contributions' rows and of what their references lead to. It tells nothing about what is hidden.
    /// </summary>
    public string Version { get; }

    /// <summary>The permitted, not deleted contributions, by last update descending, then network id.</summary>
    public IReadOnlyList<Contribution> Contributions { get; }

    /// <summary>Permitted contributions that the network reference names, by own or unified id.</summary>
    public IReadOnlyList<Contribution> Find(string reference) => byReference.TryGetValue(reference, out var found) ? found : [];

    /// <summary>
    /// What a stored reference is to this caller: the network reference (unified id for unified types, directory id for directory types), or null when it
    /// leads nowhere or to what the caller may not see: the two are alike.
    /// </summary>
    public string? Resolve(string storedReference) => resolve(storedReference);

    // Grants of the same decisions share the content of a view.
    internal RecordView For(AccessGrant grant) => ReferenceEquals(grant, Grant) ? this : new RecordView(this, grant);

    private void Add(string reference, Contribution c)
    {
        if (!byReference.TryGetValue(reference, out var list)) byReference[reference] = list = [];
        list.Add(c);
    }
}
