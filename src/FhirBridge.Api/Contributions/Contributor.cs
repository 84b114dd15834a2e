using FhirBridge.Api.Http;
using FhirBridge.Consent;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Contributions;

/// <summary>Who contributes, and how references in what they send are read.</summary>
/// <param name="Value">Member id, or <c>Patient/{id}</c> or <c>RelatedPerson/{id}</c>.</param>
/// <param name="IsMember">True for a member, false for a person.</param>
/// <param name="ThroughFacade">True when relative references are local to the member; false when they are network references.</param>
public readonly record struct Contributor(string Value, bool IsMember, bool ThroughFacade)
{
    /// <summary><c>Organization/{member}</c>, or the person.</summary>
    public string Custodian => IsMember ? "Organization/" + Value : Value;

    /// <summary>The member itself, on its facade.</summary>
    public static Contributor Facade(string member) => new(member, true, true);

    /// <summary>Who a write on <c>/fhir</c> counts as: the person for a patient or carer, else the member; null for a caller who is neither.</summary>
    public static Contributor? Shared(Caller caller) =>
        caller.Person is { } person && (person.StartsWith("Patient/", StringComparison.Ordinal) || person.StartsWith("RelatedPerson/", StringComparison.Ordinal))
            ? new Contributor(person, false, false)
            : caller.Member is { } member ? new Contributor(member.Value, true, false) : null;

    /// <summary>
    /// Literal reference as written → stored reference: <c>{member}/Type/id</c> when it is local to a facade, <c>Type/id</c> when it is a network
    /// reference, the text itself when it leads outside (it is then kept, and omitted on <c>/fhir</c>). Null for a fragment, which stays for everybody.
    /// </summary>
    public string? ToStored(string literal, FhirRequest request)
    {
        if (literal.StartsWith('#')) return null;
        if (FhirReference.Parse(literal) is not { } reference) return literal;
        if (reference.Base is null) return ThroughFacade ? $"{Value}/{reference.Local}" : reference.Local;
        if (reference.Base == request.SharedBase) return reference.Local;
        var members = request.PublicBase + "/members/";
        if (!reference.Base.StartsWith(members, StringComparison.Ordinal) || !reference.Base.EndsWith("/fhir", StringComparison.Ordinal)) return literal;
        var member = reference.Base[members.Length..^5];
        return FhirId.IsValid(member) ? $"{member}/{reference.Local}" : literal;
    }
}
