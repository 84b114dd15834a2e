namespace FhirBridge.Fhir.Validation;

/// <summary>What a StructureDefinition says of itself and of the definition that it derives from. Spec: https://hl7.org/fhir/R4/structuredefinition-definitions.html#StructureDefinition.baseDefinition.</summary>
internal static class StructureBase
{
    private const string Top = "http://hl7.org/fhir/StructureDefinition/Base";

    /// <summary>True when all bases are known and fit, so that the differential can be laid over them. What is wrong, or not known, is reported.</summary>
    internal static bool Check(FhirElement resource, Definitions definitions, ValidationRun run)
    {
        if (resource.Text("fhirVersion") is { } version && !version.StartsWith("4.0", StringComparison.Ordinal))
        {
            run.Report(Problems.Questionable.With($"the definition is for FHIR {version}; it is read as one for R4 (4.0)", resource["fhirVersion"].Path));
        }

        return !Replaces(resource, run) && Fits(resource, definitions, run) && Chain(resource, definitions, run);
    }

    /// <summary>Readers and search rely on R4's own types: a definition of one of them may be stored, another one may not.</summary>
    private static bool Replaces(FhirElement resource, ValidationRun run)
    {
        if (resource.Text("url") is not { } url || resource.Text("type") is not { } type || Definitions.R4.FindType(type)?.Url != url) return false;
        var own = Definitions.R4.FindResource("StructureDefinition", url);
        if (Outline(resource).SequenceEqual(Outline(own))) return false;
        run.Report(Problems.Conflict.With($"'{url}' is R4's own definition of {type}, and stays as it is: give a profile a url of its own", resource["url"].Path));
        return true;
    }

    private static IEnumerable<string> Outline(FhirElement definition) =>
        definition["snapshot"].Children("element").Select(e => string.Join(
            ' ',
            [e.Text("path"), e.Text("min"), e.Text("max"), e["binding"].Text("strength"), e["binding"].Text("valueSet"), .. e.Children("type").Select(t => t.Text("code")), .. e.Children("constraint").Select(c => c.Text("key") + c.Text("expression"))]));

    /// <summary>A constraint is about the type of its base, a specialisation about a new one.</summary>
    private static bool Fits(FhirElement resource, Definitions definitions, ValidationRun run)
    {
        var isConstraint = resource.Text("derivation") == "constraint";
        if (resource.Text("baseDefinition") is not { } url) return !isConstraint;
        var basis = definitions.FindResource("StructureDefinition", url);
        if (!basis.Exists) return true;
        var (type, ofBase) = (resource.Text("type"), basis.Text("type"));
        if (isConstraint && type is not null && ofBase is not null && type != ofBase)
        {
            run.Report(Problems.InvalidDefinition.With($"the definition constrains '{url}', which is about {ofBase}: its type must be {ofBase}, not {type}", resource["type"].Path));
            return false;
        }

        if (resource.Text("derivation") == "specialization" && type is not null && type == ofBase)
        {
            // It is clear what is meant, and used as such.
            run.Report((run.IsStrict ? Problems.InvalidDefinition : Problems.Questionable).With($"a specialisation defines a new type, and {type} is that of its base; what restricts it is a constraint", resource["derivation"].Path));
        }

        if (isConstraint && resource.Text("kind") is { } kind && basis.Text("kind") is { } kindOfBase && kind != kindOfBase)
        {
            run.Report(Problems.Questionable.With($"the definition is of kind {kind}, and its base of kind {kindOfBase}", resource["kind"].Path));
        }

        return true;
    }

    private static bool Chain(FhirElement resource, Definitions definitions, ValidationRun run)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { resource.Text("url") ?? "" };
        for (var at = resource; at.Text("baseDefinition") is { } canonical && canonical != Top;)
        {
            var bar = canonical.LastIndexOf('|');
            if (!seen.Add(bar < 0 ? canonical : canonical[..bar]))
            {
                run.Report(Problems.Circular.With($"the bases lead in a circle: {string.Join(" → ", seen.Append(canonical))}", resource["baseDefinition"].Path));
                return false;
            }

            var basis = definitions.FindResource("StructureDefinition", canonical);
            if (!basis.Exists)
            {
                run.Report(Problems.Unverified.With($"the base '{canonical}' is not known here: the definition is judged against it when it is used", resource["baseDefinition"].Path));
                return false;
            }

            // A published snapshot holds all that is above it; circles may be there all the same.
            at = basis;
        }

        return true;
    }
}
