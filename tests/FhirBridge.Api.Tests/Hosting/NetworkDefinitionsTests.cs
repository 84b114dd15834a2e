using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using FhirBridge.Api.Configuration;
using FhirBridge.Api.Hosting;
using FhirBridge.Api.Tests.Http;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Tests.Hosting;

/// <summary>What ships in profiles/, and what a network adds with Definitions:Folder.</summary>
public sealed class NetworkDefinitionsTests : IDisposable
{
    private const string ValueSet = """
        {"resourceType":"ValueSet","url":"https://care.example/ValueSet/visit","version":"2","status":"active",
         "compose":{"include":[{"system":"https://care.example/CodeSystem/visit","filter":[{"property":"concept","op":"is-a","value":"home"}]}]}}
        """;

    private const string CodeSystem = """
        <CodeSystem xmlns="http://hl7.org/fhir"><url value="https://care.example/CodeSystem/visit"/><status value="active"/><hierarchyMeaning value="is-a"/><content value="complete"/>
        <concept><code value="home"/><concept><code value="evening"/></concept></concept><concept><code value="clinic"/></concept></CodeSystem>
        """;

    private static readonly string Circular = ValueSet.Replace("\"filter\":[{\"property\":\"concept\",\"op\":\"is-a\",\"value\":\"home\"}]", "\"valueSet\":[\"https://care.example/ValueSet/visit\"]", StringComparison.Ordinal);

