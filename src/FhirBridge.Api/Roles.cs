namespace FhirBridge.Api;

/// <summary>Role codes of tokens (contract.md, Tokens), system <c>https://fhirbridge.org/CodeSystem/role</c>.</summary>
public static class Roles
{
    /// <summary>May write Consents for patients.</summary>
    public const string ConsentRecorder = "consent-recorder";

    /// <summary>Reads the journal of records, resolves quarantined consents.</summary>
    public const string PrivacyOfficer = "privacy-officer";

    /// <summary>Sees <c>meta.security</c> on <c>/fhir</c>.</summary>
    public const string LabelReader = "label-reader";
}
