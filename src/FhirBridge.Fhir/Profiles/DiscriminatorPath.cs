namespace FhirBridge.Fhir.Profiles;

/// <summary>
/// The restricted FHIRPath of discriminators: <c>$this</c>, names, <c>extension('url')</c>, <c>ofType(Type)</c>, <c>resolve()</c>.
/// Spec: https://hl7.org/fhir/R4/profiling.html#discriminator.
/// </summary>
internal static class DiscriminatorPath
{
    /// <summary>The steps; null when the path is something else.</summary>
    internal static IReadOnlyList<DiscriminatorStep>? Parse(string path)
    {
        var steps = new List<DiscriminatorStep>();
        for (var rest = path.Trim(); rest.Length > 0;)
        {
            var length = Length(rest);
            if (length == 0 || Step(rest[..length]) is not { } step) return null;
            if (step.Name != "$this") steps.Add(step);
            if (length == rest.Length) break;
            rest = rest[(length + 1)..];
            if (rest.Length == 0) return null;
        }

        return steps;
    }

    /// <summary>Up to the next dot that stands outside of parentheses.</summary>
    private static int Length(string text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            else if (text[i] == ')') depth--;
            else if (text[i] == '.' && depth == 0) return i;
        }

        return text.Length;
    }

    private static DiscriminatorStep? Step(string text)
    {
        var open = text.IndexOf('(');
        if (open < 0)
        {
            var name = text.EndsWith("[x]", StringComparison.Ordinal) ? text[..^3] : text;
            return name == "$this" || (name.Length > 0 && name.All(char.IsAsciiLetterOrDigit)) ? new DiscriminatorStep(name, null, null) : null;
        }

        if (!text.EndsWith(')')) return null;
        var argument = text[(open + 1)..^1].Trim().Trim('\'', '"');
        return text[..open] switch
        {
            "resolve" when argument.Length == 0 => new DiscriminatorStep(null, "resolve", null),
            "extension" or "ofType" when argument.Length > 0 => new DiscriminatorStep(null, text[..open], argument),
            _ => null,
        };
    }
}
