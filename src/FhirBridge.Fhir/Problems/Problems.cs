using static FhirBridge.Fhir.IssueSeverity;

namespace FhirBridge.Fhir;

/// <summary>
/// The catalogue of expected failures: one row a failure. A new failure is a new row here, never a literal elsewhere.
/// </summary>
public static class Problems
{
    /// <summary>System of the stable problem codes in <c>issue.details.coding</c>.</summary>
    public const string CodeSystem = "https://fhirbridge.org/CodeSystem/problem";

    // The language: what was sent cannot be read, or is not what R4 allows.

    /// <summary>The payload is not well-formed JSON.</summary>
    public static readonly ProblemKind MalformedJson = new("malformed-json", "structure", Fatal, 400);

    /// <summary>The payload is not well-formed XML, or asks for what is refused in XML (DTD, entities).</summary>
    public static readonly ProblemKind MalformedXml = new("malformed-xml", "structure", Fatal, 400);

    /// <summary>Nested deeper than the limit.</summary>
    public static readonly ProblemKind TooDeep = new("too-deep", "too-costly", Fatal, 400);

    /// <summary>Larger than the limit.</summary>
    public static readonly ProblemKind TooLarge = new("too-large", "too-long", Fatal, 413);

    /// <summary>The resource type is missing or is not an R4 type.</summary>
    public static readonly ProblemKind UnknownResourceType = new("unknown-resource-type", "structure", Error, 400);

    /// <summary>The URL names a type or an address that the service does not have.</summary>
    public static readonly ProblemKind UnknownPath = new("unknown-path", "not-found", Error, 404);

    /// <summary>An element that R4 does not define at this place.</summary>
    public static readonly ProblemKind UnknownElement = new("unknown-element", "structure", Error, 422);

    /// <summary>An element of XML that stands behind one that R4 puts after it.</summary>
    public static readonly ProblemKind WrongOrder = new("wrong-order", "structure", Error, 422);

    /// <summary>An element has another JSON kind or data type than R4 defines.</summary>
    public static readonly ProblemKind WrongType = new("wrong-type", "structure", Error, 422);

    /// <summary>The text of a primitive does not follow the grammar of its data type.</summary>
    public static readonly ProblemKind InvalidValue = new("invalid-value", "value", Error, 422);

    /// <summary>Fewer or more repetitions than R4 allows.</summary>
    public static readonly ProblemKind Cardinality = new("cardinality", "structure", Error, 422);

    /// <summary>A required element is missing.</summary>
    public static readonly ProblemKind Required = new("required", "required", Error, 422);

    /// <summary>A code outside its required value set.</summary>
    public static readonly ProblemKind CodeInvalid = new("code-invalid", "code-invalid", Error, 422);

    /// <summary>An invariant of the definitions does not hold.</summary>
    public static readonly ProblemKind Invariant = new("invariant", "invariant", Error, 422);

    /// <summary>A rule that R4 or a profile only recommends does not hold.</summary>
    public static readonly ProblemKind InvariantAdvised = new("invariant-advised", "invariant", Warning, 200);

    /// <summary>A code outside an extensible value set, or a display that is not that of the code.</summary>
    public static readonly ProblemKind CodeAdvised = new("code-advised", "code-invalid", Warning, 200);

    /// <summary>A reference to a type, or to a resource, that may not stand there.</summary>
    public static readonly ProblemKind ReferenceTarget = new("reference-target", "structure", Error, 422);

    /// <summary>A reference within the document that leads nowhere.</summary>
    public static readonly ProblemKind ReferenceNotFound = new("reference-not-found", "not-found", Error, 422);

    /// <summary>A reference within the document that leads nowhere, where it may.</summary>
    public static readonly ProblemKind ReferenceOpen = new("reference-open", "not-found", Warning, 200);

    /// <summary>An extension at a place for which it is not defined.</summary>
    public static readonly ProblemKind ExtensionMisplaced = new("extension-misplaced", "extension", Error, 422);

