namespace FhirBridge.Fhir.Views;

/// <summary>Input or output of an operation. Spec: https://hl7.org/fhir/R4/parameters.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ParametersView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Parameters";

    /// <summary>The parameters; a name may come more than once.</summary>
    public ViewList<ParametersParameterView> Parameter => new(Element, "parameter");

    /// <summary>The first parameter of that name, or one that does not exist.</summary>
    public ParametersParameterView Find(string name) => ParametersParameterView.Find(Parameter, name);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>A parameter, or a part of one.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ParametersParameterView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Parameters.parameter";

    /// <summary>Name, as the operation defines it.</summary>
    public string? Name => Element.Text("name");

    /// <summary><c>value[x]</c>: any datatype.</summary>
    public FhirElement Value => Element["value"];

    /// <summary>A whole resource as value.</summary>
    public FhirElement Resource => Element["resource"];

    /// <summary>Parts.</summary>
    public ViewList<ParametersParameterView> Part => new(Element, "part");

    /// <summary>The first part of that name, or one that does not exist.</summary>
    public ParametersParameterView Find(string name) => Find(Part, name);

    internal static ParametersParameterView Find(ViewList<ParametersParameterView> all, string name)
    {
        foreach (var parameter in all)
        {
            if (parameter.Name == name) return parameter;
        }

        return default;
    }

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
