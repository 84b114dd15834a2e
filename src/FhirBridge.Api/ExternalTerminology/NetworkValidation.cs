using FhirBridge.Fhir;
using FhirBridge.Fhir.Validation;

namespace FhirBridge.Api.ExternalTerminology;

/// <summary>
/// Validation by the definitions of the network and, where there is one, its terminology server. The validation itself asks nobody: it says what it could not answer, all of it is asked in one go,
/// and it is run again with the answers.
/// </summary>
/// <param name="definitions">The definitions now.</param>
/// <param name="server">Null: there is none.</param>
/// <param name="refuse">What the network refuses beside what R4 forbids.</param>
public sealed class NetworkValidation(Func<Definitions> definitions, TerminologyServer? server, Refusals refuse = Refusals.None)
{
    // An answer may decide which slice is meant, and with that what else is to be asked.
    private const int MaxRounds = 3;

    /// <summary>The definitions now.</summary>
    public Definitions Definitions => definitions();

    /// <summary>What is wrong with each of the resources, in their order.</summary>
    public async ValueTask<IReadOnlyList<IReadOnlyList<Problem>>> JudgeAsync(IReadOnlyList<FhirElement> resources, ValidationOptions options, CancellationToken cancel)
    {
        var known = definitions();
        options = options with { Refuse = refuse };
        if (server is null) return [.. resources.Select(r => known.Validator.Validate(r, options))];
        using var limit = server.Limit();
        var answers = new Dictionary<TerminologyQuestion, ForeignAnswer>();
        for (var round = 1; ; round++)
        {
            var current = options with { Foreign = new ForeignAnswers(answers) };
            var found = resources.Select(r => known.Validator.Examine(r, current)).ToList();
            var open = found.SelectMany(f => f.Open).Distinct().ToList();
            if (open.Count == 0 || round > MaxRounds) return [.. found.Select(f => f.Problems)];
            foreach (var (question, answer) in await server.AskAsync(open, known, limit.Token, cancel).ConfigureAwait(false)) answers[question] = answer;
        }
    }
}
