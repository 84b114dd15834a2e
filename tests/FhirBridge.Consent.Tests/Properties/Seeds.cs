namespace FhirBridge.Consent.Tests.Properties;

/// <summary>Runs a property over consecutive seeds and fails with the first failure alone, its seed in front.</summary>
internal static class Seeds
{
    public static void Check(int count, int first, Action<int> property)
    {
        string? failure = null;
        Parallel.For(0, count, (i, loop) =>
        {
            try
            {
                property(first + i);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, $"seed {first + i}: {e}", null);
                loop.Stop();
            }
        });
        Assert.True(failure is null, failure);
    }
}
