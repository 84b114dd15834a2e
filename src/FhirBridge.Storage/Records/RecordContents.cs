using System.Collections.Concurrent;
using FhirBridge.Consent;

namespace FhirBridge.Storage.Records;

/// <summary>
/// All current contributions of a record without their bytes, at one version of the record, references resolved. Immutable but for the caches that hang on it.
/// </summary>
internal sealed class RecordContents : IRecordNeighbours
{
    private const int MostViews = 64;
    private readonly Dictionary<string, RecordEntry> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<RecordEntry>> byReference = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (RecordView View, DateTimeOffset Until)> views = new(StringComparer.Ordinal);
    private readonly Lazy<ILookup<string, RecordEntry>> referring;

    /// <summary>Makes the contents.</summary>
    /// <param name="record">The record.</param>
    /// <param name="version">Its version; 0 when it does not exist.</param>
    /// <param name="entries">Its current, not deleted contributions.</param>
    /// <param name="directory">The directory at the same instant: from a stored reference to a network reference, null when it leads nowhere.</param>
    /// <param name="directoryVersion">Version of the directory.</param>
    internal RecordContents(RecordId record, long version, IReadOnlyList<RecordEntry> entries, Func<string, string?> directory, long directoryVersion)
    {
        Record = record;
        Version = version;
        DirectoryVersion = directoryVersion;
        Entries = [.. entries.OrderByDescending(e => e.Stored.LastUpdated.UtcTicks).ThenBy(e => e.Stored.NetworkId, StringComparer.Ordinal).ThenBy(e => e.Stored.Key.StoredReference, StringComparer.Ordinal)];
        foreach (var entry in Entries)
        {
            byKey[entry.Stored.Key.StoredReference] = entry;
            Add(entry.Stored.Facts.Reference, entry);
            if (entry.Stored.Facts.Unified is { } unified && unified != entry.Stored.Facts.Reference) Add(unified, entry);
        }

        var outside = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var reference in Entries.SelectMany(e => e.References()))
        {
            if (EntryOf(reference) is null && !byReference.ContainsKey(reference) && reference != record.Reference && !outside.ContainsKey(reference)) outside[reference] = directory(reference);
        }

        Outside = outside;
        foreach (var entry in Entries) entry.Resolve(this);
        referring = new(() => Entries.SelectMany(e => e.Resolved.Facts.References.Distinct().Select(r => (r, e))).ToLookup(p => p.r, p => p.e, StringComparer.Ordinal));
        ApproximateBytes = 2_000 + Entries.Sum(e => 1_500L + (e.Stored.Index.Entries.Count * 250L) + ((e.Stored.Facts.Codes.Length + e.Stored.Facts.References.Length) * 120L));
    }

    internal RecordId Record { get; }

    internal long Version { get; }

    /// <summary>Version of the directory for which <see cref="Outside"/> is known to hold. Only ever set to a version for which it was found to be the same.</summary>
    internal long DirectoryVersion { get; set; }

    /// <summary>By last update descending, then network id.</summary>
    internal IReadOnlyList<RecordEntry> Entries { get; }

    /// <summary>References that lead out of the record, with what the directory says of them.</summary>
    internal IReadOnlyDictionary<string, string?> Outside { get; }

    /// <summary>Compiled consents and memberships, once somebody asked.</summary>
    internal CounselState? Counsel { get; set; }

    internal long ApproximateBytes { get; }

    /// <summary>The contribution that a reference in a contributor's words names; null when there is none here.</summary>
    internal RecordEntry? EntryOf(string reference) => byKey.GetValueOrDefault(reference);

    /// <summary>The contribution of that key; null when there is none here.</summary>
    internal RecordEntry? EntryOf(ContributionKey key) => byKey.GetValueOrDefault(key.StoredReference);

    /// <summary>Contributions of that network reference, own or unified.</summary>
    internal IReadOnlyList<RecordEntry> EntriesOf(string reference) => byReference.TryGetValue(reference, out var found) ? found : [];

    /// <summary>Network reference of a stored reference, whoever looks; null when it stays as it is.</summary>
    internal string? ToNetwork(string reference) =>
        EntryOf(reference) is { } entry ? (entry.Stored.Key.Type == "Patient" ? Record.Reference : entry.Stored.Facts.Reference)
        : Outside.GetValueOrDefault(reference);

    /// <inheritdoc/>
    public IEnumerable<RecordFacts> Find(string reference)
    {
        foreach (var entry in EntriesOf(reference)) yield return entry.Resolved.Facts;
    }

    /// <inheritdoc/>
    public IEnumerable<RecordFacts> ReferringTo(RecordFacts target)
    {
        var all = referring.Value[target.Reference];
        if (target.Unified is { } unified) all = all.Union(referring.Value[unified]);
        return all.Select(e => e.Resolved.Facts);
    }

    /// <summary>The view of a grant, made once and kept while time changes nothing in it.</summary>
    internal RecordView ViewFor(AccessGrant grant, DateTimeOffset now, Func<RecordView> make)
    {
        if (views.TryGetValue(grant.CacheKey, out var kept) && now < kept.Until) return kept.View.For(grant);
        var view = make();
        if (views.Count >= MostViews) views.Clear();
        views[grant.CacheKey] = (view, grant.ValidUntil);
        return view;
    }

    private void Add(string reference, RecordEntry entry)
    {
        if (!byReference.TryGetValue(reference, out var list)) byReference[reference] = list = [];
        list.Add(entry);
    }
}

/// <summary>What counsel compiled, and what it depends on.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="NetworkVersion">Version of the network it was compiled with.</param>
/// <param name="Sources">Hash of the contributions it was compiled from and of what their references led to.</param>
/// <param name="Identifiers">Business identifiers that were looked up, with the answers.</param>
internal sealed record CounselState(ConsentSnapshot Snapshot, long NetworkVersion, string Sources, IReadOnlyDictionary<string, string?> Identifiers)
{
    /// <summary>True when it was made or checked for the contents it hangs on, not only taken over from those before. Part of the value, so that both are read at once.</summary>
    internal bool IsChecked { get; init; }
}
