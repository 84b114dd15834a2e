namespace FhirBridge.Fhir.Validation;

/// <summary>
/// Whether answers are among those that a questionnaire offers: answerOption, answerValueSet, units.
/// Spec: https://hl7.org/fhir/R4/questionnaire.html#choice.
/// </summary>
internal sealed class AnswerOptions(ValidationRun run, QuestionnaireForm form)
{
    private static readonly string[] WithoutOfficialDisplays = ["http://snomed.info/sct", "http://loinc.org"];

    private readonly Dictionary<string, ValueSetContent?> sets = new(StringComparer.Ordinal);

    /// <summary>Reports an answer that is not offered, where the item offers a closed list.</summary>
    internal void Check(FormItem item, FhirElement answer, FhirElement value)
    {
        if (item.Type == "open-choice" && value.Type == "string") return;
        if (item.Options.Count > 0) Listed(item, answer, value);
        else if (item.ValueSet.Value is { } set) InSet(item, set, answer, value);
        if (value.Type == "Coding") Display(value);
    }

    /// <summary>Reports an exclusive option (questionnaire-optionExclusive) that was chosen together with others.</summary>
    internal void CheckExclusive(FormItem item, IReadOnlyList<FhirElement> answers)
    {
        if (answers.Count < 2) return;
        if (item.Exclusive.Count == 0) return;
        foreach (var answer in answers)
        {
            if (!run.Spend(answer, item.Exclusive.Count)) return;
            if (!item.Exclusive.Any(o => ValueOrder.AreEqual(answer["value"], o) == true)) continue;
            run.Report(Problems.BusinessRule.With($"the question {item.Label} offers {Shown(answer["value"])} only alone, but there are {answers.Count} answers", answer.Path));
        }
    }

    /// <summary>Reports a quantity whose unit is not one of those offered (questionnaire-unitOption, questionnaire-unitValueSet).</summary>
    internal void CheckUnit(FormItem item, FhirElement quantity)
    {
        var options = item.Extensions("questionnaire-unitOption").ToList();
        if (options.Count > 0 && !options.Any(o => ValueOrder.IsCoding(quantity, o)))
        {
            run.Report(Problems.CodeInvalid.With($"the question {item.Label} asks for one of the units {string.Join(", ", options.Take(10).Select(Shown))}, not {Shown(quantity)}", quantity.Path));
        }

        foreach (var set in item.Extensions("questionnaire-unitValueSet").Select(v => v.Value).OfType<string>())
        {
            var isIn = quantity.Text("code") is { } code ? Contains(set, new Coding(quantity.Text("system"), code), null, quantity) : false;
            if (isIn == false) run.Report(Problems.CodeInvalid.With($"the unit {Shown(quantity)} is not in the value set '{set}' of the question {item.Label}", quantity.Path));
            else if (isIn is null) Unverified(item, set, quantity);
        }
    }

    private void Listed(FormItem item, FhirElement answer, FhirElement value)
    {
        if (item.Options.Any(o => ValueOrder.AreEqual(value, o["value"]) == true)) return;
        var offered = string.Join(", ", item.Options.Take(10).Select(o => Shown(o["value"]))) + (item.Options.Count > 10 ? ", …" : "");
        var place = value.Type is "Coding" or "Reference" ? answer : value;
        run.Report(Problems.CodeInvalid.With($"the question {item.Label} does not offer {Shown(value)}, only {offered}", place.Path));
    }

    private void InSet(FormItem item, string set, FhirElement answer, FhirElement value)
    {
        bool? isIn;
        if (value.Type == "Coding") isIn = CodingIn(set, value);
        else if (value is { Type: "string", HasValue: true }) isIn = Find(set) is { } content ? new MembershipQuestion(run.Definitions.Terminology).Contains(content, value.Value) : null;
        else return;
        if (isIn == false)
        {
            var place = value.Type == "Coding" ? answer : value;
            run.Report(Problems.CodeInvalid.With($"{Shown(value)} is not in the value set '{set}' of the question {item.Label}", place.Path));
        }
        else if (isIn is null)
        {
            Unverified(item, set, value);
        }
    }

