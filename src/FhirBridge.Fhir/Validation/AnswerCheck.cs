using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FhirBridge.Fhir.FhirPath;

namespace FhirBridge.Fhir.Validation;

/// <summary>The rules on one answer: its type, limits, length, form, and what is offered. Spec: https://hl7.org/fhir/R4/questionnaire.html#item-types.</summary>
internal sealed class AnswerCheck(ValidationRun run, QuestionnaireForm form)
{
    private const string Sdc = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-";
    private const int MaxPattern = 2000;
    private const int MaxBacktracking = 50;
    private const int CharactersOfStep = 50;

    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, Regex?> patterns = new(StringComparer.Ordinal);
    private int backtracking;

    internal AnswerOptions Options { get; } = new(run, form);

    internal void Check(FormItem item, FhirElement answer)
    {
        if (!run.Spend(answer, item.Weight)) return;
        var value = answer["value"];
        if (!value.Exists)
        {
            // A value of a type that R4 does not have here is no value[x]; the reader tells that as well where it is strict.
            if (answer.Children().FirstOrDefault(c => c.Name.StartsWith("value", StringComparison.Ordinal)) is { Exists: true } other) WrongType(item, answer, other.Name);
            return;
        }

        if (item.AnswerTypes is not { } types) return;
        if (!types.Contains(value.Type))
        {
            WrongType(item, item.Options.Count > 0 ? answer : value, value.Type ?? "");
            return;
        }

        Options.Check(item, answer, value);
        Limits(item, value);
        if (value.HasValue) Text(item, value);
        if (value.Type == "Attachment") Attachment(item, answer, value);
        if (value.Type == "Reference") Reference(item, value);
        if (value.Type == "Quantity") Options.CheckUnit(item, value);
    }

    private void WrongType(FormItem item, FhirElement place, string found)
    {
        var allowed = item.AnswerTypes is { Count: > 0 } types ? string.Join(" or ", types) : "another type";
        run.Report(Problems.WrongType.With($"the question {item.Label} is of type {item.Type}: its answer must be {allowed}, not {found}", place.Path));
    }

    private void Limits(FormItem item, FhirElement value)
    {
        foreach (var least in item.Extensions("minValue").Concat(item.Extensions(Sdc + "minQuantity"))) Limit(item, value, least, "minimum", order => order >= 0);
        foreach (var most in item.Extensions("maxValue").Concat(item.Extensions(Sdc + "maxQuantity"))) Limit(item, value, most, "maximum", order => order <= 0);
        var number = value.Type == "Quantity" ? value["value"] : value;
        if (item.WholeOf("maxDecimalPlaces") is { } places && number.Type == "decimal" && NumberText.TryDecimal(number.Value, NumberStyles.Float, out var d) && d.Scale > places)
        {
            run.Report(Problems.InvalidValue.With($"the question {item.Label} allows {places} decimal places, {number.Value} has {d.Scale}", value.Path));
        }
    }

    private void Limit(FormItem item, FhirElement value, FhirElement limit, string word, Func<int, bool> isMet)
    {
        var order = ValueOrder.Compare(value, limit);
        if (order is { } known && !isMet(known))
        {
            run.Report(Problems.InvalidValue.With($"the {word} of the question {item.Label} is {AnswerOptions.Shown(limit)}, found {AnswerOptions.Shown(value)}", value.Path));
        }
        else if (order is null && value.Type == "Quantity" && limit.Type == "Quantity")
        {
            // A date of another precision may well be within its limits; a unit of another kind, or one that is only printed, never shows that it is.
            var kind = value["comparator"].Exists ? Problems.Unverified : Problems.InvalidValue;
            run.Report(kind.With($"{AnswerOptions.Shown(value)} cannot be compared with the {word} of the question {item.Label}, {AnswerOptions.Shown(limit)}: the units must be coded and of the same kind", value.Path));
        }
    }

    private void Text(FormItem item, FhirElement value)
    {
        var text = value.Value!;
        if (value.Type is "string" or "uri")
        {
            var length = new StringInfo(text).LengthInTextElements;
            if (item.MaxLength is { } most && length > most) run.Report(Problems.InvalidValue.With($"the answer to {item.Label} has {length} characters, at most {most} are allowed", value.Path));
            if (item.WholeOf("minLength") is { } least && length < least) run.Report(Problems.InvalidValue.With($"the answer to {item.Label} has {length} characters, at least {least} are asked for", value.Path));
        }

        if (value.Type == "uri" && UriForms.Fault(text) is { } fault) run.Report(Problems.InvalidValue.With($"the answer to {item.Label} is no URI: {fault}", value.Path));
        foreach (var pattern in item.Extensions("regex").Select(v => v.Value).OfType<string>()) Pattern(item, value, pattern);
    }

