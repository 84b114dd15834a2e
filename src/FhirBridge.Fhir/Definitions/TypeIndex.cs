using System.Collections.Frozen;

namespace FhirBridge.Fhir;

/// <summary>The types by name and the element groups by definition path.</summary>
internal sealed class TypeIndex
{
    private readonly Definitions definitions;
    private readonly FrozenDictionary<string, TypeDefinition> byName;
    private readonly FrozenDictionary<string, ElementGroup> groups;
    private readonly Utf8NameTable<TypeDefinition> resources;

    internal TypeIndex(Definitions definitions, IReadOnlyList<TypeDefinition> all)
    {
        this.definitions = definitions;
        All = all;
        byName = all.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
        var concrete = all.Where(t => t is { Kind: TypeKind.Resource, IsAbstract: false }).OrderBy(t => t.Name, StringComparer.Ordinal).ToArray();
        ResourceTypes = [.. concrete.Select(t => t.Name)];
        resources = new Utf8NameTable<TypeDefinition>(concrete.Select(t => (t.Name, t)));
        var byPath = new Dictionary<string, ElementGroup>(StringComparer.Ordinal);
        foreach (var type in all)
        {
            byPath.TryAdd(type.Name, new ElementGroup(this, type.Name, type, []));
            foreach (var nested in type.Elements.GroupBy(e => e.Path[..e.Path.LastIndexOf('.')]))
            {
                byPath[nested.Key] = new ElementGroup(this, nested.Key, type, nested.OrderBy(e => e.Order).ToArray());
            }
        }

        groups = byPath.ToFrozenDictionary(StringComparer.Ordinal);
    }

    internal IReadOnlyList<TypeDefinition> All { get; }

    internal string[] ResourceTypes { get; }

    internal Definitions Definitions => definitions;

    internal TypeDefinition? Find(string name) => byName.GetValueOrDefault(name);

    internal TypeDefinition? FindResource(ReadOnlySpan<byte> utf8) => resources.Find(utf8);

    internal ElementGroup? Group(string path) => groups.GetValueOrDefault(path);
}
