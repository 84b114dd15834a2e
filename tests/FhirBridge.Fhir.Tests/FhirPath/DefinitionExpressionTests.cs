using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>Every expression in the R4 definitions compiles, and runs on an example of nearly each type.</summary>
public sealed class DefinitionExpressionTests
{
    /// <summary>Invariants of R4 4.0.1 that name an element which does not exist there: ChargeItemDefinition has no name. It evaluates, to nothing.</summary>
    private static readonly HashSet<string> Errata = new(StringComparer.Ordinal) { "cid-0" };

    /// <summary>Official examples whose narrative is an empty div, against the rules for narrative that htmlChecks() stands for.</summary>
    private static readonly HashSet<string> EmptyNarratives = new(StringComparer.Ordinal) { "ActivityDefinition.text.div", "EventDefinition.text.div" };

    public static TheoryData<string> Examples => [.. Directory.GetFiles(Path.Combine(Vectors.Folder, "examples"), "*.json").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

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

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_SearchParametersOfItsType_EvaluateWithoutFault(string file)
    {
        var resource = Vectors.Tree("examples/" + file, typed: true);
        foreach (var parameter in Definitions.R4.SearchParameters(resource.Type!).Where(p => p.Expression is not null))
        {
            var result = FhirPathExpression.Compile(parameter.Expression!, FhirPathOptions.Definitions).Value!.Evaluate(resource);
            Assert.True(result.IsOk, $"{parameter.Code}: {(result.IsOk ? "" : result.Problems[0])}");
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_ErrorInvariants_Hold(string file)
    {
        var resource = Vectors.Tree("examples/" + file, typed: true);
        foreach (var element in resource.Descendants().Prepend(resource))
        {
            var ofType = element.Type is { } type ? Definitions.R4.FindType(type)?.Invariants ?? [] : [];
            foreach (var invariant in (Definitions.R4.DefinitionOf(element)?.Invariants ?? []).Concat(ofType).Where(i => i.Expression is not null))
            {
                var holds = FhirPathExpression.Compile(invariant.Expression!, FhirPathOptions.Definitions).Value!.Predicate(element);
                Assert.True(holds.IsOk, $"{invariant.Key} at {element.Path}: {(holds.IsOk ? "" : holds.Problems[0])}");
                if (invariant.Severity != IssueSeverity.Error) continue;
                var expected = !(invariant.Expression == "htmlChecks()" && EmptyNarratives.Contains(element.Path));
                Assert.True(holds.Value == expected, $"{invariant.Key} at {element.Path} is {holds.Value}: {invariant.Expression}");
            }
        }
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
