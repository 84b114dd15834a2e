namespace FhirBridge.Fhir.Patch;

/// <summary>
/// A patch, read once and applicable to any number of resources: all operations or none. Specification:
/// https://hl7.org/fhir/R4/http.html#patch; JSON Patch is RFC 6902, XML Patch RFC 5261, FHIRPath Patch https://hl7.org/fhir/R4/fhirpatch.html.
/// </summary>
/// <remarks>Immutable and thread-safe.</remarks>
public abstract class ResourcePatch
{
    /// <summary>Most operations in one patch.</summary>
    public const int MaxOperations = 500;

    private protected ResourcePatch()
    {
    }

    /// <summary>Reads a JSON Patch. Problems: <c>malformed-json</c>, <c>malformed-patch</c>, <c>too-large</c>, <c>patch-budget</c>.</summary>
    public static Result<ResourcePatch> ReadJson(ReadOnlyMemory<byte> utf8) => As(JsonPatch.Read(utf8));

    /// <summary>Reads an XML Patch. Problems: <c>malformed-xml</c>, <c>malformed-patch</c>, <c>too-large</c>, <c>too-deep</c>, <c>patch-budget</c>.</summary>
    public static Result<ResourcePatch> ReadXml(ReadOnlyMemory<byte> xml) => As(XmlPatch.Read(xml));

    /// <summary>Reads a FHIRPath Patch from its Parameters. Problems: <c>malformed-patch</c>, <c>patch-budget</c>, each with the FHIRPath of the part at fault.</summary>
    public static Result<ResourcePatch> ReadParameters(FhirElement parameters) => As(FhirPathPatch.Read(parameters));

    /// <summary>
    /// The resource with all operations done, read and checked as R4 again; the given one is not changed. Problems: <c>patch-failed</c>,
    /// <c>patch-test-failed</c>, <c>patch-budget</c>, <c>invalid-expression</c> or <c>expression-budget</c> for a path, each naming the operation (from 1);
    /// what the reader says of the result; <c>patch-failed</c> for a change of id or resourceType.
    /// </summary>
    public Result<ElementTree> Apply(ElementTree resource)
    {
        var changed = Change(resource);
        if (!changed.IsOk) return Result<ElementTree>.Fail(changed.Problems);
        var (before, read) = (resource.Root, FhirJson.Read(changed.Value));

        // Said first: under another type nearly every element would be wrong.
        var after = read.IsOk ? read.Value.Root : FhirJson.ReadTrusted(changed.Value) is { IsOk: true } loose ? loose.Value.Root : default;
        if (after.Exists && after.Type != before.Type) return OtherType(before);
        if (!read.IsOk) return Result<ElementTree>.Fail(read.Problems.Select(OfResult));
        return after.Text("id") == before.Text("id") ? read : Problems.PatchFailed.With("a patch cannot change the id of a resource", before.Type + ".id");
    }

    /// <summary>That the result would be a resource of another type, or none.</summary>
    private protected static Problem OtherType(FhirElement before) => Problems.PatchFailed.With($"a patch cannot make something else of a {before.Type}", before.Type);

    /// <summary>The JSON of the changed resource, not yet checked.</summary>
    private protected abstract Result<ReadOnlyMemory<byte>> Change(ElementTree resource);

    /// <summary>What was wrong with the result. The client never saw its lines; and that it cannot be read at all is a fault of the patch, not of the request's form.</summary>
    private protected static Problem OfResult(Problem problem) => new(
        problem.Kind.Status == 422 ? problem.Kind : Problems.PatchFailed, "the patched resource would be wrong: " + problem.Diagnostics, problem.Expression);

    private static Result<ResourcePatch> As<T>(Result<T> read)
        where T : ResourcePatch => read.IsOk ? Result<ResourcePatch>.Ok(read.Value) : Result<ResourcePatch>.Fail(read.Problems);
}

/// <summary>What one application of a patch may cost: a copy in a loop doubles a document, and each FHIRPath operation looks at a new state of it.</summary>
internal sealed class PatchBudget
{
    /// <summary>Bytes that operations may put in, all together: more can never be a resource that is read again.</summary>
    private long growth = ReadLimits.Default.MaxBytes;

    /// <summary>Bytes that may be looked at.</summary>
    private long work = 100_000_000;

    /// <summary>Charges for looking at that many bytes.</summary>
    /// <returns>False when the budget is spent.</returns>
    internal bool Look(long bytes) => (work -= bytes) >= 0;

    /// <summary>Charges for putting that many bytes in.</summary>
    /// <returns>False when the budget is spent.</returns>
    internal bool Grow(long bytes) => (growth -= bytes) >= 0 && Look(bytes);

    /// <summary>The problem of a spent budget.</summary>
    internal static Problem Spent(string operation) =>
        Problems.PatchBudget.With($"{operation}: the patch asks for too much work or too large a result; split it, or send the whole resource with PUT");

    /// <summary>The problem of too many operations; null when there are not.</summary>
    internal static Problem? OfCount(int operations) => operations <= ResourcePatch.MaxOperations
        ? null
        : Problems.PatchBudget.With($"the patch has {operations} operations, at most {ResourcePatch.MaxOperations} are done at once; split it, or send the whole resource with PUT");

    /// <summary>What the client wrote, short enough for a message.</summary>
    internal static string Shown(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
