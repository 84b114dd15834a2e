using FhirBridge.Fhir;

// Compiles the R4 package (hl7.fhir.r4.examples@4.0.1 from the npm registry, CC0) into the file that FhirBridge.Fhir embeds:
//   npm pack hl7.fhir.r4.examples@4.0.1
//   dotnet run --project tools/FhirBridge.DefinitionsCompiler -- hl7.fhir.r4.examples-4.0.1.tgz src/FhirBridge.Fhir/Definitions/r4.bin
if (args is not [var package, var output])
{
    Console.Error.WriteLine("usage: FhirBridge.DefinitionsCompiler <package folder or .tgz> <output file>");
    return 2;
}

var builder = new DefinitionsBuilder().AddPackage(package);
foreach (var problem in builder.Problems) Console.Error.WriteLine(problem);
if (builder.Problems.Count > 0) return 1;
var definitions = builder.Build();
using (var file = File.Create(output)) DefinitionsFile.Write(definitions, file);
Console.WriteLine(
    $"{definitions.Types.Count} types ({definitions.ResourceTypes.Count} resource types), {definitions.AllSearchParameters.Count} search parameters, "
    + $"{definitions.CodeSets.Count} code sets, {definitions.Compartments.Count} compartments, {definitions.Operations.Count} operations, "
    + string.Join(", ", definitions.ConformanceTypes.Select(t => $"{definitions.Resources(t).Count} {t}"))
    + $", {new FileInfo(output).Length} bytes");
return 0;
