using FhirBridge.Consent.Tests.World;

namespace FhirBridge.Consent.Tests;

/// <summary>Every case of data/cases.json, as real FHIR resources, through compile and grant.</summary>
public sealed class DecisionCaseTests
{
    public static TheoryData<string> Ids => [.. DecisionCases.Ids];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Case_GivenInData_DecidesAsExpected(string id)
    {
        var c = DecisionCases.Case(id);

        var decision = DecisionCases.Decide(c, out var permits);

        var why = $"{id} ({c["title"]}): {c["reason"]}; got {string.Join("; ", decision.Reasons)}";
        Assert.True(DecisionCases.Expected(c) == decision.Permit, why);
        Assert.True(permits == decision.Permit, "Permits and Decide differ: " + why);
    }

    [Fact]
    public void Cases_InData_AreAllThere() => Assert.Equal(56, DecisionCases.Ids.Distinct().Count());
}
