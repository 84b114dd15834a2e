namespace FhirBridge.Fhir.Validation;

/// <summary>Names that are for examples (RFC 2606, and the company of HL7's own examples): nothing is defined there, and examples are to be validated, too.</summary>
internal static class ExampleNames
{
    private static readonly string[] Hosts = ["example.org", "example.com", "example.net", "acme.org", "acme.com"];

    /// <summary>True for a URL of such a host, or of one within it.</summary>
    internal static bool Has(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return false;
        var host = url.AsSpan(scheme + 3);
        if (host.IndexOfAny("/:?#") is >= 0 and var end) host = host[..end];
        foreach (var name in Hosts)
        {
            if (host.EndsWith(name, StringComparison.OrdinalIgnoreCase) && (host.Length == name.Length || host[host.Length - name.Length - 1] == '.')) return true;
        }

        return false;
    }
}
