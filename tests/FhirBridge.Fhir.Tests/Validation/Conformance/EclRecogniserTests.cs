using FhirBridge.Fhir.Validation;

namespace FhirBridge.Fhir.Tests.Validation;

/// <summary>The brief syntax of SNOMED CT's expression constraints, both ways.</summary>
public sealed class EclRecogniserTests
{
    [Theory]
    [InlineData("404684003")]
    [InlineData("404684003 |Clinical finding|")]
    [InlineData("*")]
    [InlineData("< 404684003 |Clinical finding|")]
    [InlineData("<<73211009")]
    [InlineData("<! 404684003")]
    [InlineData("<<! 404684003")]
    [InlineData("> 40541001")]
    [InlineData(">>! 40541001")]
    [InlineData("!!> (< 40541001)")]
    [InlineData("^ 700043003 |Example problem list concepts reference set|")]
    [InlineData("^ [targetComponentId] 900000000000527005")]
    [InlineData("^ [*] 900000000000527005")]
    [InlineData("< 19829001 OR < 301867009")]
    [InlineData("< 19829001 AND < 301867009 AND < 386617003")]
    [InlineData("< 19829001, < 301867009")]
    [InlineData("<<  19829001 MINUS << 301867009")]
    [InlineData("(< 19829001 OR < 301867009) MINUS ^ 700043003")]
    [InlineData("< 19829001: 116676008 = 79654002")]
    [InlineData("< 404684003: 363698007 = << 39057004, 116676008 = << 415582006")]
    [InlineData("< 404684003: {363698007 = << 39057004, 116676008 = << 415582006}")]
    [InlineData("< 404684003: { 363698007 = * }, { 116676008 = * }")]
    [InlineData("< 404684003: [1..3] 363698007 = < 91723000")]
    [InlineData("< 404684003: [0..*] { [1..1] 363698007 = < 91723000 }")]
    [InlineData("< 404684003: 47429007 = (< 404684003: 116676008 = << 55641003)")]
    [InlineData("< 404684003: (363698007 = *, 116676008 = *) OR 246075003 = *")]
    [InlineData("< 91723000: R 363698007 = < 125605004")]
    [InlineData("< 27658006: 411116001 = 385055001, 1142135004 >= #500, 1142135004 < #800.5")]
    [InlineData("< 125605004 . 363698007")]
    [InlineData("< 125605004 . 363698007 . 116676008")]
    [InlineData("< 373873005 : 774159003 = \"PANADOL\"")]
    [InlineData("< 373873005 : 774159003 = (\"a\" \"b\")")]
    [InlineData("< 373873005 : 859999999102 = true")]
    [InlineData("< 64572001 {{ term = \"heart att\" }}")]
    [InlineData("< 64572001 {{ D term = match:\"heart att\", language = sv, type = syn }}")]
    [InlineData("< 64572001 {{ term = (\"heart\" wild:\"c*\") }} {{ dialect = en-gb (prefer) }}")]
    [InlineData("< 64572001 {{ C definitionStatus = primitive, effectiveTime >= \"20190731\" }}")]
    [InlineData("^ 447562003 {{ M mapTarget = \"J45.9\" }}")]
    [InlineData("<< 195967001 {{ +HISTORY-MIN }}")]
    [InlineData("<< 195967001 {{ +HISTORY (900000000000527005) }}")]
    [InlineData("/* disorders */ < 64572001 /* only */")]
    [InlineData("LOINC#54486-6 OR \"http://x.example#a b\"")]
    public void Fault_OfAnExpression_IsNone(string text) => Assert.Null(EclRecogniser.Fault(text));

    [Theory]
    [InlineData("", "ends too early")]
    [InlineData("234234 << 234234", "character 8")]
    [InlineData("<", "ends too early")]
    [InlineData("< 12345", "12345")]
    [InlineData("< 404684003 |Clinical finding", "Clinical finding")]
    [InlineData("< 404684003 ||", null)]
    [InlineData("< 19829001 OR < 301867009 AND < 386617003", "AND")]
    [InlineData("< 19829001 MINUS < 301867009 MINUS < 386617003", "MINUS")]
    [InlineData("< 19829001 AND", "ends too early")]
    [InlineData("(< 19829001", "ends too early")]
    [InlineData("< 19829001)", ")")]
    [InlineData("< 404684003:", "ends too early")]
    [InlineData("< 404684003: 363698007", "ends too early")]
    [InlineData("< 404684003: 363698007 = ", "ends too early")]
    [InlineData("< 404684003: { 363698007 = *", "ends too early")]
    [InlineData("< 404684003: [1..] 363698007 = *", null)]
    [InlineData("< 404684003: 363698007 > 39057004", null)]
    [InlineData("< 64572001 {{ term \"heart\" }}", null)]
    [InlineData("< 64572001 {{ term = \"heart }}", null)]
    [InlineData("heart attack", "heart")]
    public void Fault_OfWhatIsNone_SaysWhere(string text, string? expected)
    {
        var fault = EclRecogniser.Fault(text);
        Assert.NotNull(fault);
        if (expected is not null) Assert.Contains(expected, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("< 404684003: (")]
    [InlineData("< 404684003: 363698007 = (")]
    public void Nesting_WithoutEnd_Ends(string opening) => Assert.NotNull(EclRecogniser.Fault(string.Concat(Enumerable.Repeat(opening, 20_000))));
}
