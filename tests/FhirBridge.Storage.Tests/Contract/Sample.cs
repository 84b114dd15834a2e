using System.Text;
using System.Text.Json;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Search;

namespace FhirBridge.Storage.Tests.Contract;

/// <summary>Makes commits out of FHIR JSON the way Api does: references of a facade become <c>{member}/Type/id</c>, absolute ones below the network's base <c>Type/id</c>.</summary>
internal static class Sample
{
    public const string Base = "https://network.example/fhir";
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static readonly AccessGrant Identity = Consent.Counsel.ForSystem(SystemPurpose.Identity);
    public static readonly AccessGrant Snapshots = Consent.Counsel.ForSystem(SystemPurpose.Counsel);
    public static readonly AccessGrant Worker = Consent.Counsel.ForSystem(SystemPurpose.Worker);

    public static ContributionWrite Write(
        string contributor, string json, string? record, string networkId, long expected = 0, string? unified = null, bool deleted = false, bool imported = true, DateTimeOffset? at = null)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var read = FhirJson.Read(bytes);
        Assert.True(read.IsOk, string.Join('\n', read.Problems));
        var resource = read.Value!.Root;
        var type = resource.Type!;
        var id = resource.Text("id")!;
        var reference = $"{type}/{networkId}";
        string? Stored(string written) => written.StartsWith(Base + "/", StringComparison.Ordinal) ? written[(Base.Length + 1)..]
            : FhirReference.Parse(written) is { Base: null } r ? (contributor.Contains('/') ? r.Local : $"{contributor}/{r.Local}") : null;
        return new ContributionWrite
        {
            Key = new ContributionKey(contributor, type, id),
            NetworkId = networkId,
            Record = record is null ? null : new RecordId(record),
            ExpectedVersion = expected,
            Deleted = deleted,
            Imported = imported,
            Body = Cut(bytes, Stored),
            Facts = FactsExtractor.Extract(resource, new FactsContext
            {
                Reference = reference, Unified = unified ?? (type == "Patient" ? $"Patient/{record}" : null),
                Custodian = contributor.Contains('/') ? contributor : "Organization/" + contributor, Resolve = Stored,
            }),
            Index = new SearchIndex([.. SearchIndexer.Extract(resource).Entries.Select(e => StoredForm(e, Stored))]),
            Provenance = new ContributionProvenance(at ?? Start, deleted ? "DELETE" : expected == 0 ? "CREATE" : "UPDATE", "Device/test", "Organization/" + contributor, "r-1"),
        };
    }

    public static Commit Commit(params ContributionWrite[] writes) =>
        new() { Record = writes.Select(w => w.Record).FirstOrDefault(r => r is not null), Writes = [.. writes] };

    /// <summary>The whole resource in the contributor's words.</summary>
    public static string Text(ContributionBody body) => Encoding.UTF8.GetString(body.Rest.Span);

    public static Caller Member(string member) => new()
    {
        Subject = member, ClientId = member, Member = new MemberId(member), Identities = ["Organization/" + member, "Device/" + member], Scopes = SmartScopes.Parse("system/*.cruds"),
        Purposes = [new Coding("http://terminology.hl7.org/CodeSystem/v3-ActReason", "TREAT")],
    };

    public static Caller Patient(string record) => new()
    {
        Subject = record, ClientId = "app", Person = "Patient/" + record, Identities = ["Patient/" + record], Scopes = SmartScopes.Parse("patient/*.cruds user/*.cruds"), LaunchPatient = new RecordId(record),
    };

    public static AccessGrant Facade(string member, string scopes = "system/*.cruds") =>
        Consent.Counsel.ForOwnFacade(Member(member) with { Scopes = SmartScopes.Parse(scopes) }, new MemberId(member))!;

    public static AccessGrant Directory(string member = "hospital") => Consent.Counsel.ForDirectory(Member(member));

    /// <summary>What counsel decides for the caller with the vault's own snapshot.</summary>
    public static async Task<AccessGrant> GrantAsync(IVault vault, Caller caller, string record, DateTimeOffset? now = null)
    {
        var snapshot = await vault.CounselAsync(Snapshots, new RecordId(record), default);
        return Consent.Counsel.ForRecord(caller, snapshot, new AccessRequest("access", now ?? Start, new ConsentOptions()));
    }

    public static async Task<RecordView> ViewAsync(IVault vault, Caller caller, string record) => await vault.OpenAsync(await GrantAsync(vault, caller, record), default);

    public static async Task Commit(IVault vault, params ContributionWrite[] writes) =>
        Assert.Equal(CommitOutcome.Committed, await vault.CommitAsync(Commit(writes), default));

    public static string PatientJson(string id, string family = "Jansen") => $$"""{"resourceType":"Patient","id":"{{id}}","name":[{"family":"{{family}}"}],"birthDate":"1950-03-02"}""";

    public static string Goal(string id, string patient = "1", string text = "Walk", string status = "active", string? addresses = null)
    {
        var more = addresses is null ? "" : ",\"addresses\":[{\"reference\":\"" + addresses + "\"}]";
        return $$$"""{"resourceType":"Goal","id":"{{{id}}}","lifecycleStatus":"{{{status}}}","description":{"text":"{{{text}}}"},"subject":{"reference":"Patient/{{{patient}}}"}{{{more}}}}""";
    }

    public static string Observation(string id, string code = "29463-7", string date = "2026-03-01T10:00:00Z", string value = "80", string? focus = null)
    {
        var more = focus is null ? "" : ",\"focus\":[{\"reference\":\"" + focus + "\"}]";
        return $$$"""
            {"resourceType":"Observation","id":"{{{id}}}","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"{{{code}}}","display":"Body weight"}]},
             "subject":{"reference":"Patient/1"}{{{more}}},"effectiveDateTime":"{{{date}}}",
             "valueQuantity":{"value":{{{value}}},"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}
            """;
    }

    private static IndexEntry StoredForm(IndexEntry e, Func<string, string?> stored) => e.Type != SearchParameterType.Reference || e.Value is null || FhirReference.Parse(e.Value) is null ? e
        : e.System is null ? e with { Value = stored(e.Value) ?? e.Value } : e.System == Base ? e with { System = null } : e;

    private static ContributionBody Cut(byte[] bytes, Func<string, string?> stored)
    {
        using var json = JsonDocument.Parse(bytes);
        var rest = new StringBuilder();
        foreach (var p in json.RootElement.EnumerateObject().Where(p => p.Name is not ("resourceType" or "id" or "meta"))) rest.Append($",\"{p.Name}\":{p.Value.GetRawText()}");
        var utf8 = Encoding.UTF8.GetBytes(rest.Append('}').ToString());
        if (utf8.Length == 1) return new ContributionBody(utf8, default, default, default, []);
        var slots = new List<ReferenceSlot>();
        var asObject = (byte[])utf8.Clone();
        asObject[0] = (byte)'{';
        var reader = new Utf8JsonReader(asObject);
        var isReference = false;
        while (reader.Read())
        {
            if (isReference && reader.TokenType == JsonTokenType.String && stored(reader.GetString()!) is { } target) slots.Add(new ReferenceSlot((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex), target));
            isReference = reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("reference");
        }

        return new ContributionBody(utf8, default, default, default, [.. slots]);
    }
}
