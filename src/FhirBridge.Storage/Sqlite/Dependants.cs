using FhirBridge.Consent;

namespace FhirBridge.Storage.Sqlite;

/// <summary>
/// Whether a member's Patient contribution may go: others of the member may hang on it. Asked before a write is prepared, and again within the
/// writer's transaction, where nobody comes in between.
/// </summary>
internal static class Dependants
{
    internal static bool Exist(Connection connection, ContributionKey patient)
    {
        using var own = connection.Get("SELECT record FROM contribution WHERE contributor = ?1 AND type = ?2 AND local_id = ?3 AND deleted = 0");
        if (!own.Bind(1, patient.Contributor).Bind(2, patient.Type).Bind(3, patient.LocalId).Step() || own.TextOrNull(0) is not { } record) return false;
        return HangOn(connection, patient, new RecordId(record));
    }

    /// <summary>True when others of the member hang on its Patient in the record, be that deleted or not.</summary>
    internal static bool HangOn(Connection connection, ContributionKey patient, RecordId recordId)
    {
        var (record, network) = (recordId.Value, recordId.Reference);
        var others = new List<RecordFacts>();
        using var s = connection.Get("SELECT facts FROM contribution WHERE record = ?1 AND contributor = ?2 AND deleted = 0 AND NOT (type = ?3 AND local_id = ?4)");
        s.Bind(1, record).Bind(2, patient.Contributor).Bind(3, patient.Type).Bind(4, patient.LocalId);
        while (s.Step()) others.Add(RecordFactsCodec.Read(s.Blob(0)));

        // By its own address; or by the record's, which stands for this Patient when the member has no other in the record.
        var isOnly = !others.Exists(f => f.Type == "Patient");
        return others.Exists(f => Names(f, patient.StoredReference) || (isOnly && Names(f, network)));
    }

    /// <summary>True when a contribution names a Patient of which a tombstone is left.</summary>
    internal static bool LeanOnTombstone(Connection connection, RecordFacts facts)
    {
        const string Middle = "/Patient/";
        foreach (var patient in facts.Patients)
        {
            var at = patient.LastIndexOf(Middle, StringComparison.Ordinal);
            if (at <= 0) continue;
            using var s = connection.Get("SELECT 1 FROM contribution WHERE contributor = ?1 AND type = 'Patient' AND local_id = ?2 AND deleted = 1");
            if (s.Bind(1, patient[..at]).Bind(2, patient[(at + Middle.Length)..]).Step()) return true;
        }

        return false;
    }

    private static bool Names(RecordFacts facts, string reference) => facts.Patients.Contains(reference) || facts.References.Contains(reference);
}
