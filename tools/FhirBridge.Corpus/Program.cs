using System.Diagnostics;
using FhirBridge.Corpus;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Tests.Validation;

// The official examples of R4 (hl7.fhir.r4.examples@4.0.1 from the npm registry, CC0):
//   npm pack hl7.fhir.r4.examples@4.0.1
//   dotnet run -c Release --project tools/FhirBridge.Corpus -- check hl7.fhir.r4.examples-4.0.1.tgz
//   dotnet run -c Release --project tools/FhirBridge.Corpus -- pack hl7.fhir.r4.examples-4.0.1.tgz tests/FhirBridge.Fhir.Tests/Corpus/data/r4-examples.br
return args switch
{
    ["check", var package] => Check(package),
    ["pack", var package, var output] => Pack(package, output),
    ["pack-validation", var folder, var output] => PackValidation(folder, output),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: FhirBridge.Corpus check <package folder or .tgz> | pack <package folder or .tgz> <output file> | pack-validation <folder> <output file>");
    return 2;
}

// The validation vectors, see tests/FhirBridge.Fhir.Tests/Validation/data/NOTICE.md.
static int PackValidation(string folder, string output)
{
    using var stream = File.Create(output);
    ValidationFile.Write(folder, stream);
    return 0;
}

// JSON -> XML -> JSON of every file, as the tests do for the packed ones.
static int Check(string package)
{
    var clock = Stopwatch.StartNew();
    var (files, bytes, same, otherOrder) = (0, 0L, 0, 0);
    var refused = new List<string>();
    var wrong = new List<string>();
    Parallel.ForEach(PackageFiles.Read(package), file =>
    {
        var read = FhirJson.Read(file.Json, new ReadLimits(MaxBytes: int.MaxValue));
        var result = read.IsOk ? RoundTrip.Run(read.Value.Root, file.Json) : default;
        lock (wrong)
        {
            files++;
            bytes += file.Json.Length;
            if (!read.IsOk) refused.Add($"{file.Name}: {read.Problems[0]}");
            else if (result.Fault is null) same++;
            if (result.OtherOrder) otherOrder++;
            if (result.Fault is not null) wrong.Add($"{file.Name}: {result.Fault}");
            if (read.IsOk == Ledger.R4.Refused.ContainsKey(file.Name)) wrong.Add($"{file.Name}: {(read.IsOk ? "is read, but stands in the ledger" : "is refused, but does not stand in the ledger")}");
        }
    });
    Console.WriteLine($"{files} files, {bytes} bytes: {same} come back identical ({otherOrder} of them with the order of R4 instead of their own), {refused.Count} are refused, {wrong.Count} are wrong ({clock.Elapsed.TotalSeconds:0} s)");
    foreach (var line in refused.Order(StringComparer.Ordinal)) Console.WriteLine("refused  " + line);
    foreach (var line in wrong.Order(StringComparer.Ordinal)) Console.WriteLine("WRONG    " + line);
    return wrong.Count == 0 ? 0 : 1;
}

// Bundles over 1 MB are left out: they hold together what stands in files of its own, and would be three fifths of everything.
static int Pack(string package, string output)
{
    var files = PackageFiles.Read(package)
        .Where(f => f.Json.Length <= 1_000_000 || !f.Name.StartsWith("Bundle-", StringComparison.Ordinal))
        .OrderBy(f => Kin(f.Name).Group).ThenBy(f => Kin(f.Name).Key, StringComparer.Ordinal)
        .ToArray();
    using var stream = File.Create(output);
    var plain = CorpusFile.Write(files, stream);
    Console.WriteLine($"{files.Length} files, {plain} bytes, compressed to {stream.Length}");
    return 0;
}

// Similar files stand together, so that the compression sees one while it writes the other: definitions, and a code system beside its value set.
static (int Group, string Key) Kin(string name)
{
    var dash = name.IndexOf('-', StringComparison.Ordinal);
    var type = dash < 0 ? name : name[..dash];
    return type switch
    {
        "StructureDefinition" => (0, name),
        "SearchParameter" => (1, name),
        "CodeSystem" or "ValueSet" when name[dash..].StartsWith("-v", StringComparison.Ordinal) => (2, name[dash..] + type),
        "CodeSystem" or "ValueSet" or "ConceptMap" => (3, name[dash..] + type),
        _ => (4, name),
    };
}
