using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Profiles;

namespace FhirBridge.Fhir.Validation;

/// <summary>One validation: its budget, what was found, and what rules may ask. Not thread-safe, one per call.</summary>
internal sealed class ValidationRun
{
    private const int MaxProblems = 500;

    // Some ten seconds of the most expensive rules; ordinary documents take a thousandth of it.
    private const long MaxSteps = 30_000_000;

    private readonly HashSet<Problem> seen = [];
    private readonly List<Problem> problems = [];
    private int errors;
    private bool isExhaustionTold;
    private readonly Dictionary<FhirElement, BundleIndex> bundles = [];
    private readonly Dictionary<ElementTree, Definitions> proposed = [];
    private readonly Dictionary<(FhirElement, string), LogicLibrary?> libraries = [];
    private readonly Dictionary<FhirElement, Dictionary<string, FhirElement>> contained = [];
    private readonly Dictionary<FhirElement, Problem> doubted = [];
    private readonly HashSet<string> noted = new(StringComparer.Ordinal);

    private int year;

    internal ValidationRun(FhirPathContext context, ValidationBudget? budget = null, bool isStrict = false, TerminologyInquiry? inquiry = null, bool hasBase = false)
    {
        IsStrict = isStrict;
        Inquiry = inquiry;
        HasBase = hasBase;
        Budget = budget ?? new ValidationBudget();

        // An invariant that asks for conformance again must not start a budget of its own.
        Context = context.ConformsTo is null ? context with { ConformsTo = (e, url) => Conforms(e, url), Meter = new StepMeter(MaxSteps) } : context;
    }

    /// <summary>For expressions; knows the definitions and how references are resolved.</summary>
    internal FhirPathContext Context { get; }

    /// <summary>True to be as strict as the official validator; otherwise what R4 asks receivers to bear with is borne.</summary>
    internal bool IsStrict { get; }

    /// <summary>What is asked of codes where a terminology server stands behind; null when none does.</summary>
    internal TerminologyInquiry? Inquiry { get; }

    /// <summary>What is an error, and a warning otherwise.</summary>
    internal Refusals Refuse { get; init; }

    /// <summary>True when the readers' and R4's own rules were checked, so that profiles need not ask the same again.</summary>
    internal bool HasBase { get; }

    /// <summary>The profile that asks for what is being checked; null for R4 itself.</summary>
    internal string? By { get; set; }

    internal Definitions Definitions => Context.Definitions;

    /// <summary>What is left for this validation, and for those that it asks for.</summary>
    internal ValidationBudget Budget { get; }

    internal IReadOnlyList<Problem> Found => problems;

    internal bool HasErrors { get; private set; }

    /// <summary>Conformance resources that are written together with the one that is judged.</summary>
    internal IReadOnlyList<FhirElement> Beside { get; init; } = [];

    /// <summary>What would be known if the resource were, with those of its Bundle and those written together with it.</summary>
    internal Definitions Proposed(FhirElement resource)
    {
        var tree = resource.Tree!;
        if (!proposed.TryGetValue(tree, out var known)) proposed.Add(tree, known = Definitions.With([.. Beside, .. tree.Root.Children("entry").Select(e => e["resource"]).Prepend(tree.Root).Where(r => r.IsResource && r["url"].HasValue)]));
        return known;
    }

    /// <summary>The Library of that canonical, contained in the resource or known; null when there is none.</summary>
    internal LogicLibrary? Library(FhirElement resource, string canonical)
    {
        if (libraries.TryGetValue((resource, canonical), out var known)) return known;
        var library = canonical.StartsWith('#') ? ContainedResources.Find(resource, canonical) : Proposed(resource).FindResource("Library", canonical);
        known = library.Type == "Library" ? LogicLibrary.Of(library) : null;
        libraries.Add((resource, canonical), known);
        return known;
    }

    /// <summary>Keeps a problem; the same one is kept once, and no more than 500 errors and 500 others: what is worth knowing must not hide what is wrong.</summary>
    internal void Report(Problem problem)
    {
        var isError = problem.Kind.Severity <= IssueSeverity.Error;
        HasErrors |= isError;
        if ((isError ? errors : problems.Count - errors) >= MaxProblems) return;
        if (By is not null) problem = problem with { Diagnostics = $"{problem.Diagnostics} (profile '{By}')" };
        if (!seen.Add(problem)) return;
        problems.Add(problem);
        if (isError) errors++;
    }

    /// <summary>Reports what R4 says in its prose, and the official validator refuses: an error where the validation is strict, a warning on writes.</summary>
    internal void Fault(string diagnostics, FhirElement element) => Report((IsStrict ? Problems.InvalidValue : Problems.Questionable).With(diagnostics, element.Path));

