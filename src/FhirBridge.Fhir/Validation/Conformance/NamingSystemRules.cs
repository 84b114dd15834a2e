using System.Text.RegularExpressions;

namespace FhirBridge.Fhir.Validation;

/// <summary>A NamingSystem: its identifiers are of the kind that they are said to be. Spec: https://hl7.org/fhir/R4/namingsystem.html.</summary>
internal sealed partial class NamingSystemRules : IResourceRules
{
    /// <inheritdoc/>
    public string Type => "NamingSystem";

    /// <inheritdoc/>
    public void Check(FhirElement resource, ValidationRun run)
    {
        var seen = new HashSet<(string?, string)>();
        foreach (var id in resource.Children("uniqueId"))
        {
            if (id["value"] is not { HasValue: true } value) continue;
            var type = id.Text("type");
            if (!seen.Add((type, value.Value))) run.Report(Problems.Questionable.With($"'{value.Value}' is listed already", id.Path));
            var fault = type switch
            {
                "oid" when !Oid().IsMatch(value.Value) => "an OID: numbers with dots between them, the first of them 0, 1 or 2",
                "uuid" when !Guid.TryParseExact(value.Value.StartsWith("urn:uuid:", StringComparison.Ordinal) ? value.Value[9..] : value.Value, "D", out _) => "a UUID",
                "uri" when !ValueSetRules.IsAbsolute(value.Value) => "an absolute URI",
                _ => null,
            };
            if (fault is not null) run.Report(Problems.InvalidDefinition.With($"'{value.Value}' is said to be of type {type}, and is not {fault}", value.Path));
        }

        if (resource.Text("kind") == "root" && resource.Children("uniqueId").Any() && !resource.Children("uniqueId").Any(u => u.Text("type") is "oid")) run.Report(Problems.Questionable.With("a root is where OIDs are handed out: it has an OID", resource.Path));
    }

    [GeneratedRegex(@"^(urn:oid:)?[0-2](\.(0|[1-9][0-9]*))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Oid();
}
