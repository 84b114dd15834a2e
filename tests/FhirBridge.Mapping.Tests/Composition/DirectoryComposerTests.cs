namespace FhirBridge.Mapping.Tests;

public class DirectoryComposerTests
{
    private const string Operator = "Organization/network";

    [Fact]
    public void Organization_StatedByThree_TakesTheOperatorsWordThenItsOwn()
    {
        var given = new[]
        {
            By("aaa", "{'resourceType':'Organization','name':'as others say','partOf':{'display':'others'},'alias':['x'],'telecom':[{'system':'phone','value':'1'}],'identifier':[{'system':'urn:ura','value':'7'},{'system':'urn:aaa','value':'9'}]}"),
            By("o1", "{'resourceType':'Organization','name':'as it says','alias':['own','names'],'telecom':[{'system':'phone','value':'1'},{'system':'email','value':'a@example.org'}],'identifier':[{'system':'urn:ura','value':' 7','use':'official'}],'text':{'status':'generated','div':'<div xmlns=\"http://www.w3.org/1999/xhtml\">own words</div>'}}".Replace("\\\"", "'", StringComparison.Ordinal)),
            By("network", "{'resourceType':'Organization','active':true,'name':'as registered','identifier':[{'system':'urn:ura','value':'7'}]}"),
        };
        var entry = Contribute.Read(DirectoryComposer.Compose("Organization", "o1", Operator, given)!);
        Assert.Equal("as registered", entry.Text("name"));
        Assert.Equal("true", entry.Text("active"));
        Assert.Equal(["own", "names"], entry.Children("alias").Select(a => a.Value!));
        Assert.Equal("others", entry["partOf"].Text("display"));
        Assert.Equal(["urn:ura", "urn:aaa"], entry.Children("identifier").Select(i => i.Text("system")!));
        Assert.Equal(["1", "a@example.org"], entry.Children("telecom").Select(i => i.Text("value")!));
        Assert.False(entry["text"].Exists);
        Assert.False(entry["extension"].Exists);
    }

    [Fact]
    public void Entry_InAnyOrderAndTwice_SameBytes()
    {
        var given = Enumerable.Range(0, 4).Select(i => By("m" + i, $"{{'resourceType':'Practitioner','name':[{{'family':'n{i}'}}],'telecom':[{{'value':'{i % 2}','system':'phone'}}],'gender':'female'}}")).ToList();
        var expected = Contribute.Text(DirectoryComposer.Compose("Practitioner", "p", Operator, given)!);
        Assert.Contains("n0", expected, StringComparison.Ordinal);
        Assert.Equal(expected, Contribute.Text(DirectoryComposer.Compose("Practitioner", "p", Operator, Enumerable.Reverse(given).Concat(given))!));
    }

    [Fact]
    public void Location_WithOneAddress_KeepsItWhole()
    {
        var given = new[] { By("b", "{'resourceType':'Location','address':{'city':'B'}}"), By("a", "{'resourceType':'Location','address':{'city':'A'},'telecom':[{'system':'phone','value':'1'}]}") };
        var entry = Contribute.Read(DirectoryComposer.Compose("Location", "l", Operator, given)!);
        Assert.Equal("A", Assert.Single(entry.Children("address")).Text("city"));
    }

    [Fact]
    public void Entry_EnteredInError_IsAbsent() =>
        Assert.Null(DirectoryComposer.Compose("Endpoint", "e", Operator, [By("a", "{'resourceType':'Endpoint','status':'entered-in-error','connectionType':{'code':'x'},'payloadType':[{'text':'x'}],'address':'https://a.example'}")]));

    [Fact]
    public void ContainedResource_ThatIsReferredTo_IsKeptUnderAnIdOfItsOwn()
    {
        const string Json = "{'resourceType':'PractitionerRole','contained':[{'resourceType':'Location','id':'l','name':'?'}],'location':[{'reference':'#l'}]}";
        var entry = Contribute.Read(DirectoryComposer.Compose("PractitionerRole", "r", Operator, [By("b", Json.Replace('?', 'B')), By("a", Json.Replace('?', 'A'))])!);
        var contained = Assert.Single(entry.Children("contained"));
        Assert.Equal("A", contained.Text("name"));
        Assert.Equal("#" + contained.Text("id"), entry["location"].Text("reference"));
    }

    private static VisibleContribution By(string member, string json)
    {
        var resource = Contribute.Read(json.Replace("\"", "\\\"", StringComparison.Ordinal).Replace('\'', '"'));
        return new VisibleContribution($"{resource.Type}/{member}-1", "", "Organization/" + member, null, $"https://net.example/members/{member}/fhir/{resource.Type}/1", Contribute.Day, resource);
    }
}
