using System.Runtime.CompilerServices;

namespace FhirBridge.Fhir.FhirPath;

/// <summary>A compiled step: reads its scope (<c>$this</c> as a collection) and appends what it selects to the output.</summary>
internal delegate void Step(Evaluation evaluation, Values scope, Values output);

/// <summary>
/// A fault or an exhausted budget during evaluation. NOTE: an exception within the engine only, because it must leave any number of
/// nested closures at once; <see cref="FhirPathExpression"/> turns it into a <see cref="Problem"/> in one place.
/// </summary>
internal sealed class EvaluationException(string message, ProblemKind kind) : Exception(message)
{
    private string? where;

    public ProblemKind Kind { get; } = kind;

    /// <summary>Where the innermost function or operator stands; 0 when nothing has said so.</summary>
    public int Position { get; private set; }

    /// <summary>The message with the function or operator that it came from.</summary>
    public string Text => where is null || Message.StartsWith(where, StringComparison.Ordinal) ? Message : $"{where}: {Message}";

    /// <summary>A filter on the way out, which never catches: the innermost step names itself.</summary>
    public bool Locate(string step, int position)
    {
        if (where is null) (where, Position) = (step, position);
        return false;
    }
}

/// <summary>The state of one evaluation: focus, budget, lambda variables and rented buffers. Not thread-safe, one per call.</summary>
internal sealed class Evaluation
{
    /// <summary>Longest text that a function may produce.</summary>
    public const int MaxText = 1_000_000;

    private const int MaxPooled = 32;

    // Buffers of the last evaluation on this thread. An evaluation inside of another (a resolver that evaluates) finds none and makes its own.
    [ThreadStatic]
    private static Stack<Values>? pooled;

    private readonly Stack<Values> free;
    private readonly long start;
    private long steps;
    private DateTimeOffset? now;

    public Evaluation(FhirPathContext context, in FhirPathValue focus)
    {
        Context = context;
        Focus = focus;
        steps = start = Math.Max(0, Math.Min(context.StepBudget, context.Meter?.Left ?? long.MaxValue));
        free = pooled ?? new Stack<Values>();
        pooled = null;
    }

    public FhirPathContext Context { get; }

    /// <summary><c>%context</c>.</summary>
    public FhirPathValue Focus { get; }

    /// <summary><c>$index</c>; -1 outside of a lambda.</summary>
    public int Index { get; set; } = -1;

    /// <summary><c>$total</c>; null outside of <c>aggregate</c>.</summary>
    public Values? Total { get; set; }

    /// <summary>What <c>defineVariable()</c> has defined so far; an argument and a side of an operator put back what they found.</summary>
    public DefinedVariable? Defined { get; set; }

    /// <summary>One instant for the whole evaluation (N1 §5.9: now() is the same however often it is called).</summary>
    public DateTimeOffset Now => now ??= Context.TimeProvider.GetLocalNow();

    /// <summary>True when two values that are both there could not be put in order.</summary>
    public bool HasUndecided { get; set; }

    /// <summary>An empty buffer. Every step that goes deeper takes one first, so the stack is guarded here.</summary>
    public Values Rent()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw new EvaluationException("nested deeper than the stack allows", Problems.ExpressionBudget);
        var rented = free.TryPop(out var values) ? values : new Values();
        rented.Payer = this;
        return rented;
    }

    public void Return(Values values)
    {
        values.Clear();
        free.Push(values);
    }

    /// <summary>Takes what was spent off the meter, after a fault, too.</summary>
    public void Settle()
    {
        if (Context.Meter is { } meter) meter.Left -= start - Math.Max(0, steps);
    }

    /// <summary>Gives the buffers back to the thread; after a fault they are left to the collector.</summary>
    public void Finish()
    {
        while (free.Count > MaxPooled) free.Pop();
        foreach (var values in free) values.Release();
        pooled = free;
    }

    /// <summary>Takes what is there already (a variable, $this, $total) into an output: as dear as to find it, since it may be asked for again and again.</summary>
    public void Copy(ReadOnlySpan<FhirPathValue> items, Values output)
    {
        Spend(items.Length);
        foreach (ref readonly var item in items) output.Add(item);
    }

    /// <summary>Counts work done; faults when the budget is used up.</summary>
    public void Spend(long count = 1)
    {
        if ((steps -= count) < 0)
        {
            throw new EvaluationException($"the evaluation takes more than {Context.StepBudget} steps", Problems.ExpressionBudget);
        }
    }

    /// <summary>Guards a text before it is built.</summary>
    public void SpendText(long length)
    {
        if (length > MaxText) throw new EvaluationException($"the evaluation makes a text longer than {MaxText} characters", Problems.ExpressionBudget);
        SpendLength(length);
    }

    /// <summary>Pays for looking through a text, which is there already.</summary>
    public void SpendLength(long length) => Spend(1 + (length / 64));

    public static EvaluationException Fault(string message) => new(message, Problems.InvalidExpression);

    /// <summary>The single item; false when there is none. More than one is a fault (N1 §4.5 singleton evaluation).</summary>
    public static bool Single(Values values, out FhirPathValue item)
    {
        item = values.Count > 0 ? values[0] : default;
        if (values.Count > 1) throw Fault($"expected a single item, found {values.Count}");
        return values.Count == 1;
    }

    /// <summary>The single item as a System value; false when there is none or when it is a primitive without value.</summary>
    public static bool SingleSystem(Values values, out FhirPathValue value)
    {
        value = default;
        if (!Single(values, out var item)) return false;
        if (item.System is { } system)
        {
            value = system;
            return true;
        }

        if (FhirTypes.IsValueless(item.Element)) return false;
        value = item;
        return true;
    }

    /// <summary>Three-valued truth of a collection: a single Boolean is itself, another single item is true, none is null.</summary>
    public static bool? Truth(Values values)
    {
        if (!SingleSystem(values, out var value)) return null;
        return value.Kind != FhirPathKind.Boolean || value.AsBoolean;
    }
}
