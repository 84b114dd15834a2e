using System.Collections.Immutable;
using System.Security.Cryptography;
using FhirBridge.Api.Audit;
using FhirBridge.Api.ExternalTerminology;
using FhirBridge.Api.Http;
using FhirBridge.Consent;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Validation;
using FhirBridge.Storage;

namespace FhirBridge.Api.Contributions;

/// <summary>
/// The path of a contribution into the vault (design.md §7): locate what is there, identify the patient, cut the bytes, extract facts and index once,
/// commit everything at once with Provenance, audit and outbox. Optimistic: what changed in between makes it prepare again.
/// </summary>
/// <remarks>
/// 0. validate; 1. locate the keys that are written and the Patients that are referred to; 2. check preconditions; 3. find each contribution's record;
/// 4. give network ids; 5. cut, extract; 6. commit; on a race, from 1 again.
/// </remarks>
public sealed class ContributionPipeline(IVault vault, IReadOnlySet<string> trustedSystems, ConsentOptions consent, IdSource ids, NetworkValidation validation, Action<IReadOnlyList<Written>>? committed = null)
{
    private const int MaxAttempts = 20;

    /// <summary>What a write must keep: R4's rules and the network's profiles. Whether it follows those that it names itself is for <c>$validate</c> to say.</summary>
    internal static ValidationOptions Validation { get; } = new() { WithGlobalProfiles = true, WithStatedProfiles = false };

    /// <summary>Where new ids come from.</summary>
    public IdSource Ids => ids;

    /// <summary>Does all intents or none.</summary>
    /// <returns>What was written, in the order of the intents; or the problems, and nothing is changed.</returns>
    public async ValueTask<Result<IReadOnlyList<Written>>> WriteAsync(
        FhirRequest request, Contributor contributor, IReadOnlyList<WriteIntent> intents, CancellationToken cancel)
    {
        var (faults, advice) = await JudgeAsync(intents, cancel).ConfigureAwait(false);
        if (faults.Count > 0) return Result<IReadOnlyList<Written>>.Fail(faults);
        for (var attempt = 1; ; attempt++)
        {
            var plan = new WritePlan(vault, trustedSystems, consent, ids, validation.Definitions, request, contributor, intents);
            var problems = await plan.PrepareAsync(cancel).ConfigureAwait(false);
            if (problems.Count > 0) return Result<IReadOnlyList<Written>>.Fail(problems);
            IReadOnlyList<Written> written = [.. plan.Written.Select(w => advice.TryGetValue(w.Write.Key, out var own) ? w with { Advice = own } : w)];
            if (written.Count == 0) return Result<IReadOnlyList<Written>>.Ok(written);
            var commit = new Commit
            {
                Record = plan.Record,
                Writes = [.. written.Select(w => w.Write)],
                Claims = [.. plan.Claims],
                Releases = [.. plan.Releases],
                Audit = AuditRows(request, plan.Record, intents, written),
                Outbox = [.. written.Select(w => Outbox(w.Write))],
            };
            if (await vault.CommitAsync(commit, cancel).ConfigureAwait(false) == CommitOutcome.Committed)
            {
                committed?.Invoke(written);
                return Result<IReadOnlyList<Written>>.Ok(written);
            }

            if (attempt == MaxAttempts) return Problems.Transient.With("the same data is being written by many at once; send the request again");
            await Task.Delay(RandomNumberGenerator.GetInt32(1, 4 * attempt), cancel).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// What R4's rules and the network's profiles find wrong with the resources: nothing that breaks them is stored. What they only advise against is told to who asks for it, resource by resource.
    /// </summary>
    private async ValueTask<(List<Problem> Faults, Dictionary<ContributionKey, IReadOnlyList<Problem>> Advice)> JudgeAsync(IReadOnlyList<WriteIntent> intents, CancellationToken cancel)
    {
        var (faults, advice) = (new List<Problem>(), new Dictionary<ContributionKey, IReadOnlyList<Problem>>());
        var judged = intents.Where(i => i.Resource is not null).ToList();
        if (judged.Count == 0) return (faults, advice);

        // What is written at once may build on each other.
        var together = judged.Select(i => i.Resource!.Root).Where(r => r["url"].HasValue).ToList();
        var all = await validation.JudgeAsync([.. judged.Select(i => i.Resource!.Root)], together.Count < 2 ? Validation : Validation with { Beside = together }, cancel).ConfigureAwait(false);
        foreach (var (intent, found) in judged.Zip(all))
        {
            if (found.Any(p => p.Kind.Severity <= IssueSeverity.Error)) faults.AddRange(found.Select(p => Placed(p, intent)));
            else if (found.Count > 0) advice[intent.Key] = found;
        }

        return (faults, advice);
    }

    /// <summary>The problem with its place in what was sent: a resource of a Bundle stands in an entry of it.</summary>
    private static Problem Placed(Problem problem, WriteIntent intent) => intent.Where.Length == 0 || problem.Expression is null
        ? problem
        : problem with { Expression = intent.Where + problem.Expression[Math.Min(problem.Expression.Length, intent.Key.Type.Length)..] };

    /// <summary>One row for the patient concerned, naming every resource; writes to the directory get a row without a patient.</summary>
    private static ImmutableArray<AuditRow> AuditRows(FhirRequest request, RecordId? record, IReadOnlyList<WriteIntent> intents, IReadOnlyList<Written> written)
    {
        var interaction = written.Count > 1 ? "transaction"
            : intents[0].Verb == WriteVerb.Delete ? "delete"
            : written[0].Created ? "create"
            : request.Route.Name == "patch" ? "patch" : "update";
        var entry = AuditEntry.For(request, interaction, record, permitted: true) with
        {
            Type = written.Count == 1 ? written[0].Write.Key.Type : null,
            Entities = [.. written.Where(w => record is null || w.Write.Record is not null).Select(w => w.Write.Facts.Reference)],
        };
        return [new AuditRow(record, request.Now, entry.ToBytes())];
    }

    private static ReadOnlyMemory<byte> Outbox(ContributionWrite write) =>
        System.Text.Encoding.UTF8.GetBytes($"{write.Provenance.Activity} {write.Facts.Reference} {write.ExpectedVersion + 1}");
}
