using System.Buffers;

namespace FhirBridge.Fhir.Validation;

/// <summary>
/// The form of SNOMED CT's codes: an identifier of a concept (digits that end with its partition and a check digit), or an expression of the compositional grammar that is made of them.
/// Spec: https://hl7.org/fhir/R4/snomedct.html, https://confluence.ihtsdotools.org/display/DOCRELFMT/6+SNOMED+CT+Identifiers.
/// </summary>
internal static class SnomedForm
{
    private const int MaxExpression = 10_000;

    private static readonly SearchValues<char> OfExpressions = SearchValues.Create(" :+,={}()|<>\t");

    // Verhoeff's scheme: the table of the dihedral group D5, and the permutation of the positions.
    private static readonly byte[][] Product =
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6], [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1], [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];

    private static readonly byte[][] Permutation = Permutations();

    /// <summary>What is wrong, to be said after the code; null when nothing is.</summary>
    internal static string? Fault(string code)
    {
        if (!code.AsSpan().ContainsAnyExceptInRange('0', '9')) return IdentifierFault(code);
        if (code.Length > MaxExpression || !code.AsSpan().ContainsAny(OfExpressions)) return "is no code of SNOMED CT: these are 6 to 18 digits";
        return new SnomedExpression(code).Fault() is { } fault ? $"is no expression of SNOMED CT: {fault}" : null;
    }

    /// <summary>The same for the identifier of a concept.</summary>
    internal static string? IdentifierFault(ReadOnlySpan<char> id)
    {
        if (id.Length is < 6 or > 18 || id[0] == '0') return "is no code of SNOMED CT: these are 6 to 18 digits";
        if (!HasCheckDigit(id)) return "is no code of SNOMED CT: its check digit is wrong";
        return id[^3..^1] is "00" or "10" ? null : "is no concept of SNOMED CT, but a description or a relationship";
    }

    private static bool HasCheckDigit(ReadOnlySpan<char> digits)
    {
        var check = 0;
        for (var i = 0; i < digits.Length; i++) check = Product[check][Permutation[i % 8][digits[digits.Length - 1 - i] - '0']];
        return check == 0;
    }

    private static byte[][] Permutations()
    {
        byte[] first = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
        var rows = new byte[8][];
        rows[0] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        for (var i = 1; i < 8; i++) rows[i] = [.. rows[i - 1].Select(d => first[d])];
        return rows;
    }
}
