using System.Text;

namespace FhirBridge.Fhir.Profiles;

/// <summary>Compares elements with the values that profiles state. Spec: https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.fixed_x_.</summary>
internal static class ElementComparison
{
    /// <summary>The same in everything: value, children, and their order.</summary>
    internal static bool IsSame(FhirElement element, FhirElement stated)
    {
        if (!SameValue(element, stated)) return false;
        var more = 0;
        foreach (var child in stated.Children())
        {
            more++;
            if (!IsSameChild(element, child)) return false;
        }

        foreach (var _ in element.Children()) more--;
        return more == 0;
    }

    /// <summary>The order of properties does not count, that of repetitions does.</summary>
    private static bool IsSameChild(FhirElement element, FhirElement stated)
    {
        foreach (var candidate in element.Children(stated.SourceName))
        {
            if (candidate.Index == stated.Index && candidate.SourceName == stated.SourceName) return IsSame(candidate, stated);
        }

        return false;
    }

    /// <summary>All that is stated is there; other children and repetitions may be there, too.</summary>
    internal static bool HasPattern(FhirElement element, FhirElement stated)
    {
        if (stated.HasValue && !SameValue(element, stated)) return false;
        foreach (var child in stated.Children())
        {
            var found = false;
            foreach (var candidate in element.Children(child.SourceName)) found |= candidate.SourceName == child.SourceName && HasPattern(candidate, child);
            if (!found) return false;
        }

        return true;
    }

    /// <summary>True when no element has both patterns: they state different values for the same element that cannot repeat.</summary>
    internal static bool Excludes(FhirElement pattern, FhirElement other)
    {
        if (pattern.HasValue && other.HasValue) return !SameValue(pattern, other);
        foreach (var child in pattern.Children())
        {
            if (child.Index >= 0) continue;
            var theirs = other[child.SourceName];
            if (theirs.Exists && theirs.SourceName == child.SourceName && Excludes(child, theirs)) return true;
        }

        return false;
    }

    /// <summary>A stated value for a person, shortened.</summary>
    internal static string Shown(FhirElement value)
    {
        var text = value.Value ?? Encoding.UTF8.GetString(value.Raw);
        return text.Length <= 200 ? $"'{text}'" : $"'{text[..200]}…'";
    }

    private static bool SameValue(FhirElement a, FhirElement b) => a.ValueKind == b.ValueKind && string.Equals(a.Value, b.Value, StringComparison.Ordinal);
}
