using FhirBridge.Fhir;

namespace FhirBridge.Consent.Directives;

/// <summary>Code systems and codes that consent.md §5 names.</summary>
internal static class Vocabulary
{
    public const string ConsentScope = "http://terminology.hl7.org/CodeSystem/consentscope";
    public const string Action = "http://terminology.hl7.org/CodeSystem/consentaction";
    public const string Confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
    public const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
    public const string ActReason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";
    public const string ParticipationType = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
    public const string RoleCode = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
    public const string ResourceTypes = "http://hl7.org/fhir/resource-types";
    public const string Uri = "urn:ietf:rfc:3986";
    public const string PcfProfiles = "https://profiles.ihe.net/ITI/PCF/";
    public const string PolicyDeny = "https://profiles.ihe.net/ITI/PCF/Policy-deny";
    public const string PolicyBreakGlassOnly = "https://profiles.ihe.net/ITI/PCF/Policy-break-glass-only";
    public const string PolicyBasicNormal = "https://profiles.ihe.net/ITI/PCF/Policy-basic-normal";
    public const string PolicyAllNormal = "https://profiles.ihe.net/ITI/PCF/Policy-all-normal";
    public const string PolicyCareTeamTreat = "https://fhirbridge.org/policy/careteam-treat";

    /// <summary>Ranks of v3-Confidentiality, lowest first: U L M N R V.</summary>
    public const int Normal = 3, Restricted = 4, VeryRestricted = 5;

    private static readonly string[] RoleSystems =
    [
        ParticipationType, RoleCode, "http://terminology.hl7.org/CodeSystem/v3-RoleClass",
        "http://terminology.hl7.org/CodeSystem/contractsignertypecodes", "http://terminology.hl7.org/CodeSystem/extra-security-role-type",
    ];

    // Bit by bit: the protected sensitivities of PCF.
    private static readonly string[] Protected = ["ETH", "ETHUD", "OPIOIDUD", "PSY", "SDV", "HIV"];

    /// <summary>Rank of a confidentiality code; -1 when it is none.</summary>
    public static int Rank(string code) => code switch { "U" => 0, "L" => 1, "M" => 2, "N" => Normal, "R" => Restricted, "V" => VeryRestricted, _ => -1 };

    /// <summary>Bit of a protected sensitivity; 0 when it is none.</summary>
    public static uint Sensitivity(string code) => Array.IndexOf(Protected, code) is >= 0 and var i ? 1u << i : 0;

    /// <summary>The sensitivities that a listed one covers: ETH covers its descendants ETHUD and OPIOIDUD.</summary>
    public static uint Covered(uint listed) => (listed & 1) != 0 ? listed | 0b110 : listed;

    /// <summary>True for an action of consent.md §5.3.</summary>
    public static bool IsAction(string? code) => code is "access" or "collect" or "correct" or "disclose" or "use";

    /// <summary>What an actor's role makes of it; null when the role is not known.</summary>
    public static ActorSide? Side(Coding role)
    {
        if (role.System is null || !RoleSystems.Contains(role.System)) return null;
        return role.Code switch
        {
            "IRCP" or "PRCP" or "GRANTEE" or "HPOWATT" or "DELEGATEE" => ActorSide.Recipient,
            "AUT" or "INF" => ActorSide.Author,
            "CST" or "CUST" => ActorSide.Custodian,
            _ => null,
        };
    }

    /// <summary>True for a relationship that gives legal authority (consent.md §3.5).</summary>
    public static bool IsLegalAuthority(Coding relationship) => relationship is { System: RoleCode, Code: "HPOWATT" or "GUARD" };

    /// <summary>True for the purposes that break the glass (consent.md §11).</summary>
    public static bool IsBreakGlass(Coding purpose) => purpose is { System: ActReason, Code: "BTG" or "ETREAT" };

    /// <summary>True when the policy is one that the network understands (consent.md §3.6).</summary>
    public static bool IsRecognisedPolicy(string policy, ConsentOptions options) =>
        policy is PolicyDeny or PolicyBreakGlassOnly or PolicyBasicNormal or PolicyAllNormal or PolicyCareTeamTreat
        || options.RecognisedPolicies.Contains(policy);
}

/// <summary>What an actor of a provision constrains.</summary>
internal enum ActorSide
{
    /// <summary>The requester.</summary>
    Recipient,

    /// <summary>The author of the data.</summary>
    Author,

    /// <summary>The custodian of the data.</summary>
    Custodian,
}
