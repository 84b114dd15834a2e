namespace FhirBridge.Fhir.FhirPath;

/// <summary>Turns a syntax tree into nested closures, once per expression.</summary>
internal sealed class Compiler(FhirPathOptions options)
{
    private static readonly Step Nothing = static (_, _, _) => { };

    public Step Compile(Syntax syntax)
    {
        SyntaxException.GuardStack(syntax.Start);
        return Build(syntax);
    }

    private Step Build(Syntax syntax) => syntax switch
    {
        LiteralSyntax literal => Literal(literal.Value),
        EmptySyntax => Nothing,
        SpecialSyntax special => Special(special.Name),
        VariableSyntax variable => Variables.Compile(variable),
        MemberSyntax member => Member(member),
        CallSyntax call => Call(call),
        IndexSyntax index => Located(Index(Compile(index.Focus), Compile(index.Index)), "[]", index.Start),
        PolaritySyntax polarity => Located(Polarity(polarity.Negative, Compile(polarity.Operand)), polarity.Negative ? "-" : "+", polarity.Start),
        BinarySyntax binary => Located(Binary(binary), binary.Operator, binary.Start),
        TypeSyntax type => Located(TypeTest(type), type.Operator, type.Start),
        _ => throw new InvalidOperationException($"no rule for {syntax.GetType().Name}"),
    };

    private static Step Literal(FhirPathValue value) => (_, _, output) => output.Add(value);

    private static Step Special(string name) => name switch
    {
        "this" => static (e, scope, output) => e.Copy(scope.Span, output),
        "index" => static (e, _, output) =>
        {
            if (e.Index >= 0) output.Add(FhirPathValue.Of(e.Index));
        },
        _ => static (e, _, output) =>
        {
            if (e.Total is { } total) e.Copy(total.Span, output);
        },
    };

    private Step Member(MemberSyntax member)
    {
        var name = member.Name;
        if (member.Focus is null) return char.IsAsciiLetterUpper(name[0]) ? Navigation.RootStep(name) : Navigation.ChildStep(name);
        var focus = Compile(member.Focus);
        return (e, scope, output) =>
        {
            var input = e.Rent();
            focus(e, scope, input);
            Navigation.Children(e, input, name, output);
            e.Return(input);
        };
    }

    private Step Call(CallSyntax call)
    {
        if (options.FunctionsOfOthers.Contains(call.Name) && FunctionTable.Find(call.Name) is null) return OfOthers(call);
        var entry = FunctionTable.Find(call.Name) ?? throw new SyntaxException($"the function '{call.Name}' is unknown", call.Start);
        if (call.Arguments.Count < entry.Min || call.Arguments.Count > entry.Max)
        {
            var expected = entry.Min == entry.Max ? $"{entry.Min}" : $"{entry.Min} to {entry.Max}";
            throw new SyntaxException($"{call.Name}() takes {expected} arguments, found {call.Arguments.Count}", call.Start);
        }

        var type = entry.TakesType ? TypeArgument(call) : default;
        if (call.Name == "is" && call.Focus is CallSyntax { Name: "resolve" } resolve) return IsStep(TypedResolve(resolve), type);
        var body = call.Name == "as" && options.AsFilters ? TypeFunctions.OfType : entry.Body;
        if (call.Name == "sort") (call, body) = Sort(call);
        var focus = call.Focus is null ? null : Compile(call.Focus);
        var steps = entry.TakesType ? [] : call.Arguments.Select(Compile).ToArray();
        if (focus is null) return Located((e, scope, output) => body(new Call(e, scope, steps, type), scope, output), call.Name + "()", call.Start);
        return Located(
            (e, scope, output) =>
            {
                var input = e.Rent();
                focus(e, scope, input);
                body(new Call(e, scope, steps, type), input, output);
                e.Return(input);
            },
            call.Name + "()",
            call.Start);
    }

    private Step OfOthers(CallSyntax call)
    {
        if (call.Focus is not null) Compile(call.Focus);
        foreach (var argument in call.Arguments) Compile(argument);
        return (_, _, _) => throw Evaluation.Fault($"the function '{call.Name}' is not offered here");
    }

    /// <summary>Faults of a step name it and its place; what goes well pays one more call.</summary>
    private static Step Located(Step step, string name, int position) => (e, scope, output) =>
    {
        try
        {
            step(e, scope, output);
        }
        catch (EvaluationException fault) when (fault.Locate(name, position))
        {
            throw;
        }
    };

