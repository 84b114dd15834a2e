using FhirBridge.Api.Configuration;
using FhirBridge.Api.Hosting;

try
{
    await using var app = Service.Build(args);
    await app.StartAsync();
    await Service.WelcomeAsync(app);
    await app.WaitForShutdownAsync();
    return 0;
}
catch (InvalidConfigurationException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return InvalidConfigurationException.ExitCode;
}

/// <summary>The entry point, public so that tests can host the service.</summary>
public partial class Program;
