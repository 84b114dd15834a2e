using System.Collections;

namespace FhirBridge.Fhir.Views;

/// <summary>The repetitions of an element as views, in document order; enumerable without allocation by <c>foreach</c>.</summary>
/// <typeparam name="T">The view.</typeparam>
public readonly struct ViewList<T> : IEnumerable<T>
    where T : struct, IElementView
{
    private readonly FhirElement parent;
    private readonly string name;

    internal ViewList(FhirElement parent, string name)
    {
        this.parent = parent;
        this.name = name;
    }

    /// <summary>True when there is at least one.</summary>
    public bool Exists => parent[name].Exists;

    /// <summary>The first; a view that does not exist when there is none.</summary>
    public T First => new() { Element = parent[name] };

    /// <summary>Enumerates in document order.</summary>
    public Enumerator GetEnumerator() => new(parent.Children(name).GetEnumerator());

    IEnumerator<T> IEnumerable<T>.GetEnumerator()
    {
        foreach (var view in this) yield return view;
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<T>)this).GetEnumerator();

    /// <summary>Allocation-free enumerator.</summary>
    public struct Enumerator
    {
        private ElementChildren.Enumerator elements;

        internal Enumerator(ElementChildren.Enumerator elements) => this.elements = elements;

        /// <summary>The view at hand.</summary>
        public readonly T Current => new() { Element = elements.Current };

        /// <summary>Moves on; false at the end.</summary>
        public bool MoveNext() => elements.MoveNext();
    }
}
