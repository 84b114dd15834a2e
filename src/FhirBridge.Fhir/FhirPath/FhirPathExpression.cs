namespace FhirBridge.Fhir.FhirPath;

/// <summary>
/// A compiled FHIRPath expression: immutable, thread-safe, to be kept or compiled again at the cost of a cache lookup.
/// Faults are <see cref="Problem"/> values, never exceptions.
/// </summary>
/// <remarks>Spec: http://hl7.org/fhirpath/N1/ (2.0.0) with https://hl7.org/fhir/R4/fhirpath.html.</remarks>
/// <example><code>FhirPathExpression.Compile("name.given").Value!.Select(patient)</code></example>
public sealed class FhirPathExpression
{
    /// <summary>Whatever of an expression a message quotes, it does not grow longer.</summary>
    private const int MostOfMessage = 600;

    /// <summary>
    /// A compiled expression is some sixty times as large as its text, and strangers choose the texts: the cache holds at most 60 MB, whatever they are. Who evaluates a long
    /// expression often keeps it.
    /// </summary>
    private const int MaxCached = 1_000;

    private const int MaxCachedLength = 500;

    private static readonly BoundedCache<(string, FhirPathOptions), FhirPathExpression> Cache = new(MaxCached);

    private readonly Step step;

    private FhirPathExpression(string text, FhirPathOptions options, Step step, Shape? shape)
    {
        Text = text;
        Options = options;
        this.step = step;
        ResultTypes = shape?.Types.Select(t => t.Type).Distinct().ToArray();
    }

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    /// <summary>
    /// The types that its items may have (<c>HumanName</c>, <c>System.Boolean</c>), as far as the context type tells; null when that is not known.
    /// A backbone element is a <c>BackboneElement</c>.
    /// </summary>
    public IReadOnlyList<string>? ResultTypes { get; }

    /// <summary>How it was compiled.</summary>
    public FhirPathOptions Options { get; }

    /// <summary>
    /// Compiles, or takes from the cache. Problems: <see cref="Problems.InvalidExpression"/> with line and column in the expression;
    /// <see cref="Problems.ExpressionBudget"/> when it is too long or nested too deep.
    /// </summary>
    public static Result<FhirPathExpression> Compile(string expression, FhirPathOptions? options = null)
    {
        options ??= FhirPathOptions.Default;
        if (Cache.TryGet((expression, options), out var known)) return known;
        FhirPathExpression compiled;
        try
        {
            var syntax = Parser.Parse(expression);
            var shape = options.ContextType is { } type ? StaticChecker.Check(syntax, type) : null;
            compiled = new FhirPathExpression(expression, options, new Compiler(options).Compile(syntax), shape);
        }
        catch (SyntaxException e)
        {
            return Problem(expression, e.Kind, e.Message, e.Position);
        }

        if (expression.Length <= MaxCachedLength) Cache.Set((expression, options), compiled);
        return compiled;
    }

    /// <summary>Compiles for a focus of that type and checks names, functions and types against the definitions.</summary>
    public static Result<FhirPathExpression> Compile(string expression, string contextType) => Compile(expression, new FhirPathOptions(contextType));

    /// <summary>
    /// All items that the expression selects, in order. Problems: <see cref="Problems.InvalidExpression"/> for a fault of evaluation
    /// (several items where one is expected, a wrong type), <see cref="Problems.ExpressionBudget"/>.
    /// </summary>
    public Result<IReadOnlyList<FhirPathValue>> Evaluate(FhirElement focus, FhirPathContext? context = null) => Evaluate(FhirPathValue.Of(focus), context);

    /// <summary>All items that the expression selects from any item, a System value for instance.</summary>
    public Result<IReadOnlyList<FhirPathValue>> Evaluate(FhirPathValue focus, FhirPathContext? context = null)
    {
        try
        {
            return Result<IReadOnlyList<FhirPathValue>>.Ok(Run(focus, context, static (_, output) => output.ToArray()));
        }
        catch (EvaluationException e)
        {
            return Result<IReadOnlyList<FhirPathValue>>.Fail(Fault(e));
        }
    }

