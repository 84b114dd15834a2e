namespace FhirBridge.Api.Http;

/// <summary>An interaction: decides, reads and writes through the bridge, and answers with a value. One interaction, one file.</summary>
public delegate ValueTask<FhirResponse> Interaction(FhirRequest request, Bridge bridge, CancellationToken cancel);

/// <summary>What the guards demand before an interaction runs.</summary>
public enum Access
{
    /// <summary>An open document: no token.</summary>
    Open,

    /// <summary>A token, with the scope of the interaction on the type in the path.</summary>
    Scoped,

    /// <summary>A token; the interaction checks scopes itself, entry by entry (Bundles) or type by type (searches on the base).</summary>
    PerEntry,

    /// <summary>A token of any scope: what is worked on is sent along, nothing stored is read or written.</summary>
    Token,
}

/// <summary>What is read from the body of a request.</summary>
public enum BodyKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A resource, checked in full.</summary>
    Resource,

    /// <summary>Parameters; a resource within them is looked at and not kept, so its rules of content may be broken (<see cref="Fhir.FhirJson.ReadLenient"/>).</summary>
    Evaluated,

    /// <summary>As <see cref="Evaluated"/>, where the resources may be of other versions of FHIR than R4, and a flag or number may be sent as text: what R4 does not know is not looked at.</summary>
    Asked,

    /// <summary>A resource to be judged: what is wrong with it is in <see cref="FhirRequest.BodyProblems"/>, and it is there as far as it can be read. Nothing is sent where what is stored is judged.</summary>
    Judged,

    /// <summary>A patch: JSON Patch, XML Patch, or Parameters with a FHIRPath Patch.</summary>
    Patch,
}

/// <summary>One row of the HTTP surface.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Template">Path template below the base: <c>{type}/{id}</c>.</param>
/// <param name="Name">Interaction as the specification calls it: <c>read</c>, <c>search-type</c>.</param>
/// <param name="Access">What is demanded.</param>
/// <param name="Scope">SMART v2 letter: <c>c r u d s</c>; a blank when none.</param>
/// <param name="Run">The interaction.</param>
/// <param name="Body">What is read from the body.</param>
public sealed record Route(string Method, string Template, string Name, Access Access, char Scope, Interaction Run, BodyKind Body = BodyKind.None)
{
    /// <summary>The resource type that the template itself names (<c>Patient/{id}/$everything</c>); empty when it names none.</summary>
    public static string TypeOf(Route route) => route.Template.Split('/')[0] is { Length: > 0 } first && char.IsAsciiLetterUpper(first[0]) ? first : "";
}
