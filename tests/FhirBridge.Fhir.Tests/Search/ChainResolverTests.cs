using FhirBridge.Fhir.Search;
using static FhirBridge.Fhir.Tests.Search.TestSearch;

namespace FhirBridge.Fhir.Tests.Search;

public sealed class ChainResolverTests
{
    private static readonly ResourceView[] All =
    [
        View("""{"resourceType":"Organization","id":"o1","name":"Acme"}"""),
        View("""{"resourceType":"Organization","id":"o2","name":"Other"}"""),
        View("""{"resourceType":"Patient","id":"p1","name":[{"family":"Peters"}],"managingOrganization":{"reference":"Organization/o1"}}"""),
        View("""{"resourceType":"Patient","id":"p2","name":[{"family":"Jones"}],"managingOrganization":{"reference":"Organization/o2"}}"""),
        View("""{"resourceType":"Group","id":"p1","type":"person","actual":true,"characteristic":[{"code":{"coding":[{"code":"c"}]},"valueBoolean":true,"exclude":false}]}"""),
        View("""{"resourceType":"Observation","id":"b1","status":"final","code":{"coding":[{"code":"hr"}]},"subject":{"reference":"Patient/p1"}}"""),
        View("""{"resourceType":"Observation","id":"b2","status":"final","code":{"coding":[{"code":"hr"}]},"subject":{"reference":"Patient/p2"}}"""),
        View("""{"resourceType":"Observation","id":"b3","status":"amended","code":{"coding":[{"code":"bp"}]},"subject":{"reference":"Group/p1"}}"""),
        View("""{"resourceType":"Location","id":"l1","name":"House"}"""),
        View("""{"resourceType":"Location","id":"l2","name":"Ward","partOf":{"reference":"Location/l1"}}"""),
        View("""{"resourceType":"Location","id":"l3","name":"Room","partOf":{"reference":"Location/l2"}}"""),
        View("""{"resourceType":"Encounter","id":"e1","status":"planned","class":{"code":"AMB"},"location":[{"location":{"reference":"Location/l3"}}]}"""),
        View("""{"resourceType":"Encounter","id":"e2","status":"planned","class":{"code":"AMB"},"location":[{"location":{"reference":"Location/l1"}}]}"""),
        View("""{"resourceType":"List","id":"t1","status":"current","mode":"working","entry":[{"item":{"reference":"Patient/p2"}}]}"""),
        View("""{"resourceType":"Provenance","id":"v1","recorded":"2026-01-01T00:00:00Z","target":[{"reference":"Observation/b1"}],"agent":[{"who":{"reference":"Organization/o1"}}]}"""),
    ];

    [Theory]
    [InlineData("Observation", "subject:Patient.name=peter", "b1")]
    [InlineData("Observation", "subject.name=jones", "b2")]
    [InlineData("Observation", "subject:Group.characteristic=c", "b3")]
    [InlineData("Observation", "patient.organization.name=acme", "b1")]
    [InlineData("Observation", "patient.organization.name=nobody", "")]
    [InlineData("Observation", "patient.organization.name=acme,other&code=hr", "b1 b2")]
    [InlineData("Observation", "subject._id=p1", "b1 b3")]
    [InlineData("Patient", "_has:Observation:patient:code=hr", "p1 p2")]
    [InlineData("Patient", "_has:Observation:patient:code=bp", "")]
    [InlineData("Group", "_has:Observation:subject:code=bp", "p1")]
    [InlineData("Patient", "_has:Observation:patient:_has:Provenance:target:agent=Organization/o1", "p1")]
    [InlineData("Patient", "_has:Observation:patient:status=final&organization.name=other", "p2")]
    [InlineData("Observation", "patient._has:Group:member:_id=x", "")]
    [InlineData("Encounter", "location:below=Location/l1", "e1 e2")]
    [InlineData("Encounter", "location:below=Location/l2", "e1")]
    [InlineData("Encounter", "location:above=Location/l2", "e2")]
    [InlineData("Patient", "_list=t1", "p2")]
    [InlineData("Patient", "_list=List/t1", "p2")]
    [InlineData("Patient", "_list=t2", "")]
    [InlineData("Observation", "_filter=subject:Patient.name co \"ete\"", "b1")]
    [InlineData("Observation", "_filter=subject.name co \"ete\" or status eq amended", "b1 b3")]
    [InlineData("Observation", "_filter=patient.organization[name eq acme].name sw ac", "b1")]
    [InlineData("Observation", "_filter=patient.organization[name eq other].name sw ac", "")]
    [InlineData("Observation", "_filter=not (patient.organization.name eq acme)", "b2 b3")]
    [InlineData("Observation", "_filter=subject.id eq p1", "b1 b3")]
    [InlineData("Patient", "_filter=_has:Observation:patient:code eq hr and name sw pet", "p1")]
    [InlineData("Patient", "_filter=not(_has:Observation:patient:_has:Provenance:target:agent eq Organization/o1)", "p2")]
    public async Task Chains_are_resolved_by_searching_first(string type, string text, string ids)
    {
        var query = await Resolve(Query(type, text), Search);

        Assert.Empty(query.Unresolved());
        Assert.Equal(ids, string.Join(' ', Search(query).Select(v => v.Id)));
    }

    [Fact]
    public async Task What_the_inner_search_withholds_has_no_influence()
    {
        var query = await Resolve(Query("Observation", "patient.organization.name=acme"), q => Search(q).Where(v => v.Id != "o1"));

        Assert.Empty(Search(query));
    }

    [Fact]
    public async Task Stored_references_of_a_reverse_chain_are_taken_as_the_caller_sees_them()
    {
        var query = await Resolve(Query("Patient", "_has:Observation:patient:code=hr"), Search, (view, entry) => view.Id == "b1" && entry.Value == "Patient/p1" ? "Patient/p2" : null);

        Assert.Equal(["p2"], Search(query).Select(v => v.Id));
    }

    private static async Task<SearchQuery> Resolve(SearchQuery query, Func<SearchQuery, IEnumerable<ResourceView>> search, Func<ResourceView, IndexEntry, string?>? visible = null)
    {
        var resolved = await new ChainResolver(q => ValueTask.FromResult(Result<IReadOnlyList<ResourceView>>.Ok([.. search(q)])), visible).ResolveAsync(query);
        Assert.True(resolved.IsOk, string.Join("; ", resolved.Problems));
        return resolved.Value;
    }

    private static IEnumerable<ResourceView> Search(SearchQuery query) => All.Where(v => QueryMatcher.Matches(query, v));
}
