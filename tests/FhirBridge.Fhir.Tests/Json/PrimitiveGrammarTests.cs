using System.Text;

namespace FhirBridge.Fhir.Tests;

public class PrimitiveGrammarTests
{
    [Theory]
    [InlineData("boolean", "true false", "True 1 yes")]
    [InlineData("integer", "0 -1 2147483647 -2147483648", "-0 01 +1 1.0 1e3 2147483648 - a")]
    [InlineData("unsignedInt", "0 7", "-1 00")]
    [InlineData("positiveInt", "1 2147483647", "0 -1")]
    [InlineData("decimal", "0 -0 1.50 -12.5e10 0.1E-3 100000000000000000000.000", "01 .5 1. 1e +1 - 1.e3 NaN 1,5")]
    [InlineData("code", "a a-b http://x", "")]
    [InlineData("id", "a A-1.z", "a_b ä a/b")]
    [InlineData("uri", "http://a.b/c?d#e urn:x é", "")]
    [InlineData("oid", "urn:oid:1.2.0.3", "1.2.3 urn:oid:3.1 urn:oid:1 urn:oid:1.02 urn:oid:1.2. urn:oid:1..2")]
    [InlineData("uuid", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "c757873d-ec9a-4326-a141-556f43239520 urn:uuid:C757873D-ec9a-4326-a141-556f43239520 urn:uuid:c757873dec9a4326a141556f43239520aaaa")]
    [InlineData("base64Binary", "YWI= YWJj", "YWI YW=I ä===")]
    [InlineData("date", "2020 2020-02 2020-02-29 0001-01-01", "20 0000 2020-13 2020-00 2021-02-29 2020-2-1 2020-02-01T00:00:00Z 2020/01/01 2020-02-")]
    [InlineData("dateTime", "2020 2020-02-29 2020-02-29T23:59:60Z 2020-02-29T00:00:00.123456789+14:00 2020-01-01T00:00:00-00:00", "2020-02-29T10:00 2020-02-29T10:00:00 2020-02-29T24:00:00Z 2020-02-29T10:60:00Z 2020-02-29T10:00:00.Z 2020-02-29T10:00:00+15:00 2020-02-29T10:00:00+14:30 2020-02-30T10:00:00Z 2020-02T10:00:00Z 2020-02-29t10:00:00z")]
    [InlineData("instant", "2020-02-29T10:00:00Z 2020-02-29T10:00:00.1+01:00", "2020-02-29 2020 2020-02-29T10:00:00")]
    [InlineData("time", "00:00:00 23:59:59.999", "24:00:00 10:00 10:00:00Z 1:00:00 10:00:00.")]
    public void Check_Grammar_IsThatOfTheSpecification(string type, string good, string bad)
    {
        var kind = PrimitiveGrammar.KindOf(type);

        Assert.All(good.Split(' '), t => Assert.Null(PrimitiveGrammar.Check(kind, Encoding.UTF8.GetBytes(t))));
        if (bad.Length > 0) Assert.All(bad.Split(' '), t => Assert.NotNull(PrimitiveGrammar.Check(kind, Encoding.UTF8.GetBytes(t))));
    }

    [Theory]
    [InlineData("code", "a b", true)]
    [InlineData("code", " a", false)]
    [InlineData("code", "a ", false)]
    [InlineData("code", "a  b", false)]
    [InlineData("uri", "a b", false)]
    [InlineData("string", " a\r\n\tb ", true)]
    [InlineData("string", "a\u0001", false)]
    [InlineData("string", "a\u001F", false)]
    [InlineData("markdown", "a\uFFFF", false)]
    [InlineData("string", "a\uFFFD", true)]
    [InlineData("base64Binary", "YW\r\n Jj", true)]
    [InlineData("date", "2020 ", false)]
    public void Check_WhiteSpaceAndControls_FollowTheSpecification(string type, string text, bool good) =>
        Assert.Equal(good, PrimitiveGrammar.Check(PrimitiveGrammar.KindOf(type), Encoding.UTF8.GetBytes(text)) is null);

    [Fact]
    public void Check_LongId_IsRefused() =>
        Assert.NotNull(PrimitiveGrammar.Check(PrimitiveKind.Id, Encoding.UTF8.GetBytes(new string('a', 65))));

    [Theory]
    [InlineData("dateTime", "2015-02-04T14:34:28Z", true)]
    [InlineData("dateTime", "2015-02-04T14", false)]
    [InlineData("time", "14:34:28", true)]
    [InlineData("time", "14", false)]
    [InlineData("date", "2015-02", true)]
    [InlineData("string", "", false)]
    [InlineData("string", "a", true)]
    [InlineData("string", "a\u0001", false)]
    public void FhirPrimitive_IsValid_AsTheReadersHaveIt(string type, string text, bool expected) => Assert.Equal(expected, FhirPrimitive.IsValid(type, text));
}
