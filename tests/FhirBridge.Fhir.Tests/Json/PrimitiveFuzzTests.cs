using System.Text;
using System.Text.RegularExpressions;

namespace FhirBridge.Fhir.Tests;

/// <summary>The grammars of primitives against the regular expressions that R4's own StructureDefinitions state for them.</summary>
public class PrimitiveFuzzTests
{
    private static readonly Dictionary<string, string[]> Good = new(StringComparer.Ordinal)
    {
        ["boolean"] = ["true", "false"],
        ["integer"] = ["0", "-12", "2147483647"],
        ["unsignedInt"] = ["0", "17"],
        ["positiveInt"] = ["1", "99"],
        ["decimal"] = ["0", "-0.10", "12.5e-3", "1E+10", "100.00"],
        ["string"] = ["a b", "é\t\n", "x"],
        ["markdown"] = ["* a\n* b"],
        ["code"] = ["a", "a-b c", "<="],
        ["id"] = ["a", "A-1.z", new string('a', 64)],
        ["uri"] = ["http://a.example/x?y=z#f", "urn:oid:1.2"],
        ["url"] = ["http://a.example"],
        ["canonical"] = ["http://a.example/x|1.0"],
        ["oid"] = ["urn:oid:1.2.840.0"],
        ["uuid"] = ["urn:uuid:c757873d-ec9a-4326-a141-556f43239520"],
        ["base64Binary"] = ["YWJj", "YWI=", "YWJj YWI=", "YQ=="],
        ["date"] = ["2020", "2020-02", "2020-02-28"],
        ["dateTime"] = ["2020", "2020-02-28T10:11:12Z", "2020-12-31T23:59:60.123+14:00"],
        ["instant"] = ["2020-02-28T10:11:12.123-05:00"],
        ["time"] = ["10:11:12", "23:59:60.5"],
    };

    private static readonly Lazy<Dictionary<string, Regex>> Official = new(() => Good.Keys.ToDictionary(t => t, Expression));

    public static TheoryData<string> Types => [.. Good.Keys];

    [Fact]
    public void Check_AnyText_AgreesWithTheExpressionOfR4() => Fuzz.Run(20_000, random =>
    {
        var type = random.Of([.. Good.Keys]);
        var text = new StringBuilder(random.Of(Good[type]));
        for (var n = random.Next(0, 4); n > 0; n--)
        {
            var at = random.Next(text.Length + 1);
            if (random.Next(3) == 0 && at < text.Length) text.Remove(at, 1);
            else text.Insert(at, random.Of(["0", "1", "9", "-", "+", ".", "e", "E", ":", "T", "Z", " ", "  ", "\t", "\n", "=", "/", "a", "A", "é", "00", "-00", "\u00a0", "_"]));
        }

        AssertAgrees(type, text.ToString());
    });

    [Theory]
    [MemberData(nameof(Types))]
    public void Check_GoodTexts_Pass(string type) => Assert.All(Good[type], t =>
    {
        Assert.Null(PrimitiveGrammar.Check(PrimitiveGrammar.KindOf(type), Encoding.UTF8.GetBytes(t)));
        AssertAgrees(type, t);
    });

    private static void AssertAgrees(string type, string text)
    {
        if (text.Length == 0) return;
        var official = Official.Value[type].IsMatch(text) && type switch
        {
            // What R4 says beside the expression: 32 bits and no -0 (datatypes.html#integer); days of the calendar.
            "integer" or "unsignedInt" or "positiveInt" => int.TryParse(text, out _) && text != "-0",
            "date" or "dateTime" or "instant" => text.Length < 10 || DateTime.TryParseExact(text[..10], "yyyy-MM-dd", null, System.Globalization.DateTimeStyles.None, out _),
            _ => true,
        };
        if (type == "base64Binary") official = IsBase64(text);
        var fault = PrimitiveGrammar.Check(PrimitiveGrammar.KindOf(type), Encoding.UTF8.GetBytes(text));
        Assert.True(official == fault is null, $"{type} '{text}': R4 says {official}, the grammar says {fault ?? "yes"}");
    }

    // The expression of R4 lets '=' stand anywhere, and asks for groups of four between white space, which RFC 4648 does not. The bits that
    // padding leaves over are zero, as xs:base64Binary has it.
    private static bool IsBase64(string text)
    {
        try
        {
            var bytes = Convert.FromBase64String(text);
            return bytes.Length > 0 && Convert.ToBase64String(bytes) == string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static Regex Expression(string type)
    {
        var definition = OfficialExamples.Get($"StructureDefinition-{type}.json").Root;
        var value = definition["snapshot"].Children("element").Single(e => e.Text("path") == type + ".value");
        var regex = value["type"].Children("extension").Single(e => e.Text("url") == "http://hl7.org/fhir/StructureDefinition/regex").Text("value")!;

        // White space is that of XML Schema and Java, where these expressions come from.
        return new Regex(@"\A(?:" + regex + @")\z", RegexOptions.ECMAScript);
    }
}
