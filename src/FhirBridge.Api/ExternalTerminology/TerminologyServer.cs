using System.Collections.Concurrent;
using System.Security.Cryptography;
using FhirBridge.Api.Configuration;
using FhirBridge.Fhir;
using Microsoft.Extensions.Caching.Memory;

namespace FhirBridge.Api.ExternalTerminology;

/// <summary>
/// The terminology server of the network (<c>Terminology:Server</c>): asked for codes and value sets that are not here. Whatever it does, nobody waits longer than
/// <c>Terminology:Timeout</c>, and nothing fails for it: what it does not say stays unknown.
/// </summary>
/// <remarks>
/// 1. what was answered before is kept for <see cref="KnownFor"/>, that it does not know for <see cref="UnknownFor"/>, by the bytes of the question;
/// 2. several questions are asked side by side, <see cref="AtOnce"/> at most;
/// 3. after a failure it is left alone for <see cref="RestAfterFailure"/>, so that an outage costs requests nothing.
/// </remarks>
public sealed partial class TerminologyServer : IDisposable
{
    /// <summary>How long an answer is believed.</summary>
    public static readonly TimeSpan KnownFor = TimeSpan.FromHours(1);

    /// <summary>How long it is believed that the server does not know.</summary>
    public static readonly TimeSpan UnknownFor = TimeSpan.FromMinutes(5);

    /// <summary>How long the server is left alone after a failure.</summary>
    public static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(30);

    /// <summary>Questions of one request at the same time.</summary>
    public const int AtOnce = 4;

    private const int MaxKept = 20_000;

    private readonly TerminologyExchange exchange;
    private readonly TerminologyOptions options;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly MemoryCache kept = new(new MemoryCacheOptions { SizeLimit = MaxKept });
    private long restUntil = DateTimeOffset.MinValue.UtcTicks;

    /// <param name="options">Where it is.</param>
    /// <param name="time">The clock of the cache, of timeouts and of rests.</param>
    /// <param name="log">Told of failures; never of a question.</param>
    public TerminologyServer(TerminologyOptions options, TimeProvider time, ILogger<TerminologyServer> log)
    {
        (this.options, this.time, this.log) = (options, time, log);
        exchange = new TerminologyExchange(options);
    }

    private bool IsResting => time.GetUtcNow().UtcTicks < Interlocked.Read(ref restUntil);

    /// <summary>Ends what a request asks of the server, after <c>Terminology:Timeout</c>.</summary>
    public CancellationTokenSource Limit() => new(options.Timeout, time);

    /// <summary>Answers all questions: from what is kept, from the server, or with <see cref="ForeignAnswer.Unknown"/>.</summary>
    /// <param name="questions">Different ones.</param>
    /// <param name="definitions">Where value sets of the network are found, which the server is sent along.</param>
    /// <param name="limit">Of <see cref="Limit"/>: at its end what is not answered is unknown.</param>
    /// <param name="cancel">Ends the request itself.</param>
    public async ValueTask<IReadOnlyDictionary<TerminologyQuestion, ForeignAnswer>> AskAsync(
        IReadOnlyCollection<TerminologyQuestion> questions, Definitions definitions, CancellationToken limit, CancellationToken cancel)
    {
        var answers = new ConcurrentDictionary<TerminologyQuestion, ForeignAnswer>();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit, cancel);
        try
        {
            await Parallel.ForEachAsync(questions, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = either.Token }, async (question, ended) =>
                answers[question] = await AskAsync(question, definitions, ended).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            Rest("no answer in time");
        }

