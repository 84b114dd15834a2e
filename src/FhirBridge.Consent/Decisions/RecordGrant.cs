namespace FhirBridge.Consent.Decisions;

/// <summary>The grant for one care record: scopes, then each patient of the contribution, then the sources that it discloses.</summary>
internal sealed class RecordGrant : AccessGrant
{
    // Sources of sources: a list of provenances of lists. What lies deeper cannot be decided and is denied.
    private const int MaxDerivation = 4;

    private readonly Caller caller;
    private readonly AccessRequest request;
    private readonly ConsentSnapshot snapshot;
    private readonly string patientReference;
    private readonly string letters;
    private readonly bool patientLevel;
    private readonly PatientEvaluation primary;
    private readonly PatientEvaluation[] others;
    private readonly string[] otherReferences;
    private string? cacheKey;

    private RecordGrant(Caller caller, ConsentSnapshot snapshot, AccessRequest request)
        : base(GrantKind.Record, snapshot.Record, null)
    {
        this.caller = caller;
        this.request = request;
        this.snapshot = snapshot;
        patientReference = snapshot.Record.Reference;
        letters = request.Letters;
        patientLevel = caller.LaunchPatient == snapshot.Record;
        primary = new PatientEvaluation(caller, snapshot, request);
        others = [.. request.Others.Select(o => new PatientEvaluation(caller, o, request))];
        otherReferences = [.. request.Others.Select(o => o.Record.Reference)];
        ValidUntil = request.Others.Append(snapshot).SelectMany(Validity.Boundaries).Where(b => b > request.Now).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
    }

    public static RecordGrant Make(Caller caller, ConsentSnapshot snapshot, AccessRequest request) => new(caller, snapshot, request);

    public override string CacheKey => cacheKey ??= string.Join('\n',
        "record", snapshot.Record.Value, snapshot.Version, request.Action, letters,
        string.Join(' ', request.Others.Select(o => o.Record.Value + '@' + o.Version).Order(StringComparer.Ordinal)), caller.DecisionKey);

    public override DateTimeOffset ValidUntil { get; }

    public override IReadOnlyList<string>? ScopeConstraints(string type) => caller.Scopes.Constraints(type, letters, patientLevel);

    public override bool Permits(RecordFacts facts, IRecordNeighbours neighbours)
    {
        if (!caller.Scopes.Allows(facts.Type, letters, patientLevel)) return false;
        return Evaluate(facts, neighbours, MaxDerivation, null);
    }

    public override Decision Decide(RecordFacts facts, IRecordNeighbours neighbours)
    {
        var reasons = new List<Reason>();
        if (!caller.Scopes.Allows(facts.Type, letters, patientLevel))
        {
            reasons.Add(new Reason("scope", null, null, $"no scope of the token covers {facts.Type} with {letters}"));
            return new Decision(false, reasons);
        }

        var permit = Evaluate(facts, neighbours, MaxDerivation, reasons);
        return new Decision(permit, reasons);
    }

    // One path for the answer and for the reasons, so that they cannot drift apart.
    private bool Evaluate(RecordFacts facts, IRecordNeighbours neighbours, int depth, List<Reason>? reasons)
    {
        // A Provenance tells nothing of its own: it is readable when all that it speaks of is.
        if (facts.Type == "Provenance")
        {
            if (!primary.IsAdmitted) return Refuse(reasons, "membership", "the caller acts for no active member of the network");
            return facts.DerivedFrom.IsEmpty ? Refuse(reasons, "derived", "nothing that it speaks of is known") : SourcesPermit(facts, neighbours, depth, reasons);
        }

        if (!EvaluatePatient(primary, patientReference, facts, neighbours, reasons, out var by)) return false;
        foreach (var patient in facts.Patients)
        {
            if (patient != patientReference && !OtherPatientPermits(patient, facts, neighbours, reasons)) return false;
        }

        // What was contributed by the caller, or is about the caller alone, discloses nothing new to it.
        return facts.DerivedFrom.IsEmpty || by is DecidedBy.Self or DecidedBy.Custodian or DecidedBy.Participant || SourcesPermit(facts, neighbours, depth, reasons);
    }

    private bool OtherPatientPermits(string patient, RecordFacts facts, IRecordNeighbours neighbours, List<Reason>? reasons)
    {
        for (var i = 0; i < others.Length; i++)
        {
            if (otherReferences[i] == patient) return EvaluatePatient(others[i], patient, facts, neighbours, reasons, out _);
        }

        return (request.Action == "access" && primary.IsCustodian(facts)) || Refuse(reasons, "patients", "it is also about another patient, whose consents cannot be read here");
    }

    private static bool EvaluatePatient(
        PatientEvaluation evaluation, string patient, RecordFacts facts, IRecordNeighbours neighbours, List<Reason>? reasons, out DecidedBy by)
    {
        var view = new FactsView(facts, neighbours, evaluation.Scope);
        var outcome = evaluation.Evaluate(view);
        by = outcome.By;
        if (reasons is not null) Reasons.Explain(reasons, evaluation, patient, outcome, view);
        return outcome.Permit;
    }

    // Every source needs a permit (consent.md §7.4). A source that is not there is answered like one that is hidden. Of a unified source
    // one permitted contribution suffices: the caller sees the unified resource through it.
    private bool SourcesPermit(RecordFacts facts, IRecordNeighbours neighbours, int depth, List<Reason>? reasons)
    {
        foreach (var source in facts.DerivedFrom)
        {
            var permitted = false;
            if (depth > 0)
            {
                foreach (var contribution in neighbours.Find(source))
                {
                    if (!caller.Scopes.Allows(contribution.Type, "rs", patientLevel) || !Evaluate(contribution, neighbours, depth - 1, null)) continue;
                    permitted = true;
                    break;
                }
            }

            if (!permitted) return Refuse(reasons, "derived", $"it discloses {source}, which the caller may not see");
        }

        reasons?.Add(new Reason("derived", null, null, "everything that it discloses is permitted"));
        return true;
    }

    private static bool Refuse(List<Reason>? reasons, string rule, string text)
    {
        reasons?.Insert(0, new Reason(rule, null, null, text));
        return false;
    }
}
