using System.Text;
using FhirBridge.Fhir.Patch;

namespace FhirBridge.Fhir.Tests.Patch;

/// <summary>What patches do to resources, and what they are told when they cannot.</summary>
public sealed class PatchResourceTests
{
    private const string Patient = """
        {"resourceType":"Patient","id":"p","name":[{"given":["Anna","Maria"],"_given":[null,{"id":"m"}],"family":"Vries"},{"text":"An"}],"birthDate":"1950-01-01","_birthDate":{"extension":[{"url":"urn:x","valueDecimal":1.00}]},"deceasedBoolean":false,"contact":[{"gender":"male","name":{"text":"a"}}],"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><b>a</b> <i>b</i></div>"}}
        """;

    [Theory]
    [InlineData("replace", "Patient.birthDate", "\"valueDate\":\"1951\"", "\"birthDate\":\"1951\"", "_birthDate")]
    [InlineData("replace", "Patient.birthDate", "\"valueDate\":\"1951\",\"_valueDate\":{\"id\":\"z\"}", "\"birthDate\":\"1951\",\"_birthDate\":{\"id\":\"z\"}", "urn:x")]
    [InlineData("replace", "Patient.deceased", "\"valueDateTime\":\"2020\"", "\"deceasedDateTime\":\"2020\"", "deceasedBoolean")]
    [InlineData("replace", "Patient.name[0].given[1]", "\"valueString\":\"Jo\"", "\"given\":[\"Anna\",\"Jo\"]", "_given")]
    [InlineData("replace", "Patient.name.where(text = 'An').text", "\"valueString\":\"Ans\"", "{\"text\":\"Ans\"}", "\"An\"")]
    [InlineData("replace", "Patient.contact.gender", "\"valueString\":\"female\"", "\"gender\":\"female\"", "\"male\"")]
    [InlineData("replace", "Patient.contact[0]", "\"part\":[{\"name\":\"gender\",\"valueCode\":\"other\"},{\"name\":\"telecom\",\"valueContactPoint\":{\"value\":\"1\"}},{\"name\":\"telecom\",\"valueContactPoint\":{\"value\":\"2\"}}]", "\"contact\":[{\"gender\":\"other\",\"telecom\":[{\"value\":\"1\"},{\"value\":\"2\"}]}]", "\"male\"")]
    [InlineData("replace", "Patient.text.div", "\"valueString\":\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">c</div>\"", ">c</div>", "<b>")]
    public void Replace_PutsTheValueInTheirPlace(string type, string path, string value, string expected, string gone)
    {
        var text = Ok(FhirPath(Operation(type, path, $$"""{"name":"value",{{value}}}""")).Apply(Read(Patient)));
        Assert.Contains(expected, text);
        Assert.DoesNotContain(gone, text);
    }

    [Fact]
    public void Extension_OfAPrimitive_IsAddedBesideIt_AndGoesWithTheLast()
    {
        const string extension = """{"name":"value","part":[{"name":"url","valueUri":"urn:y"},{"name":"value","valueDecimal":2.50}]}""";
        var added = Ok(FhirPath(Operation("add", "Patient.name[0].given[0]", Name("extension"), extension)).Apply(Read(Patient)));
        Assert.Contains("""_given":[{"extension":[{"url":"urn:y","valueDecimal":2.50}]},{"id":"m"}]""", added);
        var deleted = Ok(FhirPath(Operation("delete", "Patient.birthDate.extension[0]"), Operation("delete", "Patient.birthDate")).Apply(Read(Patient)));
        Assert.DoesNotContain("irthDate", deleted);
        Assert.DoesNotContain("_birthDate", Ok(FhirPath(Operation("delete", "Patient.birthDate.extension")).Apply(Read(Patient))));
    }

