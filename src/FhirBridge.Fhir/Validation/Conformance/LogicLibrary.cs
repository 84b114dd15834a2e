using System.Text;
using System.Text.Json;
using System.Xml;

namespace FhirBridge.Fhir.Validation;

/// <summary>The names that a Library's content defines, in CQL or in its compiled form (ELM). Spec: https://hl7.org/fhir/R4/library.html, https://cql.hl7.org/elm.html.</summary>
internal sealed class LogicLibrary
{
    // Larger contents are not read: no library that people write is.
    private const int MaxBytes = 5_000_000;

    private LogicLibrary(FhirElement library)
    {
        Name = library.Text("name") ?? library.Text("url") ?? "";
        Names.UnionWith(new[] { library.Text("name"), library.Text("id"), library.Text("url")?.Split('/')[^1] }.OfType<string>());
        foreach (var content in library.Children("content"))
        {
            var type = content.Text("contentType")?.Split(';')[0].Trim();
            if (type is not ("text/cql" or "application/elm+json" or "application/elm+xml") || Bytes(content) is not { } bytes) continue;
            IsRead |= type switch
            {
                "text/cql" => Cql(Encoding.UTF8.GetString(bytes)),
                "application/elm+json" => ElmJson(bytes),
                _ => ElmXml(bytes),
            };
        }
    }

    /// <summary>For a person.</summary>
    internal string Name { get; }

    /// <summary>True when there was a content that could be read.</summary>
    internal bool IsRead { get; private set; }

    /// <summary>What others may call the library by.</summary>
    internal HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    internal HashSet<string> Defined { get; } = new(StringComparer.Ordinal);

    /// <summary>Names that one text in CQL defines twice.</summary>
    internal List<string> Twice { get; } = [];

    internal static LogicLibrary Of(FhirElement library) => new(library);

    private static byte[]? Bytes(FhirElement content)
    {
        if (content.Text("data") is not { } data || data.Length > MaxBytes * 4L / 3) return null;
        var bytes = new byte[(data.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(data, bytes, out var length) ? bytes[..length] : null;
    }

    private bool Cql(string text)
    {
        var scanned = CqlScanner.Read(text);
        Defined.UnionWith(scanned.Defined);
        Twice.AddRange(scanned.Twice);
        if (scanned.Library is { } name) Names.Add(name);
        return true;
    }

    private bool ElmJson(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var part in new[] { "statements", "parameters" })
            {
                foreach (var definition in document.RootElement.Object("library").Object(part).Items("def"))
                {
                    if (definition.Text("name") is { } name) Defined.Add(name);
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool ElmXml(byte[] xml)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxBytes });
            var part = "";
            while (reader.Read())
            {
                if (reader.NodeType != XmlNodeType.Element) continue;
                if (reader.Depth == 1) part = reader.LocalName;
                else if (reader.Depth == 2 && part is "statements" or "parameters" && reader.GetAttribute("name") is { } name) Defined.Add(name);
            }

            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }
}
