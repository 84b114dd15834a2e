using System.Collections.Immutable;
using FhirBridge.Consent.Facts;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Consent.Directives;

/// <summary>
/// Reads <c>Consent.provision</c> into <see cref="Provision"/> and collects every fault of the structural gate (consent.md §3.3): the gate
/// for writes and the compiler use this one reader, so that what is refused is exactly what would not be understood.
/// </summary>
internal sealed class ProvisionReader(Func<string, string?> resolve, TimeZoneInfo zone, bool asPcf)
{
    /// <summary>Deepest nesting, the root being level 1.</summary>
    public const int MaxDepth = 8;

    /// <summary>Most provisions in one consent.</summary>
    public const int MaxNodes = 500;

    private int nodes;

    /// <summary>Faults found so far.</summary>
    public List<Problem> Faults { get; } = [];

    /// <summary>True when a node has no type, or was left unread because it lies beyond a limit.</summary>
    public bool Untyped { get; private set; }

    /// <summary>References of actors and data that lead nowhere, as written.</summary>
    public List<string> Unresolved { get; } = [];

    /// <summary>Reads the root provision; null when there is none.</summary>
    public Provision? Read(ConsentView consent)
    {
        var root = consent.Provision;
        if (!root.Exists)
        {
            Fault("a consent needs a root provision with a type", consent.Exists ? "Consent.provision" : null);
            return null;
        }

        foreach (var e in consent.Element.Descendants().Where(e => e.Name is "modifierExtension" or "implicitRules"))
        {
            Fault($"{e.Name} changes the meaning in a way that is not known here; leave it out", e);
        }

        return ReadNode(root, 1);
    }

    private Provision ReadNode(ConsentProvisionView e, int depth)
    {
        nodes++;
        var type = e.Type switch { "permit" => ProvisionType.Permit, "deny" => ProvisionType.Deny, _ => ProvisionType.Untyped };
        if (type == ProvisionType.Untyped)
        {
            Untyped = true;
            Faults.Add(Problems.ConsentGate.With("every provision, the root too, says permit or deny in its type; it is never guessed", Path(e.Element) + ".type"));
        }

        return new Provision
        {
            Path = Path(e.Element),
            Type = type,
            Period = e.Period is { Exists: true } period ? new PeriodCriterion(ReadPeriod(period, out var bad), bad) : null,
            Actor = ReadActor(e),
            Action = ReadAction(e),
            Purpose = ReadPurpose(e),
            SecurityLabel = ReadLabels(e),
            Class = ReadClass(e),
            Code = ReadCode(e),
            DataPeriod = e.DataPeriod is { Exists: true } dates ? new DataPeriodCriterion(ReadPeriod(dates, out bad), bad) : null,
            Data = ReadData(e),
            Children = ReadChildren(e, depth),
        };
    }

    private ImmutableArray<Provision> ReadChildren(ConsentProvisionView e, int depth)
    {
        var children = ImmutableArray.CreateBuilder<Provision>();
        foreach (var child in e.Provision)
        {
            if (depth == MaxDepth || nodes >= MaxNodes)
            {
                Untyped = true;
                Fault(depth == MaxDepth ? $"provisions nest at most {MaxDepth} levels" : $"a consent has at most {MaxNodes} provisions", child.Element);
                break;
            }

            children.Add(ReadNode(child, depth + 1));
        }

        return children.ToImmutable();
    }

    private Interval ReadPeriod(PeriodView e, out bool unsupported)
    {
        unsupported = !e.TryInterval(zone, out var period);
        if (unsupported) Fault("the period cannot be read", e.Element);
        else if (period is { Start: { } s, End: { } end } && end <= s) Fault("the period ends before it starts", e.Element);
        return period;
    }

    private ActorCriterion? ReadActor(ConsentProvisionView e)
    {
        var recipients = ImmutableArray.CreateBuilder<ActorEntry>();
        var dataSide = ImmutableArray.CreateBuilder<ActorEntry>();
        var unknown = false;
        var any = false;
        foreach (var actor in e.Actor)
        {
            any = true;
            var sides = Codings(actor.Role).Select(Vocabulary.Side).Where(s => s is not null).Distinct().ToList();
            if (sides.Count != 1)
            {
                unknown = true;
                Faults.Add(Problems.ConsentGate.With("an actor needs a role of a known kind: IRCP or PRCP for who asks, AUT or CST for whose data", Path(actor.Element) + ".role"));
                continue;
            }

            var reference = ReadReference(actor.Reference, actor.Element, out var unsupported);
            if (!unsupported && sides[0] == ActorSide.Recipient && reference is not null && !IsActorType(reference))
            {
                unsupported = true;
                Fault("nobody can ask as such a resource", actor.Reference.Element);
            }

            (sides[0] == ActorSide.Recipient ? recipients : dataSide).Add(new ActorEntry(sides[0]!.Value, reference, unsupported));
        }

        return any ? new ActorCriterion(recipients.ToImmutable(), dataSide.ToImmutable(), unknown) : null;
    }

    private static bool IsActorType(string reference) => FhirReference.Parse(reference)?.Type is
        "Practitioner" or "PractitionerRole" or "Organization" or "CareTeam" or "Group" or "RelatedPerson" or "Patient" or "Device";

    // The reference of an actor or of data; null when it leads nowhere.
    private string? ReadReference(ReferenceView reference, FhirElement owner, out bool unsupported)
    {
        var asked = References.Asked(reference);
        unsupported = asked is null;
        if (asked is null)
        {
            Faults.Add(Problems.ConsentGate.With("a literal or identified reference is needed; a contained resource or a type alone cannot be compared", Path(owner) + ".reference"));
            return null;
        }

        var resolved = resolve(asked);
        if (resolved is null || FhirReference.Parse(resolved) is not { Base: null } parsed)
        {
            Unresolved.Add(asked);
            return null;
        }

        return parsed.Local;
    }

