namespace FhirBridge.Fhir.Views;

/// <summary>Resources together. Spec: https://hl7.org/fhir/R4/bundle.html.</summary>
/// <param name="Element">The element.</param>
public readonly record struct BundleView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Bundle";

    /// <summary>Identifier that stays with the Bundle.</summary>
    public IdentifierView Identifier => new(Element["identifier"]);

    /// <summary>document, message, transaction, transaction-response, batch, batch-response, history, searchset, collection.</summary>
    public string? Type => Element.Text("type");

    /// <summary>When it was put together.</summary>
    public string? Timestamp => Element.Text("timestamp");

    /// <summary>Number of matches in all.</summary>
    public int? Total => Element.Integer("total");

    /// <summary>Links of the Bundle.</summary>
    public ViewList<BundleLinkView> Link => new(Element, "link");

    /// <summary>Entries.</summary>
    public ViewList<BundleEntryView> Entry => new(Element, "entry");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>A link.</summary>
/// <param name="Element">The element.</param>
public readonly record struct BundleLinkView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Bundle.link";

    /// <summary>What it leads to: self, next …</summary>
    public string? Relation => Element.Text("relation");

    /// <summary>Where it leads.</summary>
    public string? Url => Element.Text("url");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>A resource in a Bundle, or what is asked or answered about one.</summary>
/// <param name="Element">The element.</param>
public readonly record struct BundleEntryView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Bundle.entry";

    /// <summary>Links of the entry.</summary>
    public ViewList<BundleLinkView> Link => new(Element, "link");

    /// <summary>Address of the resource.</summary>
    public string? FullUrl => Element.Text("fullUrl");

    /// <summary>The resource.</summary>
    public FhirElement Resource => Element["resource"];

    /// <summary>How a search found it.</summary>
    public BundleEntrySearchView Search => new(Element["search"]);

    /// <summary>What to do (transaction, batch), or what was done (history).</summary>
    public BundleEntryRequestView Request => new(Element["request"]);

    /// <summary>What was answered.</summary>
    public BundleEntryResponseView Response => new(Element["response"]);

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>How a search found an entry.</summary>
/// <param name="Element">The element.</param>
public readonly record struct BundleEntrySearchView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Bundle.entry.search";

    /// <summary>match, include, outcome.</summary>
    public string? Mode => Element.Text("mode");

    /// <summary>How well it matches, 0 to 1.</summary>
    public string? Score => Element.Text("score");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>A request as an entry.</summary>
/// <param name="Element">The element.</param>
public readonly record struct BundleEntryRequestView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Bundle.entry.request";

    /// <summary>GET, HEAD, POST, PUT, DELETE, PATCH.</summary>
    public string? Method => Element.Text("method");

    /// <summary>Address relative to the base.</summary>
    public string? Url => Element.Text("url");

    /// <summary>Version not to answer with.</summary>
    public string? IfNoneMatch => Element.Text("ifNoneMatch");

    /// <summary>Only when changed after.</summary>
    public string? IfModifiedSince => Element.Text("ifModifiedSince");

    /// <summary>Version that it is about.</summary>
    public string? IfMatch => Element.Text("ifMatch");

    /// <summary>Only when this search finds nothing.</summary>
    public string? IfNoneExist => Element.Text("ifNoneExist");

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}

/// <summary>An answer as an entry.</summary>
/// <param name="Element">The element.</param>
public readonly record struct BundleEntryResponseView(FhirElement Element) : IElementView
{
    static string IElementView.DefinitionPath => "Bundle.entry.response";

    /// <summary>HTTP status.</summary>
    public string? Status => Element.Text("status");

    /// <summary>Address of what was written.</summary>
    public string? Location => Element.Text("location");

    /// <summary>Version of it.</summary>
    public string? Etag => Element.Text("etag");

    /// <summary>When it was written.</summary>
    public string? LastModified => Element.Text("lastModified");

    /// <summary>An OperationOutcome.</summary>
    public FhirElement Outcome => Element["outcome"];

    /// <inheritdoc/>
    public override string ToString() => Element.ToString();
}
