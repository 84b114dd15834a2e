using System.Text;
using System.Text.Json;
using FhirBridge.Api.Http;
using FhirBridge.Fhir;
using FhirBridge.Fhir.FhirPath;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Api.Interactions.Operations;

/// <summary>
/// $fhirpath: evaluates an expression on a resource that is sent along; nothing stored is read or written.
/// Specification: <c>profiles/OperationDefinition-fhirpath.json</c>; http://hl7.org/fhirpath/N1/ with https://hl7.org/fhir/R4/fhirpath.html.
/// </summary>
/// <remarks>
/// The parameters are those that fhirpath-lab sends, of which <c>validate</c>, <c>terminologyserver</c> and <c>debug_trace</c> change nothing here:
/// expressions are always checked against the definitions. One budget of steps is shared by all items of the context.
/// </remarks>
public static class FhirPathOperation
{
    /// <summary>A value or resource that value[x] cannot hold, as JSON text.</summary>
    internal const string JsonValue = "http://fhir.forms-lab.com/StructureDefinition/json-value";

    private const int MaxContextItems = 10_000;

    private static readonly HashSet<string> Ignored = ["validate", "terminologyserver", "debug_trace"];

    /// <summary>POST [base]/$fhirpath.</summary>
    public static ValueTask<FhirResponse> RunAsync(FhirRequest request, Bridge bridge, CancellationToken cancel)
    {
        var answer = Evaluate(request.Body!.Root, bridge);
        return ValueTask.FromResult(answer.IsOk ? FhirResponse.Resource(200, answer.Value) : FhirResponse.Failure(answer.Problems));
    }

    private static Result<ReadOnlyMemory<byte>> Evaluate(FhirElement parameters, Bridge bridge)
    {
        var input = Read(parameters);
        if (!input.IsOk) return Result<ReadOnlyMemory<byte>>.Fail(input.Problems);
        var (expression, context, resource, variables) = input.Value;
        var evaluation = new FhirPathContext { Resource = resource, Variables = variables, Definitions = bridge.Definitions, TimeProvider = bridge.Time };
        var foci = Foci(context, resource, evaluation);
        if (!foci.IsOk) return Result<ReadOnlyMemory<byte>>.Fail(foci.Problems);

        using var answer = new FhirPathAnswer();
        evaluation = evaluation with { Trace = answer.Trace, StepBudget = Math.Max(1_000, evaluation.StepBudget / Math.Max(1, foci.Value.Count)) };
        foreach (var focus in foci.Value)
        {
            var compiled = Compile(expression, focus.IsElement ? focus.Element.DefinitionPath : null);
            if (!compiled.IsOk) return Result<ReadOnlyMemory<byte>>.Fail(compiled.Problems);
            var items = compiled.Value.Evaluate(focus, evaluation with { Resource = focus.Element.Resource is { Exists: true } nearest ? nearest : resource });
            if (!items.IsOk) return Result<ReadOnlyMemory<byte>>.Fail(items.Problems.Select(p => p with { Expression = expression.Path }));
            foreach (var item in items.Value) answer.Add(item);
            if (answer.IsFull) return Problems.ExpressionBudget.With("the result is larger than 10 MB; narrow the expression", expression.Path);
        }

        // Also where the context selects nothing, a wrong expression is said to be wrong.
        if (foci.Value.Count == 0 && Compile(expression, null) is { IsOk: false } wrong) return Result<ReadOnlyMemory<byte>>.Fail(wrong.Problems);
        return answer.Finish();
    }

    private static Result<FhirPathExpression> Compile(FhirElement text, string? type)
    {
        var compiled = FhirPathExpression.Compile(text.Value!, new FhirPathOptions(type));
        return compiled.IsOk ? compiled : Result<FhirPathExpression>.Fail(compiled.Problems.Select(p => p with { Expression = text.Path, Line = null, Column = null }));
    }

    /// <summary>What the expression is evaluated on: the resource, or each item that the context selects from it.</summary>
    private static Result<IReadOnlyList<FhirPathValue>> Foci(FhirElement context, FhirElement resource, FhirPathContext evaluation)
    {
        if (!context.Exists) return Result<IReadOnlyList<FhirPathValue>>.Ok([FhirPathValue.Of(resource)]);
        var compiled = Compile(context, resource.DefinitionPath);
        if (!compiled.IsOk) return Result<IReadOnlyList<FhirPathValue>>.Fail(compiled.Problems);
        var items = compiled.Value.Evaluate(resource, evaluation);
        if (!items.IsOk) return Result<IReadOnlyList<FhirPathValue>>.Fail(items.Problems.Select(p => p with { Expression = context.Path }));
        return items.Value.Count <= MaxContextItems ? items : Problems.ExpressionBudget.With($"the context selects {items.Value.Count} items, at most {MaxContextItems} are evaluated", context.Path);
    }

    private sealed record Input(FhirElement Expression, FhirElement Context, FhirElement Resource, IReadOnlyDictionary<string, IReadOnlyList<FhirPathValue>> Variables);

