using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;
using FhirBridge.Mapping;
using FhirBridge.Storage;

namespace FhirBridge.Api.Contributions;

/// <summary>One attempt at a set of writes: everything is prepared against what is stored now, nothing is changed yet.</summary>
internal sealed class WritePlan(
    IVault vault, IReadOnlySet<string> trustedSystems, ConsentOptions consent, IdSource ids, Definitions definitions, FhirRequest request, Contributor contributor, IReadOnlyList<WriteIntent> intents)
{
    private readonly AccessGrant system = Counsel.ForSystem(SystemPurpose.Identity);
    private readonly List<Problem> problems = [];
    private readonly List<Written> written = [];
    private readonly Dictionary<ContributionKey, RecordId?> recordsHere = [];
    private readonly Dictionary<(string Type, string System, string Value), string> entriesHere = [];
    private readonly Dictionary<(string Type, string System, string Value), IReadOnlyList<string>> holders = [];
    private IReadOnlyDictionary<ContributionKey, Location> locations = new Dictionary<ContributionKey, Location>();

    /// <summary>The one record that is written; null when only directory resources are.</summary>
    public RecordId? Record { get; private set; }

    /// <summary>The prepared writes, in the order of the intents.</summary>
    public IReadOnlyList<Written> Written => written;

    /// <summary>Identifiers claimed.</summary>
    public List<IdentityClaim> Claims { get; } = [];

    /// <summary>Identifiers no longer stated.</summary>
    public List<IdentityClaim> Releases { get; } = [];

    /// <summary>Prepares all writes; the problems found, empty when everything is ready to commit.</summary>
    public async ValueTask<IReadOnlyList<Problem>> PrepareAsync(CancellationToken cancel)
    {
        var facts = intents.Select(FactsOf).ToList();
        var keys = intents.Select(i => i.Key).Concat(facts.SelectMany(f => f?.Patients ?? []).Select(KeyOf).OfType<ContributionKey>()).Distinct().ToList();
        locations = await vault.LocateAsync(system, keys, cancel).ConfigureAwait(false);

        // Patients first, so that what refers to them within the same Bundle finds its record.
        for (var i = 0; i < intents.Count; i++)
        {
            if (intents[i].Key.Type == "Patient" && intents[i].Verb != WriteVerb.Delete) await IdentifyAsync(intents[i], cancel).ConfigureAwait(false);
        }

        for (var i = 0; i < intents.Count; i++) await PrepareOneAsync(intents[i], facts[i], cancel).ConfigureAwait(false);
        var records = written.Select(w => w.Write.Record).OfType<RecordId>().Distinct().ToList();
        if (records.Count > 1)
        {
            problems.Add(Problems.BusinessRule.With("a transaction is about one patient; send one Bundle for each patient", "Bundle.entry"));
        }

        Record = records.Count == 0 ? null : records[0];
        return problems;
    }

    private async ValueTask PrepareOneAsync(WriteIntent intent, RecordFacts? facts, CancellationToken cancel)
    {
        var existing = locations.GetValueOrDefault(intent.Key);
        if (!CheckPreconditions(intent, existing)) return;
        if (intent.Verb == WriteVerb.Delete)
        {
            await PrepareDeleteAsync(intent, existing!, cancel).ConfigureAwait(false);
            return;
        }

        if (await RecordOfAsync(intent, facts!, cancel).ConfigureAwait(false) is not (true, var record)) return;
        if (existing is not null && existing.Record != record)
        {
            problems.Add(Problems.BusinessRule.With("the subject of a contribution cannot change; delete this one and create another", Where(intent, "subject")));
            return;
        }

        var networkId = existing?.NetworkId ?? await NewNetworkIdAsync(intent, record, cancel).ConfigureAwait(false);
        var root = intent.Resource!.Root;
        var unified = record is { } r ? UnifiedKeys.UnifiedReference(root, r.Value, Stored) : null;
        await ClaimAsync(intent, record, networkId, existing, cancel).ConfigureAwait(false);
        Add(existing, new ContributionWrite
        {
            Key = intent.Key,
            NetworkId = networkId,
            Record = record,
            ExpectedVersion = existing?.Version ?? 0,
            Imported = contributor.ThroughFacade,
            Body = BodyCutter.Cut(intent.Resource, Stored),
            Facts = facts! with
            {
                Reference = $"{intent.Key.Type}/{networkId}",
                Unified = unified,
                Patients = intent.Key.Type == "Patient" ? [record!.Value.Reference] : facts.Patients,
            },
            Index = StoredIndex.Of(SearchIndexer.Extract(root, definitions), Stored),
            Provenance = Provenance(existing is null or { Deleted: true } ? "CREATE" : "UPDATE"),
        });
    }

    private bool CheckPreconditions(WriteIntent intent, Location? existing)
    {
        var current = existing is null or { Deleted: true } ? null : existing;
        if (intent.IfMatch is { } stated && (current is null || stated != current.Version.ToString()))
        {
            problems.Add(Problems.VersionConflict.With("the resource is not at the version that If-Match names; read it again and repeat the change", Where(intent)));
            return false;
        }

        if (intent.Verb != WriteVerb.Delete) return true;
        if (existing is null) problems.Add(Problems.NotFound.With("Not found"));
        return existing is { Deleted: false };
    }

    private async ValueTask PrepareDeleteAsync(WriteIntent intent, Location existing, CancellationToken cancel)
    {
        if (intent.Key.Type == "Patient" && await vault.HasDependantsAsync(system, intent.Key, cancel).ConfigureAwait(false))
        {
            problems.Add(Problems.Conflict.With("other contributions refer to this Patient; delete those first", Where(intent)));
            return;
        }

        if (await StoredVersionAsync(intent.Key, cancel).ConfigureAwait(false) is not var (contribution, body)) return;
        ReleaseOthers(intent.Key, StatedIdentifiers(intent.Key.Type, body), []);
        Add(existing, new ContributionWrite
        {
            Key = intent.Key,
            NetworkId = existing.NetworkId,
            Record = existing.Record,
            ExpectedVersion = existing.Version,
            Deleted = true,
            Imported = contributor.ThroughFacade,
            Body = body,
            Facts = contribution.Facts,
            Index = SearchIndex.Empty,
            Provenance = Provenance("DELETE"),
        });
    }

    /// <summary>Step 3 for a Patient: known by its local id, else by trusted identifier, else a new record (contract.md, Identity).</summary>
    private async ValueTask IdentifyAsync(WriteIntent intent, CancellationToken cancel)
    {
        var identifiers = PatientIdentity.TrustedIdentifiers(intent.Resource!.Root, trustedSystems);
        var found = await HoldersAsync("Patient", identifiers, cancel).ConfigureAwait(false);
        var known = locations.GetValueOrDefault(intent.Key)?.Record;
        if (PatientIdentity.Decide(identifiers, _ => known is { } k ? found.Append(k.Value) : found) is IdentityOutcome.Contradictory)
        {
            problems.Add(Problems.Conflict.With("the identifiers of this Patient lead to more than one person; correct them, or ask the network to join the records", Where(intent, "identifier")));
            return;
        }

        recordsHere[intent.Key] = known ?? (found.Count > 0 ? new RecordId(found[0]) : new RecordId(ids.NewRecord(intent.Key)));
    }

    private async ValueTask<(bool Ok, RecordId? Record)> RecordOfAsync(WriteIntent intent, RecordFacts facts, CancellationToken cancel)
    {
        if (intent.Key.Type == "Patient") return recordsHere.TryGetValue(intent.Key, out var own) ? (true, own) : (false, null);
        if (SharedTypes.IsDirectory(intent.Key.Type)) return (true, null);
        if (UnreadableSubject(intent) is { } subject)
        {
            problems.Add(Problems.UnknownReference.With("the subject is named by its id; a search or a urn that is no entry of the same Bundle leads to nobody", subject));
            return (false, null);
        }

        var records = new List<RecordId>();
        foreach (var patient in facts.Patients.Distinct())
        {
            if (await PatientRecordAsync(intent, patient, cancel).ConfigureAwait(false) is { } record)
            {
                records.Add(record);
                continue;
            }

            problems.Add(Problems.UnknownReference.With("this Patient is not known here; send the Patient first, or in the same transaction", PatientPath(intent, patient)));
            return (false, null);
        }

        if (records.Distinct().Count() <= 1) return (true, records.Count == 0 ? null : records[0]);
        problems.Add(Problems.BusinessRule.With("a contribution is about one patient; this one refers to several", Where(intent)));
        return (false, null);
    }

    /// <summary>Where the subject is written as something that cannot be a Patient's address (<c>Patient?identifier=…</c>, <c>urn:uuid:…</c>): it would belong to nobody's record.</summary>
    private static string? UnreadableSubject(WriteIntent intent)
    {
        foreach (var name in new[] { "subject", "patient" })
        {
            var reference = intent.Resource!.Root[name]["reference"];
            if (reference.Value is { Length: > 0 } text && text[0] != '#' && FhirReference.Parse(text) is null) return Where(intent, name + ".reference");
        }

        return null;
    }

    private async ValueTask<RecordId?> PatientRecordAsync(WriteIntent intent, string stored, CancellationToken cancel)
    {
        if (KeyOf(stored) is { } key)
        {
            if (recordsHere.TryGetValue(key, out var here)) return here;
            return key.Contributor == contributor.Value && locations.TryGetValue(key, out var location) && !location.Deleted ? location.Record : null;
        }

        // A network reference: only to a patient that this caller may see, so that guessing ids tells nothing.
        if (!stored.StartsWith("Patient/", StringComparison.Ordinal)) return null;
        var record = new RecordId(stored["Patient/".Length..]);
        if (request.Caller.OwnRecord == record) return record;
        if (intent.Key.Type == "Consent" && request.Caller.Roles.Contains(Roles.ConsentRecorder))
        {
            // Records consents for every patient, also where nothing is permitted yet (contract.md, "Whose Consent counts").
            return await vault.ExistsAsync(system, record, cancel).ConfigureAwait(false) ? record : null;
        }

        var snapshot = await vault.CounselAsync(Counsel.ForSystem(SystemPurpose.Counsel), record, cancel).ConfigureAwait(false);
        var grant = Counsel.ForRecord(request.Caller, snapshot, new AccessRequest(ConsentActions.Access, request.Now, consent));
        var view = await vault.OpenAsync(grant, cancel).ConfigureAwait(false);
        return view.Contributions.Count > 0 ? record : null;
    }

    private async ValueTask<string> NewNetworkIdAsync(WriteIntent intent, RecordId? record, CancellationToken cancel)
    {
        if (intent.NetworkId is { } chosen) return chosen;
        if (record is { } r) return ids.NewContribution(r.Value, intent.Key);
        if (!SharedTypes.IsDirectory(intent.Key.Type)) return ids.NewEntry(intent.Key);
        var identifiers = PatientIdentity.BusinessIdentifiers(intent.Resource!.Root);
        if (identifiers.Count == 0) return ids.NewEntry(intent.Key);
        foreach (var i in identifiers)
        {
            if (entriesHere.TryGetValue((intent.Key.Type, i.System, i.Value), out var here)) return here;
        }

        var found = await HoldersAsync(intent.Key.Type, identifiers, cancel).ConfigureAwait(false);
        return found.Count == 0 ? ids.NewEntry(intent.Key) : found.Min(StringComparer.Ordinal)!;
    }

    /// <summary>Where identifiers lead. Each is looked up once in a plan, so that what was decided on is what is claimed: a holder that came in between makes the commit a race.</summary>
    private async ValueTask<IReadOnlyList<string>> HoldersAsync(string type, IReadOnlyList<(string System, string Value)> identifiers, CancellationToken cancel)
    {
        var found = new List<string>();
        foreach (var (scheme, value) in identifiers)
        {
            if (!holders.TryGetValue((type, scheme, value), out var targets))
            {
                holders[(type, scheme, value)] = targets = await vault.FindByIdentifierAsync(system, type, [(scheme, value)], cancel).ConfigureAwait(false);
            }

            found.AddRange(targets.Except(found));
        }

        return found;
    }

    private async ValueTask ClaimAsync(WriteIntent intent, RecordId? record, string networkId, Location? existing, CancellationToken cancel)
    {
        var type = intent.Key.Type;
        if (type != "Patient" && !SharedTypes.IsDirectory(type)) return;
        var target = record?.Value ?? networkId;
        var stated = Identifiers(type, intent.Resource!.Root);
        foreach (var (scheme, value) in stated)
        {
            // An identifier that leads elsewhere already does not move (a Patient with such a one was refused before).
            var targets = await HoldersAsync(type, [(scheme, value)], cancel).ConfigureAwait(false);
            if (targets.Any(h => h != target) || (entriesHere.TryGetValue((type, scheme, value), out var here) && here != target)) continue;
            entriesHere[(type, scheme, value)] = target;
            Claims.Add(new IdentityClaim(type, scheme, value, target, intent.Key));
        }

        if (existing is null or { Deleted: true }) return;
        if (await StoredVersionAsync(intent.Key, cancel).ConfigureAwait(false) is var (_, body)) ReleaseOthers(intent.Key, StatedIdentifiers(type, body), stated);
    }

    private void ReleaseOthers(ContributionKey key, IReadOnlyList<(string System, string Value)> before, IReadOnlyList<(string System, string Value)> now)
    {
        var target = locations[key].Record?.Value ?? locations[key].NetworkId;
        foreach (var (scheme, value) in before.Except(now)) Releases.Add(new IdentityClaim(key.Type, scheme, value, target, key));
    }

    private async ValueTask<(Contribution Contribution, ContributionBody Body)?> StoredVersionAsync(ContributionKey key, CancellationToken cancel) =>
        await vault.ReadAsync(system, key, null, cancel).ConfigureAwait(false);

    private IReadOnlyList<(string System, string Value)> StatedIdentifiers(string type, ContributionBody body) =>
        Identifiers(type, StoredJson.Read(body.Bare(type)).Root);

    private IReadOnlyList<(string System, string Value)> Identifiers(string type, FhirElement root) => type switch
    {
        "Patient" => PatientIdentity.TrustedIdentifiers(root, trustedSystems),
        _ when SharedTypes.IsDirectory(type) => PatientIdentity.BusinessIdentifiers(root),
        _ => [],
    };

    private RecordFacts? FactsOf(WriteIntent intent)
    {
        if (intent.Resource is null) return null;
        var person = request.Caller.Person;
        var facts = FactsExtractor.Extract(intent.Resource.Root, new FactsContext
        {
            Reference = intent.Key.StoredReference,
            Custodian = contributor.Custodian,
            Resolve = Stored,
            SourceUpdated = DateTimeOffset.TryParse(intent.Resource.Root["meta"].Text("lastUpdated"), out var updated) ? updated : null,
            ProvenanceAuthors = person is null ? [] : [person],
            ProvenanceDate = request.Now,
            TimeZone = consent.TimeZone,
        });

        // Its Provenance names the contributor as author where nobody else is.
        return facts.Authors.IsEmpty ? facts with { Authors = [contributor.Custodian] } : facts;
    }

    private string? Stored(string literal) => contributor.ToStored(literal, request);

    private ContributionProvenance Provenance(string activity) => new(
        request.Now, activity, request.Caller.Person ?? "Device/" + request.Caller.ClientId, contributor.IsMember ? contributor.Custodian : null, request.RequestId);

    private void Add(Location? existing, ContributionWrite write) => written.Add(new Written(write, existing is null or { Deleted: true }));

    private static ContributionKey? KeyOf(string stored)
    {
        var id = stored.LastIndexOf('/');
        var type = id <= 0 ? -1 : stored.LastIndexOf('/', id - 1);
        return type <= 0 ? null : new ContributionKey(stored[..type], stored[(type + 1)..id], stored[(id + 1)..]);
    }

    private string PatientPath(WriteIntent intent, string stored)
    {
        var at = BodyCutter.FindReferences(intent.Resource!).FirstOrDefault(r => Stored(r.Value!) == stored);
        return at.Exists ? Prefixed(intent, at.Path) : Where(intent, "subject");
    }

    private static string Where(WriteIntent intent, string? element = null) => Prefixed(intent, element is null ? intent.Key.Type : $"{intent.Key.Type}.{element}");

    private static string Prefixed(WriteIntent intent, string path) =>
        intent.Where.Length == 0 ? path : intent.Where + path[Math.Min(path.Length, intent.Key.Type.Length)..];
}