    [Fact]
    public void Lists_KeepValuesAndTheirSiblingsInStep()
    {
        Assert.Contains("""given":["Maria","Anna"],"_given":[{"id":"m"},null]""", Ok(FhirPath(Operation("move", "Patient.name[0].given", Number("source", 1), Number("destination", 0))).Apply(Read(Patient))));
        Assert.Contains("""given":["Anna","B","Maria"],"_given":[null,null,{"id":"m"}]""", Ok(FhirPath(Operation("insert", "Patient.name[0].given", Number("index", 1), """{"name":"value","valueString":"B"}""")).Apply(Read(Patient))));
        Assert.Contains("""given":["Maria"],"_given":[{"id":"m"}]""", Ok(FhirPath(Operation("delete", "Patient.name[0].given[0]")).Apply(Read(Patient))));
    }

    // "The index is mandatory and must be equal or less than the number of elements in the list": of none, too.
    [Theory]
    [InlineData("Patient.name[1].given", "{\"text\":\"An\",\"given\":[\"B\"]}")]
    [InlineData("Patient.name.where(text = 'An').prefix", "{\"text\":\"An\",\"prefix\":[\"B\"]}")]
    [InlineData("name.last().suffix", "{\"text\":\"An\",\"suffix\":[\"B\"]}")]
    [InlineData("Patient.contact.name.given", "\"name\":{\"text\":\"a\",\"given\":[\"B\"]}")]
    [InlineData("Patient.name.prefix", null)]
    [InlineData("Patient.gender", null)]
    [InlineData("Patient.multipleBirth", null)]
    [InlineData("Patient.contact[3].name.given", null)]
    [InlineData("Patient.contact.name.given.first()", null)]
    [InlineData("(Patient.contact.name.given)", null)]
    public void Insert_IsDoneInAListThatHasNoItemsYet(string path, string? expected)
    {
        var done = FhirPath(Operation("insert", path, Number("index", 0), """{"name":"value","valueString":"B"}""")).Apply(Read(Patient));
        if (expected is null) Assert.Equal(Problems.PatchFailed, done.Problems[0].Kind);
        else Assert.Contains(expected, Ok(done));
    }

    [Theory]
    [InlineData("multipleBirth")]
    [InlineData("multipleBirth[x]")]
    [InlineData("multipleBirthInteger")]
    public void Add_NamesAChoiceAsItIsDefinedOrAsItIsWritten(string name) =>
        Assert.Contains("\"multipleBirthInteger\":2", Ok(FhirPath(Operation("add", "Patient", Name(name), """{"name":"value","valueInteger":2}""")).Apply(Read(Patient))));

    [Fact]
    public void Contained_IsAddedAsAResource()
    {
        var text = Ok(FhirPath(Operation("add", "Patient", Name("contained"), """{"name":"value","resource":{"resourceType":"Organization","id":"o","name":"O"}}"""), Operation("add", "Patient", Name("managingOrganization"), """{"name":"value","valueReference":{"reference":"#o"}}""")).Apply(Read(Patient)));
        Assert.Contains("""contained":[{"resourceType":"Organization","id":"o","name":"O"}]""", text);
    }

    [Theory]
    [InlineData("replace", "Patient.name", "\"valueHumanName\":{\"text\":\"x\"}", "patch-failed", "selects 2 elements")]
    [InlineData("replace", "Patient.gender", "\"valueCode\":\"male\"", "patch-failed", "selects nothing")]
    [InlineData("replace", "Patient.id", "\"valueId\":\"q\"", "patch-failed", "change the id")]
    [InlineData("replace", "Patient", "\"resource\":{\"resourceType\":\"Patient\"}", "patch-failed", "resource itself")]
    [InlineData("replace", "Patient.birthDate", "\"valueString\":\"1951\"", "patch-failed", "a string cannot stand here: expected date")]
    [InlineData("replace", "Patient.birthDate", "\"part\":[{\"name\":\"x\",\"valueString\":\"1\"}]", "patch-failed", "not made of parts")]
    [InlineData("replace", "Patient.contact[0]", "\"part\":[{\"name\":\"x\",\"valueString\":\"1\"}]", "patch-failed", "'x'")]
    [InlineData("replace", "Patient.contact[0]", "\"part\":[{\"name\":\"gender\",\"valueCode\":\"male\"},{\"name\":\"gender\",\"valueCode\":\"male\"}]", "patch-failed", "does not repeat")]
    [InlineData("replace", "Patient.contact.gender", "\"valueCode\":\"none\"", "code-invalid", "")]
    [InlineData("replace", "Patient.name.given.first().length()", "\"valueInteger\":1", "patch-failed", "computed")]
    [InlineData("replace", "Patient.nonsense", "\"valueInteger\":1", "invalid-expression", "operation 1")]
    [InlineData("replace", "Patient.name[", "\"valueInteger\":1", "invalid-expression", "operation 1")]
    [InlineData("replace", "'x'.combine('y').repeat($this & 'x')", "\"valueInteger\":1", "expression-budget", "operation 1")]
    public void Replace_ThatCannotBe_SaysWhy(string type, string path, string value, string code, string why)
    {
        var failed = FhirPath(Operation(type, path, $$"""{"name":"value",{{value}}}""")).Apply(Read(Patient));
        Assert.False(failed.IsOk);
        Assert.Equal(code, failed.Problems[0].Kind.Code);
        Assert.Contains(why, failed.Problems[0].Diagnostics);
    }