    private readonly string folder = Directory.CreateTempSubdirectory("fhirbridge-definitions-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Load_WithoutFolder_HasWhatShips()
    {
        var definitions = NetworkDefinitions.Load(new FhirBridgeOptions(), Assert.Fail);

        foreach (var file in Directory.EnumerateFiles(Path.Combine(Architecture.Sources.Root, "profiles"), "*.json"))
        {
            var resource = FhirJson.Read(File.ReadAllBytes(file)).Value!.Root;
            Assert.True(definitions.FindResource(resource.Type!, resource.Text("url")!).Exists, file);
        }

        Assert.Contains(definitions.Operations, o => o is { Code: "fhirpath", System: true });
    }

    /// <summary>With a folder, even an empty one, what ships is judged too; without one the start does not do it again.</summary>
    [Fact]
    public void Load_WhatShips_ContradictsNothing() => Assert.NotNull(NetworkDefinitions.Load(new FhirBridgeOptions { DefinitionsFolder = folder }, Assert.Fail));

    [Fact]
    public async Task Folder_OfPackagesAndFiles_AnswersMemberOf()
    {
        Pack("visits.tgz", ("package/ValueSet-visit.json", ValueSet));
        await File.WriteAllTextAsync(Path.Combine(folder, "CodeSystem-visit.xml"), CodeSystem, TestContext.Current.CancellationToken);
        await using var service = await (await TestService.StartAsync("--Definitions:Folder=" + folder)).WithMembersAsync("gp");

        Assert.Equal("true,false,true", await EvaluateAsync(service, "'evening'.memberOf('https://care.example/ValueSet/visit|2')", "'clinic'.memberOf('https://care.example/ValueSet/visit')", "'male'.memberOf('http://hl7.org/fhir/ValueSet/administrative-gender')"));
        Assert.Equal("invalid-expression", await EvaluateAsync(service, "'x'.memberOf('https://care.example/ValueSet/unknown')"));
    }

    [Fact]
    public void Folder_WithFilesThatCannotBeUsed_StopsTheStart_AndNamesThem()
    {
        File.WriteAllText(Path.Combine(folder, "a.json"), "{\"resourceType\":");
        File.WriteAllText(Path.Combine(folder, "b.tgz"), "no archive");
        File.WriteAllText(Path.Combine(folder, "c.json"), """{"resourceType":"ValueSet","status":"active","url":["no"]}""");
        File.WriteAllText(Path.Combine(folder, "d.json"), """{"resourceType":"Patient","active":"anything that is no definition is passed over"}""");
        File.WriteAllText(Path.Combine(folder, "e.json"), ValueSet);

        var refused = Assert.Throws<InvalidConfigurationException>(() => Service.Build(["--environment=Production", "--Definitions:Folder=" + folder]));
        Assert.Equal(["a.json", "b.tgz", "c.json"], refused.Errors.Select(e => new[] { "a.json", "b.tgz", "c.json", "d.json", "e.json" }.Single(f => e.Contains(f, StringComparison.Ordinal))).Distinct());
        Assert.All(refused.Errors, e => Assert.StartsWith("Definitions:Folder:", e));
    }

    [Fact]
    public void Folder_WithWhatContradictsItself_StopsTheStart_AndNamesTheFiles_InWhateverOrder()
    {
        static string Profile(string id, string basis, string element) => $$"""{"resourceType":"StructureDefinition","url":"https://care.example/{{id}}","name":"P","status":"active","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"{{basis}}","derivation":"constraint","differential":{"element":[{{element}}] } }""";
        const string named = """{"id":"Patient.name","path":"Patient.name","min":1,"max":"2"}""";
        File.WriteAllText(Path.Combine(folder, "a-derived.json"), Profile("derived", "https://care.example/base", named));
        File.WriteAllText(Path.Combine(folder, "b-base.json"), Profile("base", "http://hl7.org/fhir/StructureDefinition/Patient", named));
        File.WriteAllText(Path.Combine(folder, "c-later.json"), Profile("open", "https://care.example/not-here", named));
        Assert.NotNull(NetworkDefinitions.Load(new FhirBridgeOptions { DefinitionsFolder = folder }, Assert.Fail));

        File.WriteAllText(Path.Combine(folder, "d-wider.json"), Profile("wider", "https://care.example/base", named.Replace("\"2\"", "\"3\"", StringComparison.Ordinal)));
        File.WriteAllText(Path.Combine(folder, "e-visit.json"), Circular);
        var refused = Assert.Throws<InvalidConfigurationException>(() => NetworkDefinitions.Load(new FhirBridgeOptions { DefinitionsFolder = folder }, Assert.Fail));
        Assert.Collection(
            refused.Errors,
            e => Assert.StartsWith("Definitions:Folder: d-wider.json: the profile 'https://care.example/wider' contradicts its base at Patient.name: its max 3 is more than the base's 2 (at StructureDefinition.differential.element[0])", e, StringComparison.Ordinal),
            e => Assert.StartsWith("Definitions:Folder: e-visit.json: the value set is made of itself", e, StringComparison.Ordinal));
    }

    /// <summary>Who uses a package cannot mend it: what contradicts itself in it is left out and told, the rest is used.</summary>
    [Fact]
    public void Package_WithWhatContradictsItself_IsUsedWithoutIt()
    {
        const string impossible = """{"resourceType":"SearchParameter","url":"https://care.example/age","name":"Age","status":"active","description":"Age","code":"age","base":["Patient"],"type":"number","expression":"Patient.birthDate"}""";
        Pack("visits.tgz", ("package/ValueSet-visit.json", Circular), ("package/CodeSystem-visit.json", """{"resourceType":"CodeSystem","url":"https://care.example/CodeSystem/visit","status":"active","content":"complete"}"""), ("package/SearchParameter-age.json", impossible));
        var leftOut = new List<string>();
        var definitions = NetworkDefinitions.Load(new FhirBridgeOptions { DefinitionsFolder = folder }, leftOut.Add);

        Assert.False(definitions.FindResource("ValueSet", "https://care.example/ValueSet/visit").Exists);
        Assert.Null(definitions.FindSearchParameter("https://care.example/age"));
        Assert.True(definitions.FindResource("CodeSystem", "https://care.example/CodeSystem/visit").Exists);
        Assert.Collection(
            leftOut,
            e => Assert.StartsWith("Definitions:Folder: visits.tgz:package/ValueSet-visit.json: the value set is made of itself", e, StringComparison.Ordinal),
            e => Assert.StartsWith("Definitions:Folder: visits.tgz:package/SearchParameter-age.json: the expression gives date", e, StringComparison.Ordinal));
        Assert.All(leftOut, e => Assert.EndsWith(": left out", e, StringComparison.Ordinal));
    }

    private void Pack(string name, params (string Name, string Text)[] files)
    {
        using var gzip = new GZipStream(File.Create(Path.Combine(folder, name)), CompressionMode.Compress);
        using var tar = new TarWriter(gzip);
        foreach (var (file, text) in files) tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
    }

    private static async Task<string> EvaluateAsync(TestService service, params string[] expressions)
    {
        var results = new List<string>();
        foreach (var expression in expressions)
        {
            var answer = await service.PostAsync("fhir/$fhirpath", service.Member("gp"), new JsonObject
            {
                ["resourceType"] = "Parameters",
                ["parameter"] = new JsonArray(
                    new JsonObject { ["name"] = "expression", ["valueString"] = expression },
                    new JsonObject { ["name"] = "resource", ["resource"] = new JsonObject { ["resourceType"] = "Patient", ["active"] = true } }),
            });
            results.Add(answer.Status == 200 ? answer.Json["parameter"]![0]!["valueBoolean"]!.ToJsonString() : answer.Problem);
        }

        return string.Join(',', results);
    }
}
