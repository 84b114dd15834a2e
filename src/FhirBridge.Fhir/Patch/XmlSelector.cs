using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace FhirBridge.Fhir.Patch;

/// <summary>
/// The XPath of <c>sel</c>, as far as RFC 5261 §4.1 and §8 allow it: child steps from the root or from an element with an id, at the end an attribute, a
/// namespace declaration, text, a comment or a processing instruction, and predicates by position or by an equal text. A predicate may also look along a path (<c>f:identifier[f:system/@value='urn:x']</c>), because FHIR keeps every
/// text in an attribute. Nothing in it can cost more than a walk over the document for each predicate.
/// </summary>
/// <param name="Steps">The steps, outermost first.</param>
internal sealed record XmlSelector(IReadOnlyList<XmlSelector.Step> Steps)
{
    /// <summary>What a step selects.</summary>
    internal enum Axis
    {
        /// <summary>Child elements.</summary>
        Element,

        /// <summary>An attribute.</summary>
        Attribute,

        /// <summary>Text.</summary>
        Text,

        /// <summary>Comments.</summary>
        Comment,

        /// <summary>Processing instructions.</summary>
        Instruction,

        /// <summary>The declaration of a prefix.</summary>
        Namespace,

        /// <summary>Elements of the document by their id: <c>xml:id</c>, or <c>id</c> as FHIR has it.</summary>
        Id,
    }

    /// <summary>What is selected, in document order. Null when the work is more than the budget.</summary>
    internal List<XObject>? Select(XDocument document, PatchBudget budget)
    {
        List<XObject> found = [document];
        foreach (var step in Steps)
        {
            var next = new List<XObject>();
            foreach (var parent in found)
            {
                if (!budget.Look(10 * (1 + step.Cost(parent)))) return null;
                var children = step.Of(parent).ToList();
                foreach (var predicate in step.Predicates)
                {
                    if (!budget.Look(10 * children.Sum(predicate.Cost))) return null;
                    children = predicate.Position is { } n ? [.. children.Skip(n - 1).Take(1)] : [.. children.Where(predicate.Holds)];
                }

                next.AddRange(children);
            }

            found = next;
        }

        return found;
    }

    /// <summary>One step.</summary>
    /// <param name="Axis">What it selects.</param>
    /// <param name="Name">Name of the element or attribute, target of the instruction, prefix, id; null for any.</param>
    /// <param name="Predicates">Predicates, each on what the one before it left.</param>
    internal sealed record Step(Axis Axis, XName? Name, IReadOnlyList<Predicate> Predicates)
    {
        internal IEnumerable<XObject> Of(XObject parent) => Axis switch
        {
            Axis.Attribute => parent is XElement e ? e.Attributes().Where(a => !a.IsNamespaceDeclaration && (Name is null || a.Name == Name)) : [],
            Axis.Text => parent is XElement e ? e.Nodes().OfType<XText>() : [],
            Axis.Comment => parent is XContainer c ? c.Nodes().OfType<XComment>() : [],
            Axis.Instruction => parent is XContainer c ? c.Nodes().OfType<XProcessingInstruction>().Where(i => Name is null || i.Target == Name) : [],
            Axis.Namespace => parent is XElement e && e.Attribute(XNamespace.Xmlns + Name!.LocalName) is { } declaration ? [declaration] : [],
            Axis.Id => parent is XDocument d ? d.Descendants().Where(e => (string?)e.Attribute(XNamespace.Xml + "id") == Name!.LocalName || (string?)e.Attribute("id") == Name!.LocalName) : [],
            _ => parent is XContainer c ? Name is null ? c.Elements() : c.Elements(Name) : [],
        };

        internal long Cost(XObject parent) => parent is not XContainer c ? 0 : Axis == Axis.Id ? c.DescendantNodes().Count() : c.Nodes().Count();
    }

    /// <summary>One predicate: a position from 1, or a path to a text.</summary>
    /// <param name="Position">The position; null when it compares.</param>
    /// <param name="Path">Where the text is, from the element; none for the element itself.</param>
    /// <param name="Text">The text.</param>
    internal sealed record Predicate(int? Position, IReadOnlyList<Step> Path, string Text)
    {
        internal long Cost(XObject on) => Position is not null ? 1 : on is not XElement e ? 1 : Path.Count == 0 ? e.DescendantNodes().Count() : Path.Count + e.Nodes().Count();

        internal bool Holds(XObject on)
        {
            IEnumerable<XObject> found = [on];
            foreach (var step in Path) found = found.SelectMany(step.Of);
            return found.Any(f => Value(f) == Text);
        }