    private void Pattern(FormItem item, FhirElement value, string pattern)
    {
        // A pattern looks at each character.
        if (!run.Spend(value, value.Value!.Length / CharactersOfStep)) return;
        if (!patterns.TryGetValue(pattern, out var regex)) patterns.Add(pattern, regex = Compile(pattern));
        var matches = regex is null ? null : Matches(regex, value.Value!);
        if (matches == true) return;
        var form = item.Extensions("entryFormat").FirstOrDefault().Value is { } example ? $" such as '{example}'" : "";
        if (matches == false) run.Report(Problems.InvalidValue.With($"the answer to {item.Label} must have the form '{pattern}'{form}, found {AnswerOptions.Shown(value)}", value.Path));
        else run.Report(Problems.Unverified.With($"the answer to {item.Label} cannot be checked: its regular expression is not one, or takes too long", value.Path));
    }

    private bool? Matches(Regex regex, string text)
    {
        // What must backtrack is bounded in time for each answer, and in how often.
        if (!regex.Options.HasFlag(RegexOptions.NonBacktracking) && ++backtracking > MaxBacktracking) return null;
        try
        {
            return regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            backtracking = MaxBacktracking;
            return null;
        }
    }

    private static Regex? Compile(string pattern)
    {
        if (pattern.Length > MaxPattern) return null;
        try
        {
            try
            {
                return new Regex($"^(?:{pattern})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeLimit);
            }
            catch (NotSupportedException)
            {
                return new Regex($"^(?:{pattern})\\z", RegexOptions.CultureInvariant, TimeLimit);
            }
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private void Attachment(FormItem item, FhirElement answer, FhirElement value)
    {
        var types = item.Extensions("mimeType").Select(v => v.Value).OfType<string>().ToList();
        var found = value.Text("contentType");
        if (types.Count > 0 && !types.Any(t => IsOf(found ?? "", t))) run.Report(Problems.InvalidValue.With($"the question {item.Label} asks for {string.Join(" or ", types)}, found {found ?? "no contentType"}", answer.Path));
        var actual = value.Text("data") is { } data ? Decoded(data) : (long?)null;
        var stated = long.TryParse(value.Text("size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : (long?)null;
        if (actual is not null && stated is not null && actual != stated) run.Report(Problems.InvalidValue.With($"the attachment states {stated} bytes and has {actual}", value.Path));
        if ((actual ?? stated) is not { } bytes) return;
        foreach (var most in item.Extensions("maxSize"))
        {
            // The definition names no unit; the published test cases count in bytes.
            if (NumberText.TryDecimal(most.Value, NumberStyles.Float, out var limit) && bytes > limit) run.Report(Problems.InvalidValue.With($"the question {item.Label} allows {most.Value} bytes, the attachment has {bytes}", answer.Path));
        }
    }

    private static bool IsOf(string type, string allowed) =>
        allowed.EndsWith("/*", StringComparison.Ordinal) ? type.StartsWith(allowed[..^1], StringComparison.OrdinalIgnoreCase) : string.Equals(type.Split(';')[0].Trim(), allowed, StringComparison.OrdinalIgnoreCase);

    /// <summary>Bytes that base64 stands for.</summary>
    private static long Decoded(string base64)
    {
        var digits = base64.LongCount(c => !char.IsWhiteSpace(c) && c != '=');
        return digits * 3 / 4;
    }

    private void Reference(FormItem item, FhirElement value)
    {
        var text = value.Text("reference");
        if (text is not null && PrimitiveGrammar.Check(PrimitiveKind.Uri, Encoding.UTF8.GetBytes(text)) is { } fault)
        {
            run.Report(Problems.InvalidValue.With($"the reference {AnswerOptions.Shown(value)} is no URI: {fault}", value.Path));
            return;
        }

        var type = text is ['#', ..] ? ContainedResources.Find(value.Resource, text).Type : FhirReference.Parse(text)?.Type ?? value.Text("type");
        if (type is null) return;
        var allowed = item.Extensions("questionnaire-referenceResource").Select(v => v.Value).OfType<string>().ToList();
        if (!run.Definitions.IsResource(type)) run.Report(Problems.InvalidValue.With($"the reference {AnswerOptions.Shown(value)} names {type}, which is no resource type", value.Path));
        else if (allowed.Count > 0 && !allowed.Contains(type)) run.Report(Problems.InvalidValue.With($"the question {item.Label} asks for a reference to {string.Join(" or ", allowed)}, found {AnswerOptions.Shown(value)}", value.Path));
    }
}
