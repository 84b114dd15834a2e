namespace FhirBridge.Consent;

/// <summary>The SMART scopes of a token (https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html).</summary>
public sealed class SmartScopes
{
    private readonly string text;

    private SmartScopes(string text) => this.text = text;

    /// <summary>Reads a <c>scope</c> claim; scopes that are not SMART resource scopes are kept and grant nothing.</summary>
    public static SmartScopes Parse(string scope) => new(scope);

    /// <inheritdoc/>
    public override string ToString() => text;
}
