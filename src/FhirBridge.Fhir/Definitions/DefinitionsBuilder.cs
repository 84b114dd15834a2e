using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Fhir;

/// <summary>
/// Builds <see cref="Definitions"/> from conformance resources in JSON: a package folder, a <c>.tgz</c>, or single resources at run time.
/// Later resources replace earlier ones of the same canonical. Not thread-safe.
/// </summary>
/// <remarks>
/// Only specialisations (<c>derivation</c> other than <c>constraint</c>) of resources and datatypes become types. The order in which
/// resources are added does not matter to the result as long as canonicals differ.
/// </remarks>
public sealed class DefinitionsBuilder
{
    private readonly SortedDictionary<string, TypeDefinition> types = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SearchParameterDefinition> search = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, CompartmentDefinition> compartments = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, OperationHeader> operations = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, CodeSet> codes = new(StringComparer.Ordinal);
    private readonly TerminologyExpander terminology = new();

    /// <summary>Starts with nothing.</summary>
    public DefinitionsBuilder()
    {
    }

    /// <summary>Starts with existing definitions, to add to them.</summary>
    public DefinitionsBuilder(Definitions start)
    {
        foreach (var t in start.Types) types[t.Url] = t;
        foreach (var p in start.AllSearchParameters) search[p.Url] = p;
        foreach (var c in start.Compartments) compartments[c.Url] = c;
        foreach (var o in start.Operations) operations[o.Url] = o;
        foreach (var c in start.CodeSets) codes[c.ValueSet] = c;
    }

    /// <summary>Adds every JSON resource of an unpacked package folder, or of a <c>.tgz</c> package.</summary>
    public DefinitionsBuilder AddPackage(string path)
    {
        if (Directory.Exists(path))
        {
            foreach (var file in Directory.EnumerateFiles(path, "*.json").OrderBy(f => f, StringComparer.Ordinal)) Add(File.ReadAllBytes(file));
            return this;
        }

        using var stream = File.OpenRead(path);
        return AddPackage(stream);
    }

    /// <summary>Adds every JSON resource of a <c>.tgz</c> package.</summary>
    public DefinitionsBuilder AddPackage(Stream tgz)
    {
        using var tar = new TarReader(new GZipStream(tgz, CompressionMode.Decompress, leaveOpen: true));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null || !entry.Name.EndsWith(".json", StringComparison.Ordinal)) continue;
            using var bytes = new MemoryStream();
            entry.DataStream.CopyTo(bytes);
            Add(bytes.ToArray());
        }

        return this;
    }

    /// <summary>Adds one resource (StructureDefinition, SearchParameter, CompartmentDefinition, OperationDefinition, ValueSet, CodeSystem); others are ignored.</summary>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public DefinitionsBuilder Add(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var resource = document.RootElement;
        if (resource.ValueKind != JsonValueKind.Object) return this;
        switch (resource.Text("resourceType"))
        {
            case "StructureDefinition":
                if (StructureDefinitionCompiler.Compile(resource) is { } type) types[type.Url] = type;
                break;
            case "SearchParameter":
                if (SearchParameter(resource) is { } parameter) search[parameter.Url] = parameter;
                break;
            case "CompartmentDefinition":
                if (Compartment(resource) is { } compartment) compartments[compartment.Url] = compartment;
                break;
            case "OperationDefinition":
                if (Operation(resource) is { } operation) operations[operation.Url] = operation;
                break;
            case "ValueSet":
            case "CodeSystem":
                terminology.Add(resource);
                break;
        }

        return this;
    }

    /// <summary>The definitions so far.</summary>
    public Definitions Build()
    {
        var required = types.Values.SelectMany(t => t.Elements)
            .Where(e => e.Binding is { Strength: BindingStrength.Required, ValueSet: not null })
            .Select(e => e.Binding!.ValueSet!)
            .Distinct();
        foreach (var set in required)
        {
            if (terminology.Expand(set) is { Count: > 0 } codings) codes[set] = new CodeSet(set, codings);
        }

        var (t, s, c, k, o) = (types.Values.ToArray(), search.Values.ToArray(), codes.Values.ToArray(), compartments.Values.ToArray(), operations.Values.ToArray());
        return new Definitions(() => t, () => s, () => c, () => k, () => o);
    }

    private static SearchParameterDefinition? SearchParameter(JsonElement r)
    {
        // The specification's own examples and the drafts without a base are no parameters of R4.
        if (r.Text("url") is not { } url || r.Text("code") is not { } code || r.Strings("base") is not { Length: > 0 } bases) return null;
        if (url.StartsWith("http://hl7.org/fhir/SearchParameter/example", StringComparison.Ordinal)) return null;
        if (!Enum.TryParse<SearchParameterType>(r.Text("type"), ignoreCase: true, out var type)) return null;
        return new SearchParameterDefinition(
            url,
            code,
            bases,
            type,
            r.Text("expression"),
            r.Strings("target"),
            [.. r.Items("component").Select(c => new SearchComponent(c.Text("definition") ?? "", c.Text("expression") ?? ""))],
            r.Flag("multipleOr"),
            r.Flag("multipleAnd"),
            r.Strings("comparator"),
            r.Strings("modifier"),
            r.Text("description") ?? "");
    }

    private static CompartmentDefinition? Compartment(JsonElement r)
    {
        if (r.Text("url") is not { } url || r.Text("code") is not { } code || url.EndsWith("/example", StringComparison.Ordinal)) return null;
        var members = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var member in r.Items("resource"))
        {
            if (member.Text("code") is { } type && member.Strings("param") is { Length: > 0 } parameters) members[type] = parameters;
        }

        return new CompartmentDefinition(url, code, members);
    }

    private static OperationHeader? Operation(JsonElement r)
    {
        if (r.Text("url") is not { } url || r.Text("code") is not { } code) return null;
        return new OperationHeader(
            url, code, r.Text("kind") == "query", r.Flag("affectsState"), r.Strings("resource"), r.Flag("system") == true, r.Flag("type") == true, r.Flag("instance") == true);
    }
}

/// <summary>Short ways to read conformance JSON.</summary>
internal static class JsonElementReading
{
    internal static string? Text(this JsonElement e, string name) =>
        e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;

    internal static bool? Flag(this JsonElement e, string name) =>
        e.TryGetProperty(name, out var v) && v.ValueKind is JsonValueKind.True or JsonValueKind.False ? v.GetBoolean() : null;

    internal static IEnumerable<JsonElement> Items(this JsonElement e, string name) =>
        e.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Array ? v.EnumerateArray() : [];

    internal static string[] Strings(this JsonElement e, string name) =>
        [.. e.Items(name).Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)];
}
