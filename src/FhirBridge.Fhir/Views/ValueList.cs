using System.Collections;

namespace FhirBridge.Fhir.Views;

/// <summary>
/// The values of a repeating primitive, in document order; a repetition without a value (extensions alone) is passed over. Enumerable by
/// <c>foreach</c> without allocation but for the values' own texts.
/// </summary>
public readonly struct ValueList : IEnumerable<string>
{
    private readonly FhirElement parent;
    private readonly string name;

    internal ValueList(FhirElement parent, string name)
    {
        this.parent = parent;
        this.name = name;
    }

    /// <summary>Enumerates in document order.</summary>
    public Enumerator GetEnumerator() => new(parent.Children(name).GetEnumerator());

    IEnumerator<string> IEnumerable<string>.GetEnumerator()
    {
        foreach (var value in this) yield return value;
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<string>)this).GetEnumerator();

    /// <summary>Allocation-free enumerator.</summary>
    public struct Enumerator
    {
        private ElementChildren.Enumerator elements;

        internal Enumerator(ElementChildren.Enumerator elements) => this.elements = elements;

        /// <summary>The value at hand.</summary>
        public readonly string Current => elements.Current.Value!;

        /// <summary>Moves on; false at the end.</summary>
        public bool MoveNext()
        {
            while (elements.MoveNext())
            {
                if (elements.Current.HasValue) return true;
            }

            return false;
        }
    }
}