    [Theory]
    [InlineData("Patient.contact[0].gender", "gender", "patch-failed")]
    [InlineData("Patient.contact[0]", "gender", "patch-failed")]
    [InlineData("Patient", "deceased", "patch-failed")]
    [InlineData("Patient", "nonsense", "patch-failed")]
    [InlineData("Patient", "gender[x]", "patch-failed")]
    [InlineData("Patient", "multipleBirth[x]", "patch-failed")]
    [InlineData("Patient.link", "type", "patch-failed")]
    public void Add_ThatCannotBe_IsRefused(string path, string name, string code)
    {
        var failed = FhirPath(Operation("add", path, Name(name), """{"name":"value","valueCode":"male"}""")).Apply(Read(Patient));
        Assert.Equal(code, failed.Problems[0].Kind.Code);
    }

    [Fact]
    public void Lists_ThatAreNotWhole_OrTooShort_AreRefused()
    {
        var value = """{"name":"value","valueString":"B"}""";
        foreach (var operation in new[]
        {
            Operation("insert", "Patient.name[0].given", Number("index", 3), value), Operation("insert", "Patient.name[0].given.first()", Number("index", 0), value),
            Operation("insert", "Patient.name.given | Patient.contact.name.text", Number("index", 0), value), Operation("insert", "Patient.name[1].given", Number("index", 1), value),
            Operation("insert", "Patient.birthDate", Number("index", 0), value), Operation("move", "Patient.name", Number("source", 2), Number("destination", 0)),
            Operation("move", "Patient.name", Number("source", 0), Number("destination", 2)), Operation("delete", "Patient.name"),
        })
        {
            var failed = FhirPath(operation).Apply(Read(Patient));
            Assert.Equal(Problems.PatchFailed, failed.Problems[0].Kind);
        }

        Assert.Equal(Canonical(Read(Patient).Root), Canonical(FhirPath(Operation("delete", "Patient.gender")).Apply(Read(Patient)).Value!.Root));
    }

    [Theory]
    [InlineData("""{"name":"operation"}""")]
    [InlineData("""{"name":"other","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.name"}]}""")]
    [InlineData("""{"name":"operation","part":[{"name":"type","valueCode":"remove"},{"name":"path","valueString":"Patient.name"}]}""")]
    [InlineData("""{"name":"operation","part":[{"name":"type","valueCode":"delete"}]}""")]
    [InlineData("""{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.name"},{"name":"path","valueString":"Patient.name"}]}""")]
    [InlineData("""{"name":"operation","part":[{"name":"type","valueCode":"delete"},{"name":"path","valueString":"Patient.name"},{"name":"index","valueInteger":1}]}""")]
    [InlineData("""{"name":"operation","part":[{"name":"type","valueCode":"replace"},{"name":"path","valueString":"Patient.name"}]}""")]
    [InlineData("""{"name":"operation","part":[{"name":"type","valueCode":"move"},{"name":"path","valueString":"Patient.name"},{"name":"source","valueInteger":-1},{"name":"destination","valueInteger":1}]}""")]
    [InlineData("""{"name":"operation","part":[{"name":"type","valueCode":"move"},{"name":"path","valueString":"Patient.name"},{"name":"source","valueString":"1"},{"name":"destination","valueInteger":1}]}""")]
    public void Parameters_ThatAreNoPatch_AreMalformed(string operation)
    {
        var read = ResourcePatch.ReadParameters(Read($$"""{"resourceType":"Parameters","parameter":[{{operation}}]}""").Root);
        Assert.Equal(Problems.MalformedPatch, read.Problems[0].Kind);
        Assert.StartsWith("Parameters.parameter[0]", read.Problems[0].Expression);
    }

