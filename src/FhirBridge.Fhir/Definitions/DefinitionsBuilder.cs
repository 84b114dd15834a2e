using System.Buffers;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>
/// Builds <see cref="Definitions"/> from conformance resources in JSON or XML: packages (<c>.tgz</c>), folders, or single resources. What cannot be
/// used is left out and told in <see cref="Problems"/>. Not thread-safe.
/// </summary>
/// <remarks>
/// Later resources replace earlier ones of the same canonical and version. The types and compartments of the definitions that it starts with stay as
/// they are: another definition of one of them is refused; and a search parameter does not take the code of one that was there before it. Only specialisations (<c>derivation</c> other than <c>constraint</c>) of resources and
/// datatypes become types. The order of adding does not matter to the result as long as canonicals differ.
/// </remarks>
public sealed partial class DefinitionsBuilder
{
    // Deeper than the reader of FHIR JSON goes.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 128 };

    private readonly Definitions? start;
    private readonly PackageLimits limits;
    private readonly SortedDictionary<string, TypeDefinition> types = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SearchParameterDefinition> search = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, CompartmentDefinition> compartments = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, OperationHeader> operations = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, CodeSet> codes = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<(string Type, string Canonical), (ConformanceEntry Entry, byte[] Json)> resources = [];
    private readonly Dictionary<(string Type, string Canonical), (string Name, bool IsOfPackage)> files = [];
    private readonly HashSet<string> fixedTypes = new(StringComparer.Ordinal);
    private readonly TerminologyExpander terminology = new();
    private readonly List<Problem> problems = [];
    private bool isPackage;

    /// <summary>Starts with nothing. Resources are taken as they are, since there are no definitions yet to read them by.</summary>
    public DefinitionsBuilder() => limits = PackageLimits.Default;

    /// <summary>Starts with existing definitions, to add to them.</summary>
    public DefinitionsBuilder(Definitions start, PackageLimits? limits = null)
    {
        this.start = start;
        this.limits = limits ?? PackageLimits.Default;
        foreach (var t in start.Types)
        {
            types[t.Url] = t;
            fixedTypes.Add(t.Url);
        }


        foreach (var p in start.AllSearchParameters) search[p.Url] = p;
        foreach (var c in start.Compartments) compartments[c.Url] = c;
        foreach (var o in start.Operations) operations[o.Url] = o;
        foreach (var c in start.CodeSets) codes[c.ValueSet] = c;
    }

    /// <summary>
    /// What was left out, each with the file that it stood in: <c>malformed-json</c>, <c>malformed-xml</c>, <c>too-large</c>, <c>too-deep</c>,
    /// <c>wrong-type</c>, <c>cardinality</c>, <c>invalid-value</c>, <c>required</c> (no canonical), <c>unknown-element</c> (only that element is
    /// ignored), <c>conflict</c> (another definition of a type that is there already), <c>not-found</c> (the file cannot be read).
    /// </summary>
    public IReadOnlyList<Problem> Problems => problems;

    /// <summary>Adds a <c>.tgz</c> package, or a folder: each <c>.json</c>, <c>.xml</c> and <c>.tgz</c> directly in it, in ordinal order of the names.</summary>
    public DefinitionsBuilder AddPackage(string path)
    {
        if (!Directory.Exists(path)) return AddFile(path);
        var files = Directory.EnumerateFiles(path).Where(f => Path.GetExtension(f) is ".json" or ".xml" or ".tgz").Take(limits.MaxFiles + 1).Order(StringComparer.Ordinal).ToArray();
        if (files.Length > limits.MaxFiles) Report(path, Fhir.Problems.TooLarge.With($"the folder has more than {limits.MaxFiles} files, the rest is not read"));
        foreach (var file in files.Take(limits.MaxFiles)) AddFile(file);
        return this;
    }

