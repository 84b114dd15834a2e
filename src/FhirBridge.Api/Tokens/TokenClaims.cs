using System.Collections.Immutable;
using System.Text.Json;
using FhirBridge.Consent;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Tokens;

/// <summary>
/// Reads the claims of contract.md from the payload of a token, and no others. A claim in a form that the contract does not know is as if it were
/// absent: nothing is granted because of it, and denies that state a purpose match a token without one (consent.md §5.4).
/// Specifications: IHE IUA 2.3 (ITI-71, JWT extensions), HL7 UDAP Security 1 (B2B extension), SMART App Launch 2.2 (scopes, fhirUser, patient).
/// </summary>
internal static class TokenClaims
{
    /// <summary>System of a purpose of use given as a bare code.</summary>
    public const string ActReason = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

    /// <summary>System of role codes.</summary>
    public const string RoleSystem = "https://fhirbridge.org/CodeSystem/role";

    // UDAP writes the code system of a purpose as its OID.
    private const string ActReasonOid = "urn:oid:2.16.840.1.113883.5.8";

    /// <summary>The claims; null when the payload is not an object, has no <c>exp</c>, or names neither a subject nor a client.</summary>
    public static ValidatedToken? Read(ReadOnlyMemory<byte> payload)
    {
        using var document = JsonDocument.Parse(payload);
        var claims = document.RootElement;
        if (claims.ValueKind != JsonValueKind.Object) return null;
        var client = Text(claims, "client_id") ?? Text(claims, "azp") ?? "";
        var subject = Text(claims, "sub") ?? client;
        if (subject.Length == 0 || Instant(claims, "exp") is not { } expires) return null;
        var extensions = Extensions(claims);
        return new ValidatedToken
        {
            Issuer = Text(claims, "iss") ?? "",
            Subject = subject,
            ClientId = client,
            Expires = expires,
            NotBefore = Instant(claims, "nbf"),
            TokenId = Text(claims, "jti"),
            Scopes = SmartScopes.Parse(Scope(claims)),
            FhirUser = Text(claims, "fhirUser"),
            Patient = Text(claims, "patient"),
            Organizations = [.. extensions.Select(e => Text(e.Value, e.Organization)).OfType<string>().Distinct(StringComparer.Ordinal)],
            Purposes = [.. extensions.SelectMany(e => Items(e.Value, "purpose_of_use")).Select(Purpose).OfType<Coding>().Distinct()],
            Roles = [.. extensions.Where(e => e.Roles).SelectMany(e => Items(e.Value, "subject_role")).Select(Role).OfType<string>()],
        };
    }

    /// <summary>Both extensions where they are present, with the name that each has for the organisation.</summary>
    private static List<(JsonElement Value, string Organization, bool Roles)> Extensions(JsonElement claims)
    {
        var found = new List<(JsonElement, string, bool)>(2);
        if (!claims.TryGetProperty("extensions", out var extensions) || extensions.ValueKind != JsonValueKind.Object) return found;
        if (extensions.TryGetProperty("ihe_iua", out var iua) && iua.ValueKind == JsonValueKind.Object) found.Add((iua, "subject_organization_id", true));
        if (extensions.TryGetProperty("hl7-b2b", out var b2b) && b2b.ValueKind == JsonValueKind.Object) found.Add((b2b, "organization_id", false));
        return found;
    }

    private static string Scope(JsonElement claims)
    {
        if (!claims.TryGetProperty("scope", out var scope)) return "";
        return scope.ValueKind switch
        {
            JsonValueKind.String => scope.GetString()!,
            JsonValueKind.Array => string.Join(' ', scope.EnumerateArray().Where(s => s.ValueKind == JsonValueKind.String).Select(s => s.GetString())),
            _ => "",
        };
    }

    private static Coding? Purpose(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return Text(value, "code") is { } code ? new Coding(System(Text(value, "system")), code) : null;
        if (value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: > 0 } text) return null;
        // UDAP: "urn:oid:2.16.840.1.113883.5.8#TREAT".
        var hash = text.LastIndexOf('#');
        return hash > 0 && hash < text.Length - 1 ? new Coding(System(text[..hash]), text[(hash + 1)..]) : new Coding(ActReason, text);

        static string System(string? system) => system is null or ActReasonOid or "2.16.840.1.113883.5.8" ? ActReason : system;
    }

    private static string? Role(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when value.GetString() is { Length: > 0 } code => code,
        JsonValueKind.Object when Text(value, "system") is null or RoleSystem => Text(value, "code"),
        _ => null,
    };

    private static string? Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>The values of an array, or the single value that stands in its place.</summary>
    private static ImmutableArray<JsonElement> Items(JsonElement owner, string name) =>
        !owner.TryGetProperty(name, out var value) ? []
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()]
        : [value];

    /// <summary>Seconds since 1970, possibly with a fraction (RFC 7519 §2, NumericDate).</summary>
    private static DateTimeOffset? Instant(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 253402300800
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;
}
