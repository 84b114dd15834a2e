using FhirBridge.Consent.Directives;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Consent;

/// <summary>The gate for new and changed Consents (consent.md §3.3, §13): what passes is understood completely by the evaluator.</summary>
public static class ConsentGate
{
    private static readonly string[] Required = ["status", "scope", "category", "patient", "dateTime", "performer", "organization", "source"];

    /// <summary>
    /// Every fault of a Consent that is about to be written; empty when it may be. Raises <see cref="Problems.ConsentGate"/> with the FHIRPath
    /// of the element at fault. Only active privacy consents are enforced, so the others are held to the limits of size alone.
    /// </summary>
    public static IReadOnlyList<Problem> Check(FhirElement consent)
    {
        if (consent.Type != "Consent") return [Problems.ConsentGate.With("the resource is not a Consent", "Consent")];
        var view = new ConsentView(consent);
        if (view.Status is not (null or "active")) return Limits(consent);

        var faults = new List<Problem>();
        foreach (var name in Required)
        {
            if (!consent[name].Exists) faults.Add(Problems.ConsentGate.With($"an active consent needs {(name == "source" ? "source[x]" : name)}", "Consent." + name));
        }

        if (!view.Policy.Any(p => p.Uri is not null) && !view.PolicyRule.Exists)
        {
            faults.Add(Problems.ConsentGate.With("an active consent names the policy that it is made under, in policy.uri", "Consent.policy.uri"));
        }

        if (view.Scope.Exists && !ConsentCompiler.IsPrivacy(view)) return faults.Count > 0 ? faults : Limits(consent);

        // A reference need not lead anywhere to be well formed: whether it does is the business of the write, and of the report "degraded".
        var reader = new ProvisionReader(_ => null, TimeZoneInfo.Utc, asPcf: false);
        reader.Read(view);
        faults.AddRange(reader.Faults);
        return faults;
    }

    // Counted without recursion, so that no depth of nesting can stall it.
    private static List<Problem> Limits(FhirElement consent)
    {
        var provisions = consent.Descendants().Where(e => e.Name == "provision").ToList();
        if (provisions.Count > ProvisionReader.MaxNodes) return [Problems.ConsentGate.With($"a consent has at most {ProvisionReader.MaxNodes} provisions", "Consent.provision")];
        foreach (var p in provisions)
        {
            var depth = 0;
            for (var e = p; e.Name == "provision" && depth <= ProvisionReader.MaxDepth; e = e.Parent) depth++;
            if (depth > ProvisionReader.MaxDepth) return [Problems.ConsentGate.With($"provisions nest at most {ProvisionReader.MaxDepth} levels", p.Path)];
        }

        return [];
    }
}
