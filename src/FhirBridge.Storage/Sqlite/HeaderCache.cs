using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Sqlite;

/// <summary>
/// Headers of contributions that were decoded lately: those read again and again are decoded once. A row number names one version for ever; only its index
/// may be made anew, which its stamp tells. One for each vault.
/// </summary>
internal sealed class HeaderCache
{
    private const int Places = 8_192;
    private readonly Contribution?[] kept = new Contribution?[Places];

    /// <summary>The header of the row that the statement stands on; its columns begin as <see cref="Columns.Header"/>.</summary>
    internal Contribution Read(Statement s)
    {
        var row = Columns.Row(s.Int64(0), s.Int64(6));
        ref var place = ref kept[(int)((ulong)(Columns.Id(row) * 31 + Columns.VersionOf(row)) % Places)];
        if (place is { } known && known.Row == row && known.Index.Stamp == SearchIndexCodec.ReadStamp(s.Blob(Columns.Index))) return known;
        var read = Columns.Contribution(s);
        place = read;
        return read;
    }
}