    private CodesCriterion? ReadAction(ConsentProvisionView e)
    {
        var codes = ImmutableArray.CreateBuilder<string>();
        var (any, unsupported) = (false, false);
        foreach (var action in e.Action)
        {
            any = true;
            var known = Codings(action).Where(c => c.System == Vocabulary.Action && Vocabulary.IsAction(c.Code)).Select(c => c.Code).ToList();
            codes.AddRange(known);
            if (known.Count > 0) continue;
            unsupported = true;
            Fault("the action is not one of access, collect, correct, disclose, use", action.Element);
        }

        return any ? new CodesCriterion(codes.ToImmutable(), unsupported) : null;
    }

    private CodingsCriterion? ReadPurpose(ConsentProvisionView e)
    {
        var codings = ImmutableArray.CreateBuilder<Coding>();
        var (any, unsupported) = (false, false);
        foreach (var purpose in e.Purpose)
        {
            any = true;
            if (purpose.ToCoding() is { System: not null } coding)
            {
                codings.Add(coding);
                continue;
            }

            unsupported = true;
            Fault("a purpose needs a system and a code", purpose.Element);
        }

        return any ? new CodingsCriterion(codings.ToImmutable(), unsupported) : null;
    }

    private LabelCriterion? ReadLabels(ConsentProvisionView e)
    {
        var others = ImmutableArray.CreateBuilder<Coding>();
        var (lowest, highest, sensitivities, any, unsupported) = (-1, -1, 0u, false, false);
        foreach (var label in e.SecurityLabel)
        {
            any = true;
            var coding = label.ToCoding();
            if (coding is { System: Vocabulary.Confidentiality } c && Vocabulary.Rank(c.Code) is >= 0 and var rank)
            {
                lowest = lowest < 0 ? rank : Math.Min(lowest, rank);
                highest = Math.Max(highest, rank);
            }
            else if (coding is { System: Vocabulary.ActCode } s)
            {
                var bit = Vocabulary.Sensitivity(s.Code);
                sensitivities |= bit;
                if (bit == 0) others.Add(s);
            }
            else
            {
                unsupported = true;
                Fault("a security label is a code of v3-Confidentiality (U L M N R V) or a sensitivity of v3-ActCode", label.Element);
            }
        }

        return any ? new LabelCriterion(lowest, highest, Vocabulary.Covered(sensitivities), others.ToImmutable(), unsupported) : null;
    }

    private ClassCriterion? ReadClass(ConsentProvisionView e)
    {
        var types = ImmutableArray.CreateBuilder<string>();
        var profiles = ImmutableArray.CreateBuilder<string>();
        var (any, unsupported) = (false, false);
        foreach (var item in e.Class)
        {
            any = true;
            switch (item.ToCoding())
            {
                case { System: Vocabulary.ResourceTypes } type: types.Add(type.Code); break;
                case { System: Vocabulary.Uri } profile: profiles.Add(profile.Code); break;
                default:
                    unsupported = true;
                    Fault("a class is a resource type (http://hl7.org/fhir/resource-types) or a profile (urn:ietf:rfc:3986)", item.Element);
                    break;
            }
        }

        return any ? new ClassCriterion(types.ToImmutable(), profiles.ToImmutable(), unsupported) : null;
    }

    private CodeCriterion? ReadCode(ConsentProvisionView e)
    {
        var codings = ImmutableArray.CreateBuilder<Coding>();
        var (any, unsupported) = (false, false);
        foreach (var code in e.Code)
        {
            any = true;
            var known = Codings(code).Where(c => c.System is not null).ToList();
            codings.AddRange(known);
            if (known.Count > 0) continue;
            unsupported = true;
            Fault("a code needs a coding with system and code", code.Element);
        }

        return any ? new CodeCriterion(codings.ToImmutable(), unsupported) : null;
    }

    private DataCriterion? ReadData(ConsentProvisionView e)
    {
        var entries = ImmutableArray.CreateBuilder<DataEntry>();
        foreach (var data in e.Data)
        {
            var meaning = data.Meaning switch
            {
                "instance" => DataMeaning.Instance,
                "related" => DataMeaning.Related,
                "dependents" => DataMeaning.Dependents,
                "authoredby" => DataMeaning.AuthoredBy,
                _ => DataMeaning.Unsupported,
            };
            if (meaning == DataMeaning.Unsupported) Faults.Add(Problems.ConsentGate.With("the meaning is one of instance, related, dependents, authoredby", Path(data.Element) + ".meaning"));
            var reference = ReadReference(data.Reference, data.Element, out var unsupported);
            var hops = reference is not null && !DataReferences.StopsHops(reference[..reference.IndexOf('/')]);
            entries.Add(new DataEntry(unsupported ? DataMeaning.Unsupported : meaning, reference, hops));
        }

        return entries.Count == 0 ? null : new DataCriterion(entries.ToImmutable(), asPcf);
    }

    private static IEnumerable<Coding> Codings(CodeableConceptView concept) => concept.Coding.Select(c => c.ToCoding()).OfType<Coding>();

    private void Fault(string text, FhirElement at) => Fault(text, Path(at));

    private void Fault(string text, string? path) => Faults.Add(Problems.ConsentGate.With(text, path));

    // A consent inside a Bundle is named from itself.
    private static string Path(FhirElement e)
    {
        var path = e.Path;
        var at = path.LastIndexOf("Consent.", StringComparison.Ordinal);
        return at > 0 ? path[at..] : path;
    }
}
