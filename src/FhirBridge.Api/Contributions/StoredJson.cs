using FhirBridge.Fhir;

namespace FhirBridge.Api.Contributions;

/// <summary>Reads what this service wrote itself; that it cannot be read is a bug, not a problem of the request.</summary>
public static class StoredJson
{
    /// <summary>The tree of a resource that was checked when it came in.</summary>
    public static ElementTree Read(ReadOnlyMemory<byte> json)
    {
        var tree = FhirJson.ReadTrusted(json);
        return tree.IsOk ? tree.Value : throw new InvalidOperationException("a stored resource cannot be read: " + tree.Problems[0].Kind.Code);
    }
}
