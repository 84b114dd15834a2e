using System.Text;
using System.Xml.Linq;
using FhirBridge.Fhir.Patch;

namespace FhirBridge.Fhir.Tests.Patch;

/// <summary>FHIRPath Patch against the shared suite; where a case is for both directions, <see cref="PatchDiffer"/> finds the very patch.</summary>
public sealed class FhirPathPatchSuiteTests
{
    [Fact]
    public void Suite_Forwards() => PatchVectors.Judge("fhir-patch-tests.xml", [.. Cases().Select(c => ((string)c.Attribute("name")!, Forwards(c)))], 16);

    [Fact]
    public void Suite_Backwards() => PatchVectors.Judge("fhir-patch-tests.xml", [.. Cases().Where(c => (string)c.Attribute("mode")! == "both").Select(c => ((string)c.Attribute("name")!, Backwards(c)))], 15);

    private static List<XElement> Cases() => PatchVectors.Xml("fhir-patch-tests.xml");

    private static string? Forwards(XElement vector)
    {
        var patch = ResourcePatch.ReadParameters(Resource(vector, "diff").Root);
        if (!patch.IsOk) return patch.Problems[0].ToString();
        var result = patch.Value.Apply(Resource(vector, "input"));
        return result.IsOk ? Difference(Resource(vector, "output").Root, result.Value.Root) : result.Problems[0].ToString();
    }

    private static string? Backwards(XElement vector) =>
        Difference(Resource(vector, "diff").Root, PatchDiffer.Between(Resource(vector, "input").Root, Resource(vector, "output").Root).Root);

    private static string? Difference(FhirElement expected, FhirElement actual)
    {
        var (e, a) = (Encoding.UTF8.GetString(FhirJson.Canonical(expected)), Encoding.UTF8.GetString(FhirJson.Canonical(actual)));
        return e == a ? null : $"expected {e}, got {a}";
    }

    private static ElementTree Resource(XElement vector, string part)
    {
        var read = FhirXml.Read(Encoding.UTF8.GetBytes(vector.Element(vector.Name.Namespace + part)!.Elements().Single().ToString()));
        return read.IsOk ? read.Value : throw new InvalidOperationException(read.Problems[0].ToString());
    }
}
