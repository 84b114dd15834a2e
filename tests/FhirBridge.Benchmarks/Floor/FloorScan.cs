using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace FhirBridge.Benchmarks.Floor;

/// <summary>An index value: which parameter of which type, and where its text stands in the body.</summary>
/// <param name="Parameter">Number of parameter and type.</param>
/// <param name="Start">Offset of the text.</param>
/// <param name="Length">Its length.</param>
internal readonly record struct FloorValue(int Parameter, int Start, int Length);

/// <summary>What one pass over a resource's JSON finds: its type, where an id can be put in, and the values of some search parameters.</summary>
internal sealed class FloorScan
{
    private const int TypeBits = 8;

    private static readonly string[] Types = ["Patient", "CarePlan", "CareTeam", "Goal", "Observation", "Organization", "Practitioner", "OrganizationAffiliation", "Consent"];

    // The paths of the parameters that a server would index on these types; the leaf's path is its parameter.
    private static readonly (string Path, string Name)[] Paths =
    [
        ("status", "status"), ("subject.reference", "patient"), ("intent", "intent"), ("category.coding.code", "category"), ("code.coding.code", "code"),
        ("identifier.value", "identifier"), ("period.start", "date"), ("participant.member.reference", "participant"), ("goal.reference", "goal"),
        ("careTeam.reference", "care-team"), ("created", "created"), ("startDate", "start-date"), ("lifecycleStatus", "lifecycle-status"), ("effectiveDateTime", "date"),
        ("author.reference", "author"), ("birthDate", "birthdate"), ("gender", "gender"), ("name.family", "family"), ("name.given", "given"),
        ("activity.detail.code.coding.code", "activity-code"), ("performer.reference", "performer"), ("target.dueDate", "target-date"),
    ];

    private static readonly FrozenDictionary<ulong, int> ByHash = Paths.Select((p, i) => (Hash: HashOf(p.Path), Index: i)).ToFrozenDictionary(p => p.Hash, p => p.Index);

    private static readonly FrozenDictionary<(string Type, string Name), int> ByName = Types
        .SelectMany((type, t) => Paths.Select((p, i) => (Key: (type, p.Name), Number: Number(t, i)))).DistinctBy(p => p.Key).ToFrozenDictionary(p => p.Key, p => p.Number);

    private readonly List<FloorValue> values = new(16);

    /// <summary>Resource type; null when it is none of those that the floor knows.</summary>
    public string? Type { get; private set; }

    /// <summary>Offset behind <c>"resourceType":"…"</c>.</summary>
    public int IdAt { get; private set; }

    public IReadOnlyList<FloorValue> Values => values;

    /// <summary>Number of a parameter of a type.</summary>
    public static int Parameter(string type, string name) => ByName[(type, name)];

    /// <summary>Reads the whole text once; malformed JSON throws.</summary>
    public static FloorScan Read(ReadOnlySpan<byte> json)
    {
        var scan = new FloorScan();
        // names[d]: path of what stands at depth d now; owners[d]: path of the object that has its properties at depth d. An array adds nothing to a path.
        Span<ulong> names = stackalloc ulong[66];
        Span<ulong> owners = stackalloc ulong[66];
        names[0] = 0;
        var reader = new Utf8JsonReader(json);
        var type = -1;
        var found = new List<(int Path, int Start, int Length)>(16);
        while (reader.Read())
        {
            var depth = reader.CurrentDepth;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    owners[depth + 1] = names[depth];
                    break;
                case JsonTokenType.StartArray:
                    names[depth + 1] = names[depth];
                    break;
                case JsonTokenType.PropertyName when depth == 1 && reader.ValueTextEquals("resourceType"u8):
                    reader.Read();
                    scan.Type = reader.GetString();
                    type = Array.IndexOf(Types, scan.Type);
                    scan.IdAt = (int)reader.BytesConsumed;
                    break;
                case JsonTokenType.PropertyName:
                    names[depth] = Add(owners[depth], reader.ValueSpan);
                    break;
                case JsonTokenType.String when ByHash.TryGetValue(names[depth], out var index):
                    found.Add((index, (int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));
                    break;
            }
        }

        if (type < 0) return scan;
        foreach (var (index, start, length) in found) scan.values.Add(Shortened(json, new FloorValue(Number(type, index), start, length)));
        return scan;
    }

    // An absolute reference is indexed by its last two segments.
    private static FloorValue Shortened(ReadOnlySpan<byte> json, FloorValue value)
    {
        var text = json.Slice(value.Start, value.Length);
        if (!text.StartsWith("http"u8)) return value;
        var last = text.LastIndexOf((byte)'/');
        var before = last < 0 ? -1 : text[..last].LastIndexOf((byte)'/');
        return before < 0 ? value : value with { Start = value.Start + before + 1, Length = value.Length - before - 1 };
    }

    private static int Number(int type, int path) => (path << TypeBits) | type;

    private static ulong HashOf(string path) => path.Split('.').Aggregate(0UL, (hash, name) => Add(hash, Encoding.UTF8.GetBytes(name)));

    private static ulong Add(ulong parent, ReadOnlySpan<byte> name)
    {
        var hash = parent ^ 14695981039346656037UL;
        foreach (var b in name) hash = (hash ^ b) * 1099511628211UL;
        return hash == 0 ? 1 : hash;
    }
}
