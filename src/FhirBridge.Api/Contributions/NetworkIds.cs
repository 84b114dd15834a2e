using System.Security.Cryptography;

namespace FhirBridge.Api.Contributions;

/// <summary>Random network ids: no time, no sequence (contract.md, Contributing).</summary>
public static class NetworkIds
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>A new record: 20 characters of 5 random bits, no <c>-</c>.</summary>
    public static string NewRecord() => RandomNumberGenerator.GetString(Alphabet, 20);

    /// <summary>A new contribution of a record: <c>{record}-{13 random characters}</c>, so that its record is found without a look-up.</summary>
    public static string NewContribution(string record) => $"{record}-{RandomNumberGenerator.GetString(Alphabet, 13)}";

    /// <summary>A new directory entry or local id.</summary>
    public static string NewEntry() => RandomNumberGenerator.GetString(Alphabet, 20);

    /// <summary>The record that a network id lies in: what stands before the <c>-</c>, or all of it.</summary>
    public static string RecordOf(string id)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? id : id[..dash];
    }
}
