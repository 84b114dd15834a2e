using System.Globalization;
using System.Text;
using System.Text.Json;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>The cases of HL7/fhirpath.js, without those for other FHIR versions.</summary>
public sealed class FhirPathJsSuiteTests
{
    private static readonly Dictionary<string, JsonElement> Cases = Load();

    public static TheoryData<string> Ids => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Ids))]
    public void FhirPathJs_Case_GivesItsResult(string id) => Vectors.Judge(id, Run(Cases[id]));

    private static Dictionary<string, JsonElement> Load()
    {
        var cases = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var test in Vectors.Json("fhirpathjs-yaml.json").EnumerateArray())
        {
            var file = Path.GetFileNameWithoutExtension(test.GetProperty("file").GetString()!);
            var number = counts[file] = counts.GetValueOrDefault(file) + 1;
            if (test.TryGetProperty("model", out var model) && model.GetString() != "r4") continue;
            cases.Add($"js/{file}/{number}", test);
        }

        return cases;
    }

    private static string? Run(JsonElement test)
    {
        var error = test.GetProperty("error").GetBoolean();
        var given = test.GetProperty("expression");
        var expression = (given.ValueKind == JsonValueKind.Object ? given.GetProperty("expression") : given).GetString()!;
        var compiled = FhirPathExpression.Compile(expression);
        if (!compiled.IsOk) return error ? null : $"{expression} refused: {compiled.Problems[0]}";
        var result = compiled.Value.Evaluate(Subject(test), new FhirPathContext { Variables = Variables(test) });
        if (!result.IsOk) return error ? null : $"{expression} fault: {result.Problems[0]}";
        var text = $"{expression} gave [{string.Join(", ", result.Value.Select(v => v.System?.ToString() ?? v.Element.Path))}]";
        if (error) return text + ", expected an error";
        var expected = test.GetProperty("result").EnumerateArray().ToArray();

        // fhirpath.js leaves items without data out of what it returns.
        var actual = result.Value.Where(v => v.System is not null || v.Element.Children().Any(c => c.Name is not ("id" or "extension"))).ToArray();
        var same = expected.Length == actual.Length && expected.Zip(actual).All(p => Matches(p.First, p.Second));
        return same ? null : $"{text}, expected {test.GetProperty("result").GetRawText().ReplaceLineEndings(" ")}";
    }

    private static FhirElement Subject(JsonElement test)
    {
        var typed = test.TryGetProperty("model", out _);
        if (test.GetProperty("expression").ValueKind == JsonValueKind.Object) return Part(test);
        if (test.TryGetProperty("inputfile", out var input)) return Vectors.Tree("resources/r4/" + input.GetString(), typed);
        var file = "subjects/" + Path.ChangeExtension(test.GetProperty("file").GetString()!, ".json");
        if (!File.Exists(Path.Combine(Vectors.Folder, file))) return default;
        var subject = Vectors.Tree(file, typed && Vectors.Json(file).TryGetProperty("resourceType", out _));
        return test.TryGetProperty("context", out var context) ? subject[context.GetString()!] : subject;
    }

    /// <summary>A part of a resource: read inside of one, so that it is typed.</summary>
    private static FhirElement Part(JsonElement test)
    {
        var place = test.GetProperty("expression").GetProperty("base").GetString()!.Split('.');
        var part = Vectors.Json("resources/r4/" + test.GetProperty("inputfile").GetString()).GetRawText();
        return FhirJson.ReadTrusted(Encoding.UTF8.GetBytes($$"""{"resourceType":"{{place[0]}}","{{place[1]}}":[{{part}}]}""")).Value!.Root[place[1]];
    }

    private static Dictionary<string, IReadOnlyList<FhirPathValue>> Variables(JsonElement test)
    {
        var variables = new Dictionary<string, IReadOnlyList<FhirPathValue>>(StringComparer.Ordinal);
        if (!test.TryGetProperty("variables", out var all)) return variables;
        foreach (var variable in all.EnumerateObject())
        {
            IEnumerable<JsonElement> items = variable.Value.ValueKind switch
            {
                JsonValueKind.Array => variable.Value.EnumerateArray(),
                JsonValueKind.Null => [],
                _ => [variable.Value],
            };
            variables[variable.Name] = items.Select(i => FhirPathValue.Of(ForeignJson.Read(i))).ToArray();
        }

        return variables;
    }

    private static bool Matches(JsonElement expected, FhirPathValue actual)
    {
        var value = actual.System;
        switch (expected.ValueKind)
        {
            case JsonValueKind.Number:
                return value is { } n && decimal.TryParse(n.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var got)
                    && n.Kind is FhirPathKind.Integer or FhirPathKind.Decimal or FhirPathKind.Long
                    && Close((double)got, expected.GetDouble());
            case JsonValueKind.String:
                return value is { Kind: not FhirPathKind.Boolean } s && s.ToString() == expected.GetString();
            case JsonValueKind.True or JsonValueKind.False:
                return value is { Kind: FhirPathKind.Boolean } b && b.ToString() == expected.GetRawText();
            case JsonValueKind.Object:
                return actual.Kind == FhirPathKind.Type
                    ? expected.GetProperty("name").GetString() == actual.Type.Name || actual.ToString() == $"{expected.GetProperty("namespace").GetString()}.{expected.GetProperty("name").GetString()}"
                    : ObjectMatches(expected, actual.Element);
            default:
                return false;
        }
    }

    private static bool Close(double a, double b) => Math.Abs(a - b) <= 1e-12 * Math.Max(1, Math.Abs(b));

    private static bool ObjectMatches(JsonElement expected, FhirElement actual)
    {
        foreach (var property in expected.EnumerateObject())
        {
            if (property.Name == "resourceType")
            {
                if (actual.Type != property.Value.GetString()) return false;
                continue;
            }

            if (property.Name.StartsWith('_')) continue;
            var children = actual.Children(property.Name).ToArray();
            var items = property.Value.ValueKind == JsonValueKind.Array ? property.Value.EnumerateArray().ToArray() : [property.Value];
            if (children.Length != items.Length || !items.Zip(children).All(p => p.First.ValueKind == JsonValueKind.Null || Matches(p.First, FhirPathValue.Of(p.Second)))) return false;
        }

        return true;
    }
}
