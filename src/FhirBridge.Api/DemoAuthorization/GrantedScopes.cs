using System.Text;

namespace FhirBridge.Api.DemoAuthorization;

/// <summary>
/// The scopes that an application gets: what it asked for, as far as the person or system may give it
/// (SMART App Launch 2.2, https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html). Pure.
/// </summary>
internal static class GrantedScopes
{
    /// <summary>Scopes about the sign-in itself, which anybody may give.</summary>
    private static readonly string[] SignIn = ["openid", "fhirUser", "offline_access", "online_access"];

    /// <summary>The scopes granted.</summary>
    /// <param name="requested">What was asked for; null or empty asks for all that is allowed (RFC 6749 §3.3).</param>
    /// <param name="allowed">What may be given.</param>
    /// <param name="person">False for a system: no sign-in, so no scopes about one.</param>
    public static string Of(string? requested, string allowed, bool person)
    {
        if (string.IsNullOrWhiteSpace(requested)) return allowed;
        var may = Split(allowed);
        var granted = new List<string>();
        foreach (var scope in Split(requested))
        {
            if ((person && SignIn.Contains(scope)) || may.Contains(scope)) granted.Add(scope);
            else if (Clinical.Parse(scope) is { } asked)
                granted.AddRange(may.Select(Clinical.Parse).OfType<Clinical>().Select(m => asked.And(m, scope)).OfType<string>());
        }

        return string.Join(' ', granted.Distinct(StringComparer.Ordinal));
    }

    /// <summary>The scopes of a space-separated list.</summary>
    public static string[] Split(string scopes) => scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>A scope on resources: <c>patient/Observation.rs?category=…</c>; v1's <c>.read</c>, <c>.write</c> and <c>.*</c> are <c>rs</c>, <c>cud</c> and <c>cruds</c>.</summary>
    private sealed record Clinical(string Context, string Type, string Actions, string? Query)
    {
        private const string All = "cruds";

        public static Clinical? Parse(string scope)
        {
            var slash = scope.IndexOf('/');
            var query = scope.IndexOf('?');
            var dot = scope.LastIndexOf('.', query < 0 ? scope.Length - 1 : query);
            if (slash <= 0 || dot <= slash + 1) return null;
            var (context, type, actions) = (scope[..slash], scope[(slash + 1)..dot], scope[(dot + 1)..(query < 0 ? scope.Length : query)]);
            if (context is not ("patient" or "user" or "system") || (type != "*" && !type.All(char.IsAsciiLetter))) return null;
            actions = actions switch { "read" => "rs", "write" => "cud", "*" => All, _ => actions };
            // Any order but "cruds" with letters left out is not a scope (SMART 2.2 §scopes).
            return actions.Length > 0 && IsInOrder(actions) ? new Clinical(context, type, actions, query < 0 ? null : scope[(query + 1)..]) : null;
        }

        /// <summary>What both allow, in the words of the request where it is allowed whole; null when nothing.</summary>
        public string? And(Clinical may, string asWritten)
        {
            if (Context != may.Context || (Type != "*" && may.Type != "*" && Type != may.Type)) return null;
            var actions = string.Concat(All.Where(a => Actions.Contains(a) && may.Actions.Contains(a)));
            if (actions.Length == 0) return null;
            var type = Type == "*" ? may.Type : Type;
            var query = Query is null || Query == may.Query ? may.Query : may.Query is null ? Query : $"{Query}&{may.Query}";
            if (actions == Actions && type == Type && query == Query) return asWritten;
            var text = new StringBuilder().Append(Context).Append('/').Append(type).Append('.').Append(actions);
            return (query is null ? text : text.Append('?').Append(query)).ToString();
        }

        private static bool IsInOrder(string actions)
        {
            var at = 0;
            foreach (var action in actions)
            {
                at = All.IndexOf(action, at) + 1;
                if (at == 0) return false;
            }

            return true;
        }
    }
}
