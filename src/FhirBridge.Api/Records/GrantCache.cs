using System.Runtime.CompilerServices;
using FhirBridge.Consent;

namespace FhirBridge.Api.Records;

/// <summary>
/// Grants by (consent snapshot, caller, action), for as long as snapshot and caller live: a changed consent is another snapshot, a changed token or
/// membership another caller, and a grant is not used past the instant until which it is valid.
/// </summary>
internal static class GrantCache
{
    private static readonly ConditionalWeakTable<ConsentSnapshot, ConditionalWeakTable<Caller, Grants>> Snapshots = [];

    /// <summary>The grant, made anew when there is none that is still valid.</summary>
    public static AccessGrant Get(Caller caller, ConsentSnapshot snapshot, AccessRequest request)
    {
        var grants = Snapshots.GetOrCreateValue(snapshot).GetOrCreateValue(caller);
        var kept = grants.Find(request);
        if (kept is not null && request.Now < kept.ValidUntil) return kept;
        var made = Counsel.ForRecord(caller, snapshot, request);
        grants.Keep(request, made);
        return made;
    }

    private sealed class Grants
    {
        private volatile (AccessRequest Request, AccessGrant Grant)[] all = [];

        public AccessGrant? Find(AccessRequest request)
        {
            foreach (var (made, grant) in all)
            {
                // Valid onwards from the instant that it was made for.
                if (made.Action == request.Action && made.Now <= request.Now && ReferenceEquals(made.Options, request.Options)) return grant;
            }

            return null;
        }

        public void Keep(AccessRequest request, AccessGrant grant) => all = [.. all.Where(a => a.Request.Action != request.Action), (request, grant)];
    }
}
