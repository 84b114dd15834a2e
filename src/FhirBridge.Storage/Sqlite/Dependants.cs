using FhirBridge.Consent;

namespace FhirBridge.Storage.Sqlite;

/// <summary>Whether a member's Patient contribution may go: others of the member may hang on it.</summary>
internal static class Dependants
{
    internal static bool Exist(Connection connection, ContributionKey patient)
    {
        using var own = connection.Get("SELECT record FROM contribution WHERE contributor = ?1 AND type = ?2 AND local_id = ?3 AND deleted = 0");
        if (!own.Bind(1, patient.Contributor).Bind(2, patient.Type).Bind(3, patient.LocalId).Step() || own.TextOrNull(0) is not { } record) return false;
        var network = new RecordId(record).Reference;
        var others = new List<RecordFacts>();
        using var s = connection.Get("SELECT facts FROM contribution WHERE record = ?1 AND contributor = ?2 AND deleted = 0 AND NOT (type = ?3 AND local_id = ?4)");
        s.Bind(1, record).Bind(2, patient.Contributor).Bind(3, patient.Type).Bind(4, patient.LocalId);
        while (s.Step()) others.Add(RecordFactsCodec.Read(s.Blob(0)));

        // By its own address; or by the record's, which stands for this Patient when the member has no other in the record.
        var isOnly = !others.Exists(f => f.Type == "Patient");
        return others.Exists(f => Names(f, patient.StoredReference) || (isOnly && Names(f, network)));
    }

    private static bool Names(RecordFacts facts, string reference) => facts.Patients.Contains(reference) || facts.References.Contains(reference);
}
