using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace FhirBridge.Fhir;

/// <summary>Primitive values, what is unknown, and the problems' places.</summary>
internal ref partial struct FhirJsonReader
{
    private void ReadPrimitive(PropertyDefinition property, int index)
    {
        var kind = KindOf(reader.TokenType);
        if (strict && !Fits(property.Primitive, kind))
        {
            WrongKind(property, index, Expected(property.Primitive));
            return;
        }

        if (kind == JsonValueKind.Undefined)
        {
            Skip();
            return;
        }

        var start = At;
        var node = builder.Open(property.Shape, index);
        builder[node].Start = start;
        builder[node].Length = Consumed - start;
        builder[node].Kind = kind;
        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped) CheckEscaped(node, property, start);
        else if (strict) CheckText(node, property, reader.ValueSpan, start);
        builder.Close();
    }

    private void CheckEscaped(int node, PropertyDefinition property, int start)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            var length = reader.CopyString(buffer);
            if (strict) CheckText(node, property, buffer.AsSpan(0, length), start);
        }
        catch (InvalidOperationException)
        {
            // The only reason of CopyString: an escaped half of a surrogate pair.
            problems.Add(Problems.MalformedJson, "the text holds an escape that is no character", builder.PathOf(node), start);
            stopped = true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void CheckText(int node, PropertyDefinition property, ReadOnlySpan<byte> text, int start)
    {
        if (text.IsEmpty)
        {
            Report(Problems.InvalidValue, "a text is never empty: leave the element out", node, start);
        }
        else if (PrimitiveGrammar.Check(property.Primitive, text) is { } fault)
        {
            Report(Problems.InvalidValue, $"not a valid {property.Type}: {fault}", node, start);
        }
        else if (property.Primitive == PrimitiveKind.Code && property.RequiredCodes is { } codes)
        {
            // A known code needs no text of its own: the definitions have it.
            if (codes.Find(text) is { } known) builder[node].Value = known;
            else Report(Problems.CodeInvalid, $"'{Excerpt(text)}' is not in the required value set {codes.ValueSet}{codes.Hint()}", node, start);
        }
    }

    private static bool Fits(PrimitiveKind primitive, JsonValueKind kind) => primitive switch
    {
        PrimitiveKind.Boolean => kind is JsonValueKind.True or JsonValueKind.False,
        PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt or PrimitiveKind.Decimal => kind == JsonValueKind.Number,
        _ => kind == JsonValueKind.String,
    };

    private static string Expected(PrimitiveKind primitive) => primitive switch
    {
        PrimitiveKind.Boolean => "true or false",
        PrimitiveKind.Integer or PrimitiveKind.UnsignedInt or PrimitiveKind.PositiveInt or PrimitiveKind.Decimal => "a JSON number",
        _ => "a JSON string",
    };

    private static JsonValueKind KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.String => JsonValueKind.String,
        JsonTokenType.Number => JsonValueKind.Number,
        JsonTokenType.True => JsonValueKind.True,
        JsonTokenType.False => JsonValueKind.False,
        _ => JsonValueKind.Undefined,
    };

    private void ReadUnknown(int node, ElementGroup? group, scoped ReadOnlySpan<byte> utf8, int nameAt)
    {
        var name = Encoding.UTF8.GetString(utf8);
        Next();
        if (strict && group is not null)
        {
            problems.Add(Problems.UnknownElement, StructureChecks.UnknownElement(group, name, out var shown), $"{builder.PathOf(node)}.{shown}", nameAt);
            Full();
            Skip();
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            ReadUntyped(name, -1);
            return;
        }

        for (var i = 0; Next() && reader.TokenType != JsonTokenType.EndArray; i++) ReadUntyped(name, i);
    }

    /// <summary>What the definitions do not know, when reading leniently: the plain shape of the JSON.</summary>
    private void ReadUntyped(string name, int index)
    {
        var start = At;
        var node = builder.Open(name, null, null, index);
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            ReadMembers(node, null);
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            Skip();
        }
        else if (KindOf(reader.TokenType) is var kind && kind != JsonValueKind.Undefined)
        {
            builder[node].Kind = kind;
            if (reader.TokenType == JsonTokenType.String && !TryText(ref reader, out _)) stopped = true;
            if (stopped) problems.Add(Problems.MalformedJson, "the text holds an escape that is no character", builder.PathOf(node), start);
        }

        builder.SetRange(node, start, Consumed - start);
        builder.Close();
    }

    private void UnknownType(PropertyDefinition? property, int index, string? name, int at)
    {
        var text = name is null ? "a resource names its type in resourceType" : StructureChecks.UnknownType(types, name);
        problems.Add(Problems.UnknownResourceType, text, property is null ? null : PathUnder(property, index), at);
        Full();
    }

    private void CheckRequired(int node, ElementGroup group, ulong seen, int at)
    {
        foreach (var element in StructureChecks.Missing(group, seen))
        {
            problems.Add(Problems.Required, $"{group.Path} needs '{StructureChecks.Shown(element)}'", $"{builder.PathOf(node)}.{element.Name}", at);
        }

        Full();
    }

    private void ReportTwice(int node, PropertyDefinition property, int at)
    {
        var path = $"{builder.PathOf(node)}.{property.Element.Name}";
        if (property.Element.IsChoice && FirstChild(node, property) < 0)
        {
            problems.Add(Problems.Cardinality, $"{property.Element.Name}[x] has several values; one type is allowed", path, at);
        }
        else
        {
            problems.Add(Problems.MalformedJson, $"the property '{property.Name}' stands twice", path, at);
        }

        Full();
    }

    private void WrongKind(PropertyDefinition property, int index, string expected)
    {
        if (strict) ReportAt(Problems.WrongType, $"{property.Name} is {expected}", property, index);
        Skip();
    }

    private void ReportAt(ProblemKind kind, string text, PropertyDefinition property, int index)
    {
        problems.Add(kind, text, PathUnder(property, index), At);
        Full();
    }

    private void Report(ProblemKind kind, string text, int node, int at)
    {
        problems.Add(kind, text, builder.PathOf(node), at);
        Full();
    }

    private void Full() => stopped |= problems.IsFull;

    /// <summary>Path of a property (or one repetition) of the element that is open.</summary>
    private readonly string PathUnder(PropertyDefinition property, int index) =>
        builder.PathOf(builder.Current) + "." + property.Element.Name + (index < 0 ? "" : $"[{index}]");

    private readonly bool TryName(out ReadOnlySpan<byte> name)
    {
        name = reader.ValueSpan;
        if (!reader.ValueIsEscaped) return true;
        var copy = reader;
        if (!TryText(ref copy, out var text)) return false;
        name = Encoding.UTF8.GetBytes(text);
        return true;
    }

    private static bool TryText(ref Utf8JsonReader reader, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = reader.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    private static string Excerpt(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 100)]);
        return text.Length < 60 ? text : text[..60] + "…";
    }
}
