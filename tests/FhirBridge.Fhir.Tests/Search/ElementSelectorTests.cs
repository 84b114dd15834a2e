using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir.Tests.Search;

public sealed class ElementSelectorTests
{
    public static TheoryData<string> Files() => [.. Examples.Names];

    [Theory]
    [MemberData(nameof(Files))]
    public void Plain_paths_select_what_the_engine_selects(string name)
    {
        var resource = Examples.Read(name);
        var context = new FhirPathContext { Resource = resource, RootResource = resource };
        foreach (var parameter in Definitions.R4.SearchParameters(resource.Type!).Where(p => p.Expression is not null))
        {
            var plain = ElementSelector.Compile(parameter.Expression!);
            if (plain is not { NeedsEngine: false }) continue;
            var engine = ElementSelector.Engine(parameter.Expression!);
            Assert.NotNull(engine);
            Assert.True(
                Selected(engine, resource, context).SequenceEqual(Selected(plain, resource, context)),
                $"{parameter.Code}: {parameter.Expression}");
        }
    }

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
