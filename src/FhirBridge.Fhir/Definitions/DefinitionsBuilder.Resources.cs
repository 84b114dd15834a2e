using System.IO.Compression;
using System.Text.Json;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir;

/// <summary>A resource that contradicts itself or what is known.</summary>
/// <param name="Type">Resource type.</param>
/// <param name="Canonical"><c>url|version</c>, or the url alone.</param>
/// <param name="IsOfPackage">True when it came in a package, and not as a file of its own.</param>
/// <param name="Problem">What is wrong with it, with the name of the file.</param>
public sealed record Contradiction(string Type, string Canonical, bool IsOfPackage, Problem Problem);

public sealed partial class DefinitionsBuilder
{
    /// <summary>The definitions so far.</summary>
    public Definitions Build()
    {
        DropCircles();
        var required = types.Values.SelectMany(t => t.Elements)
            .Where(e => e.Binding is { Strength: BindingStrength.Required, ValueSet: not null })
            .Select(e => e.Binding!.ValueSet!)
            .Distinct();
        foreach (var set in required)
        {
            // What R4 requires stays, even when a package brings another version of the value set.
            if (!codes.ContainsKey(set) && terminology.Expand(set) is { Count: > 0 } codings) codes[set] = new CodeSet(set, codings);
        }

        // Of two parameters with the same code the first one is found by it.
        var ordered = start is null ? search.Values.ToArray() : [.. search.Values.OrderBy(p => start.FindSearchParameter(p.Url) is null)];
        var (t, s, c, k, o) = (types.Values.ToArray(), ordered, codes.Values.ToArray(), compartments.Values.ToArray(), operations.Values.ToArray());
        var store = Store();
        return new Definitions(() => t, () => s, () => c, () => k, () => o, () => store);
    }

    /// <summary>
    /// What was added and contradicts itself or what is known, each with the file that it stood in: profiles against their bases, invariants and search expressions that do not compile, circles, slices
    /// that cannot be told apart. What is not known is no fault. Another copy of what was there from the start is not looked at.
    /// </summary>
    /// <param name="built">The definitions that <see cref="Build"/> gave.</param>
    public IReadOnlyList<Contradiction> Contradictions(Definitions built)
    {
        var found = new List<Contradiction>();
        foreach (var (type, canonical) in resources.Keys)
        {
            if (!ResourceRules.All.TryGetValue(type, out var rules) || IsCopy(type, canonical)) continue;
            var run = new ValidationRun(new FhirPathContext { Definitions = built });
            rules.Check(built.FindResource(type, canonical), run);
            var (file, isOfPackage) = files[(type, canonical)];
            found.AddRange(run.Found.Where(p => p.Kind.Severity <= IssueSeverity.Error).Select(p => new Contradiction(type, canonical, isOfPackage, p with { Diagnostics = $"{file}: {p.Diagnostics}" })));
        }

        return found;
    }

    /// <summary>Takes resources out again that contradict something; the next <see cref="Build"/> is without them.</summary>
    public void Remove(IEnumerable<Contradiction> contradictions)
    {
        foreach (var one in contradictions)
        {
            if (!resources.Remove((one.Type, one.Canonical), out var resource)) continue;
            var url = resource.Entry.Url;
            if (one.Type == "StructureDefinition") types.Remove(url);
            if (one.Type == "SearchParameter") search.Remove(url);
            if (one.Type == "OperationDefinition") operations.Remove(url);
        }
    }

    private bool IsCopy(string type, string canonical) => start?.Store.Find(type, canonical) is { } known && start.Store.Bytes(known).Span.SequenceEqual(resources[(type, canonical)].Json);

    private ConformanceStore Store()
    {
        var packer = new ConformancePacker(CompressionLevel.Fastest);
        foreach (var (entry, json) in resources.Values) packer.Add(entry, json);
        var kept = start is null ? [] : start.Store.All.Where(r => !resources.ContainsKey((r.Entry.Type, r.Entry.Canonical)));
        return new ConformanceStore(ConformanceStore.Ordered([.. kept, .. packer.Finish()]), start?.Store);
    }

    /// <summary>A resource that only lacks something, or has a value or a code that R4 does not allow, is what packages are like.</summary>
    private static bool IsTolerated(ProblemKind kind) => kind == Fhir.Problems.Required || kind == Fhir.Problems.InvalidValue || kind == Fhir.Problems.CodeInvalid || kind == Fhir.Problems.WrongOrder;

    /// <summary>Reads by the definitions of R4: a resource whose shape is wrong is of no use.</summary>
    private bool IsReadable(JsonElement resource, ReadOnlyMemory<byte> json, string file)
    {
        if (start is null) return true;
        var usable = true;
        foreach (var problem in FhirJson.Read(json, new ReadLimits(limits.MaxFileBytes)).Problems)
        {
            if (IsTolerated(problem.Kind) || (problem.Kind == Fhir.Problems.WrongType && IsWrittenAsText(resource, problem.Expression))) continue;
            usable &= problem.Kind == Fhir.Problems.UnknownElement;
            Report(file, problem);
        }

        return usable;
    }