        private static string Value(XObject node) => node switch
        {
            XElement e => e.Value,
            XAttribute a => a.Value,
            XText t => t.Value,
            XComment c => c.Value,
            _ => "",
        };
    }

    /// <summary>Reads it; null when it is no such selector.</summary>
    /// <param name="text">The selector.</param>
    /// <param name="scope">The operation, whose namespaces are in scope (RFC 5261 §4.2.2: the default one, too).</param>
    internal static XmlSelector? Parse(string text, XElement scope) => text.Length > 2_000 ? null : new Reader(text, scope).Read();

    private sealed class Reader(string text, XElement scope)
    {
        private int at;

        internal XmlSelector? Read()
        {
            Take('/');
            var id = Take("id(") ? Id() : null;
            if (id is not null && at == text.Length) return new XmlSelector([id]);
            if (id is not null && !Take('/')) return null;
            var steps = Steps(predicates: true);
            if (steps is null || at < text.Length || (id is null && steps[0].Axis is Axis.Attribute or Axis.Text or Axis.Namespace)) return null;
            return new XmlSelector(id is null ? steps : [id, .. steps]);
        }

        private Step? Id() => Quoted() is { } id && Take(')') && IsNcName(id) ? new Step(Axis.Id, XName.Get(id), []) : null;

        private string? Quoted()
        {
            if (at == text.Length || text[at] is not ('\'' or '"')) return null;
            var end = text.IndexOf(text[at], at + 1);
            if (end < 0) return null;
            var literal = text[(at + 1)..end];
            at = end + 1;
            return literal;
        }

        private List<Step>? Steps(bool predicates)
        {
            var steps = new List<Step>();
            do
            {
                // Nothing stands below an attribute, a text or a comment.
                if ((steps.Count > 0 && steps[^1].Axis != Axis.Element) || One(predicates) is not { } step) return null;
                steps.Add(step);
            }
            while (Take('/'));
            return steps;
        }

        private Step? One(bool predicates)
        {
            if (Take("text()")) return WithPredicates(Axis.Text, null, predicates);
            if (Take("comment()")) return WithPredicates(Axis.Comment, null, predicates);
            if (Take("processing-instruction(")) return Instruction(predicates);
            if (Take("namespace::")) return NcName() is { } prefix ? new Step(Axis.Namespace, XName.Get(prefix), []) : null;
            if (Take('*')) return WithPredicates(Axis.Element, null, predicates);
            var attribute = Take('@');
            return Name(attribute) is { } name ? attribute ? new Step(Axis.Attribute, name, []) : WithPredicates(Axis.Element, name, predicates) : null;
        }

        private Step? Instruction(bool predicates)
        {
            if (Take(')')) return WithPredicates(Axis.Instruction, null, predicates);
            return Quoted() is { } target && Take(')') && IsNcName(target) ? WithPredicates(Axis.Instruction, XName.Get(target), predicates) : null;
        }

        private Step? WithPredicates(Axis axis, XName? name, bool allowed)
        {
            var all = new List<Predicate>();
            while (allowed && Take('['))
            {
                Blank();
                if (Condition() is not { } predicate) return null;
                all.Add(predicate);
                Blank();
                if (!Take(']')) return null;
            }

            return new Step(axis, name, all);
        }

        private Predicate? Condition()
        {
            var start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
            if (at > start) return int.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? new Predicate(n, [], "") : null;
            var path = Take('.') ? [] : Steps(predicates: false);
            Blank();
            if (path is null || !Take('=')) return null;
            Blank();
            return Quoted() is { } literal ? new Predicate(null, path, literal) : null;
        }

        private XName? Name(bool attribute)
        {
            var first = NcName();
            if (first is null) return null;
            if (!Take(':')) return attribute ? XName.Get(first) : scope.GetDefaultNamespace() + first;
            return NcName() is { } local && scope.GetNamespaceOfPrefix(first) is { } ns ? ns + local : null;
        }

        private string? NcName()
        {
            var start = at;
            while (at < text.Length && (at == start ? XmlConvert.IsStartNCNameChar(text[at]) : XmlConvert.IsNCNameChar(text[at]))) at++;
            return at > start ? text[start..at] : null;
        }

        private static bool IsNcName(string name) => name.Length > 0 && XmlConvert.IsStartNCNameChar(name[0]) && name.All(XmlConvert.IsNCNameChar);

        private void Blank()
        {
            while (at < text.Length && XmlConvert.IsWhitespaceChar(text[at])) at++;
        }

        private bool Take(char c) => Take(c.ToString());

        private bool Take(string expected)
        {
            if (string.CompareOrdinal(text, at, expected, 0, expected.Length) != 0) return false;
            at += expected.Length;
            return true;
        }
    }
}
