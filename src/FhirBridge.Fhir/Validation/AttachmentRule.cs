using System.Globalization;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>The stated size of an attachment is that of its data. Spec: https://hl7.org/fhir/R4/datatypes.html#Attachment.</summary>
internal sealed class AttachmentRule : IElementRule
{
    /// <inheritdoc/>
    public void Check(FhirElement element, ValidationRun run)
    {
        if (element["size"] is not { HasValue: true } size || element.Text("data") is not { } data) return;
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
}