    /// <summary>An extension that changes the meaning of what it stands in, and is not known here.</summary>
    public static readonly ProblemKind UnknownModifierExtension = new("unknown-modifier-extension", "extension", Error, 422);

    /// <summary>An extension whose definition is not known here: its content is not checked.</summary>
    public static readonly ProblemKind UnknownExtension = new("unknown-extension", "extension", Warning, 200);

    /// <summary>An extension whose definition is not known here, where none but known ones are accepted.</summary>
    public static readonly ProblemKind ExtensionRefused = new("extension-refused", "extension", Error, 422);

    /// <summary>Text that looks like HTML where none is expected: whoever shows it carelessly would run it.</summary>
    public static readonly ProblemKind Markup = new("markup", "security", Warning, 200);

    /// <summary>Text that looks like HTML, where that is not accepted.</summary>
    public static readonly ProblemKind MarkupRefused = new("markup-refused", "security", Error, 422);

    /// <summary>A profile that the resource names and that is not known here, or cannot be used.</summary>
    public static readonly ProblemKind UnknownProfile = new("unknown-profile", "not-found", Warning, 200);

    /// <summary>A profile that an element has to follow and that is not known here, or cannot be used, where none but known ones are accepted.</summary>
    public static readonly ProblemKind ProfileRefused = new("profile-refused", "not-found", Error, 422);

    /// <summary>A slice or a slicing rule of a profile is not kept.</summary>
    public static readonly ProblemKind Slicing = new("slicing", "structure", Error, 422);

    /// <summary>Something could not be checked, and is not counted as a fault.</summary>
    public static readonly ProblemKind NotChecked = new("not-checked", "informational", Information, 200);

    /// <summary>Elements that a profile asks its users to support, and that are not there.</summary>
    public static readonly ProblemKind MustSupport = new("must-support", "informational", Information, 200);

    /// <summary>A FHIRPath expression that cannot be compiled or evaluated.</summary>
    public static readonly ProblemKind InvalidExpression = new("invalid-expression", "invalid", Error, 400);

    /// <summary>An evaluation that took more steps than its budget.</summary>
    public static readonly ProblemKind ExpressionBudget = new("expression-budget", "too-costly", Error, 400);

    /// <summary>A profile whose differential contradicts its base, or says what cannot be told.</summary>
    public static readonly ProblemKind InvalidProfile = new("invalid-profile", "invalid", Error, 422);

    /// <summary>A conformance resource that contradicts itself, or what is known already.</summary>
    public static readonly ProblemKind InvalidDefinition = new("invalid-definition", "business-rule", Error, 422);

    /// <summary>Definitions that lead back to themselves: what they mean would never end.</summary>
    public static readonly ProblemKind Circular = new("circular", "business-rule", Error, 422);

    /// <summary>An expression that a resource states (an invariant, a search parameter, a filter) and that cannot be compiled or understood.</summary>
    public static readonly ProblemKind ExpressionRefused = new("expression-refused", "invalid", Error, 422);

    // Patch: a document of changes, and what comes of it.

    /// <summary>A patch that is not a document of its format: unknown operation, missing or wrong part, unreadable pointer or selector.</summary>
    public static readonly ProblemKind MalformedPatch = new("malformed-patch", "structure", Error, 400);

    /// <summary>An operation of a patch that cannot be done on this resource; nothing of the patch was done.</summary>
    public static readonly ProblemKind PatchFailed = new("patch-failed", "processing", Error, 422);

    /// <summary>A <c>test</c> of a JSON Patch that did not hold; nothing of the patch was done.</summary>
    public static readonly ProblemKind PatchTestFailed = new("patch-test-failed", "conflict", Error, 422);

    /// <summary>A patch that asks for more work, or a larger or deeper result, than one request may.</summary>
    public static readonly ProblemKind PatchBudget = new("patch-budget", "too-costly", Error, 422);

    /// <summary>What a rule asks for cannot be decided here: a value set, code system, questionnaire or measure is not known.</summary>
    public static readonly ProblemKind Unverified = new("unverified", "incomplete", Warning, 200);

