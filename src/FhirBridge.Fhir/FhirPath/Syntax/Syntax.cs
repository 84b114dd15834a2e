namespace FhirBridge.Fhir.FhirPath;

/// <summary>A node of the syntax tree; <see cref="Start"/> is where a message points.</summary>
internal abstract record Syntax(int Start)
{
    /// <summary>Height of the tree below and with this node; the parser keeps it within its budget so that nothing later can overflow the stack.</summary>
    public int Depth { get; init; } = 1;
}

internal sealed record LiteralSyntax(FhirPathValue Value, int Start) : Syntax(Start);

internal sealed record EmptySyntax(int Start) : Syntax(Start);

/// <summary><c>$this</c>, <c>$index</c>, <c>$total</c>.</summary>
internal sealed record SpecialSyntax(string Name, int Start) : Syntax(Start);

internal sealed record VariableSyntax(string Name, int Start) : Syntax(Start);

/// <summary>A child by name; without a focus it starts at <c>$this</c> and may name a type.</summary>
internal sealed record MemberSyntax(Syntax? Focus, string Name, int Start) : Syntax(Start);

internal sealed record CallSyntax(Syntax? Focus, string Name, IReadOnlyList<Syntax> Arguments, int Start) : Syntax(Start);

internal sealed record IndexSyntax(Syntax Focus, Syntax Index, int Start) : Syntax(Start);

internal sealed record PolaritySyntax(bool Negative, Syntax Operand, int Start) : Syntax(Start);

internal sealed record BinarySyntax(string Operator, Syntax Left, Syntax Right, int Start) : Syntax(Start);

/// <summary><c>is</c> or <c>as</c>.</summary>
internal sealed record TypeSyntax(string Operator, Syntax Operand, TypeName Type, int Start) : Syntax(Start);

/// <summary>A type as an expression names it: with or without namespace.</summary>
/// <param name="Namespace">Null when the expression names none.</param>
/// <param name="Name">Name of the type.</param>
/// <param name="Converting">A FHIR primitive counts as the System type that it converts to; R4's invariants are written so (que-7: <c>answer is Boolean</c>).</param>
internal readonly record struct TypeName(string? Namespace, string Name, bool Converting = false)
{
    public override string ToString() => Namespace is null ? Name : $"{Namespace}.{Name}";
}
