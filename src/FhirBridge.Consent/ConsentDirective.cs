namespace FhirBridge.Consent;

/// <summary>A Consent in its compiled form (consent.md §3–§6): made once per consent version.</summary>
public sealed class ConsentDirective
{
    /// <summary>Reference of the consent.</summary>
    public required string Reference { get; init; }
}
