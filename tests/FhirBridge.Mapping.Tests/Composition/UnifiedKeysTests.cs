using FhirBridge.Fhir;

namespace FhirBridge.Mapping.Tests;

public class UnifiedKeysTests
{
    private const string Subject = "'subject':{'reference':'Patient/1'}";

    [Theory]
    [InlineData("draft", "current")]
    [InlineData("active", "current")]
    [InlineData("on-hold", "current")]
    [InlineData("unknown", "current")]
    [InlineData("completed", "ended")]
    [InlineData("revoked", "ended")]
    [InlineData("entered-in-error", "ended")]
    public void CarePlan_OfThatStatus_IsPartOf(string status, string plan) =>
        Assert.Equal($"CarePlan/rec7-{plan}", Key($"{{'resourceType':'CarePlan','status':'{status}','intent':'plan',{Subject}}}"));

    [Fact]
    public void Patient_Always_IsTheRecord() => Assert.Equal("Patient/rec7", Key("{'resourceType':'Patient'}"));

    [Fact]
    public void OtherTypes_Never_AreUnified() => Assert.Null(Key($"{{'resourceType':'Condition',{Subject}}}"));

    [Theory]
    [InlineData("CarePlan", "'status':'active','intent':'plan',")]
    [InlineData("CareTeam", "")]
    public void SubjectIsAGroup_ResolvedOrNot_IsNotUnified(string type, string elements)
    {
        var local = $"{{'resourceType':'{type}',{elements}'subject':{{'reference':'urn:uuid:5'}}}}";
        Assert.Null(Key(local, r => r == "urn:uuid:5" ? "Group/g" : null));
        Assert.NotNull(Key(local, r => r == "urn:uuid:5" ? "Patient/rec7" : null));
        Assert.Null(Key(local.Replace("urn:uuid:5", "Group/7", StringComparison.Ordinal)));
    }

    [Fact]
    public void CareTeam_WithoutCategory_IsTheLongitudinalOne()
    {
        var without = Key($"{{'resourceType':'CareTeam',{Subject}}}");
        var with = Key($"{{'resourceType':'CareTeam','category':[{{'text':'x','coding':[{{'system':'http://loinc.org','code':'LA27977-0'}}]}},{{'coding':[{{'system':'http://loinc.org','code':'LA28865-6'}}]}}],{Subject}}}");
        var episode = Key($"{{'resourceType':'CareTeam','category':[{{'coding':[{{'system':'http://loinc.org','code':'LA27977-0'}}]}}],{Subject}}}");
        Assert.Equal(without, with);
        Assert.NotEqual(without, episode);
    }

    [Theory]
    [InlineData("{'text':'Walk to the shop'}", "{'text':'  walk to   the SHOP. '}")]
    [InlineData("{'coding':[{'system':'http://snomed.info/sct','code':'1','display':'a'}],'text':'b'}", "{'coding':[{'system':'urn:local','code':'z'},{'system':'http://snomed.info/sct','code':'1'}]}")]
    [InlineData("{'coding':[{'system':'http://loinc.org','code':'1'},{'system':'urn:a','code':'2'}]}", "{'coding':[{'system':'http://loinc.org','code':'1'}]}")]
    [InlineData("{'coding':[{'display':'Walk'}]}", "{'text':'walk'}")]
    public void Goals_ThatSayTheSame_AreOne(string one, string other) => Assert.Equal(Goal(one), Goal(other));

    [Theory]
    [InlineData("{'text':'Walk to the shop'}", "{'text':'Walk to the station'}")]
    [InlineData("{'coding':[{'system':'http://snomed.info/sct','code':'1'}]}", "{'coding':[{'system':'http://snomed.info/sct','code':'2'}]}")]
    [InlineData("{'coding':[{'system':'urn:a','code':'1'}]}", "{'coding':[{'system':'urn:b','code':'1'}]}")]
    [InlineData("{'text':'HbA1c < 7.5'}", "{'text':'HbA1c < 75'}")]
    public void Goals_ThatSayOtherThings_AreTwo(string one, string other) => Assert.NotEqual(Goal(one), Goal(other));

    [Fact]
    public void Goals_WithAnotherMeasure_AreTwoWhateverTheValue()
    {
        const string Hba1c = ",'target':[{'measure':{'coding':[{'system':'http://loinc.org','code':'4548-4'}]},'detailString':'7'}]";
        Assert.Equal(Goal("{'text':'x'}", Hba1c), Goal("{'text':'x'}", Hba1c.Replace("'7'", "'8'", StringComparison.Ordinal)));
        Assert.NotEqual(Goal("{'text':'x'}", Hba1c), Goal("{'text':'x'}", Hba1c.Replace("4548-4", "29463-7", StringComparison.Ordinal)));
        Assert.NotEqual(Goal("{'text':'x'}", Hba1c), Goal("{'text':'x'}"));
    }

    [Fact]
    public void Goal_OfTwoPeople_HasUnlikeIdsOfLegalForm()
    {
        var read = Contribute.Read($"{{'resourceType':'Goal','lifecycleStatus':'active','description':{{'text':'x'}},{Subject}}}".Replace('\'', '"'));
        var one = UnifiedKeys.UnifiedReference(read, "rec7", _ => null)!;
        var other = UnifiedKeys.UnifiedReference(read, "a234567890123456789012345678901234567890", _ => null)!;
        Assert.False(one.AsSpan(one.Length - 16).SequenceEqual(other.AsSpan(other.Length - 16)));
        Assert.True(FhirId.IsValid(other.AsSpan("Goal/".Length)));
        Assert.Matches("^Goal/rec7-[a-z2-7]{16}$", one);
        Assert.Equal("rec7", UnifiedKeys.RecordOf(one["Goal/".Length..]));
    }

    private static string? Goal(string description, string more = "") =>
        Key($"{{'resourceType':'Goal','lifecycleStatus':'active','description':{description},{Subject}{more}}}");

    private static string? Key(string json, Func<string, string?>? resolve = null) =>
        UnifiedKeys.UnifiedReference(Contribute.Read(json.Replace('\'', '"')), "rec7", resolve ?? (_ => null));
}
