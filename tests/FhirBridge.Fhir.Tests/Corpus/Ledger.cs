using System.Reflection;
using System.Text.Json;

namespace FhirBridge.Corpus;

/// <summary>What is known to be wrong in the official examples themselves (data/ledger.json), each with the reason and the rule.</summary>
internal sealed class Ledger
{
    private static readonly Lazy<Ledger> Loaded = new(Load);

    internal static Ledger R4 => Loaded.Value;

    /// <summary>Files that the reader refuses.</summary>
    internal required IReadOnlyDictionary<string, RefusedFile> Refused { get; init; }

    /// <summary>Invariants of severity error that are not true.</summary>
    internal required IReadOnlyList<BrokenInvariant> Invariants { get; init; }

    private static Ledger Load()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("corpus/ledger.json")!;
        var content = JsonSerializer.Deserialize<Content>(stream, JsonSerializerOptions.Web)!;
        return new Ledger { Refused = content.Refused.ToDictionary(e => e.File, StringComparer.Ordinal), Invariants = content.Invariants };
    }

    /// <param name="File">Name of the file in the package.</param>
    /// <param name="Problem">Code of the problem.</param>
    /// <param name="Path">FHIRPath of the element at fault.</param>
    /// <param name="Reason">What is wrong.</param>
    /// <param name="Rule">The rule of the specification that it breaks.</param>
    internal sealed record RefusedFile(string File, string Problem, string Path, string Reason, string Rule);

    /// <param name="Key">Key of the invariant.</param>
    /// <param name="Outcome">"false", or the code of the problem that the evaluation ends with.</param>
    /// <param name="Reason">Why it is not true.</param>
    /// <param name="Places">File, a blank, and the FHIRPath of each element that breaks it.</param>
    internal sealed record BrokenInvariant(string Key, string Outcome, string Reason, IReadOnlyList<string> Places);

    private sealed record Content(IReadOnlyList<RefusedFile> Refused, IReadOnlyList<BrokenInvariant> Invariants);
}
