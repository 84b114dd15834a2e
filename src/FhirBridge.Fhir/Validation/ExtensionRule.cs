using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// An extension follows the definition that its url names, and stands where that allows it. Spec: https://hl7.org/fhir/R4/extensibility.html,
/// https://hl7.org/fhir/R4/defining-extensions.html#context.
/// </summary>
internal sealed class ExtensionRule : IElementRule
{
    private const string ElementDefinitions = "http://hl7.org/fhir/StructureDefinition/structuredefinition-";

    // What HL7's publishing tools leave in the conformance resources that they make; it says nothing to others.
    private const string OfTools = "http://hl7.org/fhir/tools/StructureDefinition/";

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Text("url") is not { } url) return;

        // Parts of a complex extension are named by their place in it; the definition of the whole says what they are.
        if (!CodingRule.IsAbsolute(url))
        {
            if (element.Parent.Type == "Extension") ExtensionParts.Check(element, run);
            else run.Report(Problems.InvalidValue.With($"an extension is named by an absolute url, found '{url}'", $"{element.Path}.url"));
            return;
        }

        var definition = run.Definitions.FindResource("StructureDefinition", url);
        if (!definition.Exists)
        {
            Unknown(element, url, run);
            return;
        }

        if (definition.Text("type") != "Extension")
        {
            run.Report(Problems.ExtensionMisplaced.With($"'{url}' is no extension, but a definition of {definition.Text("type")}", element.Path));
            return;
        }

        CheckModifier(element, url, definition, run);
        if (!IsAllowed(element, definition, run)) run.Report(Problems.ExtensionMisplaced.With($"the extension '{url}' is not defined for this place; it may stand at {Shown(definition)}", element.Path));
        CheckContextInvariants(element, url, definition, run);
        var profile = run.Definitions.Profiles.Find(url);
        if (profile.IsOk) new ProfileCheck(run).Check(element, profile.Value);
        else run.Report(Problems.NotChecked.With(profile.Problems[0].Diagnostics, element.Path));
    }

    private static void Unknown(FhirElement element, string url, ValidationRun run)
    {
        var isExample = ExampleNames.Has(url) && !run.Refuse.HasFlag(Refusals.Examples);
        var isOfOtherVersion = IsOfOtherVersion(url);
        if (element.Name == "modifierExtension")
        {
            // What an example means by it is nowhere; a question about the example is answered, a write is not taken.
            if (run.IsStrict && isExample) run.Report(Problems.UnknownExtension.With($"the modifier extension '{url}' is an example's and defined nowhere: it is borne with here, a write would be refused for it", element.Path));
            else run.Report(Problems.UnknownModifierExtension.With($"the modifier extension '{url}' is not known here, so the element that it changes cannot be understood; load its definition", element.Path));
        }
        else if (isOfOtherVersion)
        {
            run.Report(Problems.UnknownExtension.With($"the extension '{url}' stands for an element of another version of FHIR; it is kept, and not checked", element.Path));
        }
        else if (run.IsStrict && !isExample && !url.StartsWith(OfTools, StringComparison.Ordinal))
        {
            run.Report(Problems.ExtensionRefused.With($"the extension '{url}' is not known here; load its definition", element.Path));
        }
        else
        {
            run.Report(Problems.UnknownExtension.With($"the extension '{url}' is not known here; it is kept, and not checked", element.Path));
        }
    }

    /// <summary>
    /// An element of another version has an extension without anybody defining it: <c>http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.participant.actor</c>
    /// (https://hl7.org/fhir/R4/versions.html#extensions).
    /// </summary>
    private static bool IsOfOtherVersion(string url)
    {
        const string start = "http://hl7.org/fhir/";
        const string name = "/StructureDefinition/extension-";
        if (!url.StartsWith(start, StringComparison.Ordinal)) return false;
        var rest = url.AsSpan(start.Length);
        return rest.Length > name.Length + 3 && char.IsAsciiDigit(rest[0]) && rest[1] == '.' && char.IsAsciiDigit(rest[2]) && rest[3..].StartsWith(name) && char.IsAsciiLetterUpper(rest[(name.Length + 3)..][0]);
    }

    private static void CheckModifier(FhirElement element, string url, FhirElement definition, ValidationRun run)
    {
        var root = definition["snapshot"].Exists ? definition["snapshot"] : definition["differential"];
        var isModifier = root["element"].Text("isModifier") == "true";
        if (isModifier && element.Name == "extension" && element.Parent.Type != "Extension") run.Report(Problems.ExtensionMisplaced.With($"the extension '{url}' changes the meaning of what it stands in: it is given as modifierExtension", element.Path));
        else if (!isModifier && element.Name == "modifierExtension") run.Report(Problems.ExtensionMisplaced.With($"the extension '{url}' is no modifier: it is given as extension", element.Path));
    }

    private static bool IsAllowed(FhirElement element, FhirElement definition, ValidationRun run)
    {
        // R4 states narrower contexts for these than it uses them in, in its own definitions.
        if (element.Parent.Type == "ElementDefinition" || element.Parent.Parent.Type == "ElementDefinition")
        {
            if (definition.Text("url") is ElementDefinitions + "fhir-type" or ElementDefinitions + "normative-version" or ElementDefinitions + "standards-status" or "http://hl7.org/fhir/StructureDefinition/regex") return true;
        }

        if (definition.Text("url") is ElementDefinitions + "normative-version" && element.Parent.IsResource) return true;
        if (definition.Text("url") is "http://hl7.org/fhir/StructureDefinition/valueset-concept-comments" && element.Parent.DefinitionPath is "CodeSystem.concept") return true;

        var any = false;
        foreach (var context in definition.Children("context"))
        {
            any = true;
            if (context.Text("expression") is { } expression && IsAt(element.Parent, context.Text("type"), expression, run)) return true;
        }

        return !any;
    }

    private static bool IsAt(FhirElement around, string? kind, string expression, ValidationRun run)
    {
        switch (kind)
        {
            case "extension":
                return (around.Type == "Extension" && IsWithin(around, expression)) || (around.Parent.Type == "Extension" && IsWithin(around.Parent, expression));
            case "fhirpath":
                var places = FhirPathExpression.Compile(expression, FhirPathOptions.Definitions);
                var found = places.IsOk ? places.Value.Select(around.Resource, run.Context with { Resource = around.Resource }) : Result<IReadOnlyList<FhirElement>>.Fail(places.Problems);
                return !found.IsOk || found.Value.Contains(around);
            default:
                return IsAtElement(around, expression, run.Definitions);
        }
    }

    /// <summary>True when the extension around is of that url, or a part of it: <c>url#part</c>.</summary>
    private static bool IsWithin(FhirElement around, string expression)
    {
        var url = around.Text("url");
        if (url == expression) return true;
        var hash = expression.IndexOf('#');
        return hash > 0 && url == expression[(hash + 1)..] && around.Parent.Text("url") == expression[..hash];
    }

    /// <summary>
    /// An element is known by the path where it is defined (<c>Patient.contact.name</c>), by its type (<c>HumanName</c>) or one that this specialises, and by a path within its type.
    /// </summary>
    private static bool IsAtElement(FhirElement around, string expression, Definitions definitions)
    {
        var hash = expression.IndexOf('#');
        if (hash > 0) expression = expression[(hash + 1)..];
        expression = expression.EndsWith("[x]", StringComparison.Ordinal) ? expression[..^3] : expression;
        if (expression is "Element") return true;
        if (around.Type is { } type && (expression == type || definitions.IsOrSpecialises(type, expression))) return true;

        // CanonicalResource and MetadataResource are R5's names for what R4 has no type for.
        if (expression is "CanonicalResource" or "MetadataResource") return around.IsResource && definitions.FindElement(around.Type!, "url") is not null;
        var path = "";
        for (var e = around; e.Exists; e = e.Parent)
        {
            if (path.Length > 0 && IsOf(e, expression, path, definitions)) return true;
            if (e.IsResource) break;
            path = path.Length == 0 ? e.Name : $"{e.Name}.{path}";
            if (e.Shape?.Element is { } element && element.Path.Replace("[x]", "", StringComparison.Ordinal) == expression) return true;
        }

        return false;
    }

    private static bool IsOf(FhirElement e, string expression, string path, Definitions definitions)
    {
        var typed = $".{path}";
        if (!expression.EndsWith(typed, StringComparison.Ordinal)) return false;
        var start = expression[..^typed.Length];
        return e.Type is { } type && (start == type || definitions.IsOrSpecialises(type, start));
    }

    private static void CheckContextInvariants(FhirElement element, string url, FhirElement definition, ValidationRun run)
    {
        foreach (var invariant in definition.Children("contextInvariant"))
        {
            if (invariant.Value is not { } text) continue;
            var expression = FhirPathExpression.Compile(text, FhirPathOptions.Definitions);
            var holds = expression.IsOk ? expression.Value.Predicate(element.Parent, run.Context) : Result<bool>.Fail(expression.Problems);
            if (!holds.IsOk) run.Report(Problems.NotChecked.With($"where the extension '{url}' may stand cannot be evaluated: {holds.Problems[0].Diagnostics}", element.Path));
            else if (!holds.Value) run.Report(Problems.ExtensionMisplaced.With($"the extension '{url}' may stand only where {text}", element.Path));
        }
    }

    private static string Shown(FhirElement definition)
    {
        var places = definition.Children("context").Select(c => c.Text("expression")).OfType<string>().ToList();
        return string.Join(", ", places.Take(6)) + (places.Count > 6 ? "…" : "");
    }
}
