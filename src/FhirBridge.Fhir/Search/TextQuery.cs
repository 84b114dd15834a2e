namespace FhirBridge.Fhir.Search;

/// <summary>
/// What <c>_text</c>, <c>_content</c> and <c>:text</c> on strings ask of a text: words, phrases, and what joins them.
/// Spec: https://hl7.org/fhir/R4/search.html#text.
/// </summary>
/// <remarks>
/// <c>(bone OR liver) and metastases</c>: words side by side must all be there; <c>AND</c>, <c>OR</c>, <c>NOT</c> in any case, NOT before AND before OR;
/// a phrase stands in double quotes, and its words follow each other; <c>metast*</c> is the beginning of a word.
/// </remarks>
internal abstract record TextQuery
{
    private const int MaxWords = 100;
    private const int MaxDepth = 32;

    /// <summary>True when the text is what is asked for.</summary>
    internal abstract bool Matches(TextWords text);

    /// <summary>Reads a query; null and what is wrong otherwise.</summary>
    internal static TextQuery? Parse(string text, out string error)
    {
        var reader = new Reader(text);
        var query = reader.Any(0);
        error = query is null || !reader.IsAtEnd ? reader.Fault ?? "a word, a \"phrase\" or a bracket is expected" : "";
        return error.Length == 0 ? query : null;
    }

    private sealed record Words(IReadOnlyList<string> Sequence, bool IsBeginning) : TextQuery
    {
        internal override bool Matches(TextWords text) => text.Contains(Sequence, IsBeginning);
    }

    private sealed record All(IReadOnlyList<TextQuery> Operands) : TextQuery
    {
        internal override bool Matches(TextWords text) => Operands.All(o => o.Matches(text));
    }

    private sealed record OneOf(IReadOnlyList<TextQuery> Operands) : TextQuery
    {
        internal override bool Matches(TextWords text) => Operands.Any(o => o.Matches(text));
    }

    private sealed record Not(TextQuery Operand) : TextQuery
    {
        internal override bool Matches(TextWords text) => !Operand.Matches(text);
    }

    private ref struct Reader(string text)
    {
        private int at;
        private int words;

        internal string? Fault { get; private set; }

        internal bool IsAtEnd
        {
            get
            {
                Space();
                return at == text.Length;
            }
        }

        internal TextQuery? Any(int depth)
        {
            var operands = new List<TextQuery>();
            do
            {
                if (Every(depth) is not { } operand) return null;
                operands.Add(operand);
            }
            while (TryWord("or"));
            return operands.Count == 1 ? operands[0] : new OneOf(operands);
        }

        private TextQuery? Every(int depth)
        {
            var operands = new List<TextQuery>();
            do
            {
                if (One(depth) is not { } operand) return null;
                operands.Add(operand);
            }
            while (TryWord("and") || !(IsAtEnd || text[at] == ')' || IsWord("or")));
            return operands.Count == 1 ? operands[0] : new All(operands);
        }

        private TextQuery? One(int depth)
        {
            if (depth > MaxDepth) return Fail($"brackets are nested more than {MaxDepth} deep");
            if (TryWord("not")) return One(depth + 1) is { } operand ? new Not(operand) : null;
            if (IsAtEnd || IsWord("and") || IsWord("or")) return Fail("a word, a \"phrase\" or a bracket is expected");
            if (text[at] == '"') return Phrase();
            if (text[at] != '(') return Word();
            at++;
            if (Any(depth + 1) is not { } inner) return null;
            if (IsAtEnd || text[at] != ')') return Fail("')' is missing");
            at++;
            return inner;
        }

        private TextQuery? Phrase()
        {
            var end = text.IndexOf('"', at + 1);
            if (end < 0) return Fail("a closing '\"' is missing");
            var phrase = text[(at + 1)..end];
            at = end + 1;
            return Made(phrase, false);
        }

        private TextQuery? Word()
        {
            var start = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not ('(' or ')' or '"')) at++;
            var word = text[start..at];
            return word.Length == 0 ? Fail("a word, a \"phrase\" or a bracket is expected") : Made(word.TrimEnd('*'), word[^1] == '*');
        }

        // What is written as one and has several words in it (a date, a hyphen) is a phrase.
        private TextQuery? Made(string written, bool isBeginning)
        {
            var sequence = TextWords.Of(written);
            if (sequence.Count == 0) return Fail($"'{Shown.Text(written)}' has no word in it");
            return (words += sequence.Count) > MaxWords ? Fail($"more than {MaxWords} words") : new Words(sequence, isBeginning);
        }

        private bool TryWord(string word)
        {
            if (!IsWord(word)) return false;
            at += word.Length;
            return true;
        }

        private bool IsWord(string word)
        {
            Space();
            var end = at + word.Length;
            return end <= text.Length && text.AsSpan(at, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase)
                && (end == text.Length || char.IsWhiteSpace(text[end]) || text[end] is '(' or ')' or '"');
        }

        private void Space()
        {
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        }

        private TextQuery? Fail(string what)
        {
            Fault ??= what;
            return null;
        }
    }
}
