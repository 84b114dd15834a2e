namespace FhirBridge.Fhir.Views;

/// <summary>A span of time; missing ends are open. Spec: https://hl7.org/fhir/R4/datatypes.html#Period.</summary>
/// <param name="Element">The element.</param>
public readonly record struct PeriodView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Period";

    /// <summary>First moment, as precise as it was written.</summary>
    public string? Start => Element.Text("start");

    /// <summary>Last moment, as precise as it was written; everything that its precision covers is inside.</summary>
    public string? End => Element.Text("end");

    /// <summary>Its instants; open when it does not exist. False when an end cannot be read.</summary>
    /// <param name="zone">Time zone of dates without time.</param>
    /// <param name="interval">From the start of <see cref="Start"/> to the end of <see cref="End"/>.</param>
    public bool TryInterval(TimeZoneInfo zone, out Interval interval)
    {
        interval = default;
        Interval first = default, last = default;
        if (Element["start"] is { Exists: true } start && !FhirDates.TryParse(start.Value, zone, out first)) return false;
        if (Element["end"] is { Exists: true } end && !FhirDates.TryParse(end.Value, zone, out last)) return false;
        interval = new Interval(first.Start, last.End);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
