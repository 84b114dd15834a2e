namespace FhirBridge.Api.Demo;

/// <summary>The demo network could not be loaded: the service and the demo's own files do not agree. Names the request that failed.</summary>
public sealed class DemoLoadException : Exception
{
    /// <summary>With the request and the answer in one sentence.</summary>
    public DemoLoadException(string message) : base(message)
    {
    }

    /// <summary>With the request, and what broke it off.</summary>
    public DemoLoadException(string message, Exception inner) : base(message, inner)
    {
    }
}
