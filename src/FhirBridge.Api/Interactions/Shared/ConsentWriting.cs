using FhirBridge.Api.Http;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>Who may write a Consent on <c>/fhir</c>, and what it must be (consent.md §3.5, §13; contract.md, "Whose Consent counts").</summary>
public static class ConsentWriting
{
    private const string RoleCode = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";

    /// <summary>v3 RoleCodes of a legal representative (consent.md §3.5).</summary>
    private static readonly HashSet<string> Representatives = ["HPOWATT", "GUARD"];

    /// <summary>Problems of the Consent and of the caller's authority; empty when it may be written.</summary>
    public static async ValueTask<IReadOnlyList<Problem>> CheckAsync(FhirRequest request, Bridge bridge, FhirElement consent, CancellationToken cancel)
    {
        var patient = new ConsentView(consent).Patient.ToFhirReference();
        if (patient is null || patient.Type != "Patient" || (patient.Base is not null && patient.Base != request.SharedBase))
        {
            return [Problems.ConsentGate.With("a Consent names its patient as a reference to Patient on /fhir", "Consent.patient")];
        }

        var record = new RecordId(patient.Id);
        if (!await HasAuthorityAsync(request, bridge, record, cancel).ConfigureAwait(false))
        {
            return [Problems.Forbidden.With("a Consent is written by the patient, a verified representative, or a user with the role consent-recorder")];
        }

        return ConsentGate.Check(consent);
    }

    private static async ValueTask<bool> HasAuthorityAsync(FhirRequest request, Bridge bridge, RecordId record, CancellationToken cancel)
    {
        if (request.Caller.OwnRecord == record) return true;
        if (request.Caller.Roles.Contains(Roles.ConsentRecorder) && request.Caller.Member is not null) return true;
        if (request.Caller.Person is not { } person || !person.StartsWith("RelatedPerson/", StringComparison.Ordinal)) return false;
        var snapshot = await bridge.Vault.CounselAsync(Counsel.ForSystem(SystemPurpose.Counsel), record, cancel).ConfigureAwait(false);
        return snapshot.Relations.RelatedPersons.Any(r =>
            r.Reference == person && r.Active && r.Verified && r.Period.Covers(request.Now) && r.Patient == record.Reference && r.Relationships.Any(c => c.System == RoleCode && Representatives.Contains(c.Code)));
    }
}
