using System.Globalization;

namespace FhirBridge.Fhir.Validation;

/// <summary>An OperationDefinition: where it is called, its parameters, and the profiles on them. Spec: https://hl7.org/fhir/R4/operationdefinition.html.</summary>
internal sealed class OperationDefinitionRules : IResourceRules
{
    private static readonly string[] Coded = ["code", "Coding", "CodeableConcept", "uri", "string"];

    /// <inheritdoc/>
    public string Type => "OperationDefinition";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        var definitions = run.Proposed(resource);
        Calls(resource, run);
        Parameters(resource, "parameter", null, definitions, run);
        OperationProfiles.Check(resource, definitions, run);
        Base(resource, definitions, run);
        var names = resource.Children("parameter").Select(p => p.Text("name")).ToHashSet();
        foreach (var name in resource.Children("overload").SelectMany(o => o.Children("parameterName")))
        {
            if (name.HasValue && !names.Contains(name.Value)) run.Report(Problems.InvalidDefinition.With($"the operation has no parameter '{name.Value}'", name.Path));
        }
    }

    private static void Calls(FhirElement resource, ValidationRun run)
    {
        if (resource["code"] is { HasValue: true } code && code.Value.StartsWith('$')) run.Report(Problems.InvalidDefinition.With($"the code is the name without the dollar sign: '{code.Value[1..]}'", code.Path));
        var (system, type, instance) = (resource.Text("system"), resource.Text("type"), resource.Text("instance"));
        if (system == "false" && type == "false" && instance == "false") run.Report(Problems.Questionable.With("the operation is called neither on the system, nor on a type, nor on an instance: it cannot be called", resource.Path));
        if ((type == "true" || instance == "true") && !resource["resource"].Exists) run.Report(Problems.Questionable.With("the operation is called on a type or an instance, and does not say of which resource types", resource.Path));
        if (resource.Text("kind") == "query" && resource.Children("parameter").FirstOrDefault(p => p.Text("use") == "in" && p["type"].Exists && p.Text("type") != "string") is { Exists: true } other)
        {
            run.Report(Problems.Questionable.With("the parameters of a named query stand in a URL: they are of type string, with a searchType", other.Path));
        }
    }

    /// <summary>Parameters of one level, and their parts.</summary>
    private static void Parameters(FhirElement around, string name, string? use, Definitions definitions, ValidationRun run)
    {
        var seen = new HashSet<(string?, string)>();
        foreach (var parameter in around.Children(name))
        {
            var own = parameter.Text("use");
            if (parameter.Text("name") is { } called && !seen.Add((own, called))) run.Report(Problems.InvalidDefinition.With($"there is a parameter '{called}' for '{own}' already", parameter.Path));
            if (use is not null && own is not null && own != use) run.Report(Problems.Questionable.With($"the part is for '{own}', and stands in a parameter for '{use}'", parameter["use"].Path));
            Parameter(parameter, definitions, run);
            Parameters(parameter, "part", own ?? use, definitions, run);
        }
    }

    private static void Parameter(FhirElement parameter, Definitions definitions, ValidationRun run)
    {
        var most = parameter.Text("max");
        var isNumber = int.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out var max);
        if (most is not null && most != "*" && !isNumber) run.Report(Problems.InvalidDefinition.With($"the greatest number is a number or '*', not '{most}'", parameter["max"].Path));
        else if (isNumber && int.TryParse(parameter.Text("min"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var min) && min > max) run.Report(Problems.InvalidDefinition.With($"the parameter must be there at least {min} times, and at most {max} times", parameter.Path));
        if (int.TryParse(parameter.Text("min"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var least) && least < 0) run.Report(Problems.InvalidDefinition.With("the least number is not negative", parameter["min"].Path));

        var type = parameter.Text("type");
        if (type is not null && parameter["part"].Exists) run.Report(Problems.InvalidDefinition.With("a parameter has a type or parts, not both", parameter.Path));
        foreach (var target in parameter.Children("targetProfile")) Target(target, definitions, run);
        if (parameter["binding"] is not { Exists: true } binding) return;
        if (type is not null && !Coded.Contains(type) && !definitions.IsOrSpecialises(type, "Quantity")) run.Report(Problems.InvalidDefinition.With($"a binding is for coded parameters, and this one is of type {type}", binding.Path));
        if (binding["valueSet"] is { HasValue: true } set && definitions.FindEntry("ValueSet", set.Value) is null && definitions.Terminology.FindValueSet(set.Value) is null)
        {
            run.Report(Problems.Unverified.With($"the value set '{set.Value}' is not known here", set.Path));
        }
    }

    private static void Target(FhirElement target, Definitions definitions, ValidationRun run)
    {
        if (target.Value is not { Length: > 0 } url) return;
        if (definitions.FindEntry("StructureDefinition", url) is not { } known) run.Report(Problems.Unverified.With($"the profile '{url}' is not known here", target.Path));
        else if (known.Subject is { } subject && definitions.FindType(subject) is not null && !definitions.IsOrSpecialises(subject, "Resource")) run.Report(Problems.InvalidDefinition.With($"a target is a resource, and '{url}' is about {subject}", target.Path));
    }

    private static void Base(FhirElement resource, Definitions definitions, ValidationRun run)
    {
        if (resource["base"] is not { HasValue: true } canonical) return;
        if (canonical.Value.Split('|')[0] == resource.Text("url"))
        {
            run.Report(Problems.Circular.With("the operation is based on itself", canonical.Path));
            return;
        }

        var basis = definitions.FindResource("OperationDefinition", canonical.Value);
        if (!basis.Exists) run.Report(Problems.Unverified.With($"the operation '{canonical.Value}' is not known here", canonical.Path));
        else if (basis.Text("code") != resource.Text("code")) run.Report(Problems.Questionable.With($"the operation it is based on is called '{basis.Text("code")}', this one '{resource.Text("code")}'", resource["code"].Path));
    }
}
