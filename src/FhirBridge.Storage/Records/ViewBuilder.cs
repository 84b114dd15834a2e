using System.Security.Cryptography;
using FhirBridge.Consent;

namespace FhirBridge.Storage.Records;

/// <summary>Makes views: decides first what is visible, and takes everything else from that alone (design.md §1).</summary>
internal static class ViewBuilder
{
    /// <summary>The part of the contents that the grant permits.</summary>
    /// <param name="contents">The record.</param>
    /// <param name="grant">A grant for that record.</param>
    /// <param name="directory">Answers references that were not known when the record was loaded.</param>
    internal static RecordView Build(RecordContents contents, AccessGrant grant, Func<string, string?> directory)
    {
        var visible = new HashSet<RecordEntry>();
        var contributions = new List<Contribution>();
        foreach (var entry in contents.Entries)
        {
            if (Permits(grant, entry.Resolved, contents)) visible.Add(entry);
        }

        foreach (var entry in contents.Entries)
        {
            if (visible.Contains(entry)) contributions.Add(entry.For(visible, contents));
        }

        string? Resolve(string reference) => ResolveIn(contents, visible, directory, reference);
        return new RecordView(grant, Version(contents.Entries, visible, Resolve), contributions, Resolve);
    }

    /// <summary>True when the grant permits the contribution; scope constraints see it under the id that the caller sees.</summary>
    internal static bool Permits(AccessGrant grant, Contribution c, IRecordNeighbours neighbours)
    {
        if (!grant.Permits(c.Facts, neighbours)) return false;
        return ScopeFilter.Permits(grant, c, c.Facts.Unified is { } unified ? unified[(unified.IndexOf('/') + 1)..] : c.NetworkId);
    }

    // A reference names one contribution, or a unified resource. One contribution must itself be visible: that another visible one
    // belongs to the same unified resource must not tell that this one exists.
    private static string? ResolveIn(RecordContents contents, HashSet<RecordEntry> visible, Func<string, string?> directory, string reference)
    {
        if (contents.EntryOf(reference) is { } entry)
        {
            if (entry.Stored.Key.Type == "Patient") return visible.Count > 0 ? contents.Record.Reference : null;
            return visible.Contains(entry) ? entry.Stored.Facts.Unified ?? entry.Stored.Facts.Reference : null;
        }

        if (reference == contents.Record.Reference) return visible.Count > 0 ? reference : null;
        foreach (var named in contents.EntriesOf(reference))
        {
            if (visible.Contains(named)) return named.Stored.Facts.Unified ?? named.Stored.Facts.Reference;
        }

        return contents.EntriesOf(reference).Count > 0 ? null : contents.Outside.TryGetValue(reference, out var outside) ? outside : directory(reference);
    }

    private static string Version(IReadOnlyList<RecordEntry> entries, HashSet<RecordEntry> visible, Func<string, string?> resolve)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Text(string? text)
        {
            hash.AppendData(text is null ? "\u0001"u8 : System.Text.Encoding.UTF8.GetBytes(text));
            hash.AppendData("\0"u8);
        }

        Span<byte> numbers = stackalloc byte[16];
        foreach (var entry in entries)
        {
            if (!visible.Contains(entry)) continue;
            var c = entry.Stored;
            Text(c.Key.StoredReference);
            Text(c.NetworkId);
            BitConverter.TryWriteBytes(numbers, c.Version);
            BitConverter.TryWriteBytes(numbers[8..], c.LastUpdated.UtcTicks);
            hash.AppendData(numbers);
            foreach (var target in entry.Slots) Text(resolve(target));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }
}