    private bool? CodingIn(string set, FhirElement value)
    {
        if (value.Text("code") is not { } code) return false;
        if (value.Text("system") is { } system) return Contains(set, new Coding(system, code), value.Text("version"), value);
        run.Report(Problems.Questionable.With($"{Shown(value)} names no code system: what it means is not certain", value.Path));
        return Find(set) is { } content ? new MembershipQuestion(run.Definitions.Terminology).Contains(content, code) : null;
    }

    private void Unverified(FormItem item, string set, FhirElement place) =>
        run.Report(Problems.Unverified.With($"whether {Shown(place)} is in the value set '{set}' of the question {item.Label} cannot be said here", place.Path));

    /// <summary>A display must be one of those that the system gives the code; the many texts of SNOMED CT and LOINC are not all here.</summary>
    private void Display(FhirElement coding)
    {
        if (coding.Text("display") is not { } display || coding.Text("code") is not { } code || coding.Text("system") is not { } system) return;
        if (WithoutOfficialDisplays.Contains(system) || run.Definitions.Terminology.Find(new Coding(system, code), coding.Text("version")) is not { Display: { } official } concept) return;
        if (coding.Resource.Text("language") is { } language && !language.StartsWith("en", StringComparison.Ordinal)) return;
        var known = concept.Element.Children("designation").Select(d => d.Text("value")).Append(official);
        if (known.Any(d => string.Equals(d?.Trim(), display.Trim(), StringComparison.OrdinalIgnoreCase))) return;
        run.Report(Problems.InvalidValue.With($"the display of {system}|{code} is '{official}', not {Quoted(display)}", coding["display"].Path));
    }

    private bool? Contains(string set, Coding coding, string? version, FhirElement about) =>
        (Find(set) is { } content ? new MembershipQuestion(run.Definitions.Terminology).Contains(content, coding, version) : null)
            ?? (set.StartsWith('#') || coding.System is null ? null : run.Inquiry?.Ask(new TerminologyQuestion(set, coding.System, version, coding.Code), about)?.IsValid);

    /// <summary>A value set: contained in the questionnaire (<c>#id</c>), or known to the definitions.</summary>
    private ValueSetContent? Find(string canonical)
    {
        if (sets.TryGetValue(canonical, out var known)) return known;
        if (canonical.StartsWith('#'))
        {
            var contained = ContainedResources.Find(form.Questionnaire, canonical);
            known = contained is { Exists: true, Type: "ValueSet" } ? new ValueSetContent(contained) : null;
        }
        else
        {
            known = run.Definitions.Terminology.FindValueSet(canonical);
        }

        sets.Add(canonical, known);
        return known;
    }

    internal static string Shown(FhirElement value)
    {
        if (value.HasValue) return Quoted(value.Value);
        if (value.Type == "Reference") return Quoted(value.Text("reference") ?? value.Text("display") ?? "");
        var coding = value.Text("code") is { } code ? new Coding(value.Text("system"), code).ToString() : value.Text("display") ?? value.Text("unit") ?? "";
        return Quoted(value.Text("value") is { } number ? $"{number} {value.Text("unit")} ({coding})" : coding);
    }

    private static string Quoted(string text) => text.Length <= 100 ? $"'{text}'" : $"'{text[..100]}…'";
}

/// <summary>References to contained resources. Spec: https://hl7.org/fhir/R4/references.html#contained.</summary>
internal static class ContainedResources
{
    /// <summary>The resource of that fragment, contained in the resource or beside it; an element that does not exist when there is none.</summary>
    internal static FhirElement Find(FhirElement resource, string fragment)
    {
        var container = resource.Name == "contained" ? resource.Parent : resource;
        return container.Children("contained").FirstOrDefault(c => c.Text("id") == fragment[1..]);
    }
}