    /// <summary>The elements that the expression selects; System values are left out. Problems as for <see cref="Evaluate(FhirElement, FhirPathContext?)"/>.</summary>
    public Result<IReadOnlyList<FhirElement>> Select(FhirElement focus, FhirPathContext? context = null)
    {
        try
        {
            return Result<IReadOnlyList<FhirElement>>.Ok(Run(FhirPathValue.Of(focus), context, static (_, output) => output.Elements()));
        }
        catch (EvaluationException e)
        {
            return Result<IReadOnlyList<FhirElement>>.Fail(Fault(e));
        }
    }

    /// <summary>
    /// Whether an invariant holds: a single Boolean is itself, any other single item is true, and nothing (undecided) is not a violation;
    /// R4's own invariants rely on that (ref-1 of a reference without <c>reference</c>). Several items are a problem.
    /// For a criterion that must be met, see <see cref="IsTrue"/>.
    /// </summary>
    public Result<bool> Predicate(FhirElement focus, FhirPathContext? context = null) => Truth(focus, context, whenEmpty: true);

    /// <summary>Whether a criterion is met: as <see cref="Predicate"/>, but nothing (undecided) is false.</summary>
    public Result<bool> IsTrue(FhirElement focus, FhirPathContext? context = null) => Truth(focus, context, whenEmpty: false);

    /// <summary>
    /// As <see cref="Predicate"/>, but null where nothing was selected because values that are both there cannot be compared: a day and an instant within it, units of different
    /// kinds.
    /// </summary>
    internal Result<bool?> Holds(FhirElement focus, FhirPathContext? context = null)
    {
        try
        {
            return Result<bool?>.Ok(Run(FhirPathValue.Of(focus), context, static (evaluation, output) => Evaluation.Truth(output) ?? (evaluation.HasUndecided ? null : true)));
        }
        catch (EvaluationException e)
        {
            return Result<bool?>.Fail(Fault(e));
        }
    }

    private Result<bool> Truth(FhirElement focus, FhirPathContext? context, bool whenEmpty)
    {
        try
        {
            return Run(FhirPathValue.Of(focus), context, static (_, output) => Evaluation.Truth(output)) ?? whenEmpty;
        }
        catch (EvaluationException e)
        {
            return Fault(e);
        }
    }

    /// <summary>The text of the single item that the expression selects; null when there is none. Several items are a problem.</summary>
    public Result<string?> Scalar(FhirElement focus, FhirPathContext? context = null)
    {
        try
        {
            return Result<string?>.Ok(Run(FhirPathValue.Of(focus), context, static (_, output) => Evaluation.SingleSystem(output, out var value) ? value.ToString() : null));
        }
        catch (EvaluationException e)
        {
            return Fault(e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    internal static Problem Problem(string expression, ProblemKind kind, string message, int position)
    {
        var before = expression.AsSpan(0, Math.Min(position, expression.Length));
        var line = before.Count('\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        if (message.Length > MostOfMessage) message = $"{message.AsSpan(0, MostOfMessage - 100)}…{message.AsSpan(message.Length - 100)}";
        return kind.With($"FHIRPath, line {line}, column {column} (offset {position}): {message}", null, line, column);
    }

    private Problem Fault(EvaluationException e) => Problem(Text, e.Kind, $"{e.Text} (in '{Shortened}')", e.Position);

    private string Shortened => Text.Length <= 200 ? Text : Text[..200] + "…";

    private T Run<T>(in FhirPathValue focus, FhirPathContext? context, Func<Evaluation, Values, T> read)
    {
        var evaluation = new Evaluation(context ?? FhirPathContext.Default, focus);
        try
        {
            var scope = evaluation.Rent();
            if (!focus.IsElement || focus.Tree is not null) scope.Add(focus);
            var output = evaluation.Rent();
            step(evaluation, scope, output);
            var result = read(evaluation, output);
            evaluation.Return(output);
            evaluation.Return(scope);
            evaluation.Finish();
            return result;
        }
        finally
        {
            evaluation.Settle();
        }
    }
}
