using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir.Tests.Search;

/// <summary>One official example for each of most resource types (data/examples).</summary>
internal static class Examples
{
    private const string Prefix = "search/examples/";

    internal static IEnumerable<string> Names => typeof(Examples).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    internal static FhirElement Read(string name)
    {
        using var stream = typeof(Examples).Assembly.GetManifestResourceStream(name.StartsWith(Prefix, StringComparison.Ordinal) ? name : Prefix + name)!;
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return (FhirJson.Read(memory.ToArray()) is { IsOk: true } read ? read.Value : throw new InvalidOperationException(name)).Root;
    }

    internal static SearchIndex Index(string name) => SearchIndexer.Extract(Read(name));
}
