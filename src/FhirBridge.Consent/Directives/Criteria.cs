using System.Collections.Immutable;
using FhirBridge.Consent.Decisions;
using FhirBridge.Fhir;

namespace FhirBridge.Consent.Directives;

/// <summary>A criterion that depends on the contribution: what is left of a provision when the caller and the instant are known.</summary>
internal abstract record FactCriterion
{
    /// <summary>True when the contribution meets it; <paramref name="permit"/> is the type of the node that asks, which decides what doubt means.</summary>
    public abstract bool Matches(in FactsView view, bool permit);
}

/// <summary>Data-side actors: author and custodian of the contribution, never the requester (consent.md §5.2).</summary>
internal sealed record DataSideCriterion(ImmutableArray<ActorEntry> Entries) : FactCriterion
{
    public override bool Matches(in FactsView view, bool permit)
    {
        foreach (var e in Entries)
        {
            if (e.Unsupported)
            {
                if (!permit) return true;
            }
            else if (e.Reference is not null
                && (e.Side == ActorSide.Custodian ? view.Facts.Custodian == e.Reference : view.Facts.Authors.Contains(e.Reference)))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary><c>securityLabel</c> (consent.md §5.5).</summary>
/// <param name="Lowest">Lowest listed confidentiality rank; -1 when none is listed.</param>
/// <param name="Highest">Highest listed confidentiality rank; -1 when none is listed.</param>
/// <param name="Sensitivities">Listed protected sensitivities with what they cover.</param>
/// <param name="Others">Other listed sensitivity codes, compared exactly.</param>
/// <param name="Unsupported">True when a repetition is not understood.</param>
internal sealed record LabelCriterion(int Lowest, int Highest, uint Sensitivities, ImmutableArray<Coding> Others, bool Unsupported) : FactCriterion
{
    public override bool Matches(in FactsView view, bool permit)
    {
        var labels = view.Labels;
        if (permit)
        {
            return (Highest >= 0 && labels.Confidentiality <= Highest)
                || (labels.Sensitivities != 0 && (labels.Sensitivities & ~Sensitivities) == 0 && labels.Confidentiality <= Vocabulary.Restricted);
        }

        if (Unsupported || (Lowest >= 0 && labels.Confidentiality >= Lowest) || (labels.Sensitivities & Sensitivities) != 0) return true;
        foreach (var other in Others)
        {
            if (view.Facts.Labels.Contains(other)) return true;
        }

        return false;
    }
}

/// <summary><c>class</c>: resource types and profiles (consent.md §5.6).</summary>
internal sealed record ClassCriterion(ImmutableArray<string> Types, ImmutableArray<string> Profiles, bool Unsupported) : FactCriterion
{
    public override bool Matches(in FactsView view, bool permit)
    {
        if (Types.Contains(view.Facts.Type) || (Unsupported && !permit)) return true;
        foreach (var profile in Profiles)
        {
            if (view.Facts.Profiles.Contains(profile)) return true;
        }

        return false;
    }
}

/// <summary><c>code</c>: the primary coding in a permit, any coding in a deny (consent.md §5.7).</summary>
internal sealed record CodeCriterion(ImmutableArray<Coding> Codings, bool Unsupported) : FactCriterion
{
    public override bool Matches(in FactsView view, bool permit)
    {
        if (Unsupported && !permit) return true;
        foreach (var coding in Codings)
        {
            if (view.Facts.Primary.Contains(coding) || (!permit && view.Facts.Codes.Contains(coding))) return true;
        }

        return false;
    }
}

/// <summary><c>dataPeriod</c> (consent.md §5.8): a permit wants every known date inside, a deny any date that overlaps.</summary>
internal sealed record DataPeriodCriterion(Interval Period, bool Unsupported) : FactCriterion
{
    public override bool Matches(in FactsView view, bool permit)
    {
        var dates = view.Facts.Dates;
        if (Unsupported || dates.IsEmpty) return !permit;
        foreach (var date in dates)
        {
            if (!permit)
            {
                if (Overlaps(date)) return true;
            }
            else if (Contains(date) == view.Scope.AnyDate)
            {
                return view.Scope.AnyDate;
            }
        }

        return permit && !view.Scope.AnyDate;
    }

    private bool Contains(Interval date) =>
        (Period.Start is not { } s || (date.Start is { } ds && ds >= s)) && (Period.End is not { } e || (date.End is { } de && de <= e));

    private bool Overlaps(Interval date) =>
        (Period.Start is not { } s || date.End is not { } de || de > s) && (Period.End is not { } e || date.Start is not { } ds || ds < e);
}

/// <summary>What <c>provision.data.meaning</c> says.</summary>
internal enum DataMeaning
{
    /// <summary>Not understood.</summary>
    Unsupported,

    /// <summary><c>instance</c>.</summary>
    Instance,

    /// <summary><c>related</c>.</summary>
    Related,

    /// <summary><c>dependents</c>.</summary>
    Dependents,

    /// <summary><c>authoredby</c>.</summary>
    AuthoredBy,
}

/// <summary>One entry of <c>provision.data</c>.</summary>
/// <param name="Meaning">How the reference is meant.</param>
/// <param name="Reference">Network reference; null when it leads nowhere.</param>
/// <param name="Hops">False when the reference names a Patient, Practitioner, Organization or Location: no hop goes across those.</param>
internal sealed record DataEntry(DataMeaning Meaning, string? Reference, bool Hops);

/// <summary><c>data</c> (consent.md §5.9).</summary>
/// <param name="Entries">The entries, one of which suffices.</param>
/// <param name="AsPcf">True when the consent follows an IHE PCF profile: <c>related</c> also means what was created as part of it.</param>
internal sealed record DataCriterion(ImmutableArray<DataEntry> Entries, bool AsPcf) : FactCriterion
{
    public override bool Matches(in FactsView view, bool permit)
    {
        foreach (var e in Entries)
        {
            if (MatchesEntry(e, view, permit)) return true;
        }

        return false;
    }

    private bool MatchesEntry(DataEntry e, in FactsView view, bool permit)
    {
        if (e.Meaning == DataMeaning.Unsupported) return !permit;
        if (e.Reference is null) return false;
        if (e.Meaning == DataMeaning.AuthoredBy) return view.IsAuthoredBy(e.Reference, every: permit);
        if (view.Is(e.Reference)) return true;
        if (!e.Hops || e.Meaning == DataMeaning.Instance || DataReferences.StopsHops(view.Facts.Type)) return false;
        if (e.Meaning == DataMeaning.Dependents) return view.RefersTo(e.Reference, view.Facts.References);

        return view.IsTargetOf(e.Reference)
            || (permit ? AsPcf && view.RefersTo(e.Reference, view.Facts.CreatedAsPartOf) : view.RefersTo(e.Reference, view.Facts.References));
    }
}

/// <summary>Where hops between resources stop.</summary>
internal static class DataReferences
{
    /// <summary>True for the types that no hop goes across (consent.md §5.9): everything about a person would follow.</summary>
    public static bool StopsHops(string type) => type is "Patient" or "Practitioner" or "Organization" or "Location";
}