        foreach (var question in questions) answers.TryAdd(question, ForeignAnswer.Unknown);
        return answers;
    }

    /// <summary>Passes Parameters of a terminology operation on; the answer, or null when there is none. Nothing is kept.</summary>
    internal async ValueTask<TerminologyReply?> ForwardAsync(string path, ReadOnlyMemory<byte> parameters, string? language, CancellationToken limit, CancellationToken cancel)
    {
        if (IsResting) return null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit, cancel);
        try
        {
            var reply = await exchange.PostAsync(path, parameters, language, either.Token).ConfigureAwait(false);
            if (reply.Failure is null) return reply;
            Rest(reply.Failure);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            Rest("no answer in time");
        }

        return null;
    }

    private async ValueTask<ForeignAnswer> AskAsync(TerminologyQuestion question, Definitions definitions, CancellationToken ended)
    {
        var parameters = QuestionWriter.Write(question, definitions);
        var key = $"{(question.ValueSet is null ? "s" : "v")}{Convert.ToBase64String(SHA256.HashData(parameters.Span))}";
        if (kept.TryGetValue(key, out (ForeignAnswer Answer, DateTimeOffset Until) known) && time.GetUtcNow() < known.Until) return known.Answer;
        if (IsResting) return ForeignAnswer.Unknown;
        var reply = await exchange.PostAsync(QuestionWriter.Path(question), parameters, null, ended).ConfigureAwait(false);
        if ((reply.Failure ?? (reply.IsOk && AnswerReader.Result(reply.Resource!.Root) is null ? "Parameters without a result" : null)) is { } failure)
        {
            Rest(failure);
            return ForeignAnswer.Unknown;
        }

        var answer = reply.IsOk ? AnswerReader.Read(reply.Resource!.Root) : ForeignAnswer.Unknown;
        kept.Set(key, (answer, time.GetUtcNow() + (answer.IsValid is null ? UnknownFor : KnownFor)), new MemoryCacheEntryOptions { Size = 1 });
        return answer;
    }

    private void Rest(string reason)
    {
        var until = (time.GetUtcNow() + RestAfterFailure).UtcTicks;
        if (Interlocked.Exchange(ref restUntil, until) < time.GetUtcNow().UtcTicks) DoesNotAnswer(log, options.Server, reason);
    }

    [LoggerMessage(1, LogLevel.Warning, "the terminology server {Server} does not answer ({Reason}); codes that are not here are not checked meanwhile")]
    private static partial void DoesNotAnswer(ILogger log, string server, string reason);

    /// <inheritdoc/>
    public void Dispose()
    {
        exchange.Dispose();
        kept.Dispose();
    }
}

/// <summary>Reads the answer of $validate-code.</summary>
internal static class AnswerReader
{
    // Codes of http://hl7.org/fhir/issue-type that tell of the server, not of the code.
    private static readonly HashSet<string> OfTheServer = ["not-found", "not-supported", "incomplete", "timeout", "too-costly", "throttled", "transient", "exception", "processing", "security", "forbidden"];

    /// <summary><c>result</c>; null when it is missing.</summary>
    internal static bool? Result(FhirElement parameters) => Parameter(parameters, "result")["value"].Value switch
    {
        "true" => true,
        "false" => false,
        _ => null,
    };

    /// <summary>
    /// R4 knows no third answer, and says false of a system that is not there, too. Servers tell by parameters (<c>x-unknown-system</c>) or by issues that this is why: then it is no answer.
    /// </summary>
    internal static ForeignAnswer Read(FhirElement parameters)
    {
        var result = Result(parameters);
        var isUnknown = result == false && (Parameter(parameters, "x-unknown-system").Exists || Parameter(parameters, "x-caused-by-unknown-system").Exists
            || Parameter(parameters, "issues")["resource"].Children("issue").Any(i => i.Text("severity") is "fatal" or "error" && OfTheServer.Contains(i.Text("code") ?? "")));
        return isUnknown ? ForeignAnswer.Unknown : new ForeignAnswer(result, Parameter(parameters, "display")["value"].Value);
    }

    private static FhirElement Parameter(FhirElement parameters, string name) => parameters.Children("parameter").FirstOrDefault(p => p.Text("name") == name);
}
