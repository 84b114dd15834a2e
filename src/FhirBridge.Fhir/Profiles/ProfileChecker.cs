using System.Collections.Concurrent;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// Checks elements against the profiles of <see cref="Definitions"/>: cardinality, types, fixed values and patterns, bindings, invariants, references,
/// slices. Thread-safe; compiled profiles are kept in a cache of limited size.
/// </summary>
/// <remarks>Spec: https://hl7.org/fhir/R4/profiling.html. Bounded in steps and depth, whatever profiles say of each other.</remarks>
public sealed class ProfileChecker
{
    // The trees of the StructureDefinitions are most of it.
    private const long MaxKept = 30_000_000;

    private readonly Definitions definitions;
    private readonly WeightedCache<string, Profile> compiled = new(MaxKept);
    private readonly ConcurrentDictionary<string, Profile> ofTypes = new(StringComparer.Ordinal);

    internal ProfileChecker(Definitions definitions) => this.definitions = definitions;

    /// <summary>
    /// What is wrong with an element by a profile, each with the FHIRPath of the place; none when it conforms. Problems of kind <c>informational</c> say
    /// what could not be checked. Fails when the profile is unknown or cannot be used.
    /// </summary>
    /// <param name="element">A resource, or an element of the type that the profile is about.</param>
    /// <param name="profile">Canonical, with a version or without.</param>
    /// <param name="context">For the invariants; references are resolved with it. The definitions are this checker's.</param>
    public Result<IReadOnlyList<Problem>> Check(FhirElement element, string profile, FhirPathContext? context = null)
    {
        var found = Find(profile);
        if (!found.IsOk) return Result<IReadOnlyList<Problem>>.Fail(found.Problems);
        var run = new ValidationRun(For(context));
        new ProfileCheck(run).Check(element, found.Value);
        return Result<IReadOnlyList<Problem>>.Ok(run.Found);
    }

    /// <summary>Does the element conform? Null when that cannot be said: an unknown profile, or one that takes too long.</summary>
    public bool? Conforms(FhirElement element, string profile, FhirPathContext? context = null) => new ValidationRun(For(context)).Conforms(element, profile);

    /// <summary>Is the element in the slice of that name? Null when the structure is unknown or has no such slice at the place of the element.</summary>
    public bool? IsInSlice(FhirElement element, string profile, string slice, FhirPathContext? context = null)
    {
        if (!element.Exists || element.Type is not { } type || Find(profile) is not { IsOk: true, Value: { } structure }) return null;
        if (PathWithin(element, structure.Type) is not { } path || structure.Find(path) is not { Slicing: { } slicing } node || node.Slice(slice) is not { } found) return null;
        return new SliceMatcher(new ValidationRun(For(context))).IsIn(element, found, slicing);
    }

    /// <summary>The ElementDefinition of an element in the definition of its type; an element that does not exist when R4 does not define it.</summary>
    public FhirElement ElementDefinition(FhirElement element)
    {
        var path = element.IsResource ? element.Type : definitions.DefinitionOf(element)?.Path;
        if (path is null || definitions.FindType(path.Split('.')[0]) is not { } type) return default;
        foreach (var candidate in definitions.FindResource("StructureDefinition", type.Url)["snapshot"].Children("element"))
        {
            if (candidate.Text("path") == path) return candidate;
        }

        return default;
    }

    /// <summary>The definition of a complex type itself; null for primitives and for what is no type.</summary>
    internal Profile? OfType(string type)
    {
        if (ofTypes.TryGetValue(type, out var known)) return known;
        if (definitions.FindType(type) is not { Kind: not TypeKind.Primitive } definition || Find(definition.Url) is not { IsOk: true, Value: { } profile }) return null;

        // Resources are large, and are left to the cache.
        if (definition.Kind == TypeKind.Complex) ofTypes.TryAdd(type, profile);
        return profile;
    }

    /// <summary>A profile, or with a fragment the part of it that the id of an element names.</summary>
    internal Result<Profile> Find(string canonical)
    {
        if (compiled.TryGet(canonical, out var known)) return known;
        if (canonical.IndexOf('#', StringComparison.Ordinal) is > 0 and var hash && Find(canonical[..hash]) is { IsOk: true, Value: { } whole })
        {
            return whole.Part(canonical[(hash + 1)..]) is { } part ? part : Problems.InvalidExpression.With($"the profile '{whole.Url}' has no element '{canonical[(hash + 1)..]}'");
        }

        var source = definitions.FindResource("StructureDefinition", canonical);
        if (!source.Exists) source = Partly(canonical);
        if (!source.Exists) return Problems.InvalidExpression.With($"the profile '{(canonical.Length > 200 ? canonical[..200] : canonical)}' is unknown");
        var profile = new ProfileCompiler(definitions).Compile(source);
        if (profile.IsOk) compiled.Set(canonical, profile.Value, source.Tree!.Count * 150L);
        return profile;
    }

    /// <summary>A version may be given in part: <c>0.2</c> stands for the last <c>0.2.…</c>. Spec: https://hl7.org/fhir/R4/references.html#canonical.</summary>
    private FhirElement Partly(string canonical)
    {
        var bar = canonical.LastIndexOf('|');
        if (bar < 0) return default;
        var start = canonical[(bar + 1)..] + ".";
        ConformanceEntry? last = null;
        foreach (var entry in definitions.Versions("StructureDefinition", canonical[..bar]))
        {
            if (entry.Version?.StartsWith(start, StringComparison.Ordinal) == true && (last is null || CanonicalVersion.Compare(entry.Version, last.Version) > 0)) last = entry;
        }

        return last is null ? default : definitions.FindResource(last.Type, last.Canonical);
    }

    private FhirPathContext For(FhirPathContext? context) =>
        context is null ? FhirPathContext.Default with { Definitions = definitions } : context.Definitions == definitions ? context : context with { Definitions = definitions };

    /// <summary>Names from the nearest element of the type down to this one; null when no element of the type is around it.</summary>
    private static string? PathWithin(FhirElement element, string type)
    {
        var names = new Stack<string>();
        for (var e = element; e.Exists; e = e.Parent)
        {
            if (e.Type == type && (e.IsResource || names.Count > 0)) return string.Join('.', names);
            if (e.IsResource) return null;
            names.Push(e.Name);
        }

        return null;
    }
}
