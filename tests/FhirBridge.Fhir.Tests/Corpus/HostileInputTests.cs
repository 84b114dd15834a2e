using System.Text;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir.Tests;

/// <summary>
/// Input that was made to cost: it ends in problems or in a tree, and the memory that reading takes is bounded by its length.
/// </summary>
public class HostileInputTests
{
    // Bytes that reading may allocate for each byte of input, plus a start: a repetition such as "a", is four bytes and a node of its own.
    private const int JsonFactor = 128;
    private const int XmlFactor = 64;
    private const int Start = 2_000_000;

    private const string Ns = "xmlns=\"http://hl7.org/fhir\"";
    private const string Url = "\"url\":\"u\"";
    private static readonly ReadLimits Limits = new(MaxBytes: 20_000_000);

    /// <summary>What is loaded once for the process is no part of any input's memory.</summary>
    public HostileInputTests()
    {
        var root = Examples.Root("""{"resourceType":"Patient","gender":"male"}""");
        Assert.True(FhirXml.Read(Encoding.UTF8.GetBytes(Examples.Xml(root))).IsOk);
    }

    public static TheoryData<string> Json => [.. JsonInputs.Keys];

    public static TheoryData<string> Xml => [.. XmlInputs.Keys];

    private static Dictionary<string, Func<string>> JsonInputs { get; } = new(StringComparer.Ordinal)
    {
        ["brackets"] = () => new string('[', 1_000_000),
        ["objects"] = () => Repeat("{\"a\":", 200_000),
        ["brackets in a resource"] = () => Patient("\"name\":" + new string('[', 1_000_000)),
        ["objects in a resource"] = () => Patient("\"contact\":[" + Repeat("{\"a\":", 200_000)),
        ["nested extensions"] = () => Patient("\"extension\":[" + Repeat($"{{{Url},\"extension\":[", 40_000)),
        ["long string"] = () => Patient("\"name\":[{\"family\":\"" + new string('x', 5_000_000) + "\"}]"),
        ["long escaped string"] = () => Patient("\"name\":[{\"family\":\"" + Repeat("\\u00e9", 800_000) + "\"}]"),
        ["long name"] = () => Patient("\"" + new string('x', 5_000_000) + "\":1"),
        ["long type"] = () => "{\"resourceType\":\"" + new string('x', 5_000_000) + "\"}",
        ["long narrative"] = () => Patient("\"text\":{\"status\":\"empty\",\"div\":\"<div xmlns='http://www.w3.org/1999/xhtml'>" + Repeat("<b>a</b>", 250_000) + "</div>\"}"),
        ["narrative of attributes"] = () => Patient("\"text\":{\"status\":\"empty\",\"div\":\"<div xmlns='http://www.w3.org/1999/xhtml' " + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"xmlns:a{i}='urn:{i}' ")) + ">a</div>\"}"),
        ["long decimal"] = () => Observation(new string('9', 1_000_000)),
        ["long fraction"] = () => Observation("0." + new string('1', 1_000_000)),
        ["long exponent"] = () => Observation("1e" + new string('9', 1_000_000)),
        ["unknown properties"] = () => Patient(string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"x{i}\":1"))),
        ["one property again and again"] = () => Patient(Repeat("\"active\":true,", 100_000) + "\"active\":true"),
        ["siblings again and again"] = () => Patient(Repeat("\"_birthDate\":{\"id\":\"a\"},", 100_000) + "\"active\":true"),
        ["problems"] = () => Patient("\"name\":[" + Repeat("{\"use\":\"x\"},", 100_000) + "{}]"),
        ["empty objects"] = () => Patient("\"name\":[" + Repeat("{},", 500_000) + "{}]"),
        ["nulls"] = () => Patient("\"name\":[{\"given\":[" + Repeat("null,", 250_000) + "null]}]"),
        ["nulls with siblings"] = () => Patient("\"name\":[{\"given\":[" + Repeat("null,", 100_000) + "null],\"_given\":[" + Repeat("{\"id\":\"a\"},", 100_000) + "{\"id\":\"a\"}]}]"),
        ["many values"] = () => Patient("\"name\":[{\"given\":[" + Repeat("\"a\",", 250_000) + "\"a\"]}]"),
        ["many names"] = () => Patient("\"name\":[" + Repeat("{\"text\":\"a\"},", 100_000) + "{\"text\":\"a\"}]"),
        ["many siblings"] = () => Patient("\"name\":[" + Repeat("{\"_family\":{\"id\":\"a\"},\"family\":\"b\"},", 60_000) + "{\"text\":\"a\"}]"),
        ["type at the end of nested bundles"] = () => Repeat("{\"type\":\"collection\",\"entry\":[{\"resource\":", 30) + Patient("\"name\":[" + Repeat("{\"text\":\"a\"},", 50_000) + "{\"text\":\"a\"}]") + Repeat("}],\"resourceType\":\"Bundle\"}", 30),
    };

    private static Dictionary<string, Func<string>> XmlInputs { get; } = new(StringComparer.Ordinal)
    {
        ["elements"] = () => Repeat("<a>", 300_000),
        ["elements in a resource"] = () => $"<Patient {Ns}>" + Repeat("<name>", 150_000),
        ["nested extensions"] = () => $"<Patient {Ns}>" + Repeat("<extension url=\"u\">", 50_000),
        ["nested narrative"] = () => $"<Patient {Ns}><text><status value=\"empty\"/><div xmlns=\"http://www.w3.org/1999/xhtml\">" + Repeat("<b>", 300_000),
        ["long value"] = () => $"<Patient {Ns}><name><family value=\"" + new string('x', 5_000_000) + "\"/></name></Patient>",
        ["long name"] = () => $"<Patient {Ns}><" + new string('x', 4_000_000) + "/></Patient>",
        ["long attribute name"] = () => $"<Patient {Ns}><name " + new string('x', 4_000_000) + "=\"\"/></Patient>",
        ["attributes"] = () => $"<Patient {Ns} " + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"a{i}=\"\" ")) + "/>",
        ["namespaces"] = () => $"<Patient {Ns} " + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"xmlns:a{i}=\"urn:{i}\" ")) + "/>",
        ["character references"] = () => $"<Patient {Ns}><name><family value=\"" + Repeat("&#x41;", 500_000) + "\"/></name></Patient>",
        ["laughs"] = () => "<!DOCTYPE x [<!ENTITY a0 \"ha\">" + string.Concat(Enumerable.Range(1, 30).Select(i => $"<!ENTITY a{i} \"{Repeat($"&a{i - 1};", 10)}\">")) + $"]><Patient {Ns}><id value=\"&a30;\"/></Patient>",
        ["comments"] = () => $"<Patient {Ns}>" + Repeat("<!-- c -->", 300_000) + "<active value=\"true\"/></Patient>",
        ["white space"] = () => $"<Patient {Ns}>" + new string(' ', 3_000_000) + "<active value=\"true\"/></Patient>",
        ["text"] = () => $"<Patient {Ns}>" + Repeat("x<active value=\"true\"/>", 100_000) + "</Patient>",
        ["unknown elements"] = () => $"<Patient {Ns}>" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"<x{i}/>")) + "</Patient>",
        ["many values"] = () => $"<Patient {Ns}><name>" + Repeat("<given value=\"a\"/>", 100_000) + "</name></Patient>",
        ["long decimal"] = () => $"<RiskAssessment {Ns}><status value=\"final\"/><subject><display value=\"x\"/></subject><prediction><probabilityDecimal value=\"" + new string('9', 1_000_000) + "\"/></prediction></RiskAssessment>",
        ["not closed"] = () => $"<Patient {Ns}><name a=\"" + new string('x', 3_000_000),
    };

    [Theory]
    [MemberData(nameof(Json))]
    public void ReadJson_Hostile_AnswersWithinMemory(string input)
    {
        var bytes = Encoding.UTF8.GetBytes(JsonInputs[input]());
        AssertBounded(bytes, JsonFactor, b => FhirJson.Read(b, Limits));
        AssertBounded(bytes, JsonFactor, b => FhirJson.ReadTrusted(b));
        Assert.True(bytes.Length <= ReadLimits.Default.MaxBytes || FhirJson.Read(bytes).Problems[0].Kind == Problems.TooLarge);
    }

    [Theory]
    [MemberData(nameof(Xml))]
    public void ReadXml_Hostile_AnswersWithinMemory(string input) =>
        AssertBounded(Encoding.UTF8.GetBytes(XmlInputs[input]()), XmlFactor, b => FhirXml.Read(b, Limits));

    [Fact]
    public void ReadJson_OfficialExamples_TakeFarLess()
    {
        var (bytes, allocated) = (0L, 0L);

        OfficialExamples.AssertEach(example =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            FhirJson.Read(example.Json);
            Interlocked.Add(ref allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            Interlocked.Add(ref bytes, example.Json.Length);
            return [];
        });

        Assert.True(allocated < 10 * bytes, $"{allocated} bytes for {bytes}");
    }

    private static void AssertBounded(byte[] bytes, int factor, Func<byte[], Result<ElementTree>> read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = read(bytes);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(allocated <= Start + ((long)factor * bytes.Length), $"{allocated} bytes for {bytes.Length}");
        if (result.IsOk)
        {
            AssertUsable(result.Value.Root);
            return;
        }

        Assert.InRange(result.Problems.Count, 1, Limits.MaxProblems + 1);
        Assert.All(result.Problems, p => Assert.True(p.Line >= 1 && p.Column >= 1 && p.Diagnostics.Length + (p.Expression?.Length ?? 0) < 4000, p.ToString()));
    }

    // What was let in can be indexed, asked, and written.
    private static void AssertUsable(FhirElement root)
    {
        Assert.All(SearchIndexer.Extract(root).Entries, e => Assert.True(e.Low <= e.High || e.Type == SearchParameterType.Special));
        Assert.NotEmpty(FhirJson.Canonical(root));
        Assert.NotEmpty(Examples.Xml(root));
        foreach (var expression in new[] { "name.given.distinct().count()", "value.value + 1", "descendants().where(length() > 3).count()", "value.value.toString().length()" })
        {
            var result = FhirPathExpression.Compile(expression).Value!.Evaluate(root);
            Assert.True(result.IsOk || result.Problems.Count > 0);
        }
    }

    private static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();

    private static string Patient(string members) => "{\"resourceType\":\"Patient\"," + members + "}";

    private static string Observation(string value) => "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"valueQuantity\":{\"value\":" + value + "}}";
}
