using System.Globalization;

namespace FhirBridge.Fhir;

/// <summary>A value set, read once: what it includes and excludes, and its stored expansion. Spec: https://hl7.org/fhir/R4/valueset.html#compose.</summary>
internal sealed class ValueSetContent
{
    internal ValueSetContent(FhirElement source)
    {
        Url = source.Text("url") ?? "";
        var compose = source["compose"];
        ActiveOnly = compose.Text("inactive") == "false";
        Includes = [.. compose.Children("include").Select(i => new ValueSetPart(i))];
        Excludes = [.. compose.Children("exclude").Select(i => new ValueSetPart(i))];
        Expansion = source["expansion"] is { Exists: true } expansion ? new StoredExpansion(expansion) : null;
    }

    /// <summary>All codes of a system, where only the system says what the value set's canonical is.</summary>
    internal ValueSetContent(string url, string system)
    {
        Url = url;
        Includes = [new ValueSetPart(system)];
        Excludes = [];
    }

    internal string Url { get; }

    /// <summary>True when inactive concepts are left out.</summary>
    internal bool ActiveOnly { get; }

    internal IReadOnlyList<ValueSetPart> Includes { get; }

    internal IReadOnlyList<ValueSetPart> Excludes { get; }

    internal StoredExpansion? Expansion { get; }
}

/// <summary>One include or exclude: codes of a system that are also in all the value sets named.</summary>
internal sealed class ValueSetPart
{
    internal ValueSetPart(string system)
    {
        System = system;
        Codes = [];
        Filters = [];
        ValueSets = [];
    }

    internal ValueSetPart(FhirElement part)
    {
        System = part.Text("system");
        Version = part.Text("version");
        Codes = new(part.Children("concept").Select(c => c.Text("code")).OfType<string>(), StringComparer.Ordinal);
        Filters = [.. part.Children("filter").Select(f => new ConceptFilter(f.Text("property") ?? "", f.Text("op") ?? "", f.Text("value") ?? ""))];
        ValueSets = [.. part.Children("valueSet").Select(v => v.Value).OfType<string>()];
    }

    internal string? System { get; }

    /// <summary>Version of the system; null when any will do.</summary>
    internal string? Version { get; }

    /// <summary>The codes listed; none when the filters, or nothing, choose among all of the system.</summary>
    internal HashSet<string> Codes { get; }

    internal IReadOnlyList<ConceptFilter> Filters { get; }

    internal IReadOnlyList<string> ValueSets { get; }
}

/// <summary>An expansion that came with the value set.</summary>
internal sealed class StoredExpansion
{
    internal StoredExpansion(FhirElement expansion)
    {
        var listed = 0;
        Add(expansion, ref listed);

        // A page of an expansion, or one that was cut, says nothing of the codes that are not in it.
        IsComplete = (expansion.Text("offset") ?? "0") == "0"
            && (expansion.Text("total") is not { } total || total == listed.ToString(CultureInfo.InvariantCulture))
            && !expansion.Children("extension").Any(x => x.Text("url") is "http://hl7.org/fhir/StructureDefinition/valueset-unclosed" or "http://hl7.org/fhir/StructureDefinition/valueset-toocostly");
    }

    internal HashSet<Coding> Codings { get; } = [];

    internal bool IsComplete { get; }

    private void Add(FhirElement around, ref int listed)
    {
        foreach (var item in around.Children("contains"))
        {
            listed++;

            // An abstract entry is there to find others by.
            if (item.Text("code") is { } code && item.Text("abstract") != "true") Codings.Add(new Coding(item.Text("system"), code));
            Add(item, ref listed);
        }
    }
}
