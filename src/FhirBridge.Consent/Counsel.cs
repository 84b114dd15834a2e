namespace FhirBridge.Consent;

/// <summary>What is asked for: the action (consent.md §5.3) and the instant.</summary>
/// <param name="Action">Code of http://terminology.hl7.org/CodeSystem/consentaction: <c>access</c>, <c>collect</c>, <c>correct</c>, <c>disclose</c>, <c>use</c>.</param>
/// <param name="Now">Server time.</param>
/// <param name="Options">The network's choices.</param>
public sealed record AccessRequest(string Action, DateTimeOffset Now, ConsentOptions Options);
