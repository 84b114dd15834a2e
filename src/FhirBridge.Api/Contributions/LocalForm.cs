using System.Buffers;
using System.Text;
using FhirBridge.Fhir;
using FhirBridge.Storage;

namespace FhirBridge.Api.Contributions;

/// <summary>A contribution as its contributor wrote it: local id, references as written.</summary>
public static class LocalForm
{
    /// <summary>The resource on its facade. A Patient carries a link to its network Patient (contract.md, Contributing).</summary>
    public static ReadOnlyMemory<byte> Render(ContributionKey key, ContributionBody body, long version, DateTimeOffset lastUpdated, string? networkPatient)
    {
        var output = new ArrayBufferWriter<byte>(body.Rest.Length + 512);
        var header = new ResourceHeader(key.Type, key.LocalId, version.ToString(), lastUpdated, null, ShowLabels: true);
        if (networkPatient is not null) body = WithLink(body, networkPatient);
        BodySplicer.WriteLocal(output, header, body);
        return output.WrittenMemory;
    }

    /// <summary>The resource behind a header of choice: a contribution on <c>/fhir</c> under its network id, references as written.</summary>
    public static ElementTree Read(in ResourceHeader header, ContributionBody body)
    {
        var output = new ArrayBufferWriter<byte>(body.Rest.Length + 512);
        BodySplicer.WriteLocal(output, header, body);
        return StoredJson.Read(output.WrittenMemory);
    }

    private static ContributionBody WithLink(ContributionBody body, string networkPatient)
    {
        var link = $"{{\"other\":{{\"reference\":\"{networkPatient}\"}},\"type\":\"refer\"}}";
        var own = StoredJson.Read(body.Bare("Patient")).Root.Children("link").Where(l => l["other"].Text("reference") != networkPatient).ToList();
        var links = new StringBuilder(",\"link\":[").Append(link);
        foreach (var l in own) links.Append(',').Append(Encoding.UTF8.GetString(l.Raw));
        links.Append(']');
        var rest = new ArrayBufferWriter<byte>(body.Rest.Length + 128);
        rest.Write(Encoding.UTF8.GetBytes(links.ToString()));
        rest.Write(own.Count == 0 && !Has(body, "link") ? body.Rest.Span : WithoutLink(body));
        return body with { Rest = rest.WrittenMemory, Slots = [] };
    }

    private static bool Has(ContributionBody body, string property) => body.Rest.Span.IndexOf(Encoding.ASCII.GetBytes($"\"{property}\":")) >= 0;

    private static ReadOnlySpan<byte> WithoutLink(ContributionBody body)
    {
        var tree = StoredJson.Read(body.Bare("Patient"));
        var pruned = ReferencePruner.Prune(tree, tree.Root.Children("link"))!.Value;
        return pruned.Span["{\"resourceType\":\"Patient\""u8.Length..];
    }
}
