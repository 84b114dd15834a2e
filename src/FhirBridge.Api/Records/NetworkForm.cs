using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using FhirBridge.Api.Contributions;
using FhirBridge.Storage;

namespace FhirBridge.Api.Records;

/// <summary>A contribution as one caller sees it on <c>/fhir</c>.</summary>
/// <param name="Reference"><c>Type/id</c>.</param>
/// <param name="VersionId">Opaque hash of what is seen.</param>
/// <param name="LastUpdated">Commit time of the contribution.</param>
/// <param name="Json">The resource in UTF-8.</param>
public sealed record RenderedResource(string Reference, string VersionId, DateTimeOffset LastUpdated, ReadOnlyMemory<byte> Json)
{
    /// <summary>Resource type.</summary>
    public string Type => Reference[..Reference.IndexOf('/')];

    /// <summary>Logical id.</summary>
    public string Id => Reference[(Reference.IndexOf('/') + 1)..];
}

/// <summary>Renders contributions in network form: header spliced, references rewritten, those that lead nowhere for this caller cut out.</summary>
public static class NetworkForm
{
    /// <summary>The contribution as seen; null when nothing valid is left of it (denied whole).</summary>
    /// <param name="contribution">The contribution.</param>
    /// <param name="body">Its bytes.</param>
    /// <param name="resolve">Stored reference → network reference, or null.</param>
    /// <param name="source">Its <c>meta.source</c>.</param>
    /// <param name="showLabels">True for a caller with the right to read labels.</param>
    public static RenderedResource? Render(Contribution contribution, ContributionBody body, Func<string, string?> resolve, string source, bool showLabels)
    {
        if (Content(contribution.Key.Type, body, resolve) is not { } content) return null;
        return WithHeader(content, body, contribution, contribution.NetworkId, source, showLabels);
    }

    /// <summary>The contribution as another member sees it on its owner's facade: local id, permitted references as <paramref name="literal"/> gives them.</summary>
    public static RenderedResource? RenderLocal(Contribution contribution, ContributionBody body, Func<string, string?> literal) =>
        Content(contribution.Key.Type, body, literal) is { } content
            ? WithHeader(content, body, contribution, contribution.Key.LocalId, null, showLabels: false)
            : null;

    private static RenderedResource WithHeader(ReadOnlyMemory<byte> content, ContributionBody body, Contribution contribution, string id, string? source, bool showLabels)
    {
        var type = contribution.Key.Type;
        var version = Version(content.Span, contribution.LastUpdated);
        var output = new ArrayBufferWriter<byte>(content.Length + 512);
        BodySplicer.WriteHeader(output, new ResourceHeader(type, id, version, contribution.LastUpdated, source, showLabels), body);
        output.Write(content.Span[Prefix(type).Length..]);
        return new RenderedResource($"{type}/{id}", version, contribution.LastUpdated, output.WrittenMemory);
    }

    /// <summary><c>{"resourceType":"T"</c> + the body with its references; null when nothing valid is left.</summary>
    private static ReadOnlyMemory<byte>? Content(string type, ContributionBody body, Func<string, string?> resolve)
    {
        var content = new ArrayBufferWriter<byte>(body.Rest.Length + 256);
        content.Write(Encoding.ASCII.GetBytes(Prefix(type)));
        return BodySplicer.WriteNetworkRest(content, body, resolve) ? content.WrittenMemory : ReferencePruner.PruneAbsent(content.WrittenMemory);
    }

    private static string Prefix(string type) => $"{{\"resourceType\":\"{type}\"";

    /// <summary>Opaque version: a hash of the content and the instant.</summary>
    public static string Version(ReadOnlySpan<byte> content, DateTimeOffset lastUpdated)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes + sizeof(long)];
        SHA256.HashData(content, hash);
        BitConverter.TryWriteBytes(hash[SHA256.HashSizeInBytes..], lastUpdated.UtcTicks);
        Span<byte> both = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(hash, both);
        return Convert.ToHexStringLower(both[..10]);
    }

    /// <summary>The address of a contribution on its contributor's own face (contract.md: <c>meta.source</c>).</summary>
    public static string SourceUrl(string publicBase, ContributionKey key) => key.Contributor.Contains('/')
        ? $"{publicBase}/fhir/{key.Contributor}"
        : $"{publicBase}/members/{key.Contributor}/fhir/{key.Type}/{key.LocalId}";
}