    private static Result<Input> Read(FhirElement parameters)
    {
        if (parameters.Type != "Parameters") return Problems.BadRequest.With($"$fhirpath takes Parameters with an expression and a resource; this is a {parameters.Type}", parameters.Type);
        FhirElement expression = default, context = default, resource = default;
        var variables = new Dictionary<string, List<FhirPathValue>>(StringComparer.Ordinal);
        var problems = new List<Problem>();
        foreach (var p in new ParametersView(parameters).Parameter)
        {
            switch (p.Name)
            {
                case "expression":
                    Text(p, ref expression, problems);
                    break;
                case "context":
                    Text(p, ref context, problems);
                    break;
                case "resource":
                    if (resource.Exists) problems.Add(Problems.BadRequest.With("one resource is evaluated at a time", p.Element.Path));
                    else if (ReadResource(p) is var read && read.IsOk) resource = read.Value;
                    else problems.AddRange(read.Problems);
                    break;
                case "variables":
                    ReadVariables(p, variables, problems);
                    break;
                case { } name when !Ignored.Contains(name):
                    problems.Add(Problems.UnknownParameter.With($"$fhirpath has no parameter '{name}': it takes expression, resource, context and variables", p.Element.Path + ".name"));
                    break;
            }
        }

        if (problems.Count == 0 && !expression.Exists) problems.Add(Problems.BadRequest.With("a parameter 'expression' with a valueString is needed", "Parameters.parameter"));
        if (problems.Count == 0 && !resource.Exists) problems.Add(Problems.BadRequest.With("a parameter 'resource' is needed", "Parameters.parameter"));
        return problems.Count > 0 ? Result<Input>.Fail(problems) : new Input(expression, context, resource, variables.ToDictionary(v => v.Key, v => (IReadOnlyList<FhirPathValue>)v.Value, StringComparer.Ordinal));
    }

    private static void Text(ParametersParameterView parameter, ref FhirElement read, List<Problem> problems)
    {
        if (read.Exists) problems.Add(Problems.BadRequest.With($"'{parameter.Name}' stands once", parameter.Element.Path));
        else if (!parameter.Value.HasValue) problems.Add(Problems.BadRequest.With($"'{parameter.Name}' is a valueString", parameter.Element.Path));
        else read = parameter.Value;
    }

    /// <summary>In a tree of its own, so that paths start at the resource.</summary>
    private static Result<FhirElement> ReadResource(ParametersParameterView parameter)
    {
        if (parameter.Resource is { Exists: true } inline) return FhirJson.ReadTrusted(inline.Raw.ToArray()) is { IsOk: true } own ? own.Value.Root : inline;
        if (JsonText(parameter) is not { } text) return Problems.BadRequest.With($"'{parameter.Name}' has a resource, or its JSON text in the extension {JsonValue}", parameter.Element.Path);
        var read = FhirJson.ReadLenient(Encoding.UTF8.GetBytes(text));
        return read.IsOk ? read.Value.Root : Result<FhirElement>.Fail(read.Problems);
    }

    private static string? JsonText(ParametersParameterView parameter)
    {
        foreach (var extension in parameter.Extension)
        {
            if (extension.Url == JsonValue) return extension.Value.Value;
        }

        return null;
    }

    private static void ReadVariables(ParametersParameterView parameter, Dictionary<string, List<FhirPathValue>> variables, List<Problem> problems)
    {
        foreach (var part in parameter.Part)
        {
            if (part.Name is not { } name) continue;
            var value = Variable(part);
            if (!value.IsOk) problems.AddRange(value.Problems);
            else if (variables.TryGetValue(name, out var before)) before.AddRange(value.Value);
            else variables[name] = [.. value.Value];
        }
    }

    private static Result<IReadOnlyList<FhirPathValue>> Variable(ParametersParameterView part)
    {
        if (part.Value is { Exists: true } value) return Result<IReadOnlyList<FhirPathValue>>.Ok([FhirPathValue.Of(value)]);
        var text = JsonText(part);
        if (part.Resource.Exists || text?.TrimStart().StartsWith('{') == true)
        {
            var resource = ReadResource(part);
            return resource.IsOk ? Result<IReadOnlyList<FhirPathValue>>.Ok([FhirPathValue.Of(resource.Value)]) : Result<IReadOnlyList<FhirPathValue>>.Fail(resource.Problems);
        }

        return text is null ? Result<IReadOnlyList<FhirPathValue>>.Ok([]) : Scalar(part, text);
    }

    private static Result<IReadOnlyList<FhirPathValue>> Scalar(ParametersParameterView part, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement switch
            {
                { ValueKind: JsonValueKind.String } s => Result<IReadOnlyList<FhirPathValue>>.Ok([FhirPathValue.Of(s.GetString()!)]),
                { ValueKind: JsonValueKind.True or JsonValueKind.False } b => Result<IReadOnlyList<FhirPathValue>>.Ok([FhirPathValue.Of(b.GetBoolean())]),
                { ValueKind: JsonValueKind.Number } n when n.TryGetInt32(out var i) => Result<IReadOnlyList<FhirPathValue>>.Ok([FhirPathValue.Of(i)]),
                { ValueKind: JsonValueKind.Number } n when n.TryGetDecimal(out var d) => Result<IReadOnlyList<FhirPathValue>>.Ok([FhirPathValue.Of(d)]),
                _ => Problems.BadRequest.With("a variable is a value, a resource, or the JSON text of one", part.Element.Path),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Problems.BadRequest.With("the JSON text of the variable is not well-formed", part.Element.Path);
        }
    }
}
