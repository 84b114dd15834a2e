using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Mapping;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>The records that a search on patient data names (contract.md: a patient, or a participant, owner or performer; others are too costly).</summary>
/// <param name="Records">Records to look in.</param>
/// <param name="ByPatient">True when the search itself names the patient.</param>
/// <param name="Remaining">The query with the conditions left out that choosing the records has answered already.</param>
public sealed record NamedRecords(IReadOnlyList<RecordId> Records, bool ByPatient, SearchQuery Remaining)
{
    private static readonly HashSet<string> PersonParameters = ["participant", "owner", "performer", "general-practitioner", "member"];

    /// <summary>Patient identifiers that named the records, as they are compared; null when they were named otherwise.</summary>
    private IReadOnlyList<(string? System, string Value)>? Identifiers { get; init; }

    /// <summary>
    /// True when the caller may know that the search names this record: whoever asks by a patient's identifier must see a Patient with that identifier,
    /// or else the answer would tell whose record it is.
    /// </summary>
    public async ValueTask<bool> NamesAsync(OpenedRecord opened, CancellationToken cancel)
    {
        if (Identifiers is null) return true;
        if (opened.IsEmpty) return false;
        var composed = await opened.ComposeAsync("Patient", cancel).ConfigureAwait(false);
        return composed.Entries.SelectMany(p => p.IndexBy(opened.Definitions).Entries).Any(e =>
        {
            if (e.Parameter != "identifier" || e.Value is null) return false;
            var (system, value) = string.IsNullOrEmpty(e.System) ? (e.System ?? "", e.Value) : PatientIdentity.Normalise(e.System, e.Value);
            return Identifiers.Any(i => i.Value == value && (i.System is null || i.System == system));
        });
    }

    /// <summary>Finds them.</summary>
    public static async ValueTask<Result<NamedRecords>> FindAsync(FhirRequest request, Bridge bridge, SearchQuery query, CancellationToken cancel)
    {
        foreach (var criterion in query.Conjuncts)
        {
            if (await ByCriterionAsync(request, bridge, query, criterion, cancel).ConfigureAwait(false) is { } found) return found;
        }

        foreach (var criterion in query.Conjuncts)
        {
            if (ByTarget(query, criterion) is { } found) return found;
        }

        return Problems.TooCostly.With(
            $"a search on {request.Type} names a patient (patient, subject, _id, a patient identifier, _source) or a participant, owner or performer; add one of these");
    }

    private static async ValueTask<NamedRecords?> ByCriterionAsync(FhirRequest request, Bridge bridge, SearchQuery query, SearchCriterion criterion, CancellationToken cancel)
    {
        switch (criterion)
        {
            case ParameterCriterion { Parameter: "_id", Modifier: SearchModifier.None } c:
                return Named(query, [.. c.Values.OfType<TokenValue>().Select(v => v.Code).Where(v => v is not null && FhirId.IsValid(v)).Select(v => new RecordId(NetworkIds.RecordOf(v!)))]);
            case ParameterCriterion { Parameter: "patient" or "subject", Modifier: SearchModifier.None or SearchModifier.Type } c:
                return Named(query, [.. c.Values.OfType<ReferenceValue>().Where(v => v.Id is not null && v.Base is null && v.Type is null or "Patient").Select(v => new RecordId(NetworkIds.RecordOf(v.Id!)))]);
            case ParameterCriterion { Parameter: "target", Modifier: SearchModifier.None or SearchModifier.Type } c when request.Type == "Provenance":
                return Named(query, [.. c.Values.OfType<ReferenceValue>().Where(v => v.Id is not null && v.Base is null).Select(v => new RecordId(NetworkIds.RecordOf(v.Id!)))]);
            case ParameterCriterion { Parameter: "patient" or "subject", Modifier: SearchModifier.Identifier } c:
                return await ByIdentifierAsync(bridge, query with { Criteria = [.. query.Criteria.Where(x => x != criterion)] }, c.Values, cancel).ConfigureAwait(false);
            case ChainCriterion { Parameter: "patient" or "subject" } c when c.Targets.FirstOrDefault(t => t.Type == "Patient")?.Criterion is ParameterCriterion { Parameter: "identifier", Modifier: SearchModifier.None } inner:
                return await ByIdentifierAsync(bridge, query with { Criteria = [.. query.Criteria.Where(x => x != criterion)] }, inner.Values, cancel).ConfigureAwait(false);
            case ParameterCriterion { Parameter: "identifier", Modifier: SearchModifier.None } c when request.Type == "Patient":
                return await ByIdentifierAsync(bridge, query with { Criteria = [.. query.Criteria.Where(x => x != criterion)] }, c.Values, cancel).ConfigureAwait(false);
            case ParameterCriterion { Parameter: "_source", Modifier: SearchModifier.None } c:
                return await BySourceAsync(request, bridge, query, c, cancel).ConfigureAwait(false);
            case ParameterCriterion { Type: SearchParameterType.Reference, Modifier: SearchModifier.None or SearchModifier.Type } c when PersonParameters.Contains(c.Parameter):
                return await ByPersonAsync(bridge, query, c, cancel).ConfigureAwait(false);
            default:
                return null;
        }
    }