    // https://hl7.org/fhir/R4/json.html#primitive: "JSON null values are used to fill out both arrays".
    [Theory]
    [InlineData("""{"op":"add","path":"/name/0/given/-","value":"B"}""", """given":["Anna","Maria","B"],"_given":[null,{"id":"m"},null]""")]
    [InlineData("""{"op":"add","path":"/name/0/_given/-","value":{"id":"n"}}""", """given":["Anna","Maria",null],"_given":[null,{"id":"m"},{"id":"n"}]""")]
    [InlineData("""{"op":"remove","path":"/name/0/given/1"}""", """given":["Anna",null],"_given":[null,{"id":"m"}]""")]
    [InlineData("""{"op":"remove","path":"/name/0/_given/0"}""", """given":["Anna","Maria"],"_given":[{"id":"m"},null]""")]
    public void JsonPatch_FillsOutTheArraysOfPrimitives(string operation, string expected) =>
        Assert.Contains(expected, Ok(ResourcePatch.ReadJson(Encoding.UTF8.GetBytes($"[{operation}]")).Value!.Apply(Read(Patient))));

    [Fact]
    public void JsonPatch_KeepsDigitsAndOrder()
    {
        const string before = """{"resourceType":"Observation","id":"o","status":"final","valueQuantity":{"value":1.00,"unit":"kg"},"code":{"text":"é"},"note":[{"text":"a"},{"text":"b"}]}""";
        var patch = ResourcePatch.ReadJson("""[{"op":"replace","path":"/status","value":"amended"},{"op":"add","path":"/referenceRange","value":[{"low":{"value":0.50}}]},{"op":"move","from":"/note/1","path":"/note/0"}]"""u8.ToArray());
        Assert.Equal(
            """{"resourceType":"Observation","id":"o","status":"amended","valueQuantity":{"value":1.00,"unit":"kg"},"code":{"text":"é"},"note":[{"text":"b"},{"text":"a"}],"referenceRange":[{"low":{"value":0.50}}]}""",
            Ok(patch.Value!.Apply(Read(before))));
    }

    [Theory]
    [InlineData("<replace sel='f:Patient/f:birthDate/@value'>1951</replace>", "\"birthDate\":\"1951\"")]
    [InlineData("<replace sel='/f:Patient/f:name[2]/f:text/@value'>Ans</replace>", "\"text\":\"Ans\"")]
    [InlineData("<replace sel=\"*/f:name[f:text/@value='An']\"><f:name><f:text value='Ans'/></f:name></replace>", "\"text\":\"Ans\"")]
    [InlineData("<add sel='f:Patient/f:name[1]' pos='before'><f:name><f:text value='New'/></f:name></add>", "\"name\":[{\"text\":\"New\"}")]
    [InlineData("<add sel='f:Patient/f:contact' type='@id'>c</add>", "\"contact\":[{\"id\":\"c\"")]
    [InlineData("<remove sel='f:Patient/f:contact'/>", "<b>a</b> <i>b</i>")]
    [InlineData("<add xmlns:h='http://www.w3.org/1999/xhtml' sel='f:Patient/f:text/h:div'> <h:i>c</h:i></add>", "<b>a</b> <i>b</i> <i>c</i></div>")]
    public void XmlPatch_IsDoneOnTheXmlForm(string operation, string expected)
    {
        var patch = ResourcePatch.ReadXml(Encoding.UTF8.GetBytes($"<diff xmlns:f='http://hl7.org/fhir'>{operation}</diff>"));
        Assert.Contains(expected, Ok(patch.Value!.Apply(Read(Patient))));
    }

