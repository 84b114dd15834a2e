using FhirBridge.Fhir;

namespace FhirBridge.Mapping;

/// <summary>One element as one contribution states it.</summary>
internal readonly record struct Said(Contribution By, FhirElement Element);

/// <summary>What several contributions state alike: one line of a unified resource, with everybody who says it.</summary>
internal sealed class Statement(string key, Said first)
{
    private readonly List<Said> said = [first];

    /// <summary>Equal keys are equal statements.</summary>
    public string Key { get; } = key;

    /// <summary>Who states it, in the order of the contributions given; a contribution may state it more than once.</summary>
    public IReadOnlyList<Said> Said => said;

    /// <summary>The wording that is shown: the first that names what it refers to, else the first.</summary>
    public FhirElement Element
    {
        get
        {
            foreach (var one in said)
            {
                if (said.Count == 1 || one.Element["display"].Exists || one.Element["member"]["display"].Exists) return one.Element;
            }

            return said[0].Element;
        }
    }

    /// <summary>The contributions that state it.</summary>
    public IReadOnlyList<Contribution> By => said.Count == 1 ? new[] { said[0].By } : said.Select(s => s.By).Distinct().ToArray();

    /// <summary>The extensions that its contributors gave it; equal ones once.</summary>
    public IEnumerable<FhirElement> OwnExtensions => said.Count == 1
        ? said[0].Element.Children("extension")
        : said.SelectMany(s => s.Element.Children("extension")).DistinctBy(ElementKeys.Content);

    /// <summary>All repetitions of an element, equal ones joined, in the order in which they are first stated.</summary>
    public static List<Statement> Join(IReadOnlyList<Contribution> contributions, string name, Func<FhirElement, string> key)
    {
        var statements = new List<Statement>();
        var byKey = new Dictionary<string, Statement>(StringComparer.Ordinal);
        foreach (var contribution in contributions)
        {
            foreach (var element in contribution.Resource.Children(name))
            {
                if (IsStated(element)) Add(statements, byKey, key(element), new Said(contribution, element));
            }
        }

        return statements;
    }

    /// <summary>The same for statements that were collected otherwise.</summary>
    public static List<Statement> Join(IEnumerable<Said> all, Func<FhirElement, string> key)
    {
        var statements = new List<Statement>();
        var byKey = new Dictionary<string, Statement>(StringComparer.Ordinal);
        foreach (var said in all) Add(statements, byKey, key(said.Element), said);
        return statements;
    }

    /// <summary>False for an element that says nothing: an id or an extension alone.</summary>
    public static bool IsStated(FhirElement element)
    {
        if (element.HasValue) return true;
        foreach (var child in element.Children())
        {
            if (child.Name is not ("id" or "extension")) return true;
        }

        return false;
    }

    private static void Add(List<Statement> statements, Dictionary<string, Statement> byKey, string key, Said said)
    {
        if (byKey.TryGetValue(key, out var statement))
        {
            statement.said.Add(said);
            return;
        }

        statement = new Statement(key, said);
        byKey.Add(key, statement);
        statements.Add(statement);
    }
}
