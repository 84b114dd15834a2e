namespace FhirBridge.Storage;

/// <summary>
/// The state of the audit journal's hash chain. A changed, inserted or removed row breaks the chain from there on. Removing the newest rows alone leaves
/// a shorter, sound chain: keep <see cref="Head"/> elsewhere from time to time to notice that too.
/// </summary>
/// <param name="Rows">Sound rows from the start.</param>
/// <param name="FirstBroken">Sequence of the first row that does not follow from those before it; null when the chain is sound.</param>
/// <param name="Head">Hash of the last row in hexadecimal; empty when the chain is broken.</param>
public sealed record AuditVerification(long Rows, long? FirstBroken, string Head)
{
    /// <summary>True when no row was tampered with.</summary>
    public bool IsSound => FirstBroken is null;
}
