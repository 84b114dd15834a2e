using System.Text.Json;
using FhirBridge.Fhir;

namespace FhirBridge.Storage.Sqlite;

/// <summary>Makes what counsel compiles out of contributions and their bytes.</summary>
internal static class CounselSources
{
    /// <summary>Types that counsel reads.</summary>
    internal static bool IsRead(string type) => type is "Consent" or "CareTeam" or "RelatedPerson" or "Group" or "PractitionerRole";

    /// <summary>The resource of a contribution; an element that does not exist when its bytes cannot be read, which grants nothing.</summary>
    internal static FhirElement Resource(Contribution c, ContributionBody body)
    {
        var head = System.Text.Encoding.UTF8.GetBytes($"{{\"resourceType\":\"{c.Key.Type}\",\"id\":\"{c.Key.LocalId}\"");
        var whole = new byte[head.Length + body.Rest.Length];
        head.CopyTo(whole, 0);
        body.Rest.CopyTo(whole.AsMemory(head.Length));
        return FhirJson.ReadTrusted(whole) is { IsOk: true, Value: var tree } ? tree.Root : default;
    }

    /// <summary>What references inside of the resource are asked for as, each with its stored form: the text as written, without version.</summary>
    internal static Dictionary<string, string> Written(ContributionBody body)
    {
        var written = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var slot in body.Slots)
        {
            var reader = new Utf8JsonReader(body.Rest.Span.Slice(slot.Start, slot.Length), isFinalBlock: true, state: default);
            if (!reader.Read() || reader.TokenType != JsonTokenType.String) continue;
            var text = reader.GetString()!;
            var history = text.IndexOf("/_history/", StringComparison.Ordinal);
            written[history < 0 ? text : text[..history]] = slot.Target;
        }

        return written;
    }

    /// <summary>
    /// Network reference of a business identifier, asked for as <c>{type}?identifier={system}|{value}</c>; null when it leads nowhere or to several.
    /// </summary>
    internal static string? ByIdentifier(Connection connection, string asked)
    {
        var question = asked.IndexOf("?identifier=", StringComparison.Ordinal);
        var bar = asked.IndexOf('|', question + 1);
        if (question < 0 || bar < 0) return null;
        var (type, codeSystem, value) = (asked[..question], asked[(question + 12)..bar], asked[(bar + 1)..]);
        string? found = null;
        using var s = connection.Get("SELECT DISTINCT scope, target FROM claim WHERE value = ?1 AND system = ?2 AND scope = ?3");
        using var any = connection.Get("SELECT DISTINCT scope, target FROM claim WHERE value = ?1 AND system = ?2 AND scope IN ('Organization', 'Practitioner', 'PractitionerRole', 'Patient', 'RelatedPerson', 'CareTeam', 'Group', 'Device')");
        var answer = type.Length > 0 ? s.Bind(1, value).Bind(2, codeSystem).Bind(3, type) : any.Bind(1, value).Bind(2, codeSystem);
        while (answer.Step())
        {
            if (found is not null) return null;
            found = $"{answer.Text(0)}/{answer.Text(1)}";
        }

        return found;
    }
}