    /// <summary>Tells once that the codes of a system were not checked, when it is not here.</summary>
    internal void NoteForeign(string system, FhirElement element)
    {
        if (!noted.Add(system) || Definitions.Terminology.FindCodeSystem(system) is { IsComplete: true }) return;
        Report(Problems.NotChecked.With($"whether its code is one of '{system}' was not checked, here and elsewhere: the code system is not here, or not whole", element.Path));
    }

    /// <summary>The year of the clock.</summary>
    internal int Year => year > 0 ? year : year = Context.TimeProvider.GetUtcNow().Year;

    /// <summary>True when there are displays that their systems do not know.</summary>
    internal bool HasDoubts => doubted.Count > 0;

    /// <summary>Keeps what is wrong with the display of a coding until all was checked: a value set that a profile binds may give the code other ones.</summary>
    internal void Doubt(FhirElement coding, Problem problem)
    {
        if (doubted.Count < MaxProblems) doubted.TryAdd(coding, problem);
    }

    /// <summary>Takes back the doubts about displays of a coded element that the value set states.</summary>
    internal void Accept(FhirElement coded, FhirElement valueSet)
    {
        if (coded.Type == "Coding") AcceptCoding(coded, valueSet);
        foreach (var coding in coded.Children("coding")) AcceptCoding(coding, valueSet);
    }

    private void AcceptCoding(FhirElement coding, FhirElement valueSet)
    {
        if (doubted.ContainsKey(coding) && Spend(coding) && StatedDisplays.Has(valueSet, new Coding(coding.Text("system"), coding.Text("code") ?? ""), coding.Text("display") ?? "")) doubted.Remove(coding);
    }

    /// <summary>Reports the doubts that nothing has taken back.</summary>
    internal void Settle()
    {
        foreach (var problem in doubted.Values) Report(problem);
        doubted.Clear();
    }

    /// <summary>Is what the element says in the value set? Null when that cannot be said.</summary>
    internal bool? IsIn(string valueSet, FhirElement element) =>
        Context.MemberOf is { } ask ? ask(FhirPathValue.Of(element), valueSet) : Definitions.Terminology.Contains(valueSet, element);

    /// <summary>The resource that a Reference, canonical or uri points at, where it can be found; else an element that does not exist.</summary>
    internal FhirElement Resolve(FhirElement reference) => (reference.HasValue ? reference.Value : reference.Text("reference")) is { Length: > 0 } text ? Resolve(reference, text) : default;

    /// <summary>The resource that a text points at from an element.</summary>
    internal FhirElement Resolve(FhirElement from, string reference)
    {
        var resource = from.Resource;
        var container = resource.Name == "contained" ? resource.Parent.Resource : resource;
        if (reference[0] == '#') return reference.Length == 1 ? container : Contained(container).GetValueOrDefault(reference[1..]);
        var entry = container.Parent;
        if (entry.Name == "entry" && entry.Parent.Type == "Bundle")
        {
            if (!bundles.TryGetValue(entry.Parent, out var index)) bundles.Add(entry.Parent, index = new BundleIndex(entry.Parent));
            if (index.Find(entry, reference) is { Exists: true } found) return found;
        }

        return Context.Resolve?.Invoke(reference) ?? default;
    }

    private Dictionary<string, FhirElement> Contained(FhirElement container)
    {
        if (contained.TryGetValue(container, out var known)) return known;
        contained.Add(container, known = new Dictionary<string, FhirElement>(StringComparer.Ordinal));
        foreach (var resource in container.Children("contained"))
        {
            if (resource.Text("id") is { } id) known.TryAdd(id, resource);
        }

        return known;
    }

    /// <summary>
    /// Does the element conform? Null when the profile is unknown or cannot be used, or when the budget is at its end. Resources that point at each
    /// other lead back to a question that is open already: it is then taken for answered with yes, since the other parts decide.
    /// </summary>
    internal bool? Conforms(FhirElement element, string url)
    {
        var profile = Definitions.Profiles.Find(url);
        if (!profile.IsOk) return null;
        if (!Budget.Open.Add((element, profile.Value))) return true;
        if (!Budget.Enter()) return null;
        var probe = new ValidationRun(Context, Budget, IsStrict, Inquiry, HasBase);
        new ProfileCheck(probe).Check(element, profile.Value);
        Budget.Leave();
        Budget.Open.Remove((element, profile.Value));
        return Budget.IsExhausted ? null : !probe.HasErrors;
    }

    /// <summary>Counts steps; false, and reported at the element, when the budget is at its end.</summary>
    internal bool Spend(FhirElement element, int count = 1)
    {
        if (Budget.Spend(count)) return true;
        Exhausted(element);
        return false;
    }

    /// <summary>Reports that the budget is at its end; once, where that is found first, and however much was found before.</summary>
    internal void Exhausted(FhirElement element)
    {
        if (isExhaustionTold) return;
        isExhaustionTold = true;
        problems.Add(Problems.ExpressionBudget.With("the check takes more steps than it may: from here on not all was looked at", element.Path));
        HasErrors = true;
        errors++;
    }
}
