using System.Globalization;

namespace FhirBridge.Fhir;

/// <summary>
/// What a terminology operation is asked under: the definitions with what the request brings along (<c>tx-resource</c>), versions, languages,
/// supplements. Spec: https://hl7.org/fhir/R4/valueset-operation-expand.html, with parameters that R5 and HL7's terminology servers add.
/// </summary>
internal sealed class TerminologyTerms
{
    private const string ExpansionParameter = "http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter";
    private const string SupplementExtension = "http://hl7.org/fhir/StructureDefinition/valueset-supplement";

    // Each is looked for in the whole value set, or in all maps.
    private const int MaxCodings = 500;

    private readonly FhirElement parameters;
    private readonly LanguageRange? header;
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    internal TerminologyTerms(Definitions definitions, FhirElement parameters, string? acceptLanguage, int? maxCodes = null)
    {
        this.parameters = parameters;
        MaxCodes = Math.Min(maxCodes ?? ValueSetExpansion.MaxCodes, ValueSetExpansion.MaxCodes);
        var own = All("tx-resource").Select(p => p["resource"]).Where(r => r.Exists).ToList();
        if (Parameter("valueSet")["resource"] is { Exists: true } inline && inline.Text("url") is not null) own.Add(inline);
        if (Parameter("codeSystem")["resource"] is { Exists: true } system && system.Text("url") is not null) own.Add(system);
        if (Parameter("conceptMap")["resource"] is { Exists: true } map && map.Text("url") is not null) own.Add(map);
        Definitions = definitions.With(own);
        Maps = [.. own.Where(r => r.Type == "ConceptMap")];
        header = acceptLanguage is null ? null : LanguageRange.Parse(acceptLanguage);
        Languages = Text("displayLanguage") is { } asked ? LanguageRange.Parse(asked) : header;
    }

    internal Definitions Definitions { get; }

    /// <summary>Concept maps that the request brings along.</summary>
    internal IReadOnlyList<FhirElement> Maps { get; }

    /// <summary>Codes in an answer at most, unless a page is asked for.</summary>
    internal int MaxCodes { get; }

    internal Terminology Terminology => Definitions.Terminology;

    /// <summary>Null: any.</summary>
    internal LanguageRange? Languages { get; private set; }

    /// <summary>Supplements in use.</summary>
    internal List<Supplement> Supplements { get; } = [];

    /// <summary>Anything that is wrong with the request as such.</summary>
    /// <param name="now">The past is not answered for: definitions are kept as they are, not as they were.</param>
    internal TerminologyIssue? Fault(DateTimeOffset now)
    {
        if (ParameterCheck.Fault(parameters) is { } fault) return fault;
        if (Text("displayLanguage") is { } asked && LanguageRange.Parse(asked) is null) return TerminologyIssue.Bad($"Invalid displayLanguage: '{asked}'", "INVALID_DISPLAY_NAME", null, "processing", "invalid-display");
        if (Text("context") is not null && Text("url") is null && !Parameter("valueSet").Exists) return TerminologyIssue.Bad("the value set of a context is not looked up: name the value set by url", null, null, "required", null);
        if (Every.Any(p => p["value"].Children("coding").Skip(MaxCodings).Any())) return TerminologyIssue.Bad($"a concept has at most {MaxCodings} codings", null, null, "too-costly", null);
        if (Text("date") is not { } date) return null;
        if (!FhirPrimitive.IsValid("dateTime", date)) return TerminologyIssue.Bad($"date is a dateTime, found '{date}'", null, null, "invalid", null);

        // A day everywhere on earth: today there may still be yesterday here.
        var earliest = now.AddHours(-14).UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return string.CompareOrdinal(date, 0, earliest, 0, Math.Min(date.Length, earliest.Length)) < 0
            ? TerminologyIssue.Bad($"what value sets and code systems were on {date} is not known here: only the present is answered for", null, null, "not-supported", null) : null;
    }

    internal FhirElement Parameter(string name) => All(name).FirstOrDefault();

    internal IEnumerable<FhirElement> All(string name) => parameters.Children("parameter").Where(p => p.Text("name") == name);

    internal IEnumerable<FhirElement> Every => parameters.Children("parameter");

    /// <summary>The text of a parameter; a Coding has none, and an empty text is none.</summary>
    internal string? Text(string name) => Parameter(name)["value"].Value is { Length: > 0 } text ? text : null;

    internal bool? Flag(string name) => Text(name) switch
    {
        "true" => true,
        "false" => false,
        _ => null,
    };

    internal int? Number(string name) => Count(Text(name));