    /// <summary>True for a boolean that is written as a text, as some packages have it: what it says is clear.</summary>
    private static bool IsWrittenAsText(JsonElement resource, string? path)
    {
        var at = resource;
        foreach (var step in (path ?? "").Split('.').Skip(1))
        {
            var bracket = step.IndexOf('[', StringComparison.Ordinal);
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(bracket < 0 ? step : step[..bracket], out at)) return false;
            if (bracket < 0) continue;
            if (at.ValueKind != JsonValueKind.Array || !int.TryParse(step[(bracket + 1)..^1], out var index) || index >= at.GetArrayLength()) return false;
            at = at[index];
        }

        return at.ValueKind == JsonValueKind.String && (at.ValueEquals("true") || at.ValueEquals("false"));
    }

    private void Add(JsonElement resource, string type, string file)
    {
        if (resource.Text("url") is not { Length: > 0 } url)
        {
            Report(file, Fhir.Problems.Required.With($"the {type} has no canonical url and is not used", $"{type}.url"));
            return;
        }

        if (ConformanceCompiler.IsExampleOfSpecification(url)) return;
        var json = ConformanceTrimmer.Trim(resource);
        switch (type)
        {
            case "StructureDefinition":
                if (!AddStructure(resource, url, json, file)) return;
                break;
            case "SearchParameter":
                if (start?.FindSearchParameter(url) is null && ConformanceCompiler.SearchParameter(resource, url) is { } parameter) search[url] = parameter;
                break;
            case "CompartmentDefinition":
                if (!AddCompartment(resource, url, json, file)) return;
                break;
            case "OperationDefinition":
                if (ConformanceCompiler.Operation(resource, url) is { } operation) operations[url] = operation;
                break;
            case "ValueSet" or "CodeSystem":
                terminology.Add(resource);
                break;
        }

        var entry = ConformanceCompiler.Entry(resource, type, url);

        // Put at the end, so that the last one added is the one that is found without a version.
        resources.Remove((type, entry.Canonical));
        resources.Add((type, entry.Canonical), (entry, json));
        files[(type, entry.Canonical)] = (file, isPackage);
    }

    /// <summary>True when the StructureDefinition is to be kept.</summary>
    private bool AddStructure(JsonElement resource, string url, byte[] json, string file)
    {
        if (fixedTypes.Contains(url))
        {
            KeepKnown("StructureDefinition", url, json, file);
            return false;
        }

        var faults = new List<string>();
        var type = StructureDefinitionCompiler.Compile(resource, faults);
        if (faults.Count > 0)
        {
            Report(file, Fhir.Problems.InvalidValue.With($"the snapshot cannot be used: {faults[0]}", "StructureDefinition.snapshot"));
            return false;
        }

        if (type is not null && types.Values.FirstOrDefault(t => t.Name == type.Name && t.Url != url) is { } other)
        {
            Report(file, Fhir.Problems.Conflict.With($"the type '{type.Name}' is defined by '{other.Url}' already", "StructureDefinition.type"));
            return false;
        }

        if (type is not null) types[url] = type;
        return true;
    }

    /// <summary>True when the CompartmentDefinition is to be kept. What belongs to whom is not for a package to change.</summary>
    private bool AddCompartment(JsonElement resource, string url, byte[] json, string file)
    {
        if (ConformanceCompiler.Compartment(resource, url) is not { } compartment) return true;
        if (compartments.Values.Any(c => c.Code == compartment.Code && c.Url != url) || start?.Compartments.Any(c => c.Url == url) == true)
        {
            KeepKnown("CompartmentDefinition", url, json, file);
            return false;
        }

        compartments[url] = compartment;
        return true;
    }

    /// <summary>Reports another definition of what is there; a package that brings R4's own along is common, and harmless.</summary>
    private void KeepKnown(string type, string url, byte[] json, string file)
    {
        if (start?.Store.Find(type, url) is { } known && start.Store.Bytes(known).Span.SequenceEqual(json)) return;
        Report(file, Fhir.Problems.Conflict.With($"'{url}' would replace what is defined already, and is not used"));
    }

    /// <summary>Types that descend from themselves would never end: they are taken out, with what descends from them.</summary>
    private void DropCircles()
    {
        var bases = types.Values.ToDictionary(t => t.Name, t => t.BaseType, StringComparer.Ordinal);
        foreach (var type in types.Values.Where(t => IsCircle(t.Name)).ToArray())
        {
            types.Remove(type.Url);
            foreach (var key in resources.Keys.Where(k => k.Type == "StructureDefinition" && k.Canonical.Split('|')[0] == type.Url).ToArray()) resources.Remove(key);
            Report(type.Url, Fhir.Problems.InvalidValue.With($"the type '{type.Name}' descends from itself", "StructureDefinition.baseDefinition"));
        }

        bool IsCircle(string name)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (string? at = name; at is not null; at = bases.GetValueOrDefault(at))
            {
                if (!seen.Add(at)) return true;
            }

            return false;
        }
    }
}
