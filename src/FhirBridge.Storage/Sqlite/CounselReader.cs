using System.Security.Cryptography;
using FhirBridge.Consent;
using FhirBridge.Storage.Records;

namespace FhirBridge.Storage.Sqlite;

/// <summary>The snapshot of consents and memberships of a record, compiled once for each state of what it is made of.</summary>
internal sealed class CounselReader(ReaderPool readers, ConsentOptions options)
{
    /// <summary>The snapshot of these contents with this network.</summary>
    internal ConsentSnapshot Read(RecordContents contents, NetworkSnapshot network)
    {
        var state = contents.Counsel;
        if (state is { IsChecked: true } && state.NetworkVersion == network.Version && state.Identifiers.Count == 0) return state.Snapshot;
        var sources = HashOf(contents);
        using var lease = readers.Take();
        if (state is not null && state.NetworkVersion == network.Version && state.Sources == sources && SameAnswers(lease.Connection, state.Identifiers))
        {
            contents.Counsel = state with { IsChecked = true };
            return state.Snapshot;
        }

        var identifiers = new Dictionary<string, string?>(StringComparer.Ordinal);
        var version = $"{sources}.{network.Version}";
        var compiled = Counsel.Compile(contents.Record, version, Sources(lease.Connection, contents, identifiers), network.Relations, options);
        if (identifiers.Count > 0) compiled = compiled with { Version = version + "." + HashOf(identifiers) };
        contents.Counsel = new CounselState(compiled, network.Version, sources, identifiers) { IsChecked = true };
        return compiled;
    }

    private static bool SameAnswers(Connection connection, IReadOnlyDictionary<string, string?> identifiers)
    {
        foreach (var (asked, answer) in identifiers)
        {
            if (CounselSources.ByIdentifier(connection, asked) != answer) return false;
        }

        return true;
    }

    private static List<CounselSource> Sources(Connection connection, RecordContents contents, Dictionary<string, string?> identifiers)
    {
        var sources = new List<CounselSource>();
        foreach (var entry in contents.Entries)
        {
            if (!CounselSources.IsRead(entry.Stored.Key.Type)) continue;
            var body = ContributionReader.Body(connection, entry.Stored.Row);
            var written = CounselSources.Written(body);
            sources.Add(new CounselSource(CounselSources.Resource(entry.Stored, body), entry.Resolved.Facts, entry.Stored.Imported, Resolve));

            string? Resolve(string asked)
            {
                if (asked.Contains("?identifier=", StringComparison.Ordinal))
                {
                    if (!identifiers.TryGetValue(asked, out var answer)) identifiers[asked] = answer = CounselSources.ByIdentifier(connection, asked);
                    return answer;
                }

                if (!written.TryGetValue(asked, out var target)) return null;

                // A network reference names whom it names, also where the network holds nothing about them: a client's Device, a parent's Patient.
                return contents.ToNetwork(target) ?? (StoredReference.IsNetwork(target) ? target : null);
            }
        }

        return sources;
    }

    // Rows tell which versions; references, because what they lead to may change without them.
    private static string HashOf(RecordContents contents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in contents.Entries)
        {
            if (!CounselSources.IsRead(entry.Stored.Key.Type)) continue;
            hash.AppendData(BitConverter.GetBytes(entry.Stored.Row));
            foreach (var reference in entry.References().Order(StringComparer.Ordinal)) hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{reference}={contents.ToNetwork(reference)}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 12));
    }

    private static string HashOf(Dictionary<string, string?> identifiers) => Convert.ToHexStringLower(SHA256.HashData(
        System.Text.Encoding.UTF8.GetBytes(string.Join('\n', identifiers.OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => $"{i.Key}={i.Value}")))).AsSpan(0, 6));
}
