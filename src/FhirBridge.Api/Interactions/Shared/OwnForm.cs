using System.Buffers;
using FhirBridge.Api.Contributions;
using FhirBridge.Api.Http;
using FhirBridge.Api.Records;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Patch;
using FhirBridge.Storage;

namespace FhirBridge.Api.Interactions.Shared;

/// <summary>A contribution that its writer changes on <c>/fhir</c>: it changes what it sees; what it does not see stays (<see cref="HiddenParts"/>).</summary>
/// <param name="Request">The request.</param>
/// <param name="Contribution">The contribution.</param>
/// <param name="Body">What is stored of it.</param>
/// <param name="Resolve">Stored reference → network reference; null where it leads nowhere for the writer.</param>
/// <param name="ShowLabels">True when the writer may see <c>meta.security</c>.</param>
internal sealed record OwnForm(FhirRequest Request, Contribution Contribution, ContributionBody Body, Func<string, string?> Resolve, bool ShowLabels)
{
    /// <summary>What is stored after a PUT.</summary>
    public Result<ElementTree> Replaced(ElementTree sent) => HiddenParts.Keep(LocalForm.Read(Header(null, showLabels: true), Body), Network(), sent);

    /// <summary>What is stored after a patch of what is shown.</summary>
    public Result<ElementTree> Patched(ResourcePatch patch, RenderedResource shown)
    {
        var patched = patch.Apply(StoredJson.Read(shown.Json));
        return patched.IsOk ? Replaced(patched.Value) : patched;
    }

    private ElementTree Network()
    {
        var output = new ArrayBufferWriter<byte>(Body.Rest.Length + 512);
        BodySplicer.WriteHeader(output, Header(NetworkForm.SourceUrl(Request.PublicBase, Contribution.Key), ShowLabels), Body);
        BodySplicer.WriteNetworkRest(output, Body, Resolve);
        return StoredJson.Read(output.WrittenMemory);
    }

    private ResourceHeader Header(string? source, bool showLabels) =>
        new(Contribution.Key.Type, Contribution.NetworkId, "1", Contribution.LastUpdated, source, showLabels);
}
