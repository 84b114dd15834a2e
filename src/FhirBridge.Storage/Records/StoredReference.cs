namespace FhirBridge.Storage.Records;

/// <summary>The two forms of a stored reference: <c>Type/id</c> in the network, <c>{contributor}/Type/localId</c> in a contributor's words.</summary>
internal static class StoredReference
{
    /// <summary>True for <c>Type/id</c>.</summary>
    internal static bool IsNetwork(string reference)
    {
        var slash = reference.IndexOf('/');
        return slash > 0 && reference.IndexOf('/', slash + 1) < 0;
    }

    /// <summary>Takes <c>{contributor}/Type/localId</c> apart; the contributor may itself hold a slash. False for other texts.</summary>
    internal static bool TryParse(string reference, out ContributionKey key)
    {
        key = default;
        var last = reference.LastIndexOf('/');
        var middle = last <= 0 ? -1 : reference.LastIndexOf('/', last - 1);
        if (middle <= 0 || last == reference.Length - 1) return false;
        key = new ContributionKey(reference[..middle], reference[(middle + 1)..last], reference[(last + 1)..]);
        return true;
    }
}
