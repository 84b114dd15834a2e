using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace FhirBridge.Benchmarks.Load;

/// <summary>
/// One keep-alive HTTP/1.1 connection that costs the machine as little as possible, since it shares the cores with what it measures:
/// a blocking socket, requests prepared as bytes, answers read up to their length and not looked at further.
/// </summary>
internal sealed class LoadConnection : IDisposable
{
    private readonly Socket socket;
    private byte[] buffer = new byte[256 * 1024];

    public LoadConnection(Uri server)
    {
        socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
        socket.Connect(IPAddress.Loopback, server.Port);
    }

    /// <summary>Sends and waits for the whole answer.</summary>
    /// <returns>Null when it is what the request wants; otherwise what is wrong.</returns>
    public string? Exchange(LoadRequest request, long number)
    {
        if (request.CounterAt >= 0) Utf8Formatter.TryFormat(number, request.Bytes.AsSpan(request.CounterAt + 1, 12), out _, new System.Buffers.StandardFormat('D', 12));
        for (var sent = 0; sent < request.Bytes.Length;) sent += socket.Send(request.Bytes.AsSpan(sent));
        var have = 0;
        int head;
        while ((head = buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8)) < 0) have += Receive(have);
        var headers = buffer.AsSpan(0, head + 2);
        var status = Utf8Parser.TryParse(headers[9..12], out int code, out _) ? code : 0;
        var length = Length(headers);
        var body = head + 4;
        if (length < 0) length = ReadChunks(body, ref have) - body;
        while (have < body + length) have += Receive(have);
        if (status == request.Status && length > 0) return null;
        var text = System.Text.Encoding.UTF8.GetString(buffer.AsSpan(body, Math.Min(length, 600)));
        return $"status {status} with {length} bytes instead of {request.Status}: {text}";
    }

    public void Dispose() => socket.Dispose();

    private static int Length(ReadOnlySpan<byte> headers)
    {
        var at = headers.IndexOf("\r\nContent-Length: "u8);
        if (at >= 0) return Utf8Parser.TryParse(headers[(at + 18)..], out int length, out _) ? length : 0;
        return headers.IndexOf("\r\nTransfer-Encoding: chunked"u8) >= 0 ? -1 : 0;
    }

    // The end of a chunked body; its frames count as part of it.
    private int ReadChunks(int start, ref int have)
    {
        var at = start;
        while (true)
        {
            int line;
            while ((line = buffer.AsSpan(at, have - at).IndexOf("\r\n"u8)) < 0) have += Receive(have);
            if (!Utf8Parser.TryParse(buffer.AsSpan(at, line), out int size, out _, 'x')) throw new IOException("the answer has a chunk without a size");
            at += line + 2 + size + 2;
            while (have < at) have += Receive(have);
            if (size == 0) return at;
        }
    }

    private int Receive(int have)
    {
        if (have == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        var n = socket.Receive(buffer.AsSpan(have));
        return n > 0 ? n : throw new IOException("the server closed the connection");
    }
}
