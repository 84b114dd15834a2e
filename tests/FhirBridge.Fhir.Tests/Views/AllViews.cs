using System.Reflection;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Fhir.Tests.Views;

/// <summary>Every view and every property of it, by reflection: what a view promises is checked for all, also for those that are added later.</summary>
internal static class AllViews
{
    internal static readonly IReadOnlyList<Type> Types =
        [.. typeof(IElementView).Assembly.GetTypes().Where(t => t.IsValueType && t.IsAssignableTo(typeof(IElementView))).OrderBy(t => t.Name, StringComparer.Ordinal)];

    internal static Type Find(string name) => Types.Single(t => t.Name == name);

    internal static string PathOf(Type view) => (string)view.GetProperty(typeof(IElementView).FullName + ".DefinitionPath", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;

    internal static IEnumerable<PropertyInfo> Properties(Type view) =>
        view.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(p => p.Name != nameof(IElementView.Element));

    /// <summary>The name in FHIR: as the property's, but for its first letter.</summary>
    internal static string ElementName(PropertyInfo property) => char.ToLowerInvariant(property.Name[0]) + property.Name[1..];

    internal static object Make(Type view, FhirElement element) => Activator.CreateInstance(view, element)!;

    /// <summary>The view that a property gives, alone or in a list; null for one that gives values or plain elements.</summary>
    internal static Type? ViewIn(Type property) =>
        property.IsAssignableTo(typeof(IElementView)) ? property
        : property.IsGenericType && property.GetGenericTypeDefinition() == typeof(ViewList<>) ? property.GenericTypeArguments[0]
        : null;

    internal static bool IsList(Type property) => property == typeof(ValueList) || (ViewIn(property) is { } view && view != property);

    /// <summary>What a property says, in a form that compares: texts of values, and elements.</summary>
    internal static List<object> Said(object? given) => given switch
    {
        null => [],
        string text => [text],
        bool flag => [flag ? "true" : "false"],
        int number => [number.ToString(System.Globalization.CultureInfo.InvariantCulture)],
        FhirElement element => element.Exists ? [element] : [],
        ValueList values => [.. values],
        IElementView view => view.Element.Exists ? [view.Element] : [],
        System.Collections.IEnumerable views => [.. from object view in views select (object)((IElementView)view).Element],
        _ => throw new ArgumentException("a view gives values, elements, views, or lists of them", nameof(given)),
    };

    /// <summary>The same from the element itself.</summary>
    internal static List<object> Raw(FhirElement element, string name, Type property)
    {
        var asValues = property == typeof(ValueList) || (ViewIn(property) is null && property != typeof(FhirElement));
        var all = new List<object>();
        foreach (var child in element.Children(name))
        {
            if (!asValues) all.Add(child);
            else if (child.HasValue) all.Add(child.Value);
        }

        return all;
    }
}
