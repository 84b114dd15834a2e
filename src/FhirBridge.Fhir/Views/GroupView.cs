namespace FhirBridge.Fhir.Views;

/// <summary>People or things as one. Spec: https://hl7.org/fhir/R4/group.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct GroupView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Group";

    /// <summary>False when the group is not in use.</summary>
    public bool? Active => Element.Boolean("active");

    /// <summary>person, animal, practitioner, device, medication, substance.</summary>
    public string? Type => Element.Text("type");

    /// <summary>True when its members are real ones, false when it only describes them.</summary>
    public bool? Actual => Element.Boolean("actual");

    /// <summary>Members.</summary>
    public ViewList<GroupMemberView> Member => new(Element, "member");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>A member of a group.</summary>
/// <param name="Element">The element.</param>
public readonly record struct GroupMemberView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Group.member";

    /// <summary>The member.</summary>
    public ReferenceView Entity => new(Element["entity"]);

    /// <summary>When it belongs.</summary>
    public PeriodView Period => new(Element["period"]);

    /// <summary>True when it does not belong any more.</summary>
    public bool? Inactive => Element.Boolean("inactive");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