    /// <summary>A reference to something in a record names the record too: <c>Provenance?target=CarePlan/…</c>.</summary>
    private static NamedRecords? ByTarget(SearchQuery query, SearchCriterion criterion)
    {
        if (criterion is not ParameterCriterion { Type: SearchParameterType.Reference, Modifier: SearchModifier.None or SearchModifier.Type } c) return null;
        var values = c.Values.OfType<ReferenceValue>().ToList();
        return values.Count > 0 && values.TrueForAll(v => v is { Type: not null, Id: not null, Base: null } && !SharedTypes.IsDirectory(v.Type))
            ? Named(query, [.. values.Select(v => new RecordId(NetworkIds.RecordOf(v.Id!)))])
            : null;
    }

    private static NamedRecords Named(SearchQuery query, List<RecordId> records) => new([.. records.Distinct()], true, query);

    private static async ValueTask<NamedRecords> ByIdentifierAsync(Bridge bridge, SearchQuery remaining, IReadOnlyList<SearchValue> values, CancellationToken cancel)
    {
        var identifiers = values.OfType<TokenValue>().Where(v => v.Code is not null).Select(Normalised).ToList();
        var found = identifiers.Count == 0
            ? []
            : await bridge.Vault.FindByIdentifierAsync(Counsel.ForSystem(SystemPurpose.Identity), "Patient", identifiers, cancel).ConfigureAwait(false);
        return new NamedRecords([.. found.Select(f => new RecordId(f))], true, remaining) { Identifiers = identifiers };
    }

    private static (string? System, string Value) Normalised(TokenValue value)
    {
        if (string.IsNullOrEmpty(value.System)) return (value.System, value.Code!);
        var (system, number) = PatientIdentity.Normalise(value.System, value.Code!);
        return (system, number);
    }

    /// <summary>By the address of a contribution on its own face: what is composed of it is found through it.</summary>
    private static async ValueTask<NamedRecords> BySourceAsync(FhirRequest request, Bridge bridge, SearchQuery query, ParameterCriterion criterion, CancellationToken cancel)
    {
        var keys = new List<ContributionKey>();
        var records = new List<RecordId>();
        foreach (var text in criterion.Values.OfType<UriValue>().Select(v => v.Uri))
        {
            var prefix = request.PublicBase + "/members/";
            var parts = text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..].Split('/') : [];
            if (parts is [var member, "fhir", var type, var id]) keys.Add(new ContributionKey(member, type, id));

            // A person's own contributions have the person's address.
            if (FhirReference.Parse(text) is { Type: "Patient" or "RelatedPerson" } person && person.Base == request.SharedBase) records.Add(new RecordId(NetworkIds.RecordOf(person.Id)));
        }

        var located = await bridge.Vault.LocateAsync(Counsel.ForSystem(SystemPurpose.Identity), keys, cancel).ConfigureAwait(false);
        return new NamedRecords([.. located.Values.Select(l => l.Record).OfType<RecordId>().Concat(records).Distinct()], false, query);
    }

    private static async ValueTask<NamedRecords> ByPersonAsync(Bridge bridge, SearchQuery query, ParameterCriterion criterion, CancellationToken cancel)
    {
        var records = new List<RecordId>();
        foreach (var value in criterion.Values.OfType<ReferenceValue>())
        {
            if (value.Local is not { } reference) continue;
            records.AddRange(await bridge.Vault.RecordsOfAsync(Counsel.ForSystem(SystemPurpose.Identity), reference, cancel).ConfigureAwait(false));
        }

        return new NamedRecords([.. records.Distinct()], false, query);
    }
}
