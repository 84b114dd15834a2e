using System.Buffers;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Interactions.Facade;
using FhirBridge.Api.Interactions.Shared;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Api.Interactions.Operations;

/// <summary>
/// $validate: judges a resource that is sent along, or one that is stored. Nothing is written. The answer is an OperationOutcome with all that is wrong: 200, or 400 for what is no JSON or XML.
/// Specification: https://hl7.org/fhir/R4/resource-operation-validate.html.
/// </summary>
/// <remarks>
/// Without a mode, and for profiles, the judgement is as strict as that of the official validator. With <c>create</c> and <c>update</c> it is that of the write itself, which bears
/// with extensions that it does not know, as R4 asks of receivers, and asks for the network's profiles, not for those that the resource names.
/// </remarks>
public static class ValidateOperation
{
    private static readonly string[] Modes = ["create", "update", "delete", "profile"];

    /// <summary>POST [base]/[type]/$validate: the resource itself, or Parameters with resource, mode and profile.</summary>
    public static async ValueTask<FhirResponse> RunAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var read = ValidateInput.Read(request);
        if (!read.IsOk) return FhirResponse.Failure(read.Problems);
        var input = read.Value;
        var problem = ModeProblem(input)
            ?? (input.Mode is "update" or "delete" ? Problems.BadRequest.With($"the mode {input.Mode} is about a resource that is there: send it to [type]/[id]/$validate") : null)
            ?? (!input.HasResource ? Problems.BadRequest.With("send the resource to be validated, by itself or as the parameter 'resource'") : null);
        return problem is null ? await JudgeAsync(request, bridge, input, null, cancel).ConfigureAwait(false) : FhirResponse.Failure(problem);
    }

    /// <summary>POST or GET [base]/[type]/[id]/$validate: what is stored there, or a resource that is to take its place. Absent and denied are the same 404.</summary>
    public static async ValueTask<FhirResponse> OnInstanceAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var read = ValidateInput.Read(request);
        if (!read.IsOk) return FhirResponse.Failure(read.Problems);
        var input = read.Value;
        if (ModeProblem(input) is { } problem) return FhirResponse.Failure(problem);
        if (input.Mode == "create") return FhirResponse.Failure(Problems.BadRequest.With("the mode create is about a resource that is not there yet: send it to [type]/$validate"));
        if (input.HasResource && input.Mode == "profile") return FhirResponse.Failure(Problems.BadRequest.With("with the mode profile the stored resource is validated: send no resource"));

        var stored = request.Member is null ? await SharedRead.ReadAsync(request, bridge, cancel).ConfigureAwait(false) : await FacadeRead.ReadAsync(request, bridge, cancel).ConfigureAwait(false);
        if (input.HasResource && input.Mode != "delete")
        {
            // A resource that is not there yet may be created by an update.
            if (input.Resource is { } sent && Targets.IdProblem(sent.Root, request.Id) is { } wrong) input = input with { Faults = [.. input.Faults, wrong] };
            return await JudgeAsync(request, bridge, input, stored, cancel).ConfigureAwait(false);
        }

        if (stored.Status != 200) return stored;
        if (input.Mode == "delete") return Answer([], stored);
        var tree = FhirJson.ReadLenient(stored.Body);
        return await JudgeAsync(request, bridge, input with { Resource = tree.Value, Faults = tree.Problems }, stored, cancel).ConfigureAwait(false);
    }

    private static Problem? ModeProblem(ValidateInput input)
    {
        if (input.Mode is not null && !Modes.Contains(input.Mode)) return Problems.InvalidParameter.With($"'{input.Mode}' is no mode: it is one of {string.Join(", ", Modes)}");
        return input.Mode == "profile" && input.Profiles.Count == 0 ? Problems.BadRequest.With("the mode profile needs the parameter 'profile'") : null;
    }

    private static async ValueTask<FhirResponse> JudgeAsync(FhirRequest request, Bridge bridge, ValidateInput input, FhirResponse? stored, CancellationToken cancel)
    {
        // What is no JSON or XML is no resource to judge.
        if (input.Resource is null && input.Faults.Any(p => p.Kind.Severity == IssueSeverity.Fatal)) return FhirResponse.Failure(input.Faults, stored?.Audit);
        var found = new List<Problem>(input.Faults);
        if (input.Resource is { Root: var root })
        {
            if (Targets.TypeProblem(root, request.Type) is { } wrong) found.Add(wrong);
            else found.AddRange((await bridge.Validation.JudgeAsync([root], Options(input, bridge), cancel).ConfigureAwait(false))[0]);
        }

        return Answer(found, stored);
    }

    private static ValidationOptions Options(ValidateInput input, Bridge bridge) => input.Mode is "create" or "update"
        ? ContributionPipeline.Validation with { Profiles = input.Profiles, Time = bridge.Time }
        : new ValidationOptions { Profiles = input.Profiles, IsStrict = true, WithGlobalProfiles = true, ReportMustSupport = true, Time = bridge.Time };

    private static FhirResponse Answer(IReadOnlyList<Problem> found, FhirResponse? stored)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        OutcomeWriter.Write(output, [.. found.DistinctBy(p => (p.Kind, p.Expression, p.Diagnostics)).OrderBy(p => p.Kind.Severity)]);
        return FhirResponse.Resource(200, output.WrittenMemory, audit: stored?.Audit);
    }
}
