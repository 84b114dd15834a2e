using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Sqlite;

/// <summary>The tables that hold index values.</summary>
internal enum IndexTable
{
    /// <summary><c>ix_token</c>: code in upper case, so that comparing without regard to case is comparing bytes.</summary>
    Token,

    /// <summary><c>ix_string</c>: folded text.</summary>
    Text,

    /// <summary><c>ix_target</c>: references and uris.</summary>
    Target,

    /// <summary><c>ix_range</c>: dates (UTC ticks), numbers and quantities as doubles.</summary>
    Range,
}

/// <summary>One row of an index table, without parameter number and contribution.</summary>
internal readonly record struct IndexRow(IndexTable Table, string Parameter, string Text, string System, double Low, double High)
{
    /// <summary>
    /// The rows of an index. They may find more than <see cref="QueryMatcher"/> does, never less: components of composites, the display of tokens
    /// and what is contained have none, because searches by them are rare and rows are written for ever.
    /// </summary>
    internal static HashSet<IndexRow> Of(SearchIndex index)
    {
        var rows = new HashSet<IndexRow>();
        foreach (var entry in index.Entries)
        {
            if (entry.Group >= 0 || entry.Parameter.Contains('$') || entry.Parameter.StartsWith('#')) continue;
            switch (entry.Type)
            {
                case SearchParameterType.Token when entry.Value is not null || entry.System is not null:
                    rows.Add(Token(entry.Parameter, entry.Value, entry.System));
                    break;
                case SearchParameterType.String when entry.Folded is not null:
                    rows.Add(new IndexRow(IndexTable.Text, entry.Parameter, entry.Folded, "", 0, 0));
                    break;
                case SearchParameterType.Reference or SearchParameterType.Uri:
                    if (entry.Value is not null) rows.Add(new IndexRow(IndexTable.Target, entry.Parameter, entry.Value, "", 0, 0));
                    if (entry.Type == SearchParameterType.Reference && entry.Folded is { } identifier) rows.Add(OfIdentifier(entry.Parameter, identifier));
                    break;
                case SearchParameterType.Date or SearchParameterType.Number or SearchParameterType.Quantity:
                    rows.Add(new IndexRow(IndexTable.Range, entry.Parameter, "", "", (double)entry.Low, (double)entry.High));
                    break;
            }
        }

        return rows;
    }

    /// <summary>A code as it stands in <c>ix_token</c>.</summary>
    internal static string Code(string? code) => code?.ToUpperInvariant() ?? "";

    private static IndexRow Token(string parameter, string? code, string? system) => new(IndexTable.Token, parameter, Code(code), system ?? "", 0, 0);

    // The identifier of a reference, "system|value".
    private static IndexRow OfIdentifier(string parameter, string identifier)
    {
        var bar = identifier.IndexOf('|');
        return bar < 0 ? Token(parameter, identifier, null) : Token(parameter, identifier[(bar + 1)..], identifier[..bar]);
    }
}
