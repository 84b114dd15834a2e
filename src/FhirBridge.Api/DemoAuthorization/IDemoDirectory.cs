namespace FhirBridge.Api.DemoAuthorization;

/// <summary>
/// Finds the people of the demo in the network: their ids are known only after the demo was loaded, so personas name them by business identifier.
/// </summary>
public interface IDemoDirectory
{
    /// <summary>The network reference (<c>Patient/abc</c>) of the person with that identifier; null when there is none yet.</summary>
    /// <param name="type">Patient, RelatedPerson or Practitioner.</param>
    /// <param name="system">System of the identifier.</param>
    /// <param name="value">Value of the identifier.</param>
    /// <param name="cancel">Ends the search.</param>
    ValueTask<string?> FindAsync(string type, string system, string value, CancellationToken cancel);
}
