using System.Text;

namespace FhirBridge.Fhir.Tests;

/// <summary>Short ways to read and write what a test states.</summary>
internal static class Examples
{
    internal static Result<ElementTree> Json(string json, ReadLimits? limits = null) => FhirJson.Read(Encoding.UTF8.GetBytes(json), limits);

    internal static FhirElement Root(string json)
    {
        var result = Json(json);
        Assert.True(result.IsOk, string.Join('\n', result.Problems));
        return result.Value.Root;
    }

    internal static string Canonical(FhirElement element) => Encoding.UTF8.GetString(FhirJson.Canonical(element));

    internal static string Xml(FhirElement element)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        FhirXml.Write(element, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
