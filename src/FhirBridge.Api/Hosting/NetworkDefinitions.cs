using FhirBridge.Api.Configuration;
using FhirBridge.Fhir;

namespace FhirBridge.Api.Hosting;

/// <summary>What the network knows beside R4: the conformance resources that ship with the service, and those of <c>Definitions:Folder</c>.</summary>
internal static class NetworkDefinitions
{
    private const string Shipped = "profiles/";

    /// <summary>
    /// Reads all of them. Contradictions are looked for when there is a folder. What is wrong in a package is not in the hands of those who use it: it is left out, and the rest is used.
    /// </summary>
    /// <param name="options">Where the folder is.</param>
    /// <param name="leftOut">Told of each fault for which a resource of a package is left out.</param>
    /// <exception cref="InvalidConfigurationException">A file of the folder cannot be used, or contradicts itself or what is known; it names every one.</exception>
    public static Definitions Load(FhirBridgeOptions options, Action<string> leftOut)
    {
        var builder = new DefinitionsBuilder(Definitions.R4);
        var assembly = typeof(NetworkDefinitions).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Shipped, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var file = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            builder.Add(bytes, name);
        }

        if (options.DefinitionsFolder is { } folder) builder.AddPackage(folder);

        var definitions = builder.Build();

        // What ships is judged by a test, not at every start: it is a tenth of the time that a start takes.
        var contradictions = options.DefinitionsFolder is null ? [] : builder.Contradictions(definitions);
        var ofPackages = contradictions.Where(c => c.IsOfPackage).ToList();
        foreach (var one in ofPackages) leftOut($"{Told(one.Problem)}: left out");
        if (ofPackages.Count > 0)
        {
            builder.Remove(ofPackages);
            definitions = builder.Build();
        }

        // An element that R4 does not know (of another version, or a misspelt one) is left out and does no harm; anything else would be missed.
        var faults = builder.Problems.Where(p => p.Kind != Problems.UnknownElement).Concat(contradictions.Where(c => !c.IsOfPackage).Select(c => c.Problem)).ToList();
        if (faults.Count > 0) throw new InvalidConfigurationException([.. faults.Select(Told)]);
        return definitions;
    }

    private static string Told(Problem problem) => $"Definitions:Folder: {problem.Diagnostics}{(problem.Expression is null ? "" : $" (at {problem.Expression})")}";
}
