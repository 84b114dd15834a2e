using System.Text.Json;

namespace FhirBridge.Fhir;

public static partial class FhirJson
{
    /// <summary>
    /// Writes the property (all repetitions, with its <c>_</c> sibling) of that definition name from <paramref name="parent"/>; nothing when absent.
    /// </summary>
    public static void WriteProperty(Utf8JsonWriter writer, FhirElement parent, string name)
    {
        var all = parent.Children(name).ToList();
        if (all.Count == 0) return;
        writer.WritePropertyName(all[0].SourceName);
        if (all[0].Index >= 0) writer.WriteStartArray();
        foreach (var e in all) writer.WriteRawValue(e.Raw, skipInputValidation: true);
        if (all[0].Index >= 0) writer.WriteEndArray();
    }
}
