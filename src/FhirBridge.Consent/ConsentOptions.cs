using System.Collections.Immutable;

namespace FhirBridge.Consent;

/// <summary>Network-wide choices of consent.md §17, from configuration section <c>Consent</c>.</summary>
public sealed record ConsentOptions
{
    /// <summary>Policy when no consent applies (consent.md §4 L5). Default: deny.</summary>
    public string DefaultPolicy { get; init; } = "https://profiles.ihe.net/ITI/PCF/Policy-deny";

    /// <summary><c>deny-overrides</c> (default) or <c>specific-then-deny</c> (consent.md §7).</summary>
    public string Combining { get; init; } = "deny-overrides";

    /// <summary><c>strict</c> (default) or <c>pcf-any</c> (consent.md §5.8).</summary>
    public string DataPeriod { get; init; } = "strict";

    /// <summary><c>hold</c> (default) or <c>ignore</c> (consent.md §3.3).</summary>
    public string Untyped { get; init; } = "hold";

    /// <summary><c>none</c> (default) or <c>down</c> (consent.md §5.2).</summary>
    public string OrganizationHierarchy { get; init; } = "none";

    /// <summary>When true, a permit counts only when verified (consent.md §3.4). Default false.</summary>
    public bool RequireVerification { get; init; }

    /// <summary>Recognised policy URIs (consent.md §3.6); empty means the PCF policy URIs.</summary>
    public ImmutableArray<string> RecognisedPolicies { get; init; } = [];

    /// <summary>Members whose own (facade) Consents may permit (contract.md). Default: none.</summary>
    public ImmutableArray<string> TrustedSources { get; init; } = [];

    /// <summary>Time zone for date-only period ends. Default Europe/Amsterdam.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;
}