    [Theory]
    [InlineData("<diff/>", "malformed-patch")]
    [InlineData("<diff><move sel='a'/></diff>", "malformed-patch")]
    [InlineData("<diff><remove/></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='//a'/></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='f:undeclared'/></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='a[0]'/></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='a[99999999999]'/></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='a[count(b)=1]'/></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='@a/b'/></diff>", "malformed-patch")]
    [InlineData("<diff><add sel='a' pos='inside'/></diff>", "malformed-patch")]
    [InlineData("<diff><add sel='a' ws='after'/></diff>", "malformed-patch")]
    [InlineData("<diff><add sel='a' type='@:b'>x</add></diff>", "malformed-patch")]
    [InlineData("<diff><add sel='a' type='@xmlns:b'>x</add></diff>", "malformed-patch")]
    [InlineData("<diff><add sel='a' type='namespace::xml'>x</add></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='id(&quot;a:b&quot;)'/></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='processing-instruction(&quot;a:b&quot;)'/></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='a' ws='all'/></diff>", "malformed-patch")]
    [InlineData("<diff><add sel='a' type='@'>x</add></diff>", "malformed-patch")]
    [InlineData("<diff><add sel='a' type='namespace::'>x</add></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='namespace::p'/></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='a/namespace::p/b'/></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='id(a)'/></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='a/id(&quot;b&quot;)'/></diff>", "malformed-patch")]
    [InlineData("<diff><remove sel='processing-instruction(a)'/></diff>", "malformed-patch")]
    [InlineData("<diff", "malformed-xml")]
    [InlineData("<!DOCTYPE d [<!ENTITY a 'b'>]><diff>&a;</diff>", "malformed-xml")]
    public void XmlPatch_ThatIsNone_IsRefused(string patch, string code) => Assert.Equal(code, ResourcePatch.ReadXml(Encoding.UTF8.GetBytes(patch)).Problems[0].Kind.Code);

    [Theory]
    [InlineData("<remove sel='Patient'/>", "patch-failed")]
    [InlineData("<remove sel='Patient/name'/>", "patch-failed")]
    [InlineData("<remove sel='Patient/gender'/>", "patch-failed")]
    [InlineData("<add sel='Patient/birthDate' type='@value'>1</add>", "patch-failed")]
    [InlineData("<replace sel='Patient/birthDate'>1951</replace>", "patch-failed")]
    [InlineData("<replace sel='Patient/id/@value'>q</replace>", "patch-failed")]
    [InlineData("<replace sel='Patient'><Practitioner/></replace>", "patch-failed")]
    [InlineData("<replace sel='Patient'><Nonsense/></replace>", "patch-failed")]
    [InlineData("<add sel='Patient'><name/></add>", "wrong-order")]
    [InlineData("<add sel='Patient'>text</add>", "invalid-value")]
    public void XmlPatch_ThatCannotBeDone_IsRefused(string operation, string code)
    {
        var patch = ResourcePatch.ReadXml(Encoding.UTF8.GetBytes($"<diff xmlns='http://hl7.org/fhir'>{operation}</diff>"));
        Assert.Contains(code, patch.Value!.Apply(Read(Patient)).Problems.Select(p => p.Kind.Code));
    }

    [Fact]
    public void XmlPatch_RemovesAComment()
    {
        var document = System.Xml.Linq.XDocument.Parse("<doc><!-- one --><foo/><!-- two --></doc>");
        Assert.Null(XmlPatch.Read(System.Xml.Linq.XElement.Parse("<diff><remove sel='doc/comment()[2]'/><replace sel='doc/comment()'><!-- 1 --></replace></diff>")).Value!.ApplyTo(document));
        Assert.Equal("<doc><!-- 1 --><foo /></doc>", document.ToString(System.Xml.Linq.SaveOptions.DisableFormatting));
    }

