using System.Security.Cryptography;
using FhirBridge.Storage;

namespace FhirBridge.Api.Contributions;

/// <summary>How network ids are built.</summary>
public static class NetworkIds
{
    /// <summary>The record that a network id lies in: what stands before the <c>-</c>, or all of it.</summary>
    public static string RecordOf(string id)
    {
        var dash = id.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? id : id[..dash];
    }
}

/// <summary>
/// Where new ids come from: random, no time, no sequence (contract.md, Contributing). A service of its own, so that two stores can be made to
/// name the same things alike and then be compared byte for byte.
/// </summary>
public class IdSource
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>A new record: 20 characters of 5 random bits, no <c>-</c>.</summary>
    /// <param name="patient">The Patient that begins it.</param>
    public virtual string NewRecord(ContributionKey patient) => RandomNumberGenerator.GetString(Alphabet, 20);

    /// <summary>A new contribution of a record: <c>{record}-{13 random characters}</c>, so that its record is found without a look-up.</summary>
    /// <param name="record">Its record.</param>
    /// <param name="key">Its address in the contributor's words.</param>
    public virtual string NewContribution(string record, ContributionKey key) => $"{record}-{RandomNumberGenerator.GetString(Alphabet, 13)}";

    /// <summary>A new entry of the directory.</summary>
    /// <param name="key">The contribution that begins it.</param>
    public virtual string NewEntry(ContributionKey key) => RandomNumberGenerator.GetString(Alphabet, 20);

    /// <summary>A local id for what is created without one.</summary>
    public virtual string NewLocal() => RandomNumberGenerator.GetString(Alphabet, 20);
}
