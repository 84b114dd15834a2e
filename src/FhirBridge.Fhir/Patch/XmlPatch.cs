using System.Buffers;
using System.Runtime.InteropServices;
using System.Xml;
using System.Xml.Linq;

namespace FhirBridge.Fhir.Patch;

/// <summary>XML Patch (RFC 5261) on the FHIR XML of a resource. FHIR XML is written without white space between elements, so <c>ws</c> has nothing to do.</summary>
internal sealed class XmlPatch : ResourcePatch
{
    private static readonly XmlWriterSettings WriterSettings = new() { OmitXmlDeclaration = true, NewLineHandling = NewLineHandling.Entitize, CheckCharacters = false };

    private readonly IReadOnlyList<XmlOperation> operations;

    private XmlPatch(IReadOnlyList<XmlOperation> operations) => this.operations = operations;

    /// <summary>Reads the document: a root of any name with add, replace and remove below it.</summary>
    internal static Result<XmlPatch> Read(ReadOnlyMemory<byte> xml)
    {
        var loaded = Load(xml);
        return loaded.IsOk ? Read(loaded.Value.Root!) : Result<XmlPatch>.Fail(loaded.Problems);
    }

    /// <summary>Reads the operations below a root.</summary>
    internal static Result<XmlPatch> Read(XElement root)
    {
        var all = root.Elements().ToList();
        if (all.Count == 0) return Problems.MalformedPatch.With("the patch has no operation: add, replace and remove stand below its root");
        if (PatchBudget.OfCount(all.Count) is { } tooMany) return tooMany;
        var read = all.Select((e, i) => XmlOperation.Read(e, i + 1)).ToList();
        var problems = read.SelectMany(r => r.Problems).ToList();
        return problems.Count > 0 ? Result<XmlPatch>.Fail(problems) : new XmlPatch([.. read.Select(r => r.Value!)]);
    }

    /// <summary>Does all operations on the document, which is changed also when it fails.</summary>
    internal Problem? ApplyTo(XDocument document)
    {
        var budget = new PatchBudget();
        foreach (var operation in operations)
        {
            if (operation.Apply(document, budget) is { } problem) return problem;
        }

        return null;
    }

    /// <inheritdoc/>
    private protected override Result<ReadOnlyMemory<byte>> Change(ElementTree resource)
    {
        var xml = new ArrayBufferWriter<byte>();
        FhirXml.Write(resource.Root, xml);
        var document = Load(xml.WrittenMemory);
        if (!document.IsOk) return Result<ReadOnlyMemory<byte>>.Fail(document.Problems.Select(OfResult));
        if (ApplyTo(document.Value) is { } problem) return problem;
        if (document.Value.Root?.Name.LocalName != resource.Root.Type) return OtherType(resource.Root);
        using var bytes = new MemoryStream();
        using (var writer = XmlWriter.Create(bytes, WriterSettings)) document.Value.Save(writer);
        var read = FhirXml.Read(bytes.ToArray());
        if (!read.IsOk) return Result<ReadOnlyMemory<byte>>.Fail(read.Problems.Select(OfResult));
        var json = new ArrayBufferWriter<byte>();
        FhirJson.Write(read.Value.Root, json);
        return (ReadOnlyMemory<byte>)json.WrittenMemory;
    }

    /// <summary>A document, without DTD and entities, no deeper than the limit: what is built of it is walked recursively.</summary>
    internal static Result<XDocument> Load(ReadOnlyMemory<byte> xml)
    {
        var limits = ReadLimits.Default;
        if (xml.Length > limits.MaxBytes * 2) return Problems.TooLarge.With($"the XML has {xml.Length} bytes, at most {limits.MaxBytes * 2} are read");
        if (Utf8Text.FirstInvalid(xml.Span) >= 0) return Problems.MalformedXml.With("the body is not valid UTF-8, the only encoding of FHIR XML");
        var bytes = MemoryMarshal.TryGetArray(xml, out var array) ? array : new ArraySegment<byte>(xml.ToArray());
        try
        {
            using (var depths = Open(bytes))
            {
                while (depths.Read())
                {
                    if (depths.Depth > 2 * limits.MaxDepth) return Problems.TooDeep.With($"nested deeper than {2 * limits.MaxDepth}");
                }
            }

            using var reader = Open(bytes);
            return XDocument.Load(reader);
        }
        catch (XmlException e)
        {
            return Problems.MalformedXml.With("the body is not well-formed XML, or holds what is refused (DTD, entities)", null, Math.Max(1, e.LineNumber), Math.Max(1, e.LinePosition));
        }
    }

    private static XmlReader Open(ArraySegment<byte> bytes) => XmlReader.Create(
        new StreamReader(new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)),
        new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true });
}
