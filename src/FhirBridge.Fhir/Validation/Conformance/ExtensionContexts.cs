using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Validation;

/// <summary>What an extension is known by, and where it says that it may stand. Spec: https://hl7.org/fhir/R4/defining-extensions.html#context.</summary>
internal static class ExtensionContexts
{
    // Names of later versions for what R4 has no type for; extensions that are made for several versions give them.
    private static readonly HashSet<string> LaterTypes = ["Base", "DataType", "BackboneType", "PrimitiveType", "CanonicalResource", "MetadataResource"];

    internal static void Check(FhirElement resource, Definitions definitions, ValidationRun run)
    {
        if (resource["context"].Exists && resource.Text("type") != "Extension")
        {
            run.Report(Problems.Questionable.With("only the definition of an extension says where it may stand", resource["context"].Path));
            return;
        }

        foreach (var element in StructureDefinitionRules.Stated(resource).Children("element").Where(e => e.Text("path") == "Extension.url" && resource.Text("type") == "Extension"))
        {
            if (element["fixed"] is { HasValue: true } url && resource.Text("url") is { } own && url.Value != own) run.Report(Problems.InvalidDefinition.With($"the extension is '{own}', and its instances would have the url '{url.Value}'", url.Path));
        }

        foreach (var context in resource.Children("context")) Context(context, definitions, run);
        foreach (var invariant in resource.Children("contextInvariant")) Expression(invariant, run);
    }

    private static void Context(FhirElement context, Definitions definitions, ValidationRun run)
    {
        if (context["expression"] is not { HasValue: true } expression) return;
        switch (context.Text("type"))
        {
            case "fhirpath":
                Expression(expression, run);
                break;
            case "extension":
                Extension(expression, definitions, run);
                break;
            case "element":
                Element(expression, definitions, run);
                break;
        }
    }

    private static void Expression(FhirElement expression, ValidationRun run)
    {
        var compiled = FhirPathExpression.Compile(expression.Value!, FhirPathOptions.Definitions);
        if (!compiled.IsOk) run.Report(Problems.ExpressionRefused.With($"the expression does not compile: {compiled.Problems[0].Diagnostics}", expression.Path));
    }

    private static void Extension(FhirElement expression, Definitions definitions, ValidationRun run)
    {
        var url = expression.Value!.Split('#')[0];
        if (!CodingRule.IsAbsolute(url)) run.Report(Problems.InvalidDefinition.With($"an extension that this one may stand in is named by its url, found '{url}'", expression.Path));
        else if (definitions.FindEntry("StructureDefinition", url) is not { } known) run.Report(Problems.Unverified.With($"the extension '{url}' is not known here", expression.Path));
        else if (known.Subject != "Extension") run.Report(Problems.InvalidDefinition.With($"'{url}' is no extension, but a definition of {known.Subject}", expression.Path));
    }

    /// <summary>A type, a path of elements in one, or an element of a profile: <c>url#id</c>.</summary>
    private static void Element(FhirElement expression, Definitions definitions, ValidationRun run)
    {
        var text = expression.Value!;
        var hash = text.IndexOf('#');
        if (hash > 0)
        {
            var profile = definitions.FindResource("StructureDefinition", text[..hash]);
            if (!profile.Exists) run.Report(Problems.Unverified.With($"the definition '{text[..hash]}' is not known here", expression.Path));
            return;
        }

        var parts = text.Split('.');
        if (LaterTypes.Contains(parts[0]) || definitions.FindEntry("StructureDefinition", text) is not null) return;

        // Extensions for several versions of FHIR name elements that R4 does not have: there, it simply does not stand.
        var kind = run.IsStrict ? Problems.InvalidDefinition : Problems.Questionable;
        if (definitions.FindType(parts[0]) is null) run.Report(kind.With($"the extension is to stand at '{text}', and R4 has no type '{parts[0]}'", expression.Path));
        else if (StructurePaths.Unknown(parts, definitions) is { } name && !IsChoice(parts, definitions)) run.Report(kind.With($"the extension is to stand at '{text}', and R4 has no '{name}' there", expression.Path));
    }

    /// <summary>A choice may be named without its <c>[x]</c>.</summary>
    private static bool IsChoice(string[] parts, Definitions definitions) =>
        parts.Length > 1 && StructurePaths.Unknown([.. parts[..^1], parts[^1] + "[x]"], definitions) is null;
}