    /// <summary>How many; null when the text is no such number.</summary>
    internal static int? Count(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;

    /// <summary>Takes what the value set itself says of its expansion: language, supplements. The issue when a supplement is not here.</summary>
    internal TerminologyIssue? Adopt(FhirElement valueSet)
    {
        foreach (var set in valueSet.Exists ? [valueSet] : Array.Empty<FhirElement>())
        {
            if (Text("displayLanguage") is null && (OfValueSet(set, "displayLanguage") ?? (header is null ? set.Text("language") : null)) is { } language) Languages = LanguageRange.Parse(language) ?? Languages;
        }

        var wanted = All("useSupplement").Select(p => p["value"].Value)
            .Concat(valueSet.Children("extension").Where(x => x.Text("url") == SupplementExtension).Select(x => x["value"].Value)).OfType<string>().Distinct();
        foreach (var canonical in wanted)
        {
            var found = Definitions.FindResource("CodeSystem", canonical);
            if (!found.Exists || found.Text("content") != "supplement") return TerminologyIssue.SupplementMissing(canonical);
            Supplements.Add(new Supplement(found));
        }

        return null;
    }

    /// <summary>An expansion parameter that the value set sets itself.</summary>
    internal static string? OfValueSet(FhirElement valueSet, string name)
    {
        foreach (var x in valueSet.Children("extension").Concat(valueSet["compose"].Children("extension")))
        {
            if (x.Text("url") != ExpansionParameter) continue;
            var parts = x.Children("extension").ToList();
            if (parts.Find(p => p.Text("url") == "name")["value"].Value == name) return parts.Find(p => p.Text("url") == "value")["value"].Value;
        }

        return null;
    }

    /// <summary>A value set by canonical; a version of its own, of the request, or the latest.</summary>
    internal FhirElement FindValueSet(string canonical) => FindValueSet(canonical, out _);

    /// <param name="canonical">As it is asked for.</param>
    /// <param name="named">With the version that was looked for.</param>
    internal FhirElement FindValueSet(string canonical, out string named)
    {
        var url = Versioned(canonical, out var version);
        version = Rule("force-valueset-version", url) ?? version ?? Rule("default-valueset-version", url) ?? Rule("check-valueset-version", url);
        named = version is null ? url : $"{url}|{version}";
        var found = Find("ValueSet", url, version);
        return found.Exists || named != canonical ? found : Definitions.FindResource("ValueSet", canonical);
    }

    /// <summary>The version of a system that an include is about: its own, unless the request says otherwise.</summary>
    internal string? VersionOf(string system, string? included)
    {
        if ((Rule("force-system-version", system) ?? included) is { } given) return given;
        if (Rule("system-version", system) is not { } ruled) return Rule("check-system-version", system);
        used.Add($"{system}|{ruled}");
        return ruled;
    }

    /// <summary>True when the rule (<c>system|version</c>) has decided a version.</summary>
    internal bool IsUsed(string rule) => used.Contains(rule);

    /// <summary>The version that the request demands of a system; null when it demands none.</summary>
    internal string? Demanded(string system) => Rule("check-system-version", system);

    /// <summary>True for a system that the request wants none of (<c>exclude-system</c>).</summary>
    internal bool IsExcluded(string system, string? version) => All("exclude-system").Any(p =>
        p["value"].Value is { } canonical && Versioned(canonical, out var only) == system && (only is null || CanonicalVersion.Fits(only, version)));

    /// <summary>The system in that version, or in the latest that fits; null when it is not here. A supplement is no system.</summary>
    internal CodeSystemContent? FindSystem(string system, string? version)
    {
        if (version is not null && CanonicalVersion.IsPattern(version))
        {
            version = Best("CodeSystem", system, version);
            if (version is null) return null;
        }

        return Terminology.FindCodeSystem(system, version) is { IsUsable: true } found ? found : null;
    }

    /// <summary>The very system that the request is made to or brings along; another version of it where one is named. Null when it is not here.</summary>
    internal CodeSystemContent? SystemOf(FhirElement given, string uri, string? version)
    {
        if (!given.Exists || given.Text("url") != uri || (version is not null && version != given.Text("version"))) return FindSystem(uri, version);
        return Terminology.Content(given) is { IsUsable: true } content ? content : null;
    }

    internal IReadOnlyList<string> VersionsOf(string system) => [.. Definitions.Versions("CodeSystem", system).Select(e => e.Version).OfType<string>().Order(StringComparer.Ordinal)];

    internal static string Versioned(string canonical, out string? version)
    {
        var bar = canonical.LastIndexOf('|');
        version = bar < 0 ? null : canonical[(bar + 1)..];
        return bar < 0 ? canonical : canonical[..bar];
    }

    private FhirElement Find(string type, string url, string? version)
    {
        if (version is not null && CanonicalVersion.IsPattern(version) && Best(type, url, version) is { } best) version = best;
        return Definitions.FindResource(type, version is null ? url : $"{url}|{version}");
    }

    private string? Best(string type, string url, string pattern)
    {
        string? best = null;
        foreach (var entry in Definitions.Versions(type, url))
        {
            if (CanonicalVersion.Fits(pattern, entry.Version) && (best is null || CanonicalVersion.Compare(entry.Version, best) >= 0)) best = entry.Version;
        }

        return best;
    }

    private string? Rule(string name, string url)
    {
        foreach (var p in All(name))
        {
            if (p["value"].Value is { } canonical && Versioned(canonical, out var version) == url && version is not null) return version;
        }

        return null;
    }
}
