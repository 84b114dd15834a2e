using System.Globalization;

namespace FhirBridge.Fhir.Views;

/// <summary>What every view has, and how views read primitives.</summary>
public static class ElementViews
{
    extension<T>(T view)
        where T : struct, IElementView
    {
        /// <summary>False for a view of what is not there.</summary>
        public bool Exists => view.Element.Exists;

        /// <summary>Id of the element or resource.</summary>
        public string? Id => view.Element.Text("id");

        /// <summary>Extensions.</summary>
        public ViewList<ExtensionView> Extension => new(view.Element, "extension");

        /// <summary>Extensions that change the meaning.</summary>
        public ViewList<ExtensionView> ModifierExtension => new(view.Element, "modifierExtension");
    }

    internal static bool? Boolean(this FhirElement element, string name) => element.Text(name) switch { "true" => true, "false" => false, _ => null };

    internal static int? Integer(this FhirElement element, string name) =>
        int.TryParse(element.Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
