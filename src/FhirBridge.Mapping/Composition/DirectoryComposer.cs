using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Mapping;

/// <summary>
/// One directory entry (Organization, Practitioner, PractitionerRole, Location, HealthcareService, Endpoint …) from the contributions
/// that business identifiers join. Pure and independent of order. The directory is no patient's: its elements carry no attribution, only
/// <see cref="UnifiedResource.Origins"/> do.
/// </summary>
public static class DirectoryComposer
{
    private static readonly string[] United = ["identifier", "telecom", "address"];
    private static readonly string[] NotTaken = ["id", "meta", "text", "implicitRules", "contained", "extension", "modifierExtension", "language"];

    /// <summary>
    /// The entry: identifiers, telecom and addresses of all contributors, each once; every other element whole from the first that states it:
    /// the network operator, then the entry's own organisation, then contributors in the order of their references.
    /// </summary>
    /// <param name="type">Resource type of the entry.</param>
    /// <param name="entryId">Id of the entry.</param>
    /// <param name="operatorReference">Reference of the network operator: <c>Organization/network</c>.</param>
    /// <param name="contributions">What members (and the operator) state about it; those of another type are passed over.</param>
    /// <returns>The entry; null when nobody states anything (or everything was entered in error).</returns>
    public static UnifiedResource? Compose(string type, string entryId, string operatorReference, IEnumerable<VisibleContribution> contributions)
    {
        var parts = Contribution.Ordered(contributions.Where(c => c.Resource.Type == type), keepsLineIds: false);
        if (parts.Count == 0) return null;
        var order = parts.OrderBy(p => Precedence(p.Given.Contributor, $"{type}/{entryId}", operatorReference))
            .ThenBy(p => p.Given.Contributor, StringComparer.Ordinal)
            .ThenBy(p => p.Reference, StringComparer.Ordinal)
            .ToList();
        using var writer = new UnifiedWriter($"{type}/{entryId}", parts, null);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var part in order)
        {
            foreach (var child in part.Resource.Children())
            {
                if (!NotTaken.Contains(child.Name)) names.Add(child.Name);
            }
        }

        foreach (var name in names) Element(writer, order, name);
        return writer.FinishUnattributed();
    }

    private static void Element(UnifiedWriter writer, List<Contribution> order, string name)
    {
        var first = order.First(p => p.Resource[name].Exists).Resource;
        if (!United.Contains(name) || first[name].Index < 0)
        {
            FhirJson.WriteProperty(writer.Json, first, name);
            return;
        }

        writer.Raw(name, Statement.Join(order, name, name == "identifier" ? Identifier : ElementKeys.Content));
    }

    private static int Precedence(string contributor, string entry, string operatorReference) =>
        contributor == operatorReference ? 0 : contributor == entry ? 1 : 2;

    private static string Identifier(FhirElement element) => new IdentifierView(element) is { Value: { } value } identifier
        ? $"{identifier.System}|{value.Trim()}"
        : ElementKeys.Content(element);
}
