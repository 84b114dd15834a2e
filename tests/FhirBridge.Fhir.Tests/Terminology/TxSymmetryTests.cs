using System.Text.Json.Nodes;

namespace FhirBridge.Fhir.Tests;

/// <summary>
/// What must hold between answers, whatever the question: over the set-up resources of all suites of the ecosystem. The vectors ask some of these questions, and others the rest.
/// </summary>
public class TxSymmetryTests
{
    public static TheoryData<string, string> ValueSets => [.. TxVectors.Suites.SelectMany(s => TxVectors.SetUp(s).Where(r => (string)r["resourceType"]! == "ValueSet").Select(r => (s, Canonical(r)))).Distinct()];

    [Theory]
    [MemberData(nameof(ValueSets))]
    public void Expansion_AndValidation_SayTheSame(string suite, string set)
    {
        var world = new World(suite, set);
        if (world.Codes() is not { } codes) return;
        foreach (var code in codes)
        {
            Assert.True(world.IsValid(code, "coding"), $"{code} of the expansion of {set} is not valid in it: {world.Validate(code, "coding").ToJsonString()}");
        }

        var listed = codes.Select(c => (c.System, c.Code)).ToHashSet();
        foreach (var other in world.AllCodes().Where(c => !listed.Contains((c.System, c.Code)))) Assert.False(world.IsValid(other, "coding"), $"{other} is not in the expansion of {set}, and valid in it");
    }

    [Theory]
    [MemberData(nameof(ValueSets))]
    public void Forms_OfAQuestion_AreAnsweredAlike(string suite, string set)
    {
        var world = new World(suite, set);
        foreach (var code in world.AllCodes().Prepend(new Asked("urn:none", null, "none")).Prepend(new Asked("http://hl7.org/fhir/test/CodeSystem/simple", "7.7.7", "code1")).Concat(world.AllCodes().Take(3).Select(c => c with { Code = c.Code + "x" })))
        {
            var (a, b, c) = (World.Essence(world.Validate(code, "code")), World.Essence(world.Validate(code, "coding")), World.Essence(world.Validate(code, "codeableConcept")));
            Assert.Equal(a, b);
            Assert.Equal(b, c);
        }
    }

    [Theory]
    [MemberData(nameof(ValueSets))]
    public void Parameters_ChooseAmongTheCodes_AndChangeNothingElse(string suite, string set)
    {
        var world = new World(suite, set);
        if (world.Codes() is not { } all) return;
        Assert.Equal(all.ToHashSet(), world.Codes(("excludeNested", true))!.ToHashSet());
        Assert.Equal(all, world.Codes(("includeDesignations", true), ("includeDefinition", true)));
        Assert.Equal(all, world.Codes(("displayLanguage", "de")));
        Assert.Equal(all, world.Codes(("displayLanguage", "de, *;q=0")));
        Assert.Equal(all, world.Codes(("property", "*")));
        Assert.Empty(world.Codes(("activeOnly", true))!.Except(all));
        Assert.Empty(world.Codes(("filter", "code 1"))!.Except(all));
        Assert.Equal(all, world.Codes(("filter", "")));

        var flat = world.Codes(("excludeNested", true))!;
        var paged = new List<Asked>();
        var step = Math.Max(1, (flat.Count + 2) / 3);
        for (var offset = 0; offset <= flat.Count; offset += step) paged.AddRange(world.Codes(("offset", offset), ("count", step))!);
        Assert.Equal(flat, paged);
        Assert.Empty(world.Codes(("count", 0))!);
        Assert.Equal(flat.Count, (int)world.Expand(("count", 1))["expansion"]!["total"]!);
    }

    [Theory]
    [MemberData(nameof(ValueSets))]
    public void DisplayOfAnExpansion_IsAValidDisplay(string suite, string set)
    {
        foreach (var language in new[] { "", "de", "en", "de-CH,en;q=0.5", "fr" })
        {
            var world = new World(suite, set);
            var parameters = language.Length == 0 ? Array.Empty<(string, JsonNode)>() : [("displayLanguage", language)];
            if (world.Codes(parameters) is not { } codes) return;
            foreach (var code in codes.Where(c => c.Display is not null))
            {
                var answer = world.Validate(code, "coding", withDisplay: true, parameters);
                Assert.DoesNotContain(World.Issues(answer), i => i.Code == "invalid-display" && i.Severity == "error");
            }
        }
    }

    [Theory]
    [MemberData(nameof(ValueSets))]
    public void Membership_ForValidation_IsThatOfTheOperations(string suite, string set)
    {
        var world = new World(suite, set);
        if (world.Codes() is not { } codes) return;
        foreach (var code in codes)
        {
            Assert.NotEqual(false, world.Definitions.Terminology.Contains(set, new Coding(code.System, code.Code), code.Version));
        }

        var listed = codes.Select(c => (c.System, c.Code)).ToHashSet();
        foreach (var other in world.AllCodes().Where(c => !listed.Contains((c.System, c.Code)))) Assert.NotEqual(true, world.Definitions.Terminology.Contains(set, new Coding(other.System, other.Code), other.Version));
    }

    private static string Canonical(JsonObject resource) => $"{resource["url"]}|{resource["version"]}";

    internal sealed record Asked(string System, string? Version, string Code)
    {
        public string? Display { get; init; }

        public bool Equals(Asked? other) => other is not null && (System, Version, Code) == (other.System, other.Version, other.Code);

        public override int GetHashCode() => HashCode.Combine(System, Version, Code);
    }

    internal sealed class World
    {
        private readonly TerminologyOperations operations;
        private readonly string suite;
        private readonly string set;

