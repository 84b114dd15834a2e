using FhirBridge.Fhir;

namespace FhirBridge.Consent.Tests.World;

/// <summary>Callers and requests of the tests.</summary>
internal static class Callers
{
    public static readonly DateTimeOffset Now = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    public static Caller Of(params string[] who) => new()
    {
        Subject = who[0],
        ClientId = "test",
        Person = who.FirstOrDefault(w => w.StartsWith("Practitioner/", StringComparison.Ordinal) || w.StartsWith("Patient/", StringComparison.Ordinal) || w.StartsWith("RelatedPerson/", StringComparison.Ordinal)),
        Member = who.FirstOrDefault(w => w.StartsWith("Organization/", StringComparison.Ordinal)) is { } org ? new MemberId(org[13..]) : null,
        Identities = [.. who],
        Scopes = SmartScopes.Parse("user/*.cruds"),
        Purposes = [new Coding(Written.ActReason, "TREAT")],
    };

    public static Caller WithPurpose(this Caller caller, params string[] purposes) => caller with { Purposes = [.. purposes.Select(p => new Coding(Written.ActReason, p))] };

    public static AccessRequest Access(ConsentOptions? options = null, string action = "access", DateTimeOffset? now = null) => new(action, now ?? Now, options ?? new ConsentOptions());

    public static RecordFacts Facts(string reference, string custodian = "Organization/hospital", params string[] labels) => new()
    {
        Type = reference[..reference.IndexOf('/')],
        Reference = reference,
        Custodian = custodian,
        Patients = ["Patient/anna"],
        Labels = [.. labels.Select(l => new Coding(l.Length == 1 ? Written.Confidentiality : Written.ActCode, l))],
    };

    public static ConsentSnapshot Compile(ConsentOptions? options = null, params CounselSource[] sources) =>
        Counsel.Compile(new RecordId("anna"), "1", sources, CareRelations.None, options ?? new ConsentOptions());
}
