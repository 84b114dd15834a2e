namespace FhirBridge.Fhir.Views;

/// <summary>A way to reach somebody. Spec: https://hl7.org/fhir/R4/datatypes.html#ContactPoint.</summary>
/// <param name="Element">The element.</param>
public readonly record struct ContactPointView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "ContactPoint";

    /// <summary>phone, fax, email, pager, url, sms, other.</summary>
    public string? System => Element.Text("system");

    /// <summary>Number or address.</summary>
    public string? Value => Element.Text("value");

    /// <summary>home, work, temp, old, mobile.</summary>
    public string? Use => Element.Text("use");

    /// <summary>Order of preference, 1 first.</summary>
    public int? Rank => Element.Integer("rank");

    /// <summary>When it is or was in use.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
