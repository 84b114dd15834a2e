namespace FhirBridge.Consent.Tests.World;

/// <summary>A record's facts in memory.</summary>
internal sealed class Neighbours(params IEnumerable<RecordFacts> all) : IRecordNeighbours
{
    private readonly RecordFacts[] all = [.. all];

    public static Neighbours None { get; } = new();

    public IEnumerable<RecordFacts> Find(string reference) => all.Where(f => f.Reference == reference || f.Unified == reference);

    public IEnumerable<RecordFacts> ReferringTo(RecordFacts target) => all.Where(f => f.References.Contains(target.Reference) || (target.Unified is { } u && f.References.Contains(u)));
}