        public World(string suite, string set)
        {
            (this.suite, this.set) = (suite, set);
            Definitions = FhirBridge.Fhir.Definitions.R4.With([.. TxVectors.SetUp(suite).Select(TxVectors.Tree)]);
            operations = new TerminologyOperations(Definitions, TimeProvider.System);
        }

        public Definitions Definitions { get; }

        public JsonNode Expand(params (string Name, JsonNode Value)[] parameters) => JsonNode.Parse(operations.Expand(TxVectors.Tree(Parameters(parameters)), default, null).Json.Span)!;

        /// <summary>The codes of the expansion, those that only group others included; null when there is none.</summary>
        public IReadOnlyList<Asked>? Codes(params (string Name, JsonNode Value)[] parameters)
        {
            var answer = Expand(parameters);
            if ((string)answer["resourceType"]! != "ValueSet") return null;
            var found = new List<Asked>();
            Add(answer["expansion"]!);
            return found;

            void Add(JsonNode around)
            {
                foreach (var item in (around["contains"] as JsonArray ?? []).OfType<JsonNode>())
                {
                    found.Add(new Asked((string)item["system"]!, (string?)item["version"], (string)item["code"]!) { Display = (string?)item["display"] });
                    Add(item);
                }
            }
        }

        /// <summary>The codes of all systems of the suite, less supplements.</summary>
        public IEnumerable<Asked> AllCodes()
        {
            var systems = TxVectors.SetUp(suite).Where(r => (string)r["resourceType"]! == "CodeSystem" && (string?)r["content"] == "complete").Where(s => (s["concept"] as JsonArray)?.Count < 100);
            return [.. systems.SelectMany(s => All(s).Select(c => new Asked((string)s["url"]!, null, (string)c["code"]!))).Distinct()];

            static IEnumerable<JsonNode> All(JsonNode around) => (around["concept"] as JsonArray ?? []).SelectMany(c => All(c!).Prepend(c!));
        }

        public bool IsValid(Asked code, string form) => (bool?)Validate(code, form)["parameter"]?.AsArray().FirstOrDefault(p => (string)p!["name"]! == "result")?["valueBoolean"] == true;

        public JsonNode Validate(Asked code, string form, bool withDisplay = false, params (string Name, JsonNode Value)[] more)
        {
            var request = Parameters(more);
            var coding = new JsonObject { ["system"] = code.System, ["code"] = code.Code };
            if (code.Version is not null) coding["version"] = code.Version;
            if (withDisplay) coding["display"] = code.Display;
            if (form == "coding") Add("coding", "valueCoding", coding);
            else if (form == "codeableConcept") Add("codeableConcept", "valueCodeableConcept", new JsonObject { ["coding"] = new JsonArray(coding) });
            else
            {
                Add("code", "valueCode", code.Code);
                Add("system", "valueUri", code.System);
                if (code.Version is not null) Add("systemVersion", "valueString", code.Version);
            }

            return JsonNode.Parse(operations.ValidateInValueSet(TxVectors.Tree(request), default, null).Json.Span)!;

            void Add(string name, string type, JsonNode value) => request["parameter"]!.AsArray().Add(new JsonObject { ["name"] = name, [type] = value });
        }

        /// <summary>The issues of an answer.</summary>
        public static IEnumerable<(string Severity, string? Code, string Text)> Issues(JsonNode answer)
        {
            var outcome = (string)answer["resourceType"]! == "OperationOutcome" ? answer : answer["parameter"]!.AsArray().FirstOrDefault(p => (string)p!["name"]! == "issues")?["resource"];
            return (outcome?["issue"]?.AsArray() ?? []).Select(i => ((string)i!["severity"]!, (string?)i["details"]!["coding"]?[0]!["code"], (string)i["details"]!["text"]!));
        }

        /// <summary>An answer without what differs by form: places, the concept itself, and how the whole concept is told to be outside.</summary>
        public static string Essence(JsonNode answer)
        {
            var issues = Issues(answer).Select(i => i.Code is "not-in-vs" or "this-code-not-in-vs" ? "not in the set" : $"{i.Severity} {i.Code} {i.Text}").Distinct().Order(StringComparer.Ordinal);
            var parameters = answer["parameter"] as JsonArray ?? [];
            var isValid = parameters.Any(p => (string)p!["name"]! == "result" && (bool)p["valueBoolean"]!);

            // Where no coding of a concept is valid, it is none of them that is told of.
            string[] compared = isValid ? ["result", "version", "inactive", "normalized-code", "status"] : ["result"];
            var values = parameters.Where(p => compared.Contains((string)p!["name"]!) || ((string)p!["name"]!).StartsWith("x-", StringComparison.Ordinal)).Select(p => p!.ToJsonString());
            return string.Join('\n', issues.Concat(values.Order(StringComparer.Ordinal)));
        }

        private JsonObject Parameters((string Name, JsonNode Value)[] parameters)
        {
            var bar = set.LastIndexOf('|');
            var all = new JsonArray(new JsonObject { ["name"] = "url", ["valueUri"] = set[..bar] });
            if (bar < set.Length - 1) all.Add(new JsonObject { ["name"] = "valueSetVersion", ["valueString"] = set[(bar + 1)..] });
            foreach (var (name, value) in parameters) all.Add(new JsonObject { ["name"] = name, [value.GetValueKind() switch { System.Text.Json.JsonValueKind.String => "valueString", System.Text.Json.JsonValueKind.Number => "valueInteger", _ => "valueBoolean" }] = value.DeepClone() });
            return new JsonObject { ["resourceType"] = "Parameters", ["parameter"] = all };
        }
    }
}
