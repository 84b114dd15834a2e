using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace FhirBridge.Fhir.Search;

/// <summary>
/// The search parameters that are answered, by resource type: those of R4, and those that a package or the network defines beside them. Built for a type
/// when it is first asked for. Spec: https://hl7.org/fhir/R4/searchparameter.html.
/// </summary>
internal sealed class SearchParameterCatalogue
{
    /// <summary>Counts up whenever other values are extracted from the same resource by the same parameters.</summary>
    private const int Extraction = 3;

    // Parameters on the base types that R4 describes by their expression alone, though their type is special.
    private const string Near = "http://hl7.org/fhir/SearchParameter/Location-near";

    private readonly Definitions definitions;
    private readonly ConcurrentDictionary<string, TypeParameters> byType = new(StringComparer.Ordinal);
    private readonly Lazy<ulong> stamp;

    internal SearchParameterCatalogue(Definitions definitions)
    {
        this.definitions = definitions;
        stamp = new(MakeStamp);
    }

    /// <summary>
    /// A number that tells whether two indexes were extracted alike: it depends on how values are extracted and on the parameters beside those of R4.
    /// Never 0.
    /// </summary>
    internal ulong Stamp => stamp.Value;

    internal static bool IsResourceType(string type) => Definitions.R4.IsResource(type);

    /// <summary>The parameters of a type that are answered by values of the resource, in ordinal order of their codes; none for an unknown type.</summary>
    internal IReadOnlyList<SearchParameterInfo> Of(string type) => Parameters(type).All;

    /// <summary>The parameter of that code when all the types have it with the same type of value; for no types those of every resource.</summary>
    internal SearchParameterInfo? Find(IReadOnlyList<string> types, string code)
    {
        if (types.Count == 0) return Parameters("Resource").ByCode.GetValueOrDefault(code);
        var found = Parameters(types[0]).ByCode.GetValueOrDefault(code);
        for (var i = 1; i < types.Count && found is not null; i++)
        {
            if (Parameters(types[i]).ByCode.GetValueOrDefault(code)?.Type != found.Type) found = null;
        }

        return found;
    }

    private TypeParameters Parameters(string type)
    {
        if (byType.TryGetValue(type, out var known)) return known;
        var built = new TypeParameters([.. definitions.SearchParameters(type).Where(IsUsable).Select(p => Build(p)).Where(p => p.IsOfR4 || p.IsAnswerable)]);

        // Only names of types are kept, so that made-up names cannot fill the memory.
        return type == "Resource" || IsResourceType(type) ? byType.GetOrAdd(type, built) : built;
    }

    private static bool IsUsable(SearchParameterDefinition p) => p.Expression is not null && (p.Type != SearchParameterType.Special || p.Url == Near);

    private static bool IsOfR4(SearchParameterDefinition p) => Definitions.R4.FindSearchParameter(p.Url) is not null;

    private SearchParameterInfo Build(SearchParameterDefinition p) =>
        new(p.Code, p.Type, p.Expression, p.Targets, [.. p.Components.Select(Component).OfType<SearchParameterComponent>()]) { IsOfR4 = IsOfR4(p), IsWhole = p.Components.All(c => definitions.FindSearchParameter(c.Definition) is not null) };

    private SearchParameterComponent? Component(SearchComponent component) =>
        definitions.FindSearchParameter(component.Definition) is { Type: not SearchParameterType.Composite } definition
            ? new SearchParameterComponent(Build(definition), new(() => ElementSelector.Compile(Expression(component))))
            : null;

    // NOTE: R4 has the expressions of the two components of DocumentReference 'relationship' the wrong way round.
    private static string Expression(SearchComponent component) => component.Definition switch
    {
        "http://hl7.org/fhir/SearchParameter/DocumentReference-relatesto" => "target",
        "http://hl7.org/fhir/SearchParameter/DocumentReference-relation" => "code",
        _ => component.Expression,
    };

    private ulong MakeStamp()
    {
        var text = new StringBuilder().Append(Extraction);
        foreach (var p in definitions.AllSearchParameters.Where(p => !IsOfR4(p)).OrderBy(p => p.Url, StringComparer.Ordinal))
        {
            text.Append('\n').AppendJoin('\t', [p.Url, p.Code, p.Type.ToString(), p.Expression ?? "", string.Join(' ', p.Base), string.Join(' ', p.Targets)]);
            foreach (var component in p.Components) text.Append('\t').Append(component.Definition).Append('\t').Append(component.Expression);
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()))) | 1;
    }

    private sealed record TypeParameters(IReadOnlyList<SearchParameterInfo> All)
    {
        internal FrozenDictionary<string, SearchParameterInfo> ByCode { get; } = All.ToFrozenDictionary(p => p.Code, StringComparer.Ordinal);
    }
}
