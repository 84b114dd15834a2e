using System.Globalization;

namespace FhirBridge.Fhir.Search;

/// <summary>
/// Writes the index values of one selected element by the parameter's type and the element's FHIR type.
/// Spec: the tables of https://hl7.org/fhir/R4/search.html#ptypes.
/// </summary>
internal readonly struct EntryWriter(List<IndexEntry> entries, string name, string? ofTypeName, SearchParameterType type, int group, string? baseUrl)
{
    /// <summary>Adds the values of an element; nothing for a type that the parameter's type has no rule for.</summary>
    internal void Add(FhirElement element)
    {
        // Parameters on extensions select the extension and mean its value.
        if (element.Type == "Extension") element = element["value"];
        if (!element.Exists) return;
        switch (type)
        {
            case SearchParameterType.String: AddString(element); break;
            case SearchParameterType.Token: AddToken(element); break;
            case SearchParameterType.Reference: AddReference(element); break;
            case SearchParameterType.Date: AddDate(element); break;
            case SearchParameterType.Number or SearchParameterType.Quantity: AddNumber(element); break;
            case SearchParameterType.Special: AddPosition(element); break;
            case SearchParameterType.Uri when element.HasValue: entries.Add(new IndexEntry(name, type, null, element.Value, Group: group)); break;
        }
    }

    /// <summary>Adds a System value (the Boolean of a comparison).</summary>
    internal void AddText(string text)
    {
        if (type == SearchParameterType.Token) entries.Add(new IndexEntry(name, type, null, text, Group: group));
        else if (type == SearchParameterType.String) Text(text);
    }

    private void AddString(FhirElement element)
    {
        switch (element.Type)
        {
            case "HumanName" or "Address":
                foreach (var part in element.Children())
                {
                    if (part.HasValue && part.Name is not ("use" or "type" or "id")) AddNamePart(part);
                }

                break;
            case "CodeableConcept":
                if (element.Text("text") is { } text) Text(text);
                foreach (var coding in element.Children("coding")) AddString(coding);
                break;
            case "Coding":
                if (element.Text("display") is { } display) Text(display);
                break;
            default:
                if (element.HasValue) AddNamePart(element);
                else if (element.Text("text") is { } inner) Text(inner);
                break;
        }
    }

    // "For robust search, servers should search the parts of a family name independently": from each part on it is found as the whole is.
    private void AddNamePart(FhirElement part)
    {
        var text = part.Value!;
        Text(text);
        if (part.Name != "family" || part.Parent.Type != "HumanName") return;
        for (var i = 1; i < text.Length; i++)
        {
            if (IsBetweenParts(text[i - 1]) && !IsBetweenParts(text[i])) entries.Add(new IndexEntry(name, type, Folded: SearchText.Fold(text[i..]), Group: group));
        }
    }

    private static bool IsBetweenParts(char c) => char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.DashPunctuation;

    private void Text(string text) => entries.Add(new IndexEntry(name, type, null, text, SearchText.Fold(text), Group: group));

    private void AddToken(FhirElement element)
    {
        switch (element.Type)
        {
            case "Coding":
                AddCoding(element);
                break;
            case "CodeableConcept":
                foreach (var coding in element.Children("coding")) AddCoding(coding);
                if (element.Text("text") is { } text) entries.Add(new IndexEntry(name, type, null, null, SearchText.Fold(text), Group: group));
                break;
            case "Identifier":
                AddIdentifier(element);
                break;
            case "ContactPoint":
                if (element.Text("value") is { } value) entries.Add(new IndexEntry(name, type, null, value, Group: group));
                break;
            default:
                if (element.HasValue) entries.Add(new IndexEntry(name, type, element.Type == "code" ? ImpliedSystems.ImpliedBy(element) : null, element.Value, Group: group));
                break;
        }
    }

    private void AddCoding(FhirElement coding)
    {
        var display = coding.Text("display");
        entries.Add(new IndexEntry(name, type, coding.Text("system") ?? "", coding.Text("code"), display is null ? null : SearchText.Fold(display), Group: group));
    }

    private void AddIdentifier(FhirElement identifier)
    {
        var value = identifier.Text("value");
        var kind = identifier["type"];
        var text = kind.Text("text");
        entries.Add(new IndexEntry(name, type, identifier.Text("system") ?? "", value, text is null ? null : SearchText.Fold(text), Group: group));
        if (ofTypeName is null || value is null) return;
        foreach (var coding in kind.Children("coding"))
        {
            if (coding.Text("code") is { } code) entries.Add(new IndexEntry(ofTypeName, type, coding.Text("system") ?? "", $"{code}|{value}"));
        }
    }

    private void AddReference(FhirElement element)
    {
        if (element.IsResource)
        {
            if (element.Text("id") is { } id) entries.Add(new IndexEntry(name, type, null, $"{element.Type}/{id}", Group: group));
        }
        else if (element.HasValue)
        {
            entries.Add(new IndexEntry(name, type, null, element.Value, Group: group));
        }
        else
        {
            var identifier = element["identifier"];
            var folded = identifier.Text("value") is { } value ? $"{identifier.Text("system")}|{value}" : null;
            var text = element.Text("reference");
            if (text is null && folded is null) return;
            if (text is null || ReferenceTarget.IsLocal(text))
            {
                entries.Add(new IndexEntry(name, type, null, text, folded, Group: group));
                return;
            }

            var literal = FhirReference.Parse(text);
            var system = literal?.Base is { } stated && stated != baseUrl ? stated : null;
            entries.Add(new IndexEntry(name, type, system, literal?.Local ?? text, folded, Group: group));
        }
    }

    private void AddDate(FhirElement element)
    {
        switch (element.Type)
        {
            case "Period":
                if (TryPeriod(element, out var low, out var high)) Interval(low, high);
                break;
            case "Timing":
                AddTiming(element);
                break;
            case "instant":
                // "A fixed point in time with an effective width of 0", however many digits its seconds have.
                if (element.HasValue && DateInterval.TryParse(element.Value, out var instant)) Interval(instant.Low, instant.Low + 1);
                break;
            default:
                if (element.HasValue && DateInterval.TryParse(element.Value, out var date)) Interval(date.Low, date.High);
                break;
        }
    }

    // Only the outer limits of a schedule count.
    private void AddTiming(FhirElement timing)
    {
        var low = long.MaxValue;
        var high = long.MinValue;
        foreach (var moment in timing.Children("event"))
        {
            if (!moment.HasValue || !DateInterval.TryParse(moment.Value, out var date)) continue;
            low = Math.Min(low, date.Low);
            high = Math.Max(high, date.High);
        }

        var bounds = timing["repeat"]["bounds"];
        if (bounds.Type == "Period" && TryPeriod(bounds, out var start, out var end))
        {
            low = Math.Min(low, start);
            high = Math.Max(high, end);
        }

        if (low < high) Interval(low, high);
    }

    private static bool TryPeriod(FhirElement period, out long low, out long high)
    {
        low = long.MinValue;
        high = long.MaxValue;
        var any = false;
        if (period.Text("start") is { } start && DateInterval.TryParse(start, out var first)) (low, any) = (first.Low, true);
        if (period.Text("end") is { } end && DateInterval.TryParse(end, out var last)) (high, any) = (last.High, true);
        return any && low < high;
    }

    private void Interval(long low, long high) => entries.Add(new IndexEntry(name, type, Low: low, High: high, Group: group));

    private void AddPosition(FhirElement position)
    {
        if (Number(position.Text("latitude")) is not { } latitude || Number(position.Text("longitude")) is not { } longitude) return;
        entries.Add(new IndexEntry(name, type, Low: latitude, High: longitude, Group: group));
    }

    private void AddNumber(FhirElement element)
    {
        switch (element.Type)
        {
            case "Range":
                var lowest = Number(element["low"].Text("value"));
                var highest = Number(element["high"].Text("value"));
                var unit = element["low"].Exists ? element["low"] : element["high"];
                if (lowest is not null || highest is not null) AddQuantity(unit, lowest ?? decimal.MinValue, highest ?? decimal.MaxValue);
                break;
            case "Money":
                if (Number(element.Text("value")) is { } amount) entries.Add(new IndexEntry(name, type, "urn:iso:std:iso:4217", element.Text("currency"), null, amount, amount, group));
                break;
            case "SampledData":
                if (SampledDataBounds.TryRead(element, out var least, out var most)) AddQuantity(element["origin"], least, most);
                break;
            default:
                if (Number(element.Value ?? element.Text("value")) is { } number) AddQuantity(element, number, number);
                break;
        }
    }

    private void AddQuantity(FhirElement quantity, decimal low, decimal high)
    {
        switch (quantity.Text("comparator"))
        {
            case "<": (low, high) = (decimal.MinValue, high - Hair(high)); break;
            case "<=": low = decimal.MinValue; break;
            case ">": (low, high) = (low + Hair(low), decimal.MaxValue); break;
            case ">=": high = decimal.MaxValue; break;
        }

        entries.Add(new IndexEntry(name, type, quantity.Text("system"), quantity.Text("code"), quantity.Text("unit"), low, high, group));
    }

    // Bounds are inclusive; "<5" ends so little before 5 that no search means a number between, and so much that it is seen behind a conversion of units.
    private static decimal Hair(decimal bound) => bound == 0 ? 1e-18m : Math.Abs(bound) < 1e27m ? Math.Abs(bound) * 1e-15m : 0;

    private static decimal? Number(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number) ? number : null;
}
