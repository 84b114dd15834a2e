using System.Xml;
using System.Xml.Linq;

namespace FhirBridge.Fhir.Patch;

/// <summary>One operation of an XML Patch (RFC 5261 §4.3 add, §4.4 replace, §4.5 remove).</summary>
/// <param name="Number">Its place in the patch, from 1.</param>
/// <param name="Element">The operation as sent: its child nodes are the content.</param>
/// <param name="Selector">What it is done to.</param>
/// <param name="Attribute">add: the attribute (or namespace declaration) to be made; null for nodes.</param>
/// <param name="Position">add: before, after, prepend; empty for append.</param>
/// <param name="Space">remove: the white space beside the node that goes with it: before, after, both; empty for none.</param>
internal sealed record XmlOperation(int Number, XElement Element, XmlSelector Selector, XName? Attribute, string Position, string Space)
{
    private string Name => Element.Name.LocalName;

    /// <summary>Reads one.</summary>
    internal static Result<XmlOperation> Read(XElement element, int number)
    {
        Problem Wrong(string what) => Problems.MalformedPatch.With($"operation {number}: {what}");
        var name = element.Name.LocalName;
        if (name is not ("add" or "replace" or "remove") || (element.Name.Namespace != XNamespace.None && element.Name.Namespace != element.Parent?.Name.Namespace))
        {
            return Wrong($"'{PatchBudget.Shown(name)}' is no operation; there are add, replace and remove, in no namespace or in that of the root");
        }

        if ((string?)element.Attribute("sel") is not { } sel) return Wrong($"{name} needs 'sel'");
        if (XmlSelector.Parse(sel.Trim(), element) is not { } selector)
        {
            return Wrong($"'{PatchBudget.Shown(sel)}' is no selector of RFC 5261: steps from the root (f:Patient/f:name[2]/f:family/@value), whose prefixes are declared in the patch");
        }

        var position = (string?)element.Attribute("pos") ?? "";
        var type = (string?)element.Attribute("type") ?? "";
        if (name != "add" && (position.Length > 0 || type.Length > 0)) return Wrong($"{name} has no 'pos' and no 'type'");
        if (position is not ("" or "before" or "after" or "prepend")) return Wrong("'pos' is before, after or prepend");
        var space = (string?)element.Attribute("ws") ?? "";
        if (space.Length > 0 && name != "remove") return Wrong($"{name} has no 'ws'");
        if (space is not ("" or "before" or "after" or "both")) return Wrong("'ws' is before, after or both");
        if (type.Length == 0) return new XmlOperation(number, element, selector, null, position, space);
        if (AttributeName(type, element) is not { } attribute) return Wrong("'type' is @ and the name of an attribute, or namespace:: and a prefix");
        return position.Length > 0 || element.HasElements ? Wrong("an attribute has neither 'pos' nor elements") : new XmlOperation(number, element, selector, attribute, position, space);
    }

    /// <summary>Does it.</summary>
    internal Problem? Apply(XDocument document, PatchBudget budget)
    {
        if (Selector.Select(document, budget) is not { } found) return PatchBudget.Spent(ToString());
        if (found.Count != 1) return Fails(found.Count == 0 ? "the selector selects nothing" : $"the selector selects {found.Count} nodes; it must select one");
        return Name switch
        {
            "add" => Add(found[0], budget),
            "replace" => Replace(found[0], budget),
            _ => Remove(found[0], budget),
        };
    }

    private Problem? Add(XObject target, PatchBudget budget)
    {
        if (Attribute is not null)
        {
            if (target is not XElement owner) return Fails("an attribute is added to an element");
            if (owner.Attribute(Attribute) is not null) return Fails("the attribute is there already; replace it");
            var isDeclaration = Attribute.Namespace == XNamespace.Xmlns;
            if (isDeclaration && !IsDeclarable) return Fails("no prefix can stand for that namespace");
            owner.SetAttributeValue(Attribute, isDeclaration ? Element.Value.Trim() : Element.Value);
            return null;
        }

        if (Position is "before" or "after")
        {
            if (target is not XNode sibling) return Fails("nothing can stand beside that");
            var content = Content();
            if (target.Parent is null && !content.All(n => n is XComment or XProcessingInstruction || IsSpace(n))) return Fails("beside the root there are comments and processing instructions alone");
            if (target.Parent is null) content = [.. content.Where(n => !IsSpace(n))];
            if (Position == "before") sibling.AddBeforeSelf(content);
            else sibling.AddAfterSelf(content);
            return Joined(target.Parent, budget);
        }

        if (target is not XElement parent) return Fails("nodes are added to an element");
        if (Position == "prepend") parent.AddFirst(Content());
        else parent.Add(Content());
        return Joined(parent, budget);
    }

