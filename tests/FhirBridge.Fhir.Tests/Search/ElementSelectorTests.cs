using System.Collections.Concurrent;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir.Tests.Search;

public sealed class ElementSelectorTests
{
    // Quantities such as 1.0 and 1.00: equal for the engine, so that its union keeps one of them; each has its own digits in the tree.
    private const string EqualNumbers = "Observation-decimal.json";

    private static readonly ConcurrentDictionary<string, (ElementSelector Plain, ElementSelector Engine)> Selectors = new(StringComparer.Ordinal);

    [Fact]
    public void Plain_paths_select_what_the_engine_selects_in_every_example() => OfficialExamples.AssertEach(example =>
    {
        var resource = example.Root;
        var context = new FhirPathContext { Resource = resource, RootResource = resource };
        var faults = new List<string>();
        foreach (var parameter in Definitions.R4.SearchParameters(resource.Type!).Where(p => p.Expression is not null))
        {
            var (plain, engine) = Selectors.GetOrAdd(parameter.Expression!, e => (ElementSelector.Compile(e)!, ElementSelector.Engine(e)!));
            if (plain.NeedsEngine) continue;
            var (expected, actual) = (Selected(engine, resource, context), Selected(plain, resource, context));
            if (!expected.SequenceEqual(example.Name == EqualNumbers ? actual.Intersect(expected) : actual)) faults.Add($"{parameter.Code}: {parameter.Expression}");
        }

        return faults;
    });

    [Fact]
    public void Every_search_parameter_of_R4_compiles_and_few_need_the_engine()
    {
        var compiled = Definitions.R4.AllSearchParameters.Where(p => p.Expression is not null).Select(p => (p.Url, Selector: ElementSelector.Compile(p.Expression!))).ToList();

        Assert.DoesNotContain(compiled, c => c.Selector is null);
        Assert.Equal(
            ["http://hl7.org/fhir/SearchParameter/Bundle-composition", "http://hl7.org/fhir/SearchParameter/Bundle-message", "http://hl7.org/fhir/SearchParameter/Patient-deceased", "http://hl7.org/fhir/SearchParameter/questionnaireresponse-extensions-QuestionnaireResponse-item-subject"],
            compiled.Where(c => c.Selector!.NeedsEngine).Select(c => c.Url).Order(StringComparer.OrdinalIgnoreCase));
    }

    // The union of FHIRPath keeps one of equal items, so equal values count once; duplicates leave the index later anyway.
    private static List<string> Selected(ElementSelector selector, FhirElement resource, FhirPathContext context)
    {
        var elements = new List<FhirElement>();
        var values = new List<string>();
        selector.Select(resource, context, elements, values);
        return [.. elements.Select(e => e.HasValue ? e.Value : System.Text.Encoding.UTF8.GetString(e.Raw)).Concat(values).Distinct().Order(StringComparer.Ordinal)];
    }
}
