namespace FhirBridge.Fhir.FhirPath;

/// <summary>memberOf, subsumes, subsumedBy (https://hl7.org/fhir/R4/fhirpath.html#functions), answered by the context's terminology; what it cannot say is a fault.</summary>
internal static class TerminologyFunctions
{
    /// <summary>What a look into a value set or a hierarchy costs of the budget.</summary>
    private const int LookupSteps = 50;

    public static readonly FunctionEntry[] All =
    [
        new("memberOf", 1, 1, static (in call, input, output) =>
        {
            if (!Evaluation.Single(input, out var item) || call.Text(0) is not { } valueSet) return;
            call.E.Spend(LookupSteps);
            output.Add(MemberOf(call.E.Context, item, valueSet) ?? throw Evaluation.Fault($"the value set '{valueSet}' of memberOf() cannot be asked"));
        }),
        new("subsumes", 1, 1, static (in call, input, output) => Subsumes(call, input, output, reverse: false)),
        new("subsumedBy", 1, 1, static (in call, input, output) => Subsumes(call, input, output, reverse: true)),
    ];

    private static bool? MemberOf(FhirPathContext context, in FhirPathValue item, string valueSet)
    {
        var terminology = context.Definitions.Terminology;
        var isText = item.Kind == FhirPathKind.String || (item.IsElement && item.Element is { HasValue: true, Type: not "code" });
        if (isText && terminology.HasSeveralSystems(valueSet)) throw Evaluation.Fault($"the value set '{valueSet}' takes codes from several systems, and a text does not say which");
        if (context.MemberOf is { } ask) return ask(item, valueSet);
        return item.IsElement ? terminology.Contains(valueSet, item.Element) : item.Kind == FhirPathKind.String ? terminology.Contains(valueSet, item.AsString) : null;
    }

    private static void Subsumes(in Call call, Values input, Values output, bool reverse)
    {
        if (!Evaluation.Single(input, out var left)) return;
        var argument = call.Values(0);
        if (!Evaluation.Single(argument, out var right)) return;
        var (upper, lower) = reverse ? (right, left) : (left, right);
        bool? result = false;
        var ask = call.E.Context.Subsumes ?? call.E.Context.Definitions.Terminology.Subsumes;
        foreach (var a in Codings(upper))
        {
            foreach (var b in Codings(lower))
            {
                call.E.Spend(LookupSteps);
                result |= a == b ? true : ask(a, b);
            }
        }

        output.Add(result ?? throw Evaluation.Fault("the relation of these codes is not known"));
    }

    private static IEnumerable<Coding> Codings(FhirPathValue item)
    {
        if (!item.IsElement) throw Evaluation.Fault($"subsumption compares Coding and CodeableConcept, found {item.Type}");
        var element = item.Element;
        IEnumerable<FhirElement> codings = element.Type == "Coding" ? [element] : element.Children("coding");
        return codings.Where(c => c["code"].HasValue).Select(c => new Coding(c.Text("system"), c.Text("code")!));
    }
}
