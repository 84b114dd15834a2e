using System.Buffers;
using System.Text.Json;
using System.Xml.Linq;
using FhirBridge.Fhir;

namespace FhirBridge.Corpus;

/// <summary>What came of one resource.</summary>
/// <param name="Fault">What went wrong; null when the resource comes back as it was.</param>
/// <param name="OtherOrder">True when its JSON has not the order of R4, which its XML has: only the order differs from the JSON.</param>
internal readonly record struct RoundTripResult(string? Fault, bool OtherOrder = false);

/// <summary>JSON → XML → JSON of one resource, with everything on the way held against what it must be.</summary>
internal static class RoundTrip
{
    /// <summary>Carries a resource, which was read with <see cref="FhirJson"/> from these bytes, to XML and back.</summary>
    internal static RoundTripResult Run(FhirElement root, ReadOnlyMemory<byte> json)
    {
        var written = new ArrayBufferWriter<byte>(json.Length);
        FhirJson.Write(root, written);
        if (!written.WrittenSpan.SequenceEqual(json.Span)) return new("the JSON is written with other bytes");

        var xml = new ArrayBufferWriter<byte>(json.Length * 2);
        FhirXml.Write(root, xml);
        var otherOrder = false;
        using (var document = JsonDocument.Parse(json))
        {
            var (expected, actual) = (XmlByTheBook.Resource(document.RootElement), Load(xml.WrittenMemory));
            if (XmlByTheBook.Difference(expected, actual) is { } difference)
            {
                otherOrder = XmlByTheBook.Difference(expected, actual, anyOrder: true) is null;
                if (!otherOrder) return new("the XML is not that of the rules: " + difference);
            }
        }

        var back = FhirXml.Read(xml.WrittenMemory, new ReadLimits(MaxBytes: int.MaxValue));
        if (!back.IsOk) return new("the XML is refused: " + back.Problems[0]);
        return new(FhirJson.Canonical(back.Value.Root).AsSpan().SequenceEqual(FhirJson.Canonical(root)) ? null : "the XML says something else", otherOrder);
    }

    private static XElement Load(ReadOnlyMemory<byte> xml)
    {
        using var stream = new MemoryStream(xml.ToArray());
        return XElement.Load(stream, LoadOptions.PreserveWhitespace);
    }
}
