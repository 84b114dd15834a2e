namespace FhirBridge.Fhir.FhirPath;

/// <summary>
/// The atoms of the UCUM subset: base units, the derived units that occur in care, and prefixes. Amount of substance is a dimension of its own
/// (UCUM counts particles), so that mol is never compared with a count.
/// </summary>
internal static class UcumAtoms
{
    private static readonly (string Name, int Power)[] None = [];

    private static readonly Dictionary<string, decimal> Prefixes = new(StringComparer.Ordinal)
    {
        ["Y"] = 1e24m, ["Z"] = 1e21m, ["E"] = 1e18m, ["P"] = 1e15m, ["T"] = 1e12m, ["G"] = 1e9m, ["M"] = 1e6m, ["k"] = 1e3m, ["h"] = 1e2m, ["da"] = 10m,
        ["d"] = 1e-1m, ["c"] = 1e-2m, ["m"] = 1e-3m, ["u"] = 1e-6m, ["n"] = 1e-9m, ["p"] = 1e-12m, ["f"] = 1e-15m, ["a"] = 1e-18m, ["z"] = 1e-21m, ["y"] = 1e-24m,
        ["Ki"] = 1024m, ["Mi"] = 1_048_576m, ["Gi"] = 1_073_741_824m, ["Ti"] = 1_099_511_627_776m,
    };

    /// <summary>Atoms that take prefixes (metric).</summary>
    private static readonly Dictionary<string, (decimal Factor, (string, int)[] Dimension)> Metric = Table(
        ("m", 1, "m1"), ("g", 1, "g1"), ("s", 1, "s1"), ("rad", 1, "rad1"), ("K", 1, "K1"), ("C", 1, "C1"), ("cd", 1, "cd1"), ("mol", 1, "mol1"),
        ("l", 0.001m, "m3"), ("L", 0.001m, "m3"), ("ar", 100, "m2"), ("t", 1_000_000, "g1"), ("u", 1.6605402e-24m, "g1"), ("pc", 3.085678e16m, "m1"),
        ("Hz", 1, "s-1"), ("N", 1000, "g1 m1 s-2"), ("Pa", 1000, "g1 m-1 s-2"), ("J", 1000, "g1 m2 s-2"), ("W", 1000, "g1 m2 s-3"), ("A", 1, "C1 s-1"),
        ("V", 1000, "g1 m2 s-2 C-1"), ("F", 0.001m, "g-1 m-2 s2 C2"), ("Ohm", 1000, "g1 m2 s-1 C-2"), ("S", 0.001m, "g-1 m-2 s1 C2"),
        ("Wb", 1000, "g1 m2 s-1 C-1"), ("T", 1000, "g1 s-1 C-1"), ("H", 1000, "g1 m2 C-2"), ("lm", 1, "cd1 rad2"), ("lx", 1, "cd1 rad2 m-2"),
        ("Bq", 1, "s-1"), ("Gy", 1, "m2 s-2"), ("Sv", 1, "m2 s-2"), ("kat", 1, "mol1 s-1"), ("sr", 1, "rad2"), ("bar", 100_000_000, "g1 m-1 s-2"),
        ("eq", 1, "mol1"), ("osm", 1, "mol1"), ("U", 0.000001m / 60, "mol1 s-1"), ("cal", 4184, "g1 m2 s-2"), ("eV", 1.60217733e-16m, "g1 m2 s-2"),
        ("dyn", 0.01m, "g1 m1 s-2"), ("erg", 0.0001m, "g1 m2 s-2"), ("P", 100, "g1 m-1 s-1"), ("Ci", 37_000_000_000, "s-1"), ("R", 0.000000258m, "C1 g-1"),
        ("RAD", 0.01m, "m2 s-2"), ("REM", 0.01m, "m2 s-2"), ("m[H2O]", 9_806_650, "g1 m-1 s-2"), ("m[Hg]", 133_322_000, "g1 m-1 s-2"),
        ("[iU]", 1, "iU1"), ("[IU]", 1, "iU1"), ("[arb'U]", 1, "arbU1"), ("[USP'U]", 1, "uspU1"), ("[GPL'U]", 1, "gplU1"), ("[MPL'U]", 1, "mplU1"), ("[APL'U]", 1, "aplU1"),
        ("[beth'U]", 1, "bethU1"), ("[CFU]", 1, "cfu1"), ("[PFU]", 1, "pfu1"), ("[hnsf'U]", 1, "hnsf1"), ("[mclg'U]", 1, "mclg1"), ("[bdsk'U]", 1, "bdsk1"), ("[ka'U]", 1, "ka1"),
        ("bit", 1, ""), ("By", 8, ""), ("Bd", 1, "s-1"), ("st", 1, "m3"), ("kn", 1, "kn1"));

