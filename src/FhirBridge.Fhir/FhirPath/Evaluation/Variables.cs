namespace FhirBridge.Fhir.FhirPath;

/// <summary>Environment variables: <c>%context</c>, <c>%resource</c>, the code systems, value sets and extensions by name, and the caller's own.</summary>
/// <remarks>Spec: http://hl7.org/fhirpath/N1/#environment-variables and https://hl7.org/fhir/R4/fhirpath.html#variables.</remarks>
internal static class Variables
{
    public static Step Compile(VariableSyntax variable)
    {
        var name = variable.Name;
        var position = variable.Start;
        switch (name)
        {
            case "context": return static (e, _, output) => output.Add(e.Focus);
            case "resource": return static (e, _, output) => AddElement(Resource(e), output);
            case "rootResource": return static (e, _, output) => AddElement(RootResource(e), output);
            case "sct": return Constant("http://snomed.info/sct");
            case "loinc": return Constant("http://loinc.org");
            case "ucum": return Constant(SystemValues.Ucum);
        }

        if (name.StartsWith("vs-", StringComparison.Ordinal)) return Constant("http://hl7.org/fhir/ValueSet/" + name[3..]);
        if (name.StartsWith("ext-", StringComparison.Ordinal)) return Constant("http://hl7.org/fhir/StructureDefinition/" + name[4..]);
        return (e, _, output) =>
        {
            if (DefinedVariable.Find(e.Defined, name) is { } defined)
            {
                e.Copy(defined.Items, output);
                return;
            }

            if (e.Context.Variables is null || !e.Context.Variables.TryGetValue(name, out var values))
            {
                var fault = Evaluation.Fault($"%{name} is unknown: expected a variable of the caller, of defineVariable() or of FHIR");
                fault.Locate("%" + name, position);
                throw fault;
            }

            e.Spend(values.Count);
            foreach (var value in values) output.Add(value);
        };
    }

    /// <summary>True for a name that <c>defineVariable()</c> may not take: the specification's own, and the caller's.</summary>
    public static bool IsTaken(Evaluation e, string name) =>
        name is "context" or "resource" or "rootResource" or "sct" or "loinc" or "ucum" || name.StartsWith("vs-", StringComparison.Ordinal)
        || name.StartsWith("ext-", StringComparison.Ordinal) || e.Context.Variables?.ContainsKey(name) == true || DefinedVariable.Find(e.Defined, name) is not null;

    /// <summary>The container of a contained resource, else the resource itself. The resource of a Bundle entry is its own root.</summary>
    public static FhirElement RootResource(Evaluation e)
    {
        if (e.Context.RootResource.Exists) return e.Context.RootResource;
        var resource = Resource(e);
        return resource.Name == "contained" && resource.Parent.Exists ? resource.Parent.Resource : resource;
    }

    /// <summary>The context's resource, else the nearest around the focus, else the root of a tree that is no resource.</summary>
    private static FhirElement Resource(Evaluation e)
    {
        if (e.Context.Resource.Exists) return e.Context.Resource;
        var nearest = e.Focus.Element.Resource;
        return nearest.Exists ? nearest : e.Focus.Tree?.Root ?? default;
    }

    private static void AddElement(FhirElement element, Values output)
    {
        if (element.Exists) output.Add(FhirPathValue.Of(element));
    }

    private static Step Constant(string text)
    {
        var value = FhirPathValue.Of(text);
        return (_, _, output) => output.Add(value);
    }
}

/// <summary>A variable of <c>defineVariable()</c>, with those that were defined before it.</summary>
internal sealed record DefinedVariable(string Name, FhirPathValue[] Items, DefinedVariable? Before)
{
    public static DefinedVariable? Find(DefinedVariable? latest, string name)
    {
        while (latest is not null && latest.Name != name) latest = latest.Before;
        return latest;
    }
}
