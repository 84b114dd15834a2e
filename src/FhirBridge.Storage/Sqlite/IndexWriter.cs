using FhirBridge.Consent;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Sqlite;

/// <summary>Keeps the index tables and the participants true to the current versions: writes what is new, removes what is gone, leaves what stays.</summary>
internal static class IndexWriter
{
    /// <summary>The index rows of a contribution. A person has no facade, so nobody searches across records by what a person contributed to one.</summary>
    internal static HashSet<IndexRow> Rows(ContributionKey key, bool isOfRecord, SearchIndex index) => isOfRecord && key.Contributor.Contains('/') ? [] : IndexRow.Of(index);

    internal static void Replace(WriteSession session, long id, ContributionKey key, HashSet<IndexRow> before, HashSet<IndexRow> after)
    {
        foreach (var row in before)
        {
            if (!after.Contains(row)) Remove(session.Connection, session.IndexName(key.Contributor, key.Type, row.Parameter), row, id);
        }

        foreach (var row in after)
        {
            if (!before.Contains(row)) Add(session.Connection, session.IndexName(key.Contributor, key.Type, row.Parameter), row, id);
        }
    }

    internal static void ReplaceParticipants(WriteSession session, long id, string? oldRecord, HashSet<string> before, string? record, HashSet<string> after)
    {
        foreach (var reference in before)
        {
            if (oldRecord == record && after.Contains(reference)) continue;
            session.Connection.Get("DELETE FROM participant WHERE reference = ?1 AND record = ?2 AND id = ?3").Bind(1, reference).Bind(2, oldRecord).Bind(3, id).Run();
        }

        foreach (var reference in after)
        {
            if (oldRecord == record && before.Contains(reference)) continue;
            session.Connection.Get("INSERT INTO participant(reference, record, id) VALUES(?1, ?2, ?3)").Bind(1, reference).Bind(2, record).Bind(3, id).Run();
        }
    }

    /// <summary>Stored references of those who take part: team members, performers of activities, owners and authors of plans and goals.</summary>
    internal static HashSet<string> Participants(RecordFacts facts, SearchIndex index)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        if (facts.Type is not ("CareTeam" or "CarePlan" or "Goal" or "Task")) return found;
        foreach (var entry in index.Entries)
        {
            if (entry.Type == SearchParameterType.Reference && entry.System is null && entry.Value is { } value && IsParticipation(facts.Type, entry.Parameter)) found.Add(value);
        }

        if (facts.Type is "CarePlan" or "Goal")
        {
            found.UnionWith(facts.Authors);
            found.Add(facts.Custodian);
        }

        return found;
    }

    private static bool IsParticipation(string type, string parameter) => type switch
    {
        "CareTeam" => parameter == "participant",
        "CarePlan" => parameter == "performer",
        "Task" => parameter is "owner" or "performer",
        _ => false,
    };

    private static void Add(Connection connection, long p, IndexRow row, long id)
    {
        switch (row.Table)
        {
            case IndexTable.Token:
                connection.Get("INSERT INTO ix_token(p, code, id, system) VALUES(?1, ?2, ?3, ?4)").Bind(1, p).Bind(2, row.Text).Bind(3, id).Bind(4, row.System).Run();
                break;
            case IndexTable.Text:
                connection.Get("INSERT INTO ix_string(p, folded, id) VALUES(?1, ?2, ?3)").Bind(1, p).Bind(2, row.Text).Bind(3, id).Run();
                break;
            case IndexTable.Target:
                connection.Get("INSERT INTO ix_target(p, target, id) VALUES(?1, ?2, ?3)").Bind(1, p).Bind(2, row.Text).Bind(3, id).Run();
                break;
            default:
                connection.Get("INSERT INTO ix_range(p, low, high, id) VALUES(?1, ?2, ?3, ?4)").Bind(1, p).Bind(2, row.Low).Bind(3, row.High).Bind(4, id).Run();
                break;
        }
    }

    private static void Remove(Connection connection, long p, IndexRow row, long id)
    {
        switch (row.Table)
        {
            case IndexTable.Token:
                connection.Get("DELETE FROM ix_token WHERE p = ?1 AND code = ?2 AND id = ?3 AND system = ?4").Bind(1, p).Bind(2, row.Text).Bind(3, id).Bind(4, row.System).Run();
                break;
            case IndexTable.Text:
                connection.Get("DELETE FROM ix_string WHERE p = ?1 AND folded = ?2 AND id = ?3").Bind(1, p).Bind(2, row.Text).Bind(3, id).Run();
                break;
            case IndexTable.Target:
                connection.Get("DELETE FROM ix_target WHERE p = ?1 AND target = ?2 AND id = ?3").Bind(1, p).Bind(2, row.Text).Bind(3, id).Run();
                break;
            default:
                connection.Get("DELETE FROM ix_range WHERE p = ?1 AND low = ?2 AND high = ?3 AND id = ?4").Bind(1, p).Bind(2, row.Low).Bind(3, row.High).Bind(4, id).Run();
                break;
        }
    }
}
