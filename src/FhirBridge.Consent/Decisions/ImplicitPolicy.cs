using FhirBridge.Consent.Directives;

namespace FhirBridge.Consent.Decisions;

/// <summary>
/// The network's implicit policy, decided for one caller (consent.md §4 L5): what remains is whether the contribution is no more than normal.
/// It speaks to callers who act for a member; to persons only where they are in the care team. The operator gets nothing by it (contract.md).
/// </summary>
/// <param name="Uri">The policy.</param>
/// <param name="Grants">True when the policy grants this caller anything.</param>
/// <param name="NormalOnly">True when it grants no more than normal confidentiality.</param>
internal sealed record ImplicitPolicy(string Uri, bool Grants, bool NormalOnly)
{
    public static ImplicitPolicy For(Caller caller, Membership membership, AccessRequest request)
    {
        var uri = request.Options.DefaultPolicy;
        var member = caller.Member is not null && !caller.IsOperator;
        var treat = caller.Purposes is [{ System: Vocabulary.ActReason, Code: "TREAT" }];
        return uri switch
        {
            Vocabulary.PolicyBasicNormal => new ImplicitPolicy(uri, member && treat, true),
            Vocabulary.PolicyAllNormal => new ImplicitPolicy(uri, member, true),
            Vocabulary.PolicyBreakGlassOnly => new ImplicitPolicy(
                uri, member && request.Action == "access" && !caller.Purposes.IsEmpty && caller.Purposes.All(Vocabulary.IsBreakGlass), false),
            Vocabulary.PolicyCareTeamTreat => new ImplicitPolicy(uri, treat && !caller.IsOperator && membership.InAnyTeam(), true),
            _ => new ImplicitPolicy(uri, false, false),
        };
    }

    public bool Permits(in FactsView view) => Grants && (!NormalOnly || view.Labels.Confidentiality <= Vocabulary.Normal);
}
