using FhirBridge.Api.Contributions;
using FhirBridge.Api.ExternalTerminology;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api;

/// <summary>Everything that an interaction works with.</summary>
/// <param name="Vault">The store.</param>
/// <param name="Composed">Composed views, cached.</param>
/// <param name="Pipeline">The path of a contribution into the vault.</param>
/// <param name="Pages">Page tokens.</param>
/// <param name="Consent">The network's choices on consent.</param>
/// <param name="Operator">Id of the Organization that runs the network.</param>
/// <param name="TrustedSystems">Patient identifier systems whose match is certain.</param>
/// <param name="Knowledge">R4, and what the network uses beside it.</param>
/// <param name="Validation">Judges resources.</param>
/// <param name="Terminology">The terminology server of the network; null when there is none.</param>
/// <param name="Renewer">Keeps what is stored indexed by the search parameters there are.</param>
/// <param name="Time">The clock.</param>
public sealed record Bridge(
    IVault Vault,
    ComposedCache Composed,
    ContributionPipeline Pipeline,
    PageTokens Pages,
    ConsentOptions Consent,
    string Operator,
    IReadOnlySet<string> TrustedSystems,
    NetworkKnowledge Knowledge,
    NetworkValidation Validation,
    TerminologyServer? Terminology,
    IndexRenewer Renewer,
    TimeProvider Time)
{
    /// <summary>The definitions now.</summary>
    public Definitions Definitions => Knowledge.Definitions;

    /// <summary>Opens a record for the caller: consents and memberships read, counsel heard, the permitted part taken out of the vault.</summary>
    public async ValueTask<OpenedRecord> OpenAsync(FhirRequest request, RecordId record, CancellationToken cancel, string action = ConsentActions.Access)
    {
        var grant = await GrantAsync(request, record, action, cancel).ConfigureAwait(false);
        var view = await Vault.OpenAsync(grant, cancel).ConfigureAwait(false);
        return new OpenedRecord(this, request, record, view);
    }

    /// <summary>What counsel says of the caller and this record.</summary>
    public async ValueTask<AccessGrant> GrantAsync(FhirRequest request, RecordId record, string action, CancellationToken cancel)
    {
        var snapshot = await Vault.CounselAsync(Counsel.ForSystem(SystemPurpose.Counsel), record, cancel).ConfigureAwait(false);
        return GrantCache.Get(request.Caller, snapshot, new AccessRequest(action, request.Now, Consent));
    }
}

/// <summary>Codes of http://terminology.hl7.org/CodeSystem/consentaction that interactions ask for (consent.md §5.3).</summary>
public static class ConsentActions
{
    /// <summary>Reading.</summary>
    public const string Access = "access";

    /// <summary>Creating.</summary>
    public const string Collect = "collect";

    /// <summary>Updating and deleting.</summary>
    public const string Correct = "correct";
}
