using FhirBridge.Consent;
using FhirBridge.Fhir.Search;
using FhirBridge.Storage.Records;
using FhirBridge.Storage.Sqlite;

namespace FhirBridge.Storage;

/// <content>Searching across records, and the directory.</content>
public sealed partial class SqliteVault
{
    /// <inheritdoc/>
    /// <remarks>
    /// Chains, <c>_has</c> and terminology are to be resolved before (<see cref="SearchQuery.Unresolved"/>). References are compared in stored form: map the
    /// query's with <see cref="SearchQuery.MapReferences"/>. <c>_sort</c> other than <c>-_lastUpdated</c> looks at all candidates, and keeps those of the page.
    /// </remarks>
    public ValueTask<SearchPage> SearchAsync(AccessGrant grant, SearchQuery query, PageRequest page, CancellationToken cancel)
    {
        Require(grant, GrantKind.OwnFacade);
        RequireDecidable(query);
        return ReadState(connection => new FacadeSearch(connection, grant.Member!.Value.Value, query, c => PermitsOwn(grant, c), page.Budget).Page(page));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(Contribution Contribution, ContributionBody Body)>> ReadDirectoryAsync(AccessGrant grant, string type, string id, CancellationToken cancel)
    {
        Require(grant, GrantKind.Directory);
        return ReadState(connection => (IReadOnlyList<(Contribution Contribution, ContributionBody Body)>)
            [.. DirectoryReader.Read(connection, type, id).Where(f => PermitsDirectory(grant, f.Contribution))]);
    }

    /// <inheritdoc/>
    /// <remarks><see cref="PageRequest.After"/> is the id of the last entry of the page before. Queries name one type.</remarks>
    public ValueTask<IReadOnlyList<string>> SearchDirectoryAsync(AccessGrant grant, SearchQuery query, PageRequest page, CancellationToken cancel)
    {
        Require(grant, GrantKind.Directory);
        RequireDecidable(query);
        if (query.Types.Count != 1) throw new ArgumentException("a search in the directory names one type", nameof(query));
        return ReadState(connection => new DirectorySearch(connection, query, c => PermitsDirectory(grant, c), page.Budget).Page(query.Types[0], page));
    }

    private static bool PermitsDirectory(AccessGrant grant, Contribution c) => grant.Permits(c.Facts, NoNeighbours.Instance) && ScopeFilter.Permits(grant, c, c.NetworkId);

    private static void RequireDecidable(SearchQuery query)
    {
        if (query.Unresolved().FirstOrDefault() is { } problem) throw new ArgumentException(problem.Diagnostics, nameof(query));
    }

    // Several statements that see one state.
    private ValueTask<T> ReadState<T>(Func<Connection, T> read) => Read(connection =>
    {
        connection.Get("BEGIN").Run();
        var result = read(connection);
        connection.Get("COMMIT").Run();
        return result;
    });
}
