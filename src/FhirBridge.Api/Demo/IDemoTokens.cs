namespace FhirBridge.Api.Demo;

/// <summary>Access tokens of the demo's persons, as they would get them by signing in. Filled by the demo authorization server.</summary>
public interface IDemoTokens
{
    /// <summary>A bearer token of that persona, with all its scopes.</summary>
    /// <param name="personaKey">Key of a persona: <c>anna</c> ….</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <returns>The token, without the word Bearer. The persona's person must exist in the shared record by now.</returns>
    Task<string> TokenForAsync(string personaKey, CancellationToken cancellation);
}
