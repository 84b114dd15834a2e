namespace FhirBridge.Fhir.FhirPath;

/// <summary>The functions that R4 adds: https://hl7.org/fhir/R4/fhirpath.html#functions.</summary>
internal static class FhirFunctions
{
    public static readonly FunctionEntry[] All =
    [
        new("extension", 1, 1, Extension),
        new("hasExtension", 1, 1, HasExtension),
        new("hasValue", 0, 0, static (in call, input, output) => output.Add(HasValue(input))),
        new("getValue", 0, 0, static (in call, input, output) =>
        {
            if (HasValue(input)) output.Add(input[0].System!.Value);
        }),
        new("resolve", 0, 0, static (in call, input, output) => ReferenceResolution.Resolve(call.E, input, output, statedTypes: false)),
        new("elementDefinition", 0, 0, ElementDefinition),
        new("slice", 2, 2, Slice),
        new("checkModifiers", 0, 100, CheckModifiers),
        new("conformsTo", 1, 1, ConformsTo),
        new("htmlChecks", 0, 0, static (in call, input, output) =>
        {
            if (input.Count == 1 && input[0].Element is { Type: "xhtml", Value: { } xhtml }) output.Add(NarrativeChecker.Check(xhtml, needsContent: true) is null);
        }),
    ];

    private static void Extension(in Call call, Values input, Values output)
    {
        if (call.Text(0) is not { } url) return;
        var extensions = call.E.Rent();
        Navigation.Children(call.E, input, "extension", extensions);
        for (var i = 0; i < extensions.Count; i++)
        {
            if (extensions[i].Element.Text("url") == url) output.Add(extensions[i]);
        }

        call.E.Return(extensions);
    }

    /// <summary>extension(url).exists(): in no specification, but R4's search parameter <c>item-subject</c> is written with it.</summary>
    private static void HasExtension(in Call call, Values input, Values output)
    {
        var extensions = call.E.Rent();
        Extension(call, input, extensions);
        output.Add(extensions.Count > 0);
        call.E.Return(extensions);
    }

    private static bool HasValue(Values input) => input.Count == 1 && (input[0].IsElement ? input[0].Element.HasValue : input[0].Kind is not (FhirPathKind.Quantity or FhirPathKind.Type));

    private static void ElementDefinition(in Call call, Values input, Values output)
    {
        var find = call.E.Context.ElementDefinition ?? call.E.Context.Definitions.Profiles.ElementDefinition;
        for (var i = 0; i < input.Count; i++)
        {
            if (input[i].IsElement && find(input[i].Element) is { Exists: true } definition) output.Add(FhirPathValue.Of(definition));
        }
    }

    private static void Slice(in Call call, Values input, Values output)
    {
        if (call.Text(0) is not { } structure || call.Text(1) is not { } name) return;
        for (var i = 0; i < input.Count; i++)
        {
            if (!input[i].IsElement) continue;
            call.E.Spend(100);
            var isIn = IsInSlice(call.E.Context, input[i].Element, structure, name) ?? throw Evaluation.Fault($"the structure '{structure}' of slice() is unknown, or has no slice '{name}' there");
            if (isIn) output.Add(input[i]);
        }
    }

    private static bool? IsInSlice(FhirPathContext context, FhirElement element, string structure, string name) =>
        context.InSlice is { } ask ? ask(element, structure, name) : context.Definitions.Profiles.IsInSlice(element, structure, name, context);

    /// <summary>Passes its input on, unless a modifier extension stands there that was not named: that is a fault.</summary>
    private static void CheckModifiers(in Call call, Values input, Values output)
    {
        var understood = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < call.Count; i++)
        {
            if (call.Text(i) is { } url) understood.Add(url);
        }

        var modifiers = call.E.Rent();
        Navigation.Children(call.E, input, "modifierExtension", modifiers);
        for (var i = 0; i < modifiers.Count; i++)
        {
            var url = modifiers[i].Element.Text("url");
            if (url is null || !understood.Contains(url)) throw Evaluation.Fault($"the modifier extension '{url}' is not understood");
        }

        call.E.Return(modifiers);
        output.AddRange(input);
    }

    /// <summary>The base definitions are answered by type; profiles by the context or the definitions; an unknown structure is a fault.</summary>
    private static void ConformsTo(in Call call, Values input, Values output)
    {
        if (!Evaluation.Single(input, out var item) || call.Text(0) is not { } structure) return;
        if (!item.IsElement) throw Evaluation.Fault($"conformsTo() takes an element, found {item.Type}");
        if (FhirTypes.OfCanonical(structure) is { } type)
        {
            var conforms = item.Element.Type is { } own && FhirTypes.IsA(own, type);
            output.Add(conforms && (call.E.Context.ConformsTo?.Invoke(item.Element, structure) ?? true));
            return;
        }

        // A check walks the element and all below it, through several rules each.
        call.E.Spend(2_000 + (20 * (item.Tree!.Nodes[item.NodeNumber].End - item.NodeNumber)));
        output.Add(Conforms(call.E.Context, item.Element, structure) ?? throw Evaluation.Fault($"conformance to '{structure}' cannot be said: the structure is unknown or cannot be used"));
    }

    private static bool? Conforms(FhirPathContext context, FhirElement element, string structure) =>
        context.ConformsTo is { } ask ? ask(element, structure) : context.Definitions.Profiles.Conforms(element, structure, context);
}