    /// <summary>Allowed, but most likely not what was meant.</summary>
    public static readonly ProblemKind Questionable = new("questionable", "business-rule", Warning, 200);

    // The desk: the request cannot be understood.

    /// <summary>A search parameter, modifier or result parameter that the server does not know for this type.</summary>
    public static readonly ProblemKind UnknownParameter = new("unknown-parameter", "not-supported", Error, 400);

    /// <summary>A search parameter that was left out because the client asked for lenient handling.</summary>
    public static readonly ProblemKind IgnoredParameter = new("ignored-parameter", "not-supported", Warning, 200);

    /// <summary>The value of a parameter does not follow the grammar of its type.</summary>
    public static readonly ProblemKind InvalidParameter = new("invalid-parameter", "value", Error, 400);

    /// <summary>A search on patient data that names no patient (contract.md).</summary>
    public static readonly ProblemKind TooCostly = new("too-costly", "too-costly", Error, 400);

    /// <summary>The body's media type is not one that the server reads.</summary>
    public static readonly ProblemKind UnsupportedMediaType = new("unsupported-media-type", "not-supported", Error, 415);

    /// <summary>None of the accepted media types can be produced.</summary>
    public static readonly ProblemKind NotAcceptable = new("not-acceptable", "not-supported", Error, 406);

    /// <summary>The interaction or operation is not offered here.</summary>
    public static readonly ProblemKind NotSupported = new("not-supported", "not-supported", Error, 405);

    /// <summary>The request contradicts itself or misses something (id in URL and body, say).</summary>
    public static readonly ProblemKind BadRequest = new("bad-request", "invalid", Error, 400);

    // The door and counsel.

    /// <summary>No token, or one that is not valid.</summary>
    public static readonly ProblemKind Unauthenticated = new("unauthenticated", "login", Error, 401);

    /// <summary>The token's scopes or roles do not cover the interaction; decided before any lookup.</summary>
    public static readonly ProblemKind Forbidden = new("forbidden", "forbidden", Error, 403);

    /// <summary>Absent, deleted or denied: the outside cannot tell which (consent.md §10).</summary>
    public static readonly ProblemKind NotFound = new("not-found", "not-found", Error, 404);

    /// <summary>The owner asks for a resource that it deleted.</summary>
    public static readonly ProblemKind Gone = new("deleted", "deleted", Error, 410);

    /// <summary>A change to what somebody else contributed.</summary>
    public static readonly ProblemKind NotYours = new("not-yours", "business-rule", Error, 422);

    /// <summary>A Consent that does not pass the structural gate (consent.md §3.3).</summary>
    public static readonly ProblemKind ConsentGate = new("consent-gate", "business-rule", Error, 422);

    // The vault.

    /// <summary>The version that the client saw is not the current one.</summary>
    public static readonly ProblemKind VersionConflict = new("version-conflict", "conflict", Error, 412);

    /// <summary>If-Match is required here and was not sent.</summary>
    public static readonly ProblemKind PreconditionRequired = new("precondition-required", "required", Error, 428);

    /// <summary>The write contradicts what is stored (delete of a Patient with dependants, say).</summary>
    public static readonly ProblemKind Conflict = new("conflict", "conflict", Error, 409);

    /// <summary>A reference in the resource cannot be followed and must be (an unknown Patient, say).</summary>
    public static readonly ProblemKind UnknownReference = new("unknown-reference", "not-found", Error, 422);

    /// <summary>A rule of the network forbids the content (one transaction on several patients, a changed subject).</summary>
    public static readonly ProblemKind BusinessRule = new("business-rule", "business-rule", Error, 422);

    /// <summary>A part that the service depends on does not answer; the same request may succeed later.</summary>
    public static readonly ProblemKind Transient = new("transient", "transient", Error, 503);

    /// <summary>A fault of the service itself.</summary>
    public static readonly ProblemKind Internal = new("internal", "exception", Fatal, 500);

    /// <summary>Something worth knowing about an accepted request.</summary>
    public static readonly ProblemKind Informational = new("informational", "informational", Information, 200);
}
