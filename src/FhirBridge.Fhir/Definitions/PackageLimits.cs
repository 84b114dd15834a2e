namespace FhirBridge.Fhir;

/// <summary>Limits within which <see cref="DefinitionsBuilder"/> reads files and packages of others; beyond them it stops with a problem.</summary>
/// <param name="MaxFileBytes">Largest file, unpacked.</param>
/// <param name="MaxPackageBytes">Most bytes that one package unpacks to.</param>
/// <param name="MaxFiles">Most files in one package or folder.</param>
/// <param name="MaxProblems">Problems kept; later ones are dropped.</param>
public sealed record PackageLimits(int MaxFileBytes = 40_000_000, long MaxPackageBytes = 512_000_000, int MaxFiles = 50_000, int MaxProblems = 1000)
{
    /// <summary>The defaults: enough for the package of R4 itself.</summary>
    public static PackageLimits Default { get; } = new();
}
