using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Xml;

namespace FhirBridge.Fhir;

/// <summary>Reads and writes FHIR XML. Spec: https://hl7.org/fhir/R4/xml.html.</summary>
public static class FhirXml
{
    /// <summary>The namespace of FHIR XML.</summary>
    public const string Namespace = "http://hl7.org/fhir";

    private static readonly XmlWriterSettings WriterSettings = Settings(indented: false);

    private static readonly XmlWriterSettings IndentedSettings = Settings(indented: true);

    /// <summary>
    /// Reads one resource by the definitions of R4, with the same checks as <see cref="FhirJson.Read(ReadOnlyMemory{byte}, ReadLimits?)"/> and
    /// XML's own: order of elements, no text outside attributes, no DTD. The tree has no <see cref="ElementTree.Source"/>; it is written as JSON by type.
    /// </summary>
    /// <remarks>Raises <c>MalformedXml</c>, <c>TooDeep</c>, <c>TooLarge</c>, <c>UnknownResourceType</c>, <c>UnknownElement</c>, <c>WrongOrder</c>, <c>InvalidValue</c>, <c>Cardinality</c>, <c>Required</c>, <c>CodeInvalid</c>.</remarks>
    public static Result<ElementTree> Read(ReadOnlyMemory<byte> xml, ReadLimits? limits = null) => Read(xml, limits ?? ReadLimits.Default, static _ => false);

    /// <summary>Reads as <see cref="FhirJson.ReadLenient"/> does: what only breaks rules of content accompanies the tree as warnings.</summary>
    public static Result<ElementTree> ReadLenient(ReadOnlyMemory<byte> xml, ReadLimits? limits = null) => Read(xml, limits ?? ReadLimits.Default, StructureChecks.IsOfContent);

    /// <summary>The same, but problems of the tolerated kinds only accompany the tree.</summary>
    internal static Result<ElementTree> Read(ReadOnlyMemory<byte> xml, ReadLimits limits, Func<ProblemKind, bool> tolerated)
    {
        if (xml.Length > limits.MaxBytes) return Problems.TooLarge.With($"the body has {xml.Length} bytes, at most {limits.MaxBytes} are read");
        var problems = new SourceProblems(Math.Max(1, limits.MaxProblems));
        var text = xml.Span;
        if (Utf8Text.FirstInvalid(text) is >= 0 and var invalid)
        {
            problems.Add(Problems.MalformedXml, "the body is not valid UTF-8, the only encoding of FHIR XML", null, invalid);
            return Result<ElementTree>.Fail(problems.Locate(text));
        }

        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = limits.MaxBytes,
            IgnoreProcessingInstructions = true,
        };
        try
        {
            using var stream = MemoryMarshal.TryGetArray(xml, out var array)
                ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
                : new MemoryStream(xml.ToArray(), writable: false);
            using var reader = XmlReader.Create(new StreamReader(stream, new UTF8Encoding(false)), settings);
            var read = new FhirXmlReader(reader, Definitions.R4, limits, problems);
            read.ReadRoot();
            var found = problems.All();
            if (!problems.IsFull && found.All(p => tolerated(p.Kind))) return Result<ElementTree>.Ok(read.Builder.Build(), found);
        }
        catch (XmlException e)
        {
            problems.Add(Problems.MalformedXml.With("the body is not well-formed XML, or holds what is refused (DTD, entities)", null, Math.Max(1, e.LineNumber), Math.Max(1, e.LinePosition)));
        }

        return Result<ElementTree>.Fail(problems.All());
    }

    /// <summary>
    /// Writes a resource as FHIR XML (UTF-8, no declaration), elements in the order of R4 whatever the order in the tree. Untyped trees cannot be
    /// FHIR XML: their elements are written in their own order. Characters that XML does not have become U+FFFD.
    /// </summary>
    /// <param name="resource">The resource; nothing is written when it does not exist.</param>
    /// <param name="output">Receives the bytes.</param>
    /// <param name="indented">On lines of their own, for people; narratives are left as they are.</param>
    public static void Write(FhirElement resource, IBufferWriter<byte> output, bool indented = false)
    {
        if (!resource.Exists) return;
        using var bytes = new MemoryStream();
        using (var writer = XmlWriter.Create(bytes, indented ? IndentedSettings : WriterSettings)) new FhirXmlWriter(writer).WriteResource(resource);
        output.Write(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private static XmlWriterSettings Settings(bool indented) => new()
    {
        Encoding = new UTF8Encoding(false),
        OmitXmlDeclaration = true,
        NewLineHandling = NewLineHandling.Entitize,
        NewLineChars = "\n",
        CheckCharacters = false,
        Indent = indented,
    };
}