    /// <summary>Atoms without prefixes.</summary>
    private static readonly Dictionary<string, (decimal Factor, (string, int)[] Dimension)> Plain = Table(
        ("1", 1, ""), ("10*", 10, ""), ("10^", 10, ""), ("[pi]", 3.1415926535897932384626433833m, ""), ("%", 0.01m, ""), ("[ppth]", 0.001m, ""), ("[ppm]", 0.000001m, ""),
        ("[ppb]", 1e-9m, ""), ("[pptr]", 1e-12m, ""), ("min", 60, "s1"), ("h", 3600, "s1"), ("d", 86_400, "s1"), ("wk", 604_800, "s1"),
        ("mo", 2_629_800, "s1"), ("mo_j", 2_629_800, "s1"), ("mo_g", 2_629_746, "s1"), ("mo_s", 2_551_442.976m, "s1"),
        ("a", 31_557_600, "s1"), ("a_j", 31_557_600, "s1"), ("a_g", 31_556_952, "s1"), ("a_t", 31_556_925.216m, "s1"),
        ("deg", 0.0174532925199432957692369077m, "rad1"), ("'", 0.0002908882086657215961539485m, "rad1"), ("''", 0.0000048481368110953599358991m, "rad1"),
        ("gon", 0.0157079632679489661923132169m, "rad1"), ("circ", 6.2831853071795864769252867666m, "rad1"), ("atm", 101_325_000, "g1 m-1 s-2"),
        ("[in_i]", 0.0254m, "m1"), ("[ft_i]", 0.3048m, "m1"), ("[yd_i]", 0.9144m, "m1"), ("[mi_i]", 1609.344m, "m1"), ("[nmi_i]", 1852, "m1"),
        ("[sin_i]", 0.00064516m, "m2"), ("[sft_i]", 0.09290304m, "m2"), ("[cin_i]", 0.000016387064m, "m3"), ("[cft_i]", 0.028316846592m, "m3"),
        ("[gr]", 0.06479891m, "g1"), ("[lb_av]", 453.59237m, "g1"), ("[oz_av]", 28.349523125m, "g1"), ("[dr_av]", 1.7718451953125m, "g1"), ("[stone_av]", 6350.29318m, "g1"),
        ("[ston_av]", 907_184.74m, "g1"), ("[lb_tr]", 373.2417216m, "g1"), ("[oz_tr]", 31.1034768m, "g1"), ("[oz_ap]", 31.1034768m, "g1"), ("[dr_ap]", 3.8879346m, "g1"),
        ("[gal_us]", 0.003785411784m, "m3"), ("[qt_us]", 0.000946352946m, "m3"), ("[pt_us]", 0.000473176473m, "m3"), ("[foz_us]", 0.0000295735295625m, "m3"),
        ("[cup_us]", 0.0002365882365m, "m3"), ("[tbs_us]", 0.00001478676478125m, "m3"), ("[tsp_us]", 0.00000492892159375m, "m3"), ("[foz_m]", 0.00003m, "m3"),
        ("[cup_m]", 0.00024m, "m3"), ("[tbs_m]", 0.000015m, "m3"), ("[tsp_m]", 0.000005m, "m3"), ("[drp]", 0.00000005m, "m3"), ("[gal_br]", 0.00454609m, "m3"),
        ("[lbf_av]", 4448.2216152605m, "g1 m1 s-2"), ("[psi]", 6_894_757.2931683613m, "g1 m-1 s-2"), ("[in_i'H2O]", 249_088.91m, "g1 m-1 s-2"), ("[in_i'Hg]", 3_386_378.8m, "g1 m-1 s-2"),
        ("[Cal]", 4_184_000, "g1 m2 s-2"), ("[Btu]", 1_055_056, "g1 m2 s-2"), ("[degR]", 0.5555555555555555555555555556m, "K1"), ("[Ch]", 0.0003333333333333333333333333m, "m1"),
        ("[diop]", 1, "m-1"), ("[mesh_i]", 39.370078740157480314960629921m, "m-1"), ("[MET]", 1, "met1"), ("[APGAR]", 1, "apgar1"), ("[HPF]", 1, "hpf1"), ("[LPF]", 1, "lpf1"),
        ("[acr_us]", 4046.872609874252m, "m2"), ("[car_m]", 0.2m, "g1"), ("[c]", 299_792_458, "m1 s-1"), ("[g]", 9.80665m, "m1 s-2"), ("[smi_us]", 2_589_998.470319521m, "m2"));

    /// <summary>Units with an offset: alone only, never in products.</summary>
    public static readonly Dictionary<string, UcumUnit> Special = new(StringComparer.Ordinal)
    {
        ["Cel"] = new(1, 1, 273.15m, "K1"),
        ["[degF]"] = new(5, 9, 459.67m, "K1"),
    };

    /// <summary>Finds an atom, with prefix where it may have one.</summary>
    public static bool Find(ReadOnlySpan<char> symbol, out decimal factor, out (string Name, int Power)[] dimension)
    {
        var name = symbol.ToString();
        if (Plain.TryGetValue(name, out var plain))
        {
            (factor, dimension) = plain;
            return true;
        }

        if (Metric.TryGetValue(name, out var metric))
        {
            (factor, dimension) = metric;
            return true;
        }

        for (var n = 1; n <= 2 && n < name.Length; n++)
        {
            if (!Prefixes.TryGetValue(name[..n], out var prefix) || !Metric.TryGetValue(name[n..], out metric)) continue;
            (factor, dimension) = (prefix * metric.Factor, metric.Dimension);
            return true;
        }

        (factor, dimension) = (1, None);
        return false;
    }

    private static Dictionary<string, (decimal, (string, int)[])> Table(params (string Symbol, decimal Factor, string Dimension)[] rows) =>
        rows.ToDictionary(r => r.Symbol, r => (r.Factor, Dimension(r.Dimension)), StringComparer.Ordinal);

    private static (string, int)[] Dimension(string text) => text.Length == 0
        ? None
        : text.Split(' ').Select(p =>
        {
            var n = p.Length - 1;
            while (n > 0 && (char.IsAsciiDigit(p[n - 1]) || p[n - 1] == '-')) n--;
            return (p[..n], int.Parse(p[n..], System.Globalization.CultureInfo.InvariantCulture));
        }).ToArray();
}
