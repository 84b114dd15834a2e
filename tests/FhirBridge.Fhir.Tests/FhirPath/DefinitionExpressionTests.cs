using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>Every expression in the R4 definitions compiles.</summary>
public sealed class DefinitionExpressionTests
{
    /// <summary>Invariants of R4 4.0.1 that name an element which does not exist there: ChargeItemDefinition has no name. It evaluates, to nothing.</summary>
    private static readonly HashSet<string> Errata = new(StringComparer.Ordinal) { "cid-0" };

    [Fact]
    public void SearchParameters_AllExpressions_Compile()
    {
        var expressions = Definitions.R4.AllSearchParameters.SelectMany(p => p.Components.Select(c => c.Expression).Append(p.Expression!)).Where(e => e is not null).ToArray();
        var failures = expressions.Select(e => FhirPathExpression.Compile(e, FhirPathOptions.Definitions)).Where(r => !r.IsOk).Select(r => r.Problems[0].ToString()).ToArray();
        Assert.True(failures.Length == 0, string.Join('\n', failures));
        Assert.True(expressions.Length > 1300, $"only {expressions.Length} expressions");
    }

    [Fact]
    public void Invariants_AllExpressions_CompileWithTheNamesOfTheirContext()
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var (context, invariant) in Invariants())
        {
            count++;
            var compiled = FhirPathExpression.Compile(invariant.Expression!, FhirPathOptions.Definitions with { ContextType = context });
            if (compiled.IsOk == Errata.Contains(invariant.Key)) failures.Add($"{invariant.Key} on {context}: {(compiled.IsOk ? "is no erratum" : compiled.Problems[0].Diagnostics)} in {invariant.Expression}");
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.True(count > 1000, $"only {count} invariants");
    }

    private static IEnumerable<(string? Context, InvariantDefinition Invariant)> Invariants()
    {
        foreach (var type in Definitions.R4.Types)
        {
            foreach (var invariant in type.Invariants.Where(i => i.Expression is not null)) yield return (type.Name, invariant);
            foreach (var element in type.Elements)
            {
                var context = element.Types is [{ Code: "BackboneElement" or "Element" }] ? element.Path : element.Types is [var only] ? only.Code : null;
                foreach (var invariant in element.Invariants.Where(i => i.Expression is not null)) yield return (context, invariant);
            }
        }
    }
}