    /// <summary>Adds the resources of a <c>.tgz</c> package; those in sub-folders (examples, other documents) are not looked at.</summary>
    /// <param name="tgz">The package.</param>
    /// <param name="name">What problems call it.</param>
    public DefinitionsBuilder AddPackage(Stream tgz, string name = "package")
    {
        using var package = new PackageReader(tgz, limits);
        isPackage = true;
        try
        {
            while (package.Next(IsResourceFile) is var (file, bytes, size))
            {
                if (bytes is not null) Add(bytes, $"{name}:{file}");
                else if (IsResourceFile(file)) Report($"{name}:{file}", TooLarge(size));
            }
        }
        catch (PackageException e)
        {
            Report(name, e.Kind.With(e.Message));
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            Report(name, Fhir.Problems.InvalidValue.With("the package is no gzip archive, or it is damaged"));
        }

        isPackage = false;
        return this;
    }

    /// <summary>
    /// Adds one resource in JSON or XML (StructureDefinition, SearchParameter, CompartmentDefinition, OperationDefinition, ValueSet, CodeSystem,
    /// ConceptMap; beside R4 also ImplementationGuide, Questionnaire, Measure, Library); others are ignored.
    /// </summary>
    /// <param name="resource">The resource; the memory must not change until <see cref="Build"/>.</param>
    /// <param name="file">What problems call it.</param>
    public DefinitionsBuilder Add(ReadOnlyMemory<byte> resource, string file = "resource")
    {
        if (resource.Length > limits.MaxFileBytes)
        {
            Report(file, TooLarge(resource.Length));
            return this;
        }

        if (AsJson(resource, file) is not { } json) return this;
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            if (document.RootElement.Text("resourceType") is { } type && (ConformanceCompiler.IsConformance(type) || (start is not null && ConformanceCompiler.IsCarried(type))) && IsReadable(document.RootElement, json, file)) Add(document.RootElement, type, file);
        }
        catch (JsonException e)
        {
            Report(file, Fhir.Problems.MalformedJson.With("the file is not well-formed JSON", null, (int?)e.LineNumber + 1));
        }
        catch (InvalidOperationException)
        {
            Report(file, Fhir.Problems.MalformedJson.With("the file has a text that is no valid Unicode"));
        }

        return this;
    }

    private static bool IsResourceFile(string name) =>
        name.EndsWith(".json", StringComparison.Ordinal) && name.Count(c => c == '/') <= 1 && !name[(name.LastIndexOf('/') + 1)..].StartsWith('.');

    private DefinitionsBuilder AddFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (path.EndsWith(".tgz", StringComparison.Ordinal)) return AddPackage(file, Path.GetFileName(path));
            if (file.Length > limits.MaxFileBytes)
            {
                Report(Path.GetFileName(path), TooLarge(file.Length));
                return this;
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return Add(bytes, Path.GetFileName(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Report(Path.GetFileName(path), Fhir.Problems.NotFound.With("the file cannot be read"));
            return this;
        }
    }

    /// <summary>The resource as JSON without byte order mark; null when it is XML that cannot be read, which is reported.</summary>
    private ReadOnlyMemory<byte>? AsJson(ReadOnlyMemory<byte> resource, string file)
    {
        if (resource.Span.StartsWith("\uFEFF"u8)) resource = resource[3..];
        if (!resource.Span.TrimStart(" \t\r\n"u8).StartsWith("<"u8)) return resource;
        var read = FhirXml.Read(resource, new ReadLimits(limits.MaxFileBytes), k => IsTolerated(k) || k == Fhir.Problems.UnknownElement);
        foreach (var problem in read.Problems.Where(p => !IsTolerated(p.Kind))) Report(file, problem);
        if (!read.IsOk) return null;
        var json = new ArrayBufferWriter<byte>(resource.Length);
        FhirJson.Write(read.Value.Root, json);
        return json.WrittenMemory;
    }

    private Problem TooLarge(long size) => Fhir.Problems.TooLarge.With($"the file has {size} bytes, at most {limits.MaxFileBytes} are read");

    private void Report(string file, Problem problem)
    {
        if (problems.Count < limits.MaxProblems) problems.Add(problem with { Diagnostics = $"{file}: {problem.Diagnostics}" });
    }
}
