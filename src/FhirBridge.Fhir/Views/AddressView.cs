namespace FhirBridge.Fhir.Views;

/// <summary>A postal address. Spec: https://hl7.org/fhir/R4/datatypes.html#Address.</summary>
/// <param name="Element">The element.</param>
public readonly record struct AddressView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Address";

    /// <summary>home, work, temp, old, billing.</summary>
    public string? Use => Element.Text("use");

    /// <summary>postal, physical, both.</summary>
    public string? Type => Element.Text("type");

    /// <summary>The whole address as it is shown.</summary>
    public string? Text => Element.Text("text");

    /// <summary>Street, house number, box.</summary>
    public ValueList Line => new(Element, "line");

    /// <summary>Place.</summary>
    public string? City => Element.Text("city");

    /// <summary>District or county.</summary>
    public string? District => Element.Text("district");

    /// <summary>Part of the country.</summary>
    public string? State => Element.Text("state");

    /// <summary>Postal code.</summary>
    public string? PostalCode => Element.Text("postalCode");

    /// <summary>Country, ISO 3166 or a name.</summary>
    public string? Country => Element.Text("country");

    /// <summary>When it is or was in use.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
