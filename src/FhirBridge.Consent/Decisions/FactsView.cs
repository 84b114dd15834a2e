using System.Collections.Immutable;
using FhirBridge.Consent.Directives;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Decisions;

/// <summary>What all residuals of a grant share.</summary>
/// <param name="AnyDate">True for the network option <c>pcf-any</c> (consent.md §5.8).</param>
/// <param name="Relations">Memberships of the record.</param>
internal sealed record EvaluationScope(bool AnyDate, CareRelations Relations);

/// <summary>Confidentiality and protected sensitivities of a contribution (consent.md §5.5).</summary>
internal readonly record struct LabelSummary(int Confidentiality, uint Sensitivities)
{
    /// <summary>
    /// Highest confidentiality on the resource; none means N; a protected sensitivity forces at least R; a confidentiality code that
    /// is not known counts as the highest. A label without system counts where it raises, never where it lowers.
    /// </summary>
    public static LabelSummary Of(ImmutableArray<Coding> labels)
    {
        var rank = -1;
        uint sensitivities = 0;
        foreach (var label in labels)
        {
            var isConfidentiality = label.System == Vocabulary.Confidentiality;
            if (!isConfidentiality && label.System is not null && label.System != Vocabulary.ActCode) continue;
            var bit = Vocabulary.Sensitivity(label.Code);
            if (bit != 0)
            {
                sensitivities |= bit;
                continue;
            }

            if (label.System == Vocabulary.ActCode) continue;
            var r = Vocabulary.Rank(label.Code);
            if (isConfidentiality) rank = Math.Max(rank, r < 0 ? Vocabulary.VeryRestricted : r);
            else if (r > Vocabulary.Normal) rank = Math.Max(rank, r);
        }

        if (rank < 0) rank = Vocabulary.Normal;
        return new LabelSummary(sensitivities == 0 ? rank : Math.Max(rank, Vocabulary.Restricted), sensitivities);
    }
}

/// <summary>One contribution as the criteria look at it; lives on the stack, so that a decision allocates nothing.</summary>
internal readonly ref struct FactsView
{
    public FactsView(RecordFacts facts, IRecordNeighbours neighbours, EvaluationScope scope)
    {
        Facts = facts;
        Neighbours = neighbours;
        Scope = scope;
        Labels = LabelSummary.Of(facts.Labels);
    }

    public RecordFacts Facts { get; }

    public IRecordNeighbours Neighbours { get; }

    public EvaluationScope Scope { get; }

    public LabelSummary Labels { get; }

    /// <summary>True when the reference names this contribution, by its own or by its unified id.</summary>
    public bool Is(string reference) => Facts.Reference == reference || Facts.Unified == reference;

    /// <summary>True when the named resource refers to this contribution.</summary>
    public bool IsTargetOf(string reference)
    {
        foreach (var anchor in Neighbours.Find(reference))
        {
            if (anchor.References.Contains(Facts.Reference) || (Facts.Unified is { } u && anchor.References.Contains(u))) return true;
        }

        return false;
    }

    /// <summary>True when one of these references of the contribution names that resource, under any of its ids.</summary>
    public bool RefersTo(string reference, ImmutableArray<string> references)
    {
        if (references.IsEmpty) return false;
        if (references.Contains(reference)) return true;
        foreach (var anchor in Neighbours.Find(reference))
        {
            if (references.Contains(anchor.Reference) || (anchor.Unified is { } u && references.Contains(u))) return true;
        }

        return false;
    }

    /// <summary>
    /// True when every author (or any) is, or acts for, the one named. A role names its practitioner and organisation; a bare practitioner
    /// with a role there counts as acting for the organisation only where that denies.
    /// </summary>
    public bool IsAuthoredBy(string reference, bool every)
    {
        foreach (var author in Facts.Authors)
        {
            if (ActsFor(author, reference, generous: !every) != every) return !every;
        }

        return every && !Facts.Authors.IsEmpty;
    }

    private bool ActsFor(string author, string reference, bool generous)
    {
        if (author == reference) return true;
        foreach (var role in Scope.Relations.Roles)
        {
            if (role.Reference == author && (role.Practitioner == reference || role.Organization == reference)) return true;
            if (generous && role.Practitioner == author && (role.Reference == reference || role.Organization == reference)) return true;
        }

        return false;
    }
}
