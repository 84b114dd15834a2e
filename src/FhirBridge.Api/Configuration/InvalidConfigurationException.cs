namespace FhirBridge.Api.Configuration;

/// <summary>
/// The configuration cannot be used: every wrong or missing value, each with its key. The start prints <see cref="Exception.Message"/> and ends with
/// <see cref="ExitCode"/>; a stack trace would help nobody.
/// </summary>
/// <param name="errors">One sentence a fault, each beginning with its key.</param>
public sealed class InvalidConfigurationException(IReadOnlyList<string> errors)
    : Exception("The service does not start, because its configuration is wrong:" + string.Concat(errors.Select(e => "\n  " + e))
        + "\nIn environment variables, write __ for the colon of a key: Network:Operator is Network__Operator.")
{
    /// <summary>Exit code of a start that was stopped by its configuration (EX_CONFIG of sysexits.h).</summary>
    public const int ExitCode = 78;

    /// <summary>One sentence a fault, each beginning with its key.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
