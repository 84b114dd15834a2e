namespace FhirBridge.Consent.Decisions;

/// <summary>Puts the outcome for a patient into words; never seen by a caller who is denied (consent.md §14).</summary>
internal static class Reasons
{
    /// <summary>Adds the deciding reason, then what the other consents say and what stands in their way.</summary>
    public static void Explain(List<Reason> reasons, PatientEvaluation evaluation, string patient, Outcome outcome, in FactsView view)
    {
        reasons.Insert(0, Deciding(outcome, patient));
        foreach (var directive in evaluation.Directives)
        {
            if (ReferenceEquals(directive, outcome.Directive)) continue;
            var verdict = directive.Evaluate(view);
            if (verdict.Effect != Effect.NotApplicable) reasons.Add(OfProvision(directive.Directive, verdict));
        }

        foreach (var directive in evaluation.Directives)
        {
            foreach (var impediment in directive.Directive.Impediments) reasons.Add(new Reason("quarantine", directive.Directive.Reference, null, impediment));
            foreach (var unresolved in directive.Directive.Unresolved) reasons.Add(new Reason("degraded", directive.Directive.Reference, null, $"{unresolved} leads nowhere and matches nobody"));
        }
    }

    private static Reason Deciding(Outcome outcome, string patient) => outcome.By switch
    {
        DecidedBy.Membership => new Reason("membership", null, null, "the caller acts for no active member of the network"),
        DecidedBy.Self => new Reason("self", null, null, $"the caller is the patient, {patient}"),
        DecidedBy.Custodian => new Reason("custodian", null, null, "the caller contributed it"),
        DecidedBy.Participant => new Reason("participant", null, null, outcome.Permit
            ? "the caller is one of those who govern it"
            : "consents and audit are open to the patient, those who govern them and the privacy officer alone"),
        DecidedBy.Hold => new Reason("hold", null, null, "a consent with an untyped provision holds access across organisations until a privacy officer resolves it"),
        DecidedBy.Provision => OfProvision(outcome.Directive!.Directive, outcome.Verdict),
        _ => new Reason("policy", null, null, outcome.Permit ? "no consent applies; the network's policy permits" : "no consent applies; the network's policy does not permit"),
    };

    private static Reason OfProvision(ConsentDirective directive, Verdict verdict) => new(
        directive.Broken ? "unevaluable" : "provision",
        directive.Reference,
        verdict.Source?.Path,
        directive.Broken ? "the consent cannot be evaluated, so its denies apply" : verdict.Effect == Effect.Permit ? "the provision permits" : "the provision denies");
}
