using System.Collections.Concurrent;
using FhirBridge.Corpus;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>Every expression in the definitions of R4 runs on all official examples that it is for.</summary>
[Collection("expression cache")]
public sealed class CorpusExpressionTests
{
    private sealed record Check(InvariantDefinition Invariant, FhirPathExpression Expression);

    private readonly ConcurrentDictionary<string, Check[]> ofType = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<object, Check[]> ofElement = new(ReferenceEqualityComparer.Instance);

    [Fact]
    public void SearchParameters_OnEveryExample_EvaluateWithoutFault()
    {
        var (runs, results, used) = (0L, 0L, new ConcurrentDictionary<string, bool>());

        OfficialExamples.AssertEach(example =>
        {
            var faults = new List<string>();
            foreach (var parameter in Definitions.R4.SearchParameters(example.Root.Type!).Where(p => p.Expression is not null))
            {
                var bases = Run(parameter.Expression!, example.Root);
                foreach (var focus in bases)
                {
                    foreach (var component in parameter.Components) Run(component.Expression, focus);
                }

                if (bases.Count > 0) used.TryAdd(parameter.Url, true);

                List<FhirElement> Run(string expression, FhirElement focus)
                {
                    var result = FhirPathExpression.Compile(expression, FhirPathOptions.Definitions).Value!.Evaluate(focus);
                    Interlocked.Increment(ref runs);
                    if (!result.IsOk)
                    {
                        faults.Add($"{parameter.Code}: {expression}: {result.Problems[0]}");
                        return [];
                    }

                    Interlocked.Add(ref results, result.Value.Count);
                    return [.. result.Value.Where(v => v.IsElement).Select(v => v.Element)];
                }
            }

            return faults;
        });

        Assert.Equal((137_325, 138_503, 1_113), (runs, results, used.Count));
    }

    [Fact]
    public void Invariants_OnEveryElementOfEveryExample_HoldButForTheLedger()
    {
        var (runs, keys, broken) = (0L, new ConcurrentDictionary<string, bool>(), new ConcurrentBag<string>());

        OfficialExamples.AssertEach(example =>
        {
            var count = 0;
            foreach (var element in example.Root.Descendants().Prepend(example.Root))
            {
                foreach (var (invariant, expression) in Checks(element))
                {
                    var holds = expression.Predicate(element);
                    count++;
                    keys.TryAdd(invariant.Key, true);
                    if (holds.IsOk && (holds.Value || invariant.Severity != IssueSeverity.Error)) continue;
                    broken.Add($"{invariant.Key} is {(holds.IsOk ? "false" : holds.Problems[0].Kind.Code)} in {example.Name} {element.Path}");
                }
            }

            Interlocked.Add(ref runs, count);
            return [];
        });

        var known = Ledger.R4.Invariants.SelectMany(i => i.Places.Select(p => $"{i.Key} is {i.Outcome} in {p}"));
        Assert.Equal(known.Order(StringComparer.Ordinal), broken.Order(StringComparer.Ordinal));
        var all = Definitions.R4.Types.SelectMany(t => t.Invariants.Concat(t.Elements.SelectMany(e => e.Invariants))).Where(i => i.Expression is not null).Select(i => i.Key);
        Assert.Equal(["cnt-3", "dis-1", "drq-2", "tcp-1"], all.Except(keys.Keys).Order(StringComparer.Ordinal));
        Assert.Equal((2_380_842, 233), (runs, keys.Count));
    }

    private IEnumerable<Check> Checks(FhirElement element)
    {
        var declared = Definitions.R4.DefinitionOf(element) is { Invariants.Count: > 0 } definition ? ofElement.GetOrAdd(definition, _ => Compiled(definition.Invariants)) : [];
        var typed = element.Type is { } type ? ofType.GetOrAdd(type, t => Compiled(Definitions.R4.FindType(t)?.Invariants ?? [])) : [];
        return declared.Concat(typed);
    }

    private static Check[] Compiled(IEnumerable<InvariantDefinition> invariants) =>
        [.. invariants.Where(i => i.Expression is not null).Select(i => new Check(i, FhirPathExpression.Compile(i.Expression!, FhirPathOptions.Definitions).Value!))];
}
