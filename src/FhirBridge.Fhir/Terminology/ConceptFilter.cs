using System.Collections;
using System.Text.RegularExpressions;

namespace FhirBridge.Fhir;

/// <summary>A filter on the concepts of a system. Spec: https://hl7.org/fhir/R4/valueset-filter-operator.html.</summary>
internal sealed class ConceptFilter(string property, string op, string value)
{
    private const int MaxPattern = 2000;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(250);

    private readonly Lazy<Regex?> pattern = new(() => Pattern(value));

    internal ConceptFilter(FhirElement filter)
        : this(filter.Text("property") ?? "", filter.Text("op") ?? "", filter.Text("value") ?? "")
    {
    }

    /// <inheritdoc/>
    public override string ToString() => $"{property} {op} {value}";

    // The later versions of FHIR call the concept itself "concept"; "code" is what many value sets say.
    private bool IsOnConcept => property is "concept" or "code";

    /// <summary>
    /// The concepts that the filter chooses, by their number, where it takes those above or below one: asked for each concept of a deep system, the way up would be walked again and again. Null for
    /// other filters, and where the answer hangs on what is not here.
    /// </summary>
    internal BitArray? Relatives(CodeSystemContent system)
    {
        if (op is not ("is-a" or "descendent-of" or "descendent-leaf" or "is-not-a" or "generalizes") || !IsOnConcept || !system.IsSubsumption || !system.IsComplete || system.IsByGrammar) return null;
        var found = new BitArray(system.Concepts.Count);
        if (system.Find(value) is { } root)
        {
            found.Set(root.Number, true);
            var open = new Stack<Concept>([root]);
            while (open.TryPop(out var at))
            {
                foreach (var next in op == "generalizes" ? at.Parents : at.Children)
                {
                    if (found.Get(next.Number)) continue;
                    found.Set(next.Number, true);
                    open.Push(next);
                }
            }

            if (op is "descendent-of" or "descendent-leaf") found.Set(root.Number, false);
            foreach (var concept in op == "descendent-leaf" ? system.Concepts : [])
            {
                if (concept.Children.Count > 0) found.Set(concept.Number, false);
            }
        }

        return op == "is-not-a" ? found.Not() : found;
    }

    /// <summary>Is the concept chosen? Null when the filter is not understood, or when the system lacks what decides.</summary>
    internal bool? Matches(CodeSystemContent system, Concept concept) => op switch
    {
        "is-a" => Hierarchy(system, concept, static (c, root) => CodeSystemContent.Subsumes(root, c)),
        "descendent-of" => Hierarchy(system, concept, static (c, root) => c != root && CodeSystemContent.Subsumes(root, c)),
        "is-not-a" => !Hierarchy(system, concept, static (c, root) => CodeSystemContent.Subsumes(root, c)),
        "generalizes" => Hierarchy(system, concept, static (c, root) => CodeSystemContent.Subsumes(c, root)),
        "descendent-leaf" => Hierarchy(system, concept, static (c, root) => c != root && c.Children.Count == 0 && CodeSystemContent.Subsumes(root, c)),
        "child-of" => Hierarchy(system, concept, static (c, root) => c.Parents.Contains(root)),
        "=" => Property(system, concept, text => Same(system, text, system.Grammar?.Property(value, property) ?? value)),
        "in" => Property(system, concept, text => IsListed(system, text)),
        "not-in" => !Property(system, concept, text => IsListed(system, text)),
        "regex" => pattern.Value is { } regex ? Property(system, concept, text => Matches(regex, text)) : null,
        "exists" => value is "true" or "false" ? Property(system, concept, static _ => true) == (value == "true") : null,
        _ => null,
    };

    private bool? Hierarchy(CodeSystemContent system, Concept concept, Func<Concept, Concept, bool> relation)
    {
        if (!IsOnConcept || !system.IsSubsumption) return null;
        if (system.Find(value) is { } root && relation(concept, root)) return true;

        // In a part of a system the way from one concept to the other may be what is missing.
        return system.IsComplete ? false : null;
    }

    /// <summary>Does any value of the property pass? Null when the system has no such property.</summary>
    private bool? Property(CodeSystemContent system, Concept concept, Func<string, bool?> test)
    {
        bool? result = false;
        if (Values(system, concept) is not { } values) return null;
        foreach (var text in values) result = Either(result, test(text));
        return result;
    }

    private IEnumerable<string>? Values(CodeSystemContent system, Concept concept)
    {
        if (IsOnConcept) return [concept.Code];
        if (system.Grammar?.Property(concept.Code, property) is { } ruled) return [ruled];
        if (property == "display") return concept.Display is { } display ? [display] : [];
        var standard = system.StandardName(property);

        // A concept is active unless it says otherwise; whether it says so is another question.
        var isWorkedOut = standard is "parent" or "child" or "subsumedBy" || (standard == "inactive" && op != "exists");
        if (system.Declares(property) && !isWorkedOut) return concept.PropertyValues(property);
        return (standard ?? property) switch
        {
            "parent" or "subsumedBy" => concept.Parents.Select(c => c.Code),
            "child" => concept.Children.Select(c => c.Code),
            "definition" => concept.Element.Text("definition") is { } definition ? [definition] : [],
            "inactive" => [concept.IsInactive ? "true" : "false"],
            "notSelectable" => [concept.IsAbstract ? "true" : "false"],
            _ => null,
        };
    }

    private bool IsListed(CodeSystemContent system, string text) => value.Split(',').Any(v => Same(system, text, v.Trim()));

    // Only codes have a case that a system can call irrelevant; for other values it counts.
    private bool Same(CodeSystemContent system, string text, string other) =>
        property is "concept" or "code" or "parent" or "child" ? system.Comparer.Equals(text, other) : text == other;

    private static bool? Either(bool? a, bool? b) => a == true || b == true ? true : a is null || b is null ? null : false;

    private static bool? Matches(Regex regex, string text)
    {
        try
        {
            return regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    /// <summary>True for a regular expression that filters can be run with.</summary>
    internal static bool IsPattern(string text) => Pattern(text) is not null;

    /// <summary>The pattern for the whole text, without backtracking; null when it is no pattern that can be run so.</summary>
    private static Regex? Pattern(string text)
    {
        if (text.Length > MaxPattern) return null;
        try
        {
            return new Regex($"^(?:{text})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeLimit);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
