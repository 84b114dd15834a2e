using FhirBridge.Consent;
using FhirBridge.Storage.Records;
using FhirBridge.Storage.Sqlite;

namespace FhirBridge.Storage;

/// <content>Reading contributions.</content>
public sealed partial class SqliteVault
{
    /// <inheritdoc/>
    public ValueTask<RecordView> OpenAsync(AccessGrant grant, CancellationToken cancel)
    {
        Require(grant, GrantKind.Record);
        return new(Guarded(() => View(grant)));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ContributionBody>> BodiesAsync(RecordView view, IReadOnlyList<Contribution> contributions, CancellationToken cancel) => Read(connection =>
    {
        var bodies = new ContributionBody[contributions.Count];
        for (var i = 0; i < bodies.Length; i++)
        {
            if (contributions[i].Record != view.Grant.Record) throw new ArgumentException("a contribution is not of the view's record", nameof(contributions));
            bodies[i] = ContributionReader.Body(connection, contributions[i].Row);
        }

        return (IReadOnlyList<ContributionBody>)bodies;
    });

    /// <inheritdoc/>
    public ValueTask<(Contribution Contribution, ContributionBody Body)?> ReadAsync(AccessGrant grant, ContributionKey key, long? version, CancellationToken cancel)
    {
        if (grant.Kind != GrantKind.System) RequireFor(grant, key);
        return new(Guarded<(Contribution Contribution, ContributionBody Body)?>(() =>
        {
            (Contribution Contribution, ContributionBody Body)? current, asked;
            using (var lease = readers.Take())
            {
                current = asked = ContributionReader.Current(lease.Connection, key);

                // Read after the current one: an old version is never changed, so the two need not come from one state.
                if (version is { } v && current is { } newest && newest.Contribution.Version != v) asked = ContributionReader.Version(lease.Connection, key, v);
            }

            if (current is null || asked is null) return null;
            var permitted = PermittedOf(grant, current.Value.Contribution, [asked.Value]);
            return permitted.Count == 0 ? null : permitted[0];
        }));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(Contribution Contribution, ContributionBody Body)>> HistoryAsync(AccessGrant grant, ContributionKey key, CancellationToken cancel)
    {
        RequireFor(grant, key);
        return new(Guarded(() =>
        {
            (Contribution Contribution, ContributionBody Body)? current;
            List<(Contribution Contribution, ContributionBody Body)> all;
            using (var lease = readers.Take())
            {
                lease.Connection.Get("BEGIN").Run();
                current = ContributionReader.Current(lease.Connection, key);
                all = current is { } newest ? [newest, .. ContributionReader.Older(lease.Connection, key)] : [];
                lease.Connection.Get("COMMIT").Run();
            }

            return (IReadOnlyList<(Contribution Contribution, ContributionBody Body)>)(current is { } c ? PermittedOf(grant, c.Contribution, all) : all);
        }));
    }

    private RecordView View(AccessGrant grant)
    {
        var contents = records.Open(grant.Record!.Value).Contents;
        return contents.ViewFor(grant, time.GetUtcNow(), () => ViewBuilder.Build(contents, grant, ResolveDirectory));
    }

    // An old version never is easier to see than today's (consent.md §9): both must be permitted.
    private List<(Contribution Contribution, ContributionBody Body)> PermittedOf(
        AccessGrant grant, Contribution current, List<(Contribution Contribution, ContributionBody Body)> versions)
    {
        if (grant.Kind == GrantKind.System) return versions;
        if (grant.Kind == GrantKind.OwnFacade)
        {
            return PermitsOwn(grant, current) ? [.. versions.Where(v => v.Contribution.Version == current.Version || PermitsOwn(grant, v.Contribution))] : [];
        }

        if (current.Record != grant.Record) return [];
        var contents = records.Open(grant.Record!.Value).Contents;
        Contribution Resolved(Contribution c) => RecordEntry.Mapped(c, r => contents.ToNetwork(r) ?? (StoredReference.IsNetwork(r) ? null : ResolveDirectory(r)));
        if (!ViewBuilder.Permits(grant, Resolved(current), contents)) return [];
        var view = View(grant);
        var permitted = new List<(Contribution Contribution, ContributionBody Body)>();
        foreach (var (contribution, body) in versions)
        {
            if (contribution.Record == grant.Record && ViewBuilder.Permits(grant, Resolved(contribution), contents))
            {
                permitted.Add((RecordEntry.Mapped(contribution, r => StoredReference.IsNetwork(r) || view.Resolve(r) is null ? null : contents.ToNetwork(r) ?? ResolveDirectory(r)), body));
            }
        }

        return permitted;
    }

    // Scopes of a launch patient compare with the record's Patient: only then the stored form of the subject matters.
    private bool PermitsOwn(AccessGrant grant, Contribution c)
    {
        if (grant.Permits(c.Facts, NoNeighbours.Instance)) return ScopeFilter.Permits(grant, c, c.Key.LocalId);
        if (c.Record is not { } record || c.Facts.Patients.IsEmpty) return false;
        var resolved = c.Facts with { Patients = [.. c.Facts.Patients.Select(p => IsPatientOf(p, record) ? record.Reference : p)] };
        return grant.Permits(resolved, NoNeighbours.Instance) && ScopeFilter.Permits(grant, c, c.Key.LocalId);
    }

    private bool IsPatientOf(string reference, RecordId record)
    {
        if (!StoredReference.TryParse(reference, out var key) || key.Type != "Patient") return false;
        using var lease = readers.Take();
        using var s = lease.Connection.Get("SELECT record FROM contribution WHERE contributor = ?1 AND type = ?2 AND local_id = ?3");
        return s.Bind(1, key.Contributor).Bind(2, key.Type).Bind(3, key.LocalId).Step() && s.TextOrNull(0) == record.Value;
    }

    private static void RequireFor(AccessGrant grant, ContributionKey key)
    {
        if (grant.Kind == GrantKind.OwnFacade && grant.Member?.Value == key.Contributor) return;
        if (grant.Kind != GrantKind.Record) throw new ArgumentException($"a {grant.Kind} grant does not read {key}", nameof(grant));
    }

    private sealed class NoNeighbours : IRecordNeighbours
    {
        internal static readonly NoNeighbours Instance = new();

        public IEnumerable<RecordFacts> Find(string reference) => [];

        public IEnumerable<RecordFacts> ReferringTo(RecordFacts target) => [];
    }
}
