using System.Collections.Immutable;
using System.Net;

namespace FhirBridge.Api.Configuration;

/// <summary>
/// Reads values of configuration and collects every fault instead of stopping at the first, so that one start tells all that is wrong.
/// An empty value counts as absent: that is how a variable is unset in most deployment tools.
/// </summary>
internal sealed class ConfigurationReader(IConfiguration configuration)
{
    private readonly List<string> errors = [];

    /// <summary>One sentence a fault, each beginning with its key.</summary>
    public IReadOnlyList<string> Errors => errors;

    /// <summary>Notes a fault of a key.</summary>
    public void Fault(string key, string fault) => errors.Add($"{key}: {fault}");

    /// <summary>The value as text; null when absent.</summary>
    public string? Text(string key) => configuration[key] is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;

    /// <summary>True when any value is set under the key.</summary>
    public bool Has(string key) => configuration.GetSection(key).GetChildren().Any();

    /// <summary>The value, <c>true</c> or <c>false</c>.</summary>
    public bool Flag(string key, bool fallback)
    {
        if (Text(key) is not { } text) return fallback;
        if (bool.TryParse(text, out var value)) return value;
        Fault(key, $"'{text}' is not one of: true, false.");
        return fallback;
    }

    /// <summary>One of the names of an enumeration, in any case.</summary>
    public T Choice<T>(string key, T fallback) where T : struct, Enum
    {
        if (Text(key) is not { } text) return fallback;
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), text, StringComparison.OrdinalIgnoreCase)) return value;
        }

        Fault(key, $"'{text}' is not one of: {string.Join(", ", Enum.GetNames<T>())}.");
        return fallback;
    }

    /// <summary>One of the texts allowed, exactly; the first is the default.</summary>
    public string Choice(string key, params ReadOnlySpan<string> allowed)
    {
        if (Text(key) is not { } text) return allowed[0];
        foreach (var value in allowed)
        {
            if (value == text) return value;
        }

        Fault(key, $"'{text}' is not one of: {string.Join(", ", allowed)}.");
        return allowed[0];
    }

    /// <summary>The values <c>{key}:0</c>, <c>{key}:1</c> …, each with its own key.</summary>
    public ImmutableArray<(string Key, string Value)> List(string key)
    {
        if (Text(key) is { } single) Fault(key, $"is a list: write {key}:0 for its first value '{single}'.");
        var values = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var child in configuration.GetSection(key).GetChildren())
        {
            if (!int.TryParse(child.Key, out _)) Fault(child.Path, $"is not a place in the list {key}: write {key}:0, {key}:1 …");
            else if (Text(child.Path) is { } value) values.Add((child.Path, value));
            else Fault(child.Path, "is empty.");
        }

        return values.ToImmutable();
    }

    /// <summary>The places <c>{key}:0</c>, <c>{key}:1</c> … of a list of sections.</summary>
    public IEnumerable<string> Places(string key)
    {
        if (Text(key) is not null) Fault(key, $"is a list: write its first entry under {key}:0.");
        foreach (var child in configuration.GetSection(key).GetChildren())
        {
            if (int.TryParse(child.Key, out _)) yield return child.Path;
            else Fault(child.Path, $"is not a place in the list {key}: write {key}:0, {key}:1 …");
        }
    }

    /// <summary>
    /// An absolute http or https address without query, fragment or credentials; without its trailing slash. <paramref name="secure"/>: http is refused
    /// unless it stays on this machine. Null, with the fault noted, when it is not one.
    /// </summary>
    public string? Address(string key, string text, bool secure)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            Fault(key, $"'{text}' is not an absolute http or https address.");
            return null;
        }

        if (uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            Fault(key, "must have no query, fragment or credentials.");
            return null;
        }

        if (secure && uri.Scheme == Uri.UriSchemeHttp && !IsLoopback(uri))
        {
            Fault(key, $"'{text}' must use https: http is accepted for loopback addresses only.");
            return null;
        }

        return text.TrimEnd('/');
    }

    /// <summary>True when the address stays on this machine.</summary>
    public static bool IsLoopback(Uri uri) => uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    /// <summary>Every key below the section must be known (a mistyped key would silently leave its default in force). <c>*</c> stands for a place in a list.</summary>
    public void OnlyKnownKeys(string section, params ReadOnlySpan<string> known)
    {
        var patterns = known.ToArray().Select(k => k.Split(':')).ToArray();
        Check(configuration.GetSection(section), []);

        void Check(IConfigurationSection at, string[] path)
        {
            foreach (var child in at.GetChildren())
            {
                string[] here = [.. path, child.Key];
                if (patterns.Any(p => Matches(p, here, p.Length))) continue;
                if (patterns.Any(p => p.Length > here.Length && Matches(p, here, here.Length)) && child.GetChildren().Any()) Check(child, here);
                else Fault(child.Path, $"is not a key of this service. Known here: {string.Join(", ", Siblings(path))}.");
            }
        }

        IEnumerable<string> Siblings(string[] path) => patterns.Where(p => p.Length > path.Length && Matches(p, path, path.Length))
            .Select(p => string.Join(':', p.Skip(path.Length)).Replace('*', '0')).Distinct();

        static bool Matches(string[] pattern, string[] path, int length)
        {
            if (path.Length < length) return false;
            for (var i = 0; i < length; i++)
            {
                // A place that is not a number is the list's own fault, told there.
                if (pattern[i] != "*" && !pattern[i].Equals(path[i], StringComparison.OrdinalIgnoreCase)) return false;
            }

            return true;
        }
    }
}
