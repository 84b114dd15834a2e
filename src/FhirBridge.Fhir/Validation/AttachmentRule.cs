using System.Globalization;
using System.Security.Cryptography;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>The stated size and hash (SHA-1) of an attachment are those of its data. Spec: https://hl7.org/fhir/R4/datatypes.html#Attachment.</summary>
internal sealed class AttachmentRule : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element.Text("data") is not { } data) return;
        if (element["hash"] is { HasValue: true } hash) CheckHash(hash, data, run);
        if (element["size"] is not { HasValue: true } size) return;
        var (characters, padding) = (0, 0);
        foreach (var c in data)
        {
            if (char.IsWhiteSpace(c)) continue;
            characters++;
            if (c == '=') padding++;
        }

        var bytes = (characters / 4 * 3) - padding;
        if (long.TryParse(size.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var stated) && stated != bytes)
        {
            run.Report(Problems.InvalidValue.With($"the size is stated as {stated} bytes, the data have {bytes}", element.Path));
        }
    }

    private static void CheckHash(FhirElement hash, string data, ValidationRun run)
    {
        var bytes = new byte[data.Length];
        if (!Convert.TryFromBase64String(data, bytes, out var count)) return;

        // R4 defines the hash with this algorithm; nothing is protected by it.
#pragma warning disable CA5350
        var actual = Convert.ToBase64String(SHA1.HashData(bytes.AsSpan(0, count)));
#pragma warning restore CA5350
        if (actual != hash.Value!.Trim()) run.Fault("the hash is not that of the data (SHA-1, in base64)", hash);
    }
}
