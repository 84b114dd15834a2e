using System.Text;

namespace FhirBridge.Benchmarks.Load;

/// <summary>A request as bytes, ready to be sent as they are.</summary>
/// <param name="Bytes">Head and body.</param>
/// <param name="CounterAt">Offset of <see cref="Counter"/> in the body, where each sending writes another number; -1 for none.</param>
/// <param name="Status">The status that a right answer has.</param>
internal sealed record LoadRequest(byte[] Bytes, int CounterAt, int Status)
{
    /// <summary>Placeholder in a body that makes each sending different.</summary>
    public const string Counter = "#000000000000#";

    public static LoadRequest Of(string method, string path, string token, int status, byte[]? body = null)
    {
        var head = new StringBuilder()
            .Append(method).Append(' ').Append(path).Append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/fhir+json\r\nAuthorization: Bearer ").Append(token).Append("\r\n");
        if (body is not null) head.Append("Content-Type: application/fhir+json\r\nContent-Length: ").Append(body.Length).Append("\r\n");
        byte[] bytes = [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body ?? []];
        return new LoadRequest(bytes, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Counter)), status);
    }
}
