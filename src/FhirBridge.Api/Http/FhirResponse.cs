using System.Buffers;
using FhirBridge.Api.Audit;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Http;

/// <summary>What an interaction answers, as a value: written to the wire only after its audit rows are durable.</summary>
public sealed class FhirResponse
{
    private FhirResponse(int status) => Status = status;

    /// <summary>HTTP status.</summary>
    public int Status { get; }

    /// <summary>Body in UTF-8 JSON; empty when none.</summary>
    public ReadOnlyMemory<byte> Body { get; private init; }

    /// <summary>Version id for the ETag; null when none.</summary>
    public string? VersionId { get; init; }

    /// <summary>Last-Modified; null when none.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>Location header; null when none.</summary>
    public string? Location { get; init; }

    /// <summary>Content-Location header; null when none.</summary>
    public string? ContentLocation { get; init; }

    /// <summary>Problems that decided the answer; empty on success.</summary>
    public IReadOnlyList<Problem> Problems { get; private init; } = [];

    /// <summary>What the journal must hold before the first byte leaves. Already durable rows (of a commit) are not repeated here.</summary>
    public IReadOnlyList<AuditEntry> Audit { get; init; } = [];

    /// <summary>A resource or Bundle.</summary>
    public static FhirResponse Resource(
        int status, ReadOnlyMemory<byte> json, string? versionId = null, DateTimeOffset? lastModified = null, string? location = null, IReadOnlyList<AuditEntry>? audit = null) =>
        new(status) { Body = json, VersionId = versionId, LastModified = lastModified, Location = location, Audit = audit ?? [] };

    /// <summary>A status without a body.</summary>
    public static FhirResponse Empty(
        int status, string? versionId = null, DateTimeOffset? lastModified = null, string? location = null, IReadOnlyList<AuditEntry>? audit = null) =>
        new(status) { VersionId = versionId, LastModified = lastModified, Location = location, Audit = audit ?? [] };

    /// <summary>A failure: the first of the most severe problems decides the status.</summary>
    public static FhirResponse Failure(IReadOnlyList<Problem> problems, IReadOnlyList<AuditEntry>? audit = null)
    {
        var deciding = problems.MinBy(p => p.Kind.Severity)!;
        var buffer = new ArrayBufferWriter<byte>(512);
        OutcomeWriter.Write(buffer, problems);
        return new(deciding.Kind.Status) { Body = buffer.WrittenMemory, Problems = problems, Audit = audit ?? [] };
    }

    /// <summary>A failure with one problem.</summary>
    public static FhirResponse Failure(Problem problem, IReadOnlyList<AuditEntry>? audit = null) => Failure([problem], audit);

    /// <summary>Absent or denied, byte for byte the same (consent.md §10.1).</summary>
    public static FhirResponse NotFound(IReadOnlyList<AuditEntry>? audit = null) => Failure(Fhir.Problems.NotFound.With("Not found"), audit);
}