    private Problem? Replace(XObject target, PatchBudget budget)
    {
        switch (target)
        {
            case XAttribute attribute:
                if (Element.HasElements) return Fails("an attribute holds text alone");
                if (attribute.IsNamespaceDeclaration && !IsDeclarable) return Fails("no prefix can stand for that namespace");
                attribute.Value = attribute.IsNamespaceDeclaration ? Element.Value.Trim() : Element.Value;
                return null;
            case XElement element:
                var elements = Element.Elements().ToList();
                if (elements.Count != 1 || !string.IsNullOrWhiteSpace(string.Concat(Element.Nodes().OfType<XText>().Select(t => t.Value)))) return Fails("an element is replaced by one element");
                element.ReplaceWith(new XElement(elements[0]));
                return null;
            case XText text:
                if (Element.HasElements) return Fails("a text is replaced by text");
                var parent = text.Parent;
                text.ReplaceWith(new XText(Element.Value));
                return Joined(parent, budget);
            case XComment comment when OnlyNode() is XComment only:
                comment.Value = only.Value;
                return null;
            case XProcessingInstruction instruction when OnlyNode() is XProcessingInstruction only:
                instruction.ReplaceWith(new XProcessingInstruction(only));
                return null;
            default:
                return Fails("a comment is replaced by one comment, a processing instruction by one");
        }
    }

    // Namespaces in XML 1.0 §3: a prefix is not undeclared, and the namespaces of xml and xmlns have no other one.
    private bool IsDeclarable => Element.Value.Trim() is { Length: > 0 } uri && uri != XNamespace.Xml.NamespaceName && uri != XNamespace.Xmlns.NamespaceName;

    private XNode? OnlyNode() => Element.Nodes().Where(n => n is not XText { Value: var t } || t.Trim().Length > 0).ToList() is [var only] ? only : null;

    private Problem? Remove(XObject target, PatchBudget budget)
    {
        if (target.Parent is null && target is not (XComment or XProcessingInstruction)) return Fails("the root cannot be removed");
        if (target is XAttribute { IsNamespaceDeclaration: true } declaration && IsUsed(declaration)) return Fails("the prefix is used");
        if (target is XAttribute attribute)
        {
            attribute.Remove();
            return null;
        }

        var (node, parent) = ((XNode)target, target.Parent);
        if (Space is "before" or "both" && IsSpace(node.PreviousNode)) node.PreviousNode!.Remove();
        if (Space is "after" or "both" && IsSpace(node.NextNode)) node.NextNode!.Remove();
        node.Remove();
        return Joined(parent, budget);
    }

    private static bool IsSpace(object? node) => node is XText { Value: var text } && string.IsNullOrWhiteSpace(text);

    /// <summary>Texts that have come to stand beside each other are one for the next selector, and an empty text is none (XPath 1.0 §5.7).</summary>
    private Problem? Joined(XElement? parent, PatchBudget budget)
    {
        var nodes = parent?.Nodes().ToList() ?? [];
        if (!budget.Look(10L * nodes.Count)) return PatchBudget.Spent(ToString());
        if (!nodes.Where((n, i) => n is XText text && (text.Value.Length == 0 || (i > 0 && nodes[i - 1] is XText))).Any()) return null;
        if (!budget.Look(nodes.OfType<XText>().Sum(t => (long)t.Value.Length))) return PatchBudget.Spent(ToString());

        // NOTE: a node that is removed by itself is looked for from the first one on.
        parent!.RemoveNodes();
        for (var i = 0; i < nodes.Count; i++)
        {
            if (nodes[i] is not XText)
            {
                parent.Add(nodes[i]);
                continue;
            }

            var texts = nodes.Skip(i).TakeWhile(n => n is XText).Cast<XText>().Select(t => t.Value).ToList();
            if (texts.Exists(t => t.Length > 0)) parent.Add(new XText(string.Concat(texts)));
            i += texts.Count - 1;
        }

        return null;
    }

    // RFC 5261 §5.1: what is named by the prefix would have no name.
    private static bool IsUsed(XAttribute declaration) => declaration.Parent!.DescendantsAndSelf().Any(e => e.Name.NamespaceName == declaration.Value || e.Attributes().Any(a => a.Name.NamespaceName == declaration.Value));

    /// <summary>Copies of the nodes to put in.</summary>
    private object[] Content() => [.. Element.Nodes().Select(n => (object)(n switch
    {
        XElement e => new XElement(e),
        XCData c => new XCData(c),
        XText t => new XText(t),
        XComment c => new XComment(c),
        XProcessingInstruction i => new XProcessingInstruction(i),
        _ => new XText(""),
    }))];

    private static XName? AttributeName(string type, XElement scope)
    {
        const string Declaration = "namespace::";
        if (type.StartsWith(Declaration, StringComparison.Ordinal)) return IsName(type[Declaration.Length..]) && type[Declaration.Length..] != "xml" ? XNamespace.Xmlns + type[Declaration.Length..] : null;
        if (type[0] != '@') return null;
        var name = type[1..];
        var colon = name.IndexOf(':');
        var ns = colon < 0 ? XNamespace.None : IsName(name[..colon]) ? scope.GetNamespaceOfPrefix(name[..colon]) : null;
        var local = name[(colon + 1)..];
        return ns is null || !IsName(local) ? null : ns + local;
    }

    private static bool IsName(string name)
    {
        if (name.Length == 0 || !XmlConvert.IsStartNCNameChar(name[0])) return false;
        return name.All(XmlConvert.IsNCNameChar) && name != "xmlns";
    }

    private Problem Fails(string why) => Problems.PatchFailed.With($"{this}: {why}");

    /// <inheritdoc/>
    public override string ToString() => $"operation {Number} ({Name} {PatchBudget.Shown((string?)Element.Attribute("sel") ?? "")})";
}
