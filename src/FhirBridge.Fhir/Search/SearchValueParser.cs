namespace FhirBridge.Fhir.Search;

/// <summary>Reads one value of a search parameter by the parameter's type and modifier; answers what is wrong with it otherwise.</summary>
internal static class SearchValueParser
{
    private static readonly string[] Prefixes = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"];

    /// <summary>Splits at the separator where it is not escaped by <c>\</c>. Spec: https://hl7.org/fhir/R4/search.html#escaping.</summary>
    internal static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == separator)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    /// <summary>True when each backslash stands before one of the characters that it may take the meaning of: "the parameter value <c>xx\xx</c> is illegal".</summary>
    internal static bool IsEscapedWell(string text)
    {
        for (var i = text.IndexOf('\\'); i >= 0 && i < text.Length; i = text.IndexOf('\\', i + 2))
        {
            if (i + 1 == text.Length || text[i + 1] is not (',' or '$' or '|' or '\\')) return false;
            if (i + 2 >= text.Length) return true;
        }

        return true;
    }

    /// <summary>Takes the escapes <c>\, \$ \| \\</c> away; any other backslash stands for itself.</summary>
    internal static string Unescape(string text)
    {
        if (!text.Contains('\\')) return text;
        var result = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is ',' or '$' or '|' or '\\') i++;
            result.Append(text[i]);
        }

        return result.ToString();
    }

    /// <summary>The value, or null and what is wrong.</summary>
    internal static SearchValue? Parse(SearchParameterInfo parameter, SearchModifier modifier, string? targetType, string raw, SearchParseOptions options, out string error)
    {
        error = "";
        if (modifier == SearchModifier.Missing) return Missing(raw, out error);
        error = "a backslash stands before ',', '|', '$' or another backslash";
        if (!IsEscapedWell(raw)) return null;
        error = "";
        switch (parameter.Type)
        {
            case SearchParameterType.String when modifier == SearchModifier.Text: return Words(raw, out error);
            case SearchParameterType.String: return String(raw);
            case SearchParameterType.Token when modifier == SearchModifier.Text: return String(raw);
            case SearchParameterType.Token when modifier == SearchModifier.OfType: return OfType(raw, out error);
            case SearchParameterType.Token when modifier is SearchModifier.In or SearchModifier.NotIn: return ValueSet(raw, options, out error);
            case SearchParameterType.Token when modifier is SearchModifier.Above or SearchModifier.Below: return Hierarchy(raw, modifier, options, out error);
            case SearchParameterType.Token: return Token(raw, out error);
            case SearchParameterType.Reference when modifier == SearchModifier.Identifier: return Token(raw, out error);
            case SearchParameterType.Reference when modifier is SearchModifier.Above or SearchModifier.Below && IsCanonical(raw, options.BaseUrl): return Canonical(raw, modifier, out error);
            case SearchParameterType.Reference: return Reference(raw, parameter, targetType, options.BaseUrl, out error);
            case SearchParameterType.Date: return Date(raw, options.Now, out error);
            case SearchParameterType.Number: return Number(raw, out error);
            case SearchParameterType.Quantity: return Quantity(raw, out error);
            case SearchParameterType.Uri: return new UriValue(raw, Unescape(raw));
            case SearchParameterType.Composite: return Composite(parameter, raw, options, out error);
            default: return Distance.Parse(raw, out error);
        }
    }

    private static MissingValue? Missing(string raw, out string error)
    {
        error = "':missing' takes 'true' or 'false'";
        return raw is "true" or "false" ? new MissingValue(raw, raw == "true") : null;
    }

    private static StringValue String(string raw)
    {
        var text = Unescape(raw);
        return new StringValue(raw, text, SearchText.Fold(text));
    }

    /// <summary>Words and what joins them.</summary>
    internal static TextSearchValue? Words(string raw, out string error)
    {
        error = "a backslash stands before ',', '|', '$' or another backslash";
        return IsEscapedWell(raw) && TextQuery.Parse(Unescape(raw), out error) is { } query ? new TextSearchValue(raw, query) : null;
    }

    private static TokenValue? Token(string raw, out string error)
    {
        error = "a token is 'code', 'system|code', '|code' or 'system|'";
        var parts = Split(raw, '|');
        if (parts.Count == 1) return new TokenValue(raw, null, Unescape(raw));
        if (parts.Count > 2 || (parts[0].Length == 0 && parts[1].Length == 0)) return null;
        return new TokenValue(raw, Unescape(parts[0]), parts[1].Length == 0 ? null : Unescape(parts[1]));
    }

    private static ConceptValue? ValueSet(string raw, SearchParseOptions options, out string error)
    {
        var canonical = Unescape(raw);
        error = "the value set is not known here";
        return ConceptQuestions.In(options.Definitions.Terminology, raw, canonical);
    }

    private static ConceptValue? Hierarchy(string raw, SearchModifier modifier, SearchParseOptions options, out string error)
    {
        if (Token(raw, out error) is not { } token) return null;
        error = token.Code is null ? "':above' and ':below' take a code" : $"the code system '{Shown.Text(token.System ?? "")}' is not known here";
        return ConceptQuestions.Subsumed(options.Definitions.Terminology, token, modifier == SearchModifier.Above);
    }

    private static IdentifierTypeValue? OfType(string raw, out string error)
    {
        error = "':of-type' takes 'system|code|value', all three present";
        var parts = Split(raw, '|');
        return parts.Count == 3 && parts.TrueForAll(p => p.Length > 0)
            ? new IdentifierTypeValue(raw, Unescape(parts[0]), $"{Unescape(parts[1])}|{Unescape(parts[2])}")
            : null;
    }

    private static ReferenceValue? Reference(string raw, SearchParameterInfo parameter, string? targetType, string? ownBase, out string error)
    {
        error = "";
        var text = Unescape(raw);
        var literal = FhirReference.Parse(text);
        if (literal is null)
        {
            return FhirId.IsValid(text) ? new ReferenceValue(raw, text, null, targetType, text) { IsOnlyType = IsOnly(targetType) } : new ReferenceValue(raw, text, null, null, null);
        }

        if (literal.Version is not null) error = "a reference to a version cannot be searched; leave '/_history/…' out";
        if (targetType is not null && literal.Type != targetType) error = $"the reference is not to a {targetType}";
        var isOwn = literal.Base is null || string.Equals(literal.Base, ownBase, StringComparison.Ordinal);
        return error.Length > 0 ? null : new ReferenceValue(raw, isOwn ? literal.Local : text, isOwn ? null : literal.Base, literal.Type, literal.Id)
        {
            IsOnlyType = isOwn && IsOnly(literal.Type),
        };

        bool IsOnly(string? type) => parameter.Targets is [var only] && only == type;
    }

    // Resources of this server have a hierarchy; what has an address elsewhere, or a version, is a canonical.
    private static bool IsCanonical(string raw, string? ownBase)
    {
        var text = Unescape(raw);
        return text.Contains('|') || (text.Contains(':') && (FhirReference.Parse(text) is not { } literal || literal.Base != ownBase));
    }

    private static CanonicalValue? Canonical(string raw, SearchModifier modifier, out string error)
    {
        error = "a canonical has versions below it, and nothing above";
        var (url, version) = UriComparison.Split(Unescape(raw));
        return modifier == SearchModifier.Below ? new CanonicalValue(raw, url, version) : null;
    }

    private static SearchPrefix Prefix(ref string text)
    {
        var index = text.Length < 2 ? -1 : Array.IndexOf(Prefixes, text[..2]);
        if (index < 0) return SearchPrefix.Eq;
        text = text[2..];
        return (SearchPrefix)index;
    }

    internal static DateValue? Date(string raw, DateTimeOffset? now, out string error)
    {
        error = "a date is 'yyyy', 'yyyy-mm', 'yyyy-mm-dd' or 'yyyy-mm-ddThh:mm[:ss[.fff]][Z|±hh:mm]', with one of the prefixes eq ne gt lt ge le sa eb ap before it";
        var text = raw;
        var prefix = Prefix(ref text);
        if (!DateInterval.TryParse(text, out var date)) return null;
        var tenth = prefix == SearchPrefix.Ap && now is { } instant ? Math.Abs(instant.UtcTicks - date.Low) / 10 : 0;
        return new DateValue(raw, prefix, date.Low - tenth, date.High + tenth);
    }

    private static NumberValue? Number(string raw, out string error)
    {
        error = "a number is digits with an optional sign, decimal point and exponent, with one of the prefixes eq ne gt lt ge le sa eb ap before it";
        var text = raw;
        var prefix = Prefix(ref text);
        return SearchNumber.TryParse(text, out var n) ? Widened(raw, prefix, n) : null;
    }

    private static NumberValue? Quantity(string raw, out string error)
    {
        error = "a quantity is 'number', 'number|system|code' or 'number||code', with one of the prefixes eq ne gt lt ge le sa eb ap before the number";
        var parts = Split(raw, '|');
        if (parts.Count > 3) return null;
        var text = parts[0];
        var prefix = Prefix(ref text);
        if (!SearchNumber.TryParse(text, out var n)) return null;
        var system = parts.Count > 1 && parts[1].Length > 0 ? Unescape(parts[1]) : null;
        var unit = parts.Count > 2 && parts[2].Length > 0 ? Unescape(parts[2]) : null;
        return Widened(raw, prefix, n, system, unit);
    }

    private static NumberValue Widened(string raw, SearchPrefix prefix, SearchNumber n, string? system = null, string? unit = null)
    {
        var tenth = prefix == SearchPrefix.Ap ? Math.Abs(n.Value / 10) : 0;
        return tenth == 0
            ? new NumberValue(raw, prefix, n.Value, n.Low, n.High, system, unit)
            : new NumberValue(raw, prefix, n.Value, Math.Min(n.Low, n.Value - tenth), Math.Max(n.High, n.Value + tenth), system, unit);
    }

    private static CompositeValue? Composite(SearchParameterInfo parameter, string raw, SearchParseOptions options, out string error)
    {
        error = "";
        var parts = Split(raw, '$');
        if (parts.Count != parameter.Components.Count)
        {
            error = $"{parameter.Components.Count} values separated by '$' are needed";
            return null;
        }

        var values = new List<SearchValue>(parts.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            error = "a component is empty";
            if (parts[i].Length == 0 || Parse(parameter.Components[i].Parameter, SearchModifier.None, null, parts[i], options, out error) is not { } value) return null;
            values.Add(value);
        }

        return new CompositeValue(raw, values);
    }
}
