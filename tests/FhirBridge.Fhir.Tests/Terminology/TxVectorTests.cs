using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests;

/// <summary>Request and response pairs of HL7's terminology ecosystem: the whole suite is run, and what does not answer as expected stands in the ledger with its reason.</summary>
public class TxVectorTests
{
    public static TheoryData<string> Suites => [.. TxVectors.Suites];

    [Theory]
    [MemberData(nameof(Suites))]
    public void Suite_OfTheEcosystem_AnswersAsExpectedOrStandsInTheLedger(string suite)
    {
        var surprises = new List<string>();
        var names = new HashSet<string>();
        foreach (var test in TxVectors.Tests(suite))
        {
            var name = TxVectors.Name(test);
            names.Add(name);
            var difference = Run(suite, test);
            var isExpected = TxVectors.Ledger.ContainsKey(name);
            if (difference is null && isExpected) surprises.Add($"{name} passes and stands in the ledger");
            if (difference is not null && !isExpected) surprises.Add($"{name}: {difference}");
        }

        Assert.All(TxVectors.Ledger.Keys.Where(k => k.StartsWith(suite + "/", StringComparison.Ordinal)), k => Assert.Contains(k, names));
        Assert.True(surprises.Count == 0, $"{surprises.Count} of {names.Count}\n{string.Join('\n', surprises)}");
    }

    private static string? Run(string suite, JsonObject test)
    {
        var limit = (string?)test["header"]?["name"] == "X-TOO-COSTLY-THRESHOLD" ? int.Parse((string)test["header"]!["value"]!, System.Globalization.CultureInfo.InvariantCulture) : (int?)null;
        var request = TxVectors.Request(test);
        foreach (var resource in TxVectors.SetUp(suite)) request["parameter"]!.AsArray().Add(new JsonObject { ["name"] = "tx-resource", ["resource"] = resource.DeepClone() });
        var operations = new TerminologyOperations(Definitions.R4, TimeProvider.System, limit);
        var parameters = TxVectors.Tree(request);
        var language = (string?)test["Accept-Language"];
        var answer = (string)test["operation"]! switch
        {
            "expand" => operations.Expand(parameters, default, language),
            "validate-code" => operations.ValidateInValueSet(parameters, default, language),
            "cs-validate-code" => operations.ValidateInCodeSystem(parameters, default, language),
            "lookup" => operations.Lookup(parameters, default, language),
            "translate" => operations.Translate(parameters, default, language),
            "batch-validate" => TerminologyOperations.Joined([.. TerminologyOperations.Split(parameters)!.Select(p => operations.Validate(p, language))]),
            var other => throw new InvalidDataException(other),
        };
        return TxVectors.Judge(test, answer.IsOk, JsonNode.Parse(answer.Json.Span)!);
    }
}
