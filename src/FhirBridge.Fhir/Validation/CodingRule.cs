using System.Buffers;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// A Coding names a system by an absolute URI and one of its codes, and calls the code as the system does. Codes of systems that are not here, or not
/// complete, are not judged; a relative system is borne with where the validation is not strict. Spec: https://hl7.org/fhir/R4/datatypes.html#Coding.
/// </summary>
internal sealed class CodingRule : IElementRule
{
    private static readonly SearchValues<char> OfScheme = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element["system"] is not { HasValue: true } system) return;
        var uri = system.Value;
        if (!IsAbsolute(uri))
        {
            run.Report((run.IsStrict ? Problems.InvalidValue : Problems.CodeAdvised).With($"a code system is named by an absolute URI, found '{Shortened(uri)}'", system.Path));
            return;
        }

        var terminology = run.Definitions.Terminology;
        if (terminology.FindCodeSystem(uri) is not { } known)
        {
            if (run.Definitions.FindEntry("ValueSet", uri) is not null) run.Report(Problems.InvalidValue.With($"'{uri}' is a value set: a Coding names the code system that the code comes from", system.Path));
            else if (IsNameOfFhir(uri)) run.Report((run.IsStrict ? Problems.InvalidValue : Problems.CodeAdvised).With($"R4 has no code system '{Shortened(uri)}'", system.Path));
            return;
        }

        if (known.Source.Text("content") == "supplement" || known.Source["supplements"].Exists)
        {
            run.Report(Problems.InvalidValue.With($"'{uri}' is a supplement: a Coding names the code system that it adds to", system.Path));
            return;
        }

        var version = element.Text("version");
        if (version is not null && terminology.FindCodeSystem(uri, version) is { } exact) known = exact;
        else if (version is not null && version != known.Version) return;
        if (element["code"] is not { HasValue: true } code) return;
        if (known.Find(code.Value) is not { } concept)
        {
            if (known.Has(code.Value) == false) run.Report((run.IsStrict || !IsMoving(uri) ? Problems.CodeInvalid : Problems.CodeAdvised).With($"the code system '{uri}' has no code '{Shortened(code.Value)}'", code.Path));
            return;
        }

        if (element["display"] is { HasValue: true } display && concept.Display is { } stated && !IsDisplay(display.Value, stated, concept) && !terminology.Supplemented(known, concept.Code).Any(more => StatedDisplays.IsOf(more, display.Value)))
        {
            // Only the names that a CodeSystem gives are the system's own.
            var isRefused = run.IsStrict && run.Definitions.FindEntry("CodeSystem", uri) is not null;
            run.Doubt(element, (isRefused ? Problems.CodeInvalid : Problems.CodeAdvised).With($"the display of {code.Value} is '{stated}' in '{uri}', found '{Shortened(display.Value)}'", display.Path));
        }
    }

    /// <summary>HL7's terminology has versions of its own, and R4's copy of it is an old one: a code that is not in it may be a new one.</summary>
    internal static bool IsMoving(string system) => system.StartsWith("http://terminology.hl7.org/", StringComparison.Ordinal);

    /// <summary>FHIR names its own systems without a further path, and R4 has all of its own; what has one is another's: of a guide, of a registry (<c>sid</c>).</summary>
    private static bool IsNameOfFhir(string system)
    {
        const string start = "http://hl7.org/fhir/";
        return system.StartsWith(start, StringComparison.Ordinal) && system.Length > start.Length && !system.AsSpan(start.Length).Contains('/');
    }

    /// <summary>True for a URI with a scheme (<c>http:</c>, <c>urn:</c>), by its grammar.</summary>
    internal static bool IsAbsolute(string uri)
    {
        var colon = uri.IndexOf(':');
        if (colon < 1 || !char.IsAsciiLetter(uri[0])) return false;
        return !uri.AsSpan(0, colon).ContainsAnyExcept(OfScheme) && colon < uri.Length - 1;
    }

    /// <summary>A display may be any designation, in whatever case.</summary>
    internal static bool IsDisplay(string display, string stated, Concept concept) => StatedDisplays.Same(display, stated) || StatedDisplays.IsOf(concept.Element, display);

    internal static string Shortened(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
