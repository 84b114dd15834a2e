using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// An Expression: FHIRPath compiles, a query names a resource type, and a name in CQL is defined by the libraries of the resource. Spec: https://hl7.org/fhir/R4/metadatatypes.html#Expression.
/// </summary>
internal sealed class ExpressionRule : IElementRule
{
    /// <summary>HL7's guide to forms adds two functions (http://hl7.org/fhir/uv/sdc/expressions.html).</summary>
    private static readonly FhirPathOptions Options = FhirPathOptions.Definitions with { FunctionsOfOthers = ["weight", "ordinal"] };

    private const string LibraryExtension = "http://hl7.org/fhir/StructureDefinition/cqf-library";

    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Text("expression") is not { } text) return;
        switch (element.Text("language")?.ToLowerInvariant())
        {
            case "text/fhirpath":
                var compiled = FhirPathExpression.Compile(text, Options);
                if (!compiled.IsOk) run.Report(Problems.ExpressionRefused.With($"the expression does not compile: {compiled.Problems[0].Diagnostics}", element["expression"].Path));
                break;
            case "application/x-fhir-query":
                Query(element, text, run);
                break;
            case "text/cql" or "text/cql-identifier" or "text/cql.identifier":
                Name(element, text, run);
                break;
        }
    }

    private static void Query(FhirElement element, string text, ValidationRun run)
    {
        var end = text.AsSpan().IndexOfAny('?', '/');
        var type = end < 0 ? text : text[..end];

        // What stands in double braces is known only when the query is made; a whole URL is somebody else's.
        if (type.Length == 0 || type.Contains("{{", StringComparison.Ordinal) || CodingRule.IsAbsolute(text) || run.Definitions.IsResource(type)) return;
        run.Report(Problems.ExpressionRefused.With($"the query asks for '{(type.Length > 60 ? type[..60] : type)}', which is no resource type", element["expression"].Path));
    }

    private static void Name(FhirElement element, string text, ValidationRun run)
    {
        var (qualifier, name) = CqlScanner.Identifier(text) ?? (null, "");
        if (name.Length == 0)
        {
            // CQL that is more than a name stands for itself; what is to be a name may be one with blanks, without quotes.
            if (element.Text("language")!.Equals("text/cql", StringComparison.OrdinalIgnoreCase)) return;
            name = text;
        }

        if (Libraries(element, run) is not { Count: > 0 } libraries) return;
        if (qualifier is not null)
        {
            libraries = [.. libraries.Where(l => l.Names.Contains(qualifier))];
            if (libraries.Count == 0) run.Report(Problems.Unverified.With($"the library '{qualifier}' is none of those that the resource names: whether it defines '{name}' is not known", element.Path));
        }

        if (libraries.Count == 0 || libraries.Any(l => !l.IsRead) || libraries.Any(l => l.Defined.Contains(name))) return;
        run.Report(Problems.InvalidDefinition.With($"'{name}' is not defined by the library {string.Join(", ", libraries.Select(l => $"'{l.Name}'"))}", element.Path));
    }

    /// <summary>The libraries that the expression, or the resource around it, names; null when one is not known.</summary>
    private static List<LogicLibrary>? Libraries(FhirElement element, ValidationRun run)
    {
        var resource = element.Resource;
        var names = element["reference"] is { HasValue: true } own
            ? [own]
            : resource.Children("library").Concat(resource.Children("extension").Where(x => x.Text("url") == LibraryExtension).Select(x => x["value"])).Where(l => l.HasValue).ToList();
        var libraries = new List<LogicLibrary>();
        foreach (var canonical in names.Select(n => n.Value!).Distinct())
        {
            if (run.Library(resource, canonical) is not { } library) return null;
            libraries.Add(library);
        }

        return libraries;
    }
}
