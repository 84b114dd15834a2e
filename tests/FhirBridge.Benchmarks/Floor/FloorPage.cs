using System.Buffers;
using System.Text;
using System.Text.Json;

namespace FhirBridge.Benchmarks.Floor;

/// <summary>A searchset spliced from stored bytes, in a rented buffer.</summary>
internal sealed class FloorPage
{
    private readonly byte[] baseUrl;
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
    private int length;

    public FloorPage(string baseUrl)
    {
        this.baseUrl = Encoding.ASCII.GetBytes(baseUrl);
        Append("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"entry\":["u8);
    }

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    public void Add(ReadOnlySpan<byte> path, ReadOnlySpan<byte> body)
    {
        Append(Count++ == 0 ? "{\"fullUrl\":\""u8 : ",{\"fullUrl\":\""u8);
        Append(baseUrl);
        Append(path);
        Append("\",\"resource\":"u8);
        Append(body);
        Append(",\"search\":{\"mode\":\"match\"}}"u8);
    }

    public void Finish(bool hasMore)
    {
        Append("]"u8);
        if (!hasMore) Append(Encoding.ASCII.GetBytes($",\"total\":{Count}"));
        Append("}"u8);
    }

    public void Return() => ArrayPool<byte>.Shared.Return(buffer);

    /// <summary>Where the resources of a Bundle's entries stand.</summary>
    public static List<Range> Entries(ReadOnlySpan<byte> bundle)
    {
        var ranges = new List<Range>(20);
        var reader = new Utf8JsonReader(bundle);
        while (reader.Read())
        {
            // Bundle.entry[i].resource: the object's properties stand at depth 3.
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 3 || !reader.ValueTextEquals("resource"u8)) continue;
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            ranges.Add(start..(int)reader.BytesConsumed);
        }

        return ranges;
    }

    public static byte[] TransactionResponse(List<FloorResource> resources)
    {
        var text = new StringBuilder("{\"resourceType\":\"Bundle\",\"type\":\"transaction-response\",\"entry\":[", 2048);
        for (var i = 0; i < resources.Count; i++)
        {
            if (i > 0) text.Append(',');
            text.Append("{\"response\":{\"status\":\"201\",\"location\":\"").Append(Encoding.UTF8.GetString(resources[i].Path)).Append("\",\"etag\":\"W/\\\"1\\\"\"}}");
        }

        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (length + bytes.Length > buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, length + bytes.Length));
            buffer.AsSpan(0, length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }

        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }
}
