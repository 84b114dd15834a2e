using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>The official examples that are no conformance resources validate, but for what is wrong in them.</summary>
public sealed class ValidatorExampleTests
{
    private static readonly HashSet<string> Conformance = new(StringComparer.Ordinal)
    {
        "StructureDefinition", "SearchParameter", "ValueSet", "CodeSystem", "ConceptMap", "OperationDefinition", "CompartmentDefinition", "CapabilityStatement", "NamingSystem", "StructureMap",
        "GraphDefinition", "ImplementationGuide", "ig",
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Validate_EachExample_HasNoErrorButForTheLedger(bool strict)
    {
        var (count, found) = (0, new List<string>());
        foreach (var example in OfficialExamples.All.Where(e => !Conformance.Contains(e.Name.Split('-')[0])))
        {
            var read = FhirJson.ReadLenient(example.Json);
            Assert.NotNull(read.Value);
            count++;
            var errors = read.Problems.Concat(Definitions.R4.Validator.Validate(read.Value.Root, new ValidationOptions { IsStrict = strict })).Where(p => p.Kind.Severity <= IssueSeverity.Error);
            found.AddRange(errors.Select(p => $"{example.Name} {p.Kind.Code} {p.Expression}"));
        }

        Assert.InRange(count, 700, 727);
        var known = ValidationLedger.R4.Examples.Where(e => e.Only is null || e.Only == (strict ? "strict" : "mild")).SelectMany(e => e.Places.Select(p => $"{e.File} {e.Problem} {p}"));
        Assert.Equal(known.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }
}
