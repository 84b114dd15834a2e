using System.Collections.Immutable;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Mapping;

/// <summary>
/// Which care record a Patient contribution belongs to, by identifiers alone. A match on a trusted system (contract.md,
/// <c>Identity:TrustedSystems</c>) is certain; everything less is for a matcher that grades.
/// </summary>
public static class PatientIdentity
{
    private const string Bsn = "http://fhir.nl/fhir/NamingSystem/bsn";
    private const string Ssin = "https://www.ehealth.fgov.be/standards/fhir/core/NamingSystem/ssin";
    private const string Nhs = "https://fhir.nhs.uk/Id/nhs-number";
    private const string Ssn = "http://hl7.org/fhir/sid/us-ssn";

    private static readonly string[] National = [Bsn, Ssin, Nhs, Ssn];

    private static readonly Dictionary<string, string> SameSystem = new(StringComparer.Ordinal)
    {
        ["urn:oid:2.16.840.1.113883.2.4.6.3"] = Bsn,
        ["urn:oid:2.16.840.1.113883.2.1.4.1"] = Nhs,
        ["urn:oid:2.16.840.1.113883.4.1"] = Ssn,
    };

    /// <summary>The systems trusted by default: national person identifiers known to HL7.</summary>
    public static ImmutableArray<string> DefaultTrustedSystems { get; } = [.. National];

    /// <summary>
    /// The identifiers of a Patient that make a match certain, normalised, each once, in ordinal order. Old ones (<c>use=old</c>), empty
    /// ones, and national numbers of one repeated digit (which stand for "unknown" in many systems) are not among them.
    /// </summary>
    /// <param name="patient">The Patient.</param>
    /// <param name="trustedSystems">Systems that the network trusts.</param>
    public static IReadOnlyList<(string System, string Value)> TrustedIdentifiers(FhirElement patient, IReadOnlySet<string> trustedSystems)
    {
        var trusted = new SortedSet<(string System, string Value)>(Ordinal);
        foreach (var (system, value) in BusinessIdentifiers(patient))
        {
            var (canonical, number) = Normalise(system, value);
            if (!trustedSystems.Contains(canonical) && !trustedSystems.Contains(system)) continue;
            if (!National.Contains(canonical) || !IsFiller(number)) trusted.Add((canonical, number));
        }

        return [.. trusted];
    }

    /// <summary>An identifier in the form in which it is compared: systems by their canonical name, national numbers as digits.</summary>
    public static (string System, string Value) Normalise(string system, string value)
    {
        var canonical = SameSystem.GetValueOrDefault(system, system);
        return (canonical, National.Contains(canonical) ? Digits(canonical, value) : value);
    }

    /// <summary>
    /// Business identifiers of any resource (system and value, trimmed), each once, in ordinal order: those that join directory entries. Old
    /// ones, and ones without system or value, are not among them.
    /// </summary>
    /// <param name="resource">Organization, Practitioner, PractitionerRole, Location, HealthcareService, Patient …</param>
    public static IReadOnlyList<(string System, string Value)> BusinessIdentifiers(FhirElement resource)
    {
        var identifiers = new SortedSet<(string System, string Value)>(Ordinal);
        foreach (var element in resource.Children("identifier"))
        {
            var identifier = new IdentifierView(element);
            var system = identifier.System?.Trim();
            var value = identifier.Value?.Trim();
            if (!string.IsNullOrEmpty(system) && !string.IsNullOrEmpty(value) && identifier.Use != "old") identifiers.Add((system, value));
        }

        return [.. identifiers];
    }

    /// <summary>What the trusted identifiers of one Patient say about the record it belongs to.</summary>
    /// <param name="trusted">From <see cref="TrustedIdentifiers"/>.</param>
    /// <param name="recordsOf">Records that carry that identifier already (normalised in the same way).</param>
    public static IdentityOutcome Decide(
        IReadOnlyList<(string System, string Value)> trusted, Func<(string System, string Value), IEnumerable<string>> recordsOf)
    {
        var records = trusted.SelectMany(recordsOf).ToImmutableSortedSet(StringComparer.Ordinal);
        var severalNumbers = trusted
            .Where(t => National.Contains(t.System))
            .GroupBy(t => t.System, StringComparer.Ordinal)
            .Where(g => g.Count() > 1)
            .Select(g => g.Key)
            .ToImmutableArray();
        if (records.Count > 1 || !severalNumbers.IsEmpty) return new IdentityOutcome.Contradictory([.. records], severalNumbers);
        return records.Count == 1 ? new IdentityOutcome.Certain(records[0]) : new IdentityOutcome.Unknown();
    }

    /// <summary>A national number as digits: without the blanks, dots and hyphens of print; a BSN with its leading zeros.</summary>
    private static string Digits(string system, string value)
    {
        var digits = string.Concat(value.Where(c => c is not (' ' or '.' or '-')));
        if (digits.Length == 0 || !digits.All(char.IsAsciiDigit)) return value;
        return system == Bsn ? digits.PadLeft(9, '0') : digits;
    }

    private static bool IsFiller(string number) => char.IsAsciiDigit(number[0]) && number.AsSpan().TrimStart(number[0]).IsEmpty;

    private static readonly Comparer<(string System, string Value)> Ordinal = Comparer<(string System, string Value)>.Create((a, b) =>
    {
        var bySystem = string.CompareOrdinal(a.System, b.System);
        return bySystem != 0 ? bySystem : string.CompareOrdinal(a.Value, b.Value);
    });
}
