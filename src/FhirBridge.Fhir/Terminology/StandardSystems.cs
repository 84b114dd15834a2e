using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FhirBridge.Fhir;

/// <summary>
/// Code systems that R4's value sets use and that no package has as a resource: countries, languages, media types, units, currencies. A CodeSystem of the same URI counts before them.
/// Spec: https://hl7.org/fhir/R4/terminologies-systems.html#external.
/// </summary>
internal static partial class StandardSystems
{
    private static readonly FrozenDictionary<string, Lazy<CodeSystemContent>> All = new Dictionary<string, Func<string, CodeSystemContent>>(StringComparer.Ordinal)
    {
        ["urn:iso:std:iso:3166"] = static url => Listed(url, "Countries", "complete", new CountryGrammar(), WriteCountries),
        ["urn:iso:std:iso:4217"] = static url => Listed(url, "Currencies", "fragment", new FormGrammar(Currency(), isListed: true), WriteCurrencies),
        ["urn:ietf:bcp:47"] = static url => Listed(url, "Languages", "complete", new LanguageGrammar(), WriteLanguages, isCaseSensitive: false),
        ["urn:ietf:bcp:13"] = static url => Listed(url, "MediaTypes", "not-present", new MediaTypeGrammar(), null, isCaseSensitive: false),
        ["http://unitsofmeasure.org"] = static url => Listed(url, "UCUM", "complete", new UnitGrammar(), WriteUnits, property: "canonical"),
        ["urn:iso:std:iso:3166:-2"] = static url => Listed(url, "Subdivisions", "not-present", new FormGrammar(Subdivision()), null),
        ["http://unstats.un.org/unsd/methods/m49/m49.htm"] = static url => Listed(url, "Regions", "not-present", new FormGrammar(Region()), null),
        ["https://www.iana.org/time-zones"] = static url => Listed(url, "TimeZones", "not-present", new FormGrammar(TimeZone()), null),
    }.ToFrozenDictionary(s => s.Key, s => new Lazy<CodeSystemContent>(() => s.Value(s.Key)), StringComparer.Ordinal);

    /// <summary>URIs of those whose codes are known.</summary>
    internal static IEnumerable<string> Usable => All.Where(s => s.Value.Value.IsUsable).Select(s => s.Key).Order(StringComparer.Ordinal);

    /// <summary>The system of that URI; null when it is none of these.</summary>
    internal static CodeSystemContent? Find(string url) => All.TryGetValue(url, out var system) ? system.Value : null;

    private static CodeSystemContent Listed(string url, string name, string content, CodeGrammar grammar, Action<Utf8JsonWriter>? concepts, bool isCaseSensitive = true, string? property = null)
    {
        var json = TerminologyAnswer.Write(w =>
        {
            w.WriteStartObject();
            w.WriteString("resourceType", "CodeSystem");
            w.WriteString("language", "en");
            w.WriteString("url", url);
            w.WriteString("name", name);
            w.WriteString("status", "active");
            w.WriteBoolean("caseSensitive", isCaseSensitive);
            w.WriteString("content", content);
            if (property is not null)
            {
                w.WriteStartArray("property");
                w.WriteStartObject();
                w.WriteString("code", property);
                w.WriteString("type", "string");
                w.WriteEndObject();
                w.WriteEndArray();
            }

            if (concepts is not null)
            {
                w.WriteStartArray("concept");
                concepts(w);
                w.WriteEndArray();
            }

            w.WriteEndObject();
        }).Json;
        return new CodeSystemContent(FhirJson.ReadTrusted(json).Value!.Root, grammar);
    }

    /// <summary>Each by its two letters, its three letters and its number.</summary>
    private static void WriteCountries(Utf8JsonWriter w)
    {
        var countries = Lines("countries.txt").Select(l => l.Split(' ', 4)).ToList();
        for (var form = 0; form < 3; form++)
        {
            foreach (var country in countries) WriteConcept(w, country[form], country[3]);
        }
    }

    private static void WriteCurrencies(Utf8JsonWriter w)
    {
        foreach (var currency in Lines("currencies.txt").Select(l => l.Split(' ', 2))) WriteConcept(w, currency[0], currency[1]);
    }

    /// <summary>The common ones, which R4 names in several languages.</summary>
    private static void WriteLanguages(Utf8JsonWriter w)
    {
        foreach (var language in Definitions.R4.FindResource("ValueSet", "http://hl7.org/fhir/ValueSet/languages")["compose"]["include"].Children("concept")) FhirJson.Write(w, language);
    }

    /// <summary>The common ones with R4's names. A unit is called by its code as well, so that neither is the only right display.</summary>
    private static void WriteUnits(Utf8JsonWriter w)
    {
        foreach (var unit in Definitions.R4.FindResource("ValueSet", "http://hl7.org/fhir/ValueSet/ucum-common")["compose"]["include"].Children("concept"))
        {
            if (unit.Text("code") is not { } code) continue;
            w.WriteStartObject();
            w.WriteString("code", code);
            w.WriteStartArray("designation");
            foreach (var text in new[] { unit.Text("display"), code }.OfType<string>().Distinct())
            {
                w.WriteStartObject();
                w.WriteString("value", text);
                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteEndObject();
        }
    }

    private static void WriteConcept(Utf8JsonWriter w, string code, string display)
    {
        w.WriteStartObject();
        w.WriteString("code", code);
        w.WriteString("display", display);
        w.WriteEndObject();
    }

    private static IEnumerable<string> Lines(string file)
    {
        using var reader = new StreamReader(typeof(StandardSystems).Assembly.GetManifestResourceStream("terminology/" + file)!);
        while (reader.ReadLine() is { } line) yield return line;
    }

    [GeneratedRegex(@"^[A-Z]{3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Currency();

    [GeneratedRegex(@"^[A-Z]{2}-[A-Z0-9]{1,3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Subdivision();

    [GeneratedRegex(@"^[0-9]{3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Region();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TimeZone();
}