    // RFC 5261 §8: the selectors that are no steps to elements.
    [Theory]
    [InlineData("<doc><a id='x'><b/></a></doc>", "<remove sel=\"id('x')/b\"/>", "<doc><a id=\"x\" /></doc>")]
    [InlineData("<doc><a xml:id='x'/></doc>", "<add sel=\"id('x')\"><b/></add>", "<doc><a xml:id=\"x\"><b /></a></doc>")]
    [InlineData("<doc><a id='x' n='1'/></doc>", "<replace sel=\"id('x')/@n\">2</replace>", "<doc><a id=\"x\" n=\"2\" /></doc>")]
    [InlineData("<doc><?t one?><a/></doc>", "<replace sel=\"doc/processing-instruction('t')\"><?t two?></replace>", "<doc><?t two?><a /></doc>")]
    [InlineData("<doc><?t one?><?u two?></doc>", "<remove sel='doc/processing-instruction()[2]'/>", "<doc><?t one?></doc>")]
    [InlineData("<doc><a/></doc>", "<add sel='doc/a' pos='before'><?t one?></add>", "<doc><?t one?><a /></doc>")]
    [InlineData("<doc/>", "<add sel='doc' type='namespace::p'>urn:p</add>", "<doc xmlns:p=\"urn:p\" />")]
    [InlineData("<doc xmlns:p='urn:p'/>", "<replace sel='doc/namespace::p'>urn:q</replace>", "<doc xmlns:p=\"urn:q\" />")]
    [InlineData("<doc xmlns:p='urn:p'><a/></doc>", "<remove sel='doc/namespace::p'/>", "<doc><a /></doc>")]
    [InlineData("<doc xmlns:p='urn:p'><p:a/></doc>", "<remove sel='doc/namespace::p'/>", null)]
    [InlineData("<doc><a id='x'/><b id='x'/></doc>", "<remove sel=\"id('x')\"/>", null)]
    [InlineData("<doc><?t one?></doc>", "<replace sel='doc/processing-instruction()'>text</replace>", null)]
    public void XmlPatch_SelectsIdsInstructionsAndDeclarations(string before, string operation, string? after)
    {
        var document = System.Xml.Linq.XDocument.Parse(before);
        var problem = XmlPatch.Read(System.Xml.Linq.XElement.Parse($"<diff>{operation}</diff>")).Value!.ApplyTo(document);
        Assert.Equal(after is null, problem is not null);
        if (after is not null) Assert.Equal(after, document.ToString(System.Xml.Linq.SaveOptions.DisableFormatting));
    }

    [Theory]
    [InlineData("""[{"op":"add","op":"remove","path":"/birthDate"}]""")]
    [InlineData("""[{"op":"add","path":"/name/0","value":{"text":"a","text":"b"}}]""")]
    [InlineData("""[{"op":"add","path":"/name/0","value":{"text":"\ud800"}}]""")]
    public void JsonPatch_ThatSaysAMemberTwice_OrHalfACharacter_IsMalformed(string patch) => Assert.Equal(Problems.MalformedJson, ResourcePatch.ReadJson(Encoding.UTF8.GetBytes(patch)).Problems[0].Kind);

    private static ResourcePatch FhirPath(params string[] operations)
    {
        var read = ResourcePatch.ReadParameters(Read($$"""{"resourceType":"Parameters","parameter":[{{string.Join(',', operations)}}]}""").Root);
        return read.IsOk ? read.Value : throw new InvalidOperationException(read.Problems[0].ToString());
    }

    private static string Operation(string type, string path, params string[] parts) =>
        $$"""{"name":"operation","part":[{"name":"type","valueCode":"{{type}}"},{"name":"path","valueString":"{{path}}"}{{string.Concat(parts.Select(p => "," + p))}}]}""";

    private static string Name(string name) => $$"""{"name":"name","valueString":"{{name}}"}""";

    private static string Number(string name, int number) => $$"""{"name":"{{name}}","valueInteger":{{number}}}""";

    private static ElementTree Read(string json)
    {
        var read = FhirJson.Read(Encoding.UTF8.GetBytes(json));
        return read.IsOk ? read.Value : throw new InvalidOperationException(read.Problems[0].ToString());
    }

    private static string Ok(Result<ElementTree> result) => result.IsOk ? Encoding.UTF8.GetString(result.Value.Source.Span) : throw new InvalidOperationException(result.Problems[0].ToString());

    private static string Canonical(FhirElement e) => Encoding.UTF8.GetString(FhirJson.Canonical(e));
}