    /// <summary>A minus before a key of sort() turns its order, also of texts, which have no sign.</summary>
    private static (CallSyntax Call, Function Body) Sort(CallSyntax call)
    {
        var descending = call.Arguments.Select(a => a is PolaritySyntax { Negative: true }).ToArray();
        var keys = call.Arguments.Select(a => a is PolaritySyntax { Negative: true } minus ? minus.Operand : a).ToArray();
        return (call with { Arguments = keys }, (in c, input, output) => Sorting.Sort(c, input, descending, output));
    }

    private TypeName TypeArgument(CallSyntax call)
    {
        var type = call.Arguments[0] switch
        {
            MemberSyntax { Focus: null } name => new TypeName(null, name.Name),
            MemberSyntax { Focus: MemberSyntax { Focus: null } ns } name => new TypeName(ns.Name, name.Name),
            _ => throw new SyntaxException($"{call.Name}() takes the name of a type", call.Arguments[0].Start),
        };
        return Known(type, call.Arguments[0].Start);
    }

    private TypeName Known(TypeName type, int position)
    {
        if (FhirTypes.IsKnown(type)) return type with { Converting = options.AsFilters && type.Namespace is null };
        throw new SyntaxException($"the type '{type}' is unknown", position);
    }

    private static Step Index(Step focus, Step index) => (e, scope, output) =>
    {
        var input = e.Rent();
        focus(e, scope, input);
        var defined = e.Defined;
        var at = e.Rent();
        index(e, scope, at);
        e.Defined = defined;
        if (Evaluation.SingleSystem(at, out var value))
        {
            if (value.Kind is not (FhirPathKind.Integer or FhirPathKind.Long)) throw Evaluation.Fault($"an index is an Integer, found {value.Type}");
            if (value.AsLong >= 0 && value.AsLong < input.Count) output.Add(input[(int)value.AsLong]);
        }

        e.Return(at);
        e.Return(input);
    };

    private static Step Polarity(bool negative, Step operand) => (e, scope, output) =>
    {
        var input = e.Rent();
        operand(e, scope, input);
        if (Evaluation.SingleSystem(input, out var value)) output.Add(negative ? Arithmetic.Negate(value) : Arithmetic.Plus(value));
        e.Return(input);
    };

    private Step Binary(BinarySyntax binary)
    {
        var left = Compile(binary.Left);
        var right = Compile(binary.Right);
        if (Logic.Compile(binary.Operator, left, right) is { } logic) return logic;
        var body = Operators.Find(binary.Operator);
        return (e, scope, output) =>
        {
            e.Spend();
            var defined = e.Defined;
            var a = e.Rent();
            var b = e.Rent();
            left(e, scope, a);
            e.Defined = defined;
            right(e, scope, b);
            e.Defined = defined;
            body(e, a, b, output);
            e.Return(b);
            e.Return(a);
        };
    }

    private Step TypeTest(TypeSyntax test)
    {
        var type = Known(test.Type, test.Start);
        if (test.Operator == "is")
        {
            return IsStep(test.Operand is CallSyntax { Name: "resolve" } resolve ? TypedResolve(resolve) : Compile(test.Operand), type);
        }

        var operand = Compile(test.Operand);
        var body = options.AsFilters ? TypeFunctions.OfType : (Function)TypeFunctions.As;
        return (e, scope, output) =>
        {
            var input = e.Rent();
            operand(e, scope, input);
            body(new Call(e, scope, [], type), input, output);
            e.Return(input);
        };
    }

    private static Step IsStep(Step operand, TypeName type) => (e, scope, output) =>
    {
        var input = e.Rent();
        operand(e, scope, input);
        TypeFunctions.Is(new Call(e, scope, [], type), input, output);
        e.Return(input);
    };

    /// <summary>
    /// <c>resolve() is Patient</c> asks for a type only, and a literal reference states the type of its target: an unresolvable reference
    /// answers by what it states (R4 search parameters are written so).
    /// </summary>
    private Step TypedResolve(CallSyntax resolve)
    {
        if (resolve.Arguments.Count > 0) throw new SyntaxException($"resolve() takes 0 arguments, found {resolve.Arguments.Count}", resolve.Start);
        var focus = resolve.Focus is null ? null : Compile(resolve.Focus);
        return (e, scope, output) =>
        {
            var input = scope;
            if (focus is not null) focus(e, scope, input = e.Rent());
            ReferenceResolution.Resolve(e, input, output, statedTypes: true);
            if (focus is not null) e.Return(input);
        };
    }
}
