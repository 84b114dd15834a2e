using System.Globalization;
using System.Text.Json;
using FhirBridge.Fhir.FhirPath;
using FsCheck;
using FsCheck.Fluent;

namespace FhirBridge.Fhir.Tests.FhirPath;

/// <summary>Units: every atom of UCUM, the codes that R4 itself uses, the grammar, and the special units.</summary>
public sealed class UcumTests
{
    private static readonly JsonElement Data = Vectors.Json("ucum.json");

    [Fact]
    public void Atoms_All_HaveTheirFactorAndDimension()
    {
        var failures = new List<string>();
        foreach (var row in Data.GetProperty("units").EnumerateArray())
        {
            var (code, factor, dimension) = (row[0].GetString()!, double.Parse(row[1].GetString()!, CultureInfo.InvariantCulture), row[2].GetString());
            if (UcumUnit.Parse(code) is not { Function: null } unit || unit.Dimension != dimension || Math.Abs((unit.Factor.ToDouble() / factor) - 1) > 1e-12)
            {
                failures.Add($"{code}: expected {factor} {dimension}, got {UcumUnit.Parse(code)}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public void Atoms_OfTheTable_AreAllInTheTestData()
    {
        var known = Data.GetProperty("units").EnumerateArray().Select(r => r[0].GetString()).ToHashSet();
        Assert.Equal([], UcumAtoms.Codes.Where(c => !known.Contains(c) && UcumUnit.Parse(c) is not { IsSpecial: true }));
    }

    [Fact]
    public void Codes_OfR4sValueSetsAndExamples_AreRead() =>
        Assert.Equal([], Data.GetProperty("r4").EnumerateArray().Select(c => c.GetString()!).Where(c => UcumUnit.Parse(c) is null));

    [Fact]
    public void Codes_OfR4sExamplesThatAreNotUcum_AreNot() =>
        Assert.Equal([], Data.GetProperty("notUcum").EnumerateArray().Select(c => c.GetString()!).Where(c => UcumUnit.Parse(c) is not null));

    [Theory]
    [InlineData("m/s2", "m.s-2")]
    [InlineData("/min", "1/min")]
    [InlineData("/m.s", "s/m")]
    [InlineData("m/s/s", "m/(s.s)")]
    [InlineData("kg.m/s2", "N")]
    [InlineData("m+2", "m2")]
    [InlineData("10*3/uL", "10^9/L")]
    [InlineData("10*-3", "[ppth]")]
    [InlineData("100", "10*2")]
    [InlineData("mg{total}/(kg.d)", "mg/kg/d")]
    [InlineData("{score}", "1")]
    [InlineData("/100{WBCs}", "%")]
    [InlineData("dar", "ar/10")]
    [InlineData("dag", "10.g")]
    [InlineData("cd", "cd")]
    [InlineData("mm[Hg]", "m[Hg]/1000")]
    [InlineData("KiBy", "1024.By")]
    public void Grammar_OfTwoSpellings_GivesOneMeasure(string code, string same)
    {
        var (a, b) = (UcumUnit.Parse(code)!, UcumUnit.Parse(same)!);
        Assert.Equal(a.Dimension, b.Dimension);
        Assert.Equal(0, a.Factor.CompareTo(b.Factor));
    }

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("KG")]
    [InlineData("kmin")]
    [InlineData("k[in_i]")]
    [InlineData("kkg")]
    [InlineData("m/")]
    [InlineData("m..s")]
    [InlineData("m//s")]
    [InlineData("(m")]
    [InlineData("m)")]
    [InlineData("m{a")]
    [InlineData("m{a{b}}")]
    [InlineData("m-")]
    [InlineData("m1000")]
    [InlineData("[xyz]")]
    [InlineData("Cel2")]
    [InlineData("Cel.m")]
    [InlineData("mg /L")]
    [InlineData("1/0")]
    [InlineData("Ym999.Ym999.Ym999.Ym999")]
    public void Grammar_OfNoUnit_IsNotRead(string code) => Assert.Null(UcumUnit.Parse(code));

    [Theory]
    [InlineData("100", "Cel", "373.15", "K")]
    [InlineData("-40", "Cel", "-40", "[degF]")]
    [InlineData("212", "[degF]", "80", "[degRe]")]
    [InlineData("37000", "mCel", "98.6", "[degF]")]
    [InlineData("7", "[pH]", "0.0000001", "mol/L")]
    [InlineData("20", "dB", "2", "B")]
    [InlineData("2", "B", "100", "1")]
    [InlineData("3", "B[W]", "1", "kW")]
    [InlineData("2", "B[V]", "10", "V")]
    [InlineData("2", "B[SPL]", "0.0002", "Pa")]
    [InlineData("10", "bit_s", "1024", "1")]
    [InlineData("3", "[hp'_X]", "0.001", "1")]
    [InlineData("2", "[hp'_C]", "0.0001", "1")]
    [InlineData("100", "%[slope]", "45", "deg")]
    [InlineData("3", "[m/s2/Hz^(1/2)]", "9", "m2/s4/Hz")]
    [InlineData("3", "[m/s2/Hz^0.5]", "9", "m2/s3")]
    public void Special_Unit_ConvertsToItsProperUnit(string value, string unit, string proper, string properUnit)
    {
        var from = new FhirPathQuantity(decimal.Parse(value, CultureInfo.InvariantCulture), unit);
        var converted = from.To(properUnit, calendar: false)!.Value;
        Assert.Equal(decimal.Parse(proper, CultureInfo.InvariantCulture), converted, 12);
        Assert.Equal(from.Value, new FhirPathQuantity(converted, properUnit).To(unit, calendar: false)!.Value, 9);
    }

    [Theory]
    [InlineData("[iU]", "[arb'U]")]
    [InlineData("[iU]", "1")]
    [InlineData("[CFU]", "{CFU}")]
    [InlineData("rad", "1")]
    [InlineData("m", "s")]
    public void Units_OfDifferentKinds_AreNotCompared(string a, string b) => Assert.Null(new FhirPathQuantity(1, a).CompareTo(new FhirPathQuantity(1, b)));

    [Theory]
    [InlineData("1", "mol", "6.0221367", "10*23")]
    [InlineData("1", "eV", "1.60217733", "10*-19.J")]
    [InlineData("1", "u", "1.6605402", "10*-24.g")]
    [InlineData("1", "[ly]", "9460730472580800", "m")]
    [InlineData("1", "Ym", "1000000000000000000000000000000", "um")]
    [InlineData("60", "/min", "1", "Hz")]
    [InlineData("1", "[mi_i]", "1609.344", "m")]
    public void Units_FarApart_AreComparedExactly(string value, string unit, string same, string sameUnit)
    {
        var left = (Ratio)decimal.Parse(value, CultureInfo.InvariantCulture) * UcumUnit.Parse(unit)!.Factor;
        var right = Ratio.Parse(same) * UcumUnit.Parse(sameUnit)!.Factor;
        Assert.Equal(0, left.CompareTo(right));
    }

    [Fact]
    public void AnyText_AsAUnit_IsReadOrNotAndNeverThrows()
    {
        var parts = new[] { "m", "kg", "Ym", "ym", "mol", "[pi]", "Cel", "B", "dB", "[pH]", "10*", "10^", "99", "-99", "1", "0", ".", "/", "(", ")", "{a}", "{", "}", "[", "]", "%", "'", "''", "[iU]", "2", "+", " ", "é" };
        var codes = Gen.Elements(parts).ListOf().Select(p => string.Concat(p.Take(30))).ToArbitrary();
        Prop.ForAll(codes, code =>
        {
            var quantity = new FhirPathQuantity(79_228_162_514_264_337_593_543_950_335m, code);
            quantity.CompareTo(new FhirPathQuantity(0.0000000000000000000000000001m, "kg.m"));
            quantity.CompareTo(new FhirPathQuantity(-1, "10*-9"));
            quantity.To("1", calendar: false);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }
}
