namespace FhirBridge.Fhir.Tests.Views;

/// <summary>What holds for every view: it names what R4 defines, reads what it names, agrees with plain navigation, and bears absence.</summary>
public sealed class ViewTests
{
    /// <summary>No example of R4 has Consent.policy or Consent.verification.</summary>
    private const string Written = """
        {"resourceType":"Consent","status":"active","scope":{"text":"privacy"},"category":[{"text":"privacy"}],
         "policy":[{"authority":"https://example.org","uri":"https://example.org/policy"}],
         "verification":[{"verified":true,"verifiedWith":{"reference":"Patient/1"},"verificationDate":"2026-01-01"}]}
        """;

    private static readonly ILookup<string, FhirElement> Official = OfficialExamples.Sample(20_000)
        .Concat(new[] { "Bundle", "Consent", "Group", "Patient", "Task" }.SelectMany(OfficialExamples.OfType).Where(e => e.Json.Length < 20_000))
        .Distinct()
        .Select(e => e.Root)
        .Append(Examples.Root(Written))
        .SelectMany(r => r.Descendants().Prepend(r))
        .ToLookup(e => e.DefinitionPath ?? "", StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. AllViews.Types.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Property_IsAnElementOfItsType(string name)
    {
        var view = AllViews.Find(name);
        var path = AllViews.PathOf(view);
        Assert.NotEmpty(Definitions.R4.Elements(path));
        foreach (var property in AllViews.Properties(view))
        {
            var where = $"{name}.{property.Name}";
            var definition = Definitions.R4.Elements(path).SingleOrDefault(e => e.Name == AllViews.ElementName(property));
            Assert.True(definition is not null, $"{where}: R4 has no {path}.{AllViews.ElementName(property)}");
            Assert.True(property.PropertyType == typeof(FhirElement) || definition.Repeats == AllViews.IsList(property.PropertyType), $"{where}: single or repeating");
            Assert.True(Fits(property.PropertyType, definition), $"{where}: {property.PropertyType.Name} does not fit {string.Join(" | ", definition.Types.Select(t => t.Code))}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Property_ReadsTheElementOfItsNameAndNoOther(string name)
    {
        var view = AllViews.Find(name);
        var path = AllViews.PathOf(view);
        foreach (var property in AllViews.Properties(view))
        {
            var element = AllViews.ElementName(property);
            var alone = Tree(path, property.PropertyType, [element]);
            var others = Tree(path, property.PropertyType, Definitions.R4.Elements(path).Select(e => e.Name).Where(n => n != element));
            Assert.True(AllViews.Said(property.GetValue(AllViews.Make(view, alone))).Count == 1, $"{name}.{property.Name} does not read {element}");
            Assert.True(AllViews.Said(property.GetValue(AllViews.Make(view, others))).Count == 0, $"{name}.{property.Name} reads something else than {element}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void View_OnOfficialExamples_AgreesWithNavigation(string name)
    {
        var view = AllViews.Find(name);
        var examples = Official[AllViews.PathOf(view)].ToList();
        Assert.NotEmpty(examples);
        foreach (var example in examples)
        {
            var made = AllViews.Make(view, example);
            foreach (var property in AllViews.Properties(view))
            {
                Assert.Equal(AllViews.Raw(example, AllViews.ElementName(property), property.PropertyType), AllViews.Said(property.GetValue(made)));
            }

            Assert.Equal(example.ToString(), made.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void View_OfNothing_IsEmptyAllTheWay(string name)
    {
        var view = AllViews.Find(name);
        Assert.All(AllViews.Properties(view), p => Assert.Empty(AllViews.Said(p.GetValue(AllViews.Make(view, default)))));
        Assert.Equal(AllViews.Make(view, default), Activator.CreateInstance(view));
        Assert.Equal("(none)", Activator.CreateInstance(view)!.ToString());
    }

    private static bool Fits(Type property, ElementDefinition definition)
    {
        var types = definition.Types.Select(t => t.Code).ToList();
        if (AllViews.ViewIn(property) is { } view)
        {
            var path = AllViews.PathOf(view);
            return definition.ContentReference == path || definition.Path == path || (types.Count == 1 && Definitions.R4.IsOrSpecialises(types[0], path));
        }

        if (property == typeof(FhirElement)) return definition.IsChoice || types is ["Resource"];
        if (property == typeof(bool?)) return types is ["boolean"];
        if (property == typeof(int?)) return types is ["integer" or "unsignedInt" or "positiveInt"];
        return types.Count == 1 && Definitions.R4.IsPrimitive(types[0]);
    }

    /// <summary>An element with these children, each with a value that any primitive property can read.</summary>
    private static FhirElement Tree(string path, Type property, IEnumerable<string> children)
    {
        var value = property == typeof(bool?) ? "true" : "7";
        var builder = new ElementTreeBuilder();
        builder.Open(path, path, path);
        foreach (var child in children)
        {
            builder.SetValue(builder.Open(child), value);
            builder.Close();
        }

        builder.Close();
        return builder.Build().Root;
    }
}
