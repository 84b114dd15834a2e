namespace FhirBridge.Fhir;

/// <summary>What $validate-code finds of one coding.</summary>
internal sealed class CodingCheck(TerminologyTerms terms, AskedCoding coding)
{
    /// <summary>Errors, warnings and hints.</summary>
    internal List<TerminologyIssue> Issues { get; } = [];

    /// <summary>Systems that are not here, and the name of the parameter that says so.</summary>
    internal List<(string Name, string System)> Unknown { get; } = [];

    internal AskedCoding Coding => coding;

    /// <summary>Why the whole question has no answer; null when it has one.</summary>
    internal TerminologyIssue? Stop { get; private set; }

    /// <summary>True when the code is in the set (or system), whatever else may be wrong.</summary>
    internal bool IsFound { get; private set; }

    internal CodeSystemContent? System { get; private set; }

    internal Concept? Concept { get; private set; }

    internal string? Display { get; private set; }

    /// <summary>The name of the set in texts, when the coding is one of several: then a coding outside of the set is no error by itself.</summary>
    internal void InValueSet(FhirElement set, bool isOneOfSeveral)
    {
        var name = set.Text("url") is null ? "" : ConceptTerms.Canonical(set);
        if (coding.System is null)
        {
            Issues.Add(new("warning", "invalid", "invalid-data", "Coding has no system. A code with no system has no defined meaning, and it cannot be validated. A system should be provided", coding.Whole, "Coding_has_no_system__cannot_validate"));
            NotInSet(name, isOneOfSeveral);
            return;
        }

        var search = new ValueSetMatch(terms, coding);
        var match = search.Find(ValueSetContent.Of(set));
        if ((Stop = search.Stop) is not null) return;
        Issues.AddRange(search.Issues);
        Unknown.AddRange(search.Unknown.Select(u => ("x-caused-by-unknown-system", u)));
        IsFound = match is not null;
        System = match?.System ?? SystemAtHand(coding.System, search);
        Concept = match?.Concept ?? System?.Find(coding.Code);
        if (!IsFound && !search.IsOpen) NotInSet(name, isOneOfSeveral);
        if (!IsFound || Concept is null) CheckSystem(search.IsOpen);
        var names = new ConceptTerms(System, Concept, match?.Listed ?? default, match?.Set.Source.Text("language"), terms.Supplements);
        Describe(names);
        Status(set, search.Imported);
        Listing(match);
        Restrictions(set, name, isOneOfSeveral);
    }

    /// <summary>The system that says what the code is, where the set does not have it: in the version that the coding names, or else another one that is here.</summary>
    private CodeSystemContent? SystemAtHand(string uri, ValueSetMatch search)
    {
        if (terms.FindSystem(uri, coding.Version ?? terms.VersionOf(uri, null)) is { } named) return named;
        if ((search.IsOpen || search.Issues.Count > 0) && terms.FindSystem(uri, terms.VersionOf(uri, null)) is { } ruled) return ruled;
        return coding.Version is null ? terms.FindSystem(uri, null) : null;
    }

    internal void InSystem(CodeSystemContent system)
    {
        System = system;
        Concept = system.Find(coding.Code);
        IsFound = Concept is not null;
        if (!IsFound) UnknownCode(system);
        if (PublicationStatus.Of(system.Source) is { } status) Issues.Add(Reference(status, system.Source));
        Describe(new ConceptTerms(system, Concept, default, null, terms.Supplements));
        if (AbstractIssue() is not { } issue) return;
        Issues.Add(issue);
        IsFound = false;
    }

    /// <summary>That the coding is of another system than the one that is asked.</summary>
    internal void InOtherSystem(string url, bool isOneOfSeveral) =>
        Issues.Add(new(isOneOfSeveral ? "information" : "error", "code-invalid", "invalid-code", $"The coding is of the code system '{coding.System}', not of '{url}'", coding.At("system"), null, !isOneOfSeveral));

    private void NotInSet(string set, bool isOneOfSeveral)
    {
        var what = $"{coding.System}{(coding.Version is null ? "" : "|" + coding.Version)}#{coding.Code}{(coding.Display is null ? "" : $" ('{coding.Display}')")}";
        Issues.Add(new(isOneOfSeveral ? "information" : "error", "code-invalid", isOneOfSeveral ? "this-code-not-in-vs" : "not-in-vs", $"The provided code '{what}' was not found in the value set '{set}'", coding.At("code"), "None_of_the_provided_codes_are_in_the_value_set_one", !isOneOfSeveral));
    }

    private void CheckSystem(bool isReported)
    {
        if (System is { } system && Concept is null)
        {
            UnknownCode(system);
            return;
        }

        if (System is not null || isReported || Unknown.Count > 0) return;
        var uri = coding.System!;
        if (terms.FindValueSet(uri).Exists)
        {
            Issues.Add(new("error", "invalid", "invalid-data", $"The Coding references a value set, not a code system ('{uri}')", coding.At("system"), "Terminology_TX_System_ValueSet2"));
            return;
        }

        var relative = !uri.Contains(':', StringComparison.Ordinal);
        if (relative) Issues.Add(new("error", "invalid", "invalid-data", "Coding.system must be an absolute reference, not a local reference", coding.At("system"), "Terminology_TX_System_Relative"));
        var versions = terms.VersionsOf(uri);
        var issue = coding.Version is not null && versions.Count > 0 ? TerminologyIssue.UnknownVersion(uri, coding.Version, versions, coding.At("system")) : TerminologyIssue.UnknownSystem(uri, coding.At("system"));

        // Where it is a URI, the shared text has it without quotes.
        Issues.Add(relative || versions.Count > 0 && coding.Version is not null ? issue : issue with { Text = issue.Text.Replace($"'{uri}'", uri, StringComparison.Ordinal) });
        Unknown.Add(("x-unknown-system", coding.Version is not null && versions.Count > 0 ? $"{uri}|{coding.Version}" : uri));
    }

    private void UnknownCode(CodeSystemContent system)
    {
        var version = system.Version is null ? "" : $" version '{system.Version}'";
        if (system.Content == "fragment" && system.Has(coding.Code) is null)
        {
            IsFound = true;
            Issues.Add(new("warning", "code-invalid", "invalid-code", $"Unknown Code '{coding.Code}' in the CodeSystem '{system.Url}'{version} - note that the code system is labeled as a fragment, so the code may be valid in some other fragment", coding.At("code"), "UNKNOWN_CODE_IN_FRAGMENT", false));
        }
        else if (system.Content == "example" && system.Has(coding.Code) is null)
        {
            // Examples say nothing of the codes that they are not.
            Issues.Add(TerminologyIssue.UnknownSystem(system.Url, coding.At("system")));
            Unknown.Add(("x-caused-by-unknown-system", system.Url));
        }
        else
        {
            Issues.Add(new("error", "code-invalid", "invalid-code", $"Unknown code '{coding.Code}' in the CodeSystem '{system.Url}'{version}", coding.At("code"), "Unknown_Code_in_Version"));
        }
    }

    private void Describe(ConceptTerms names)
    {
        if (Concept is not { } concept) return;
        Display = (names.Preferred(terms.Languages) ?? (names.All.Count > 0 ? names.All[0] : null))?.Text;
        if (coding.Code != concept.Code)
        {
            Issues.Add(new("information", "business-rule", "code-rule", $"The code '{coding.Code}' differs from the correct code '{concept.Code}' by case. Although the code system '{ConceptTerms.Canonical(System!.Source)}' is case insensitive, implementers are strongly encouraged to use the correct case anyway", coding.At("code"), "CODE_CASE_DIFFERENCE", false));
        }

        if (concept.IsInactive)
        {
            var status = concept.Status is "inactive" or null ? "inactive" : $"{concept.Status} and inactive";
            Issues.Add(new("warning", "business-rule", "code-comment", $"The concept '{concept.Code}' has a status of {status} and its use should be reviewed", coding.Whole, "INACTIVE_CONCEPT_FOUND"));
        }
        else if (concept.Status == "deprecated")
        {
            Issues.Add(new("warning", "business-rule", "code-comment", $"The concept '{concept.Code}' is deprecated and its use should be reviewed", coding.Whole, "DEPRECATED_CONCEPT_FOUND"));
        }

        if (coding.Display is { } display && DisplayCheck.Check(terms, coding, names, display) is { } issue) Issues.Add(issue);
    }

    private void Status(FhirElement set, List<FhirElement> imported)
    {
        if (!IsFound) return;
        if (System is not null && PublicationStatus.Of(System.Source) is { } status) Issues.Add(Reference(status, System.Source));
        foreach (var one in imported.Prepend(set).Distinct())
        {
            if (PublicationStatus.Of(one) is { } its) Issues.Add(Reference(its, one));
        }
    }

    private static TerminologyIssue Reference(string status, FhirElement resource) =>
        new("information", "business-rule", "status-check", $"Reference to {status} {resource.Type} {ConceptTerms.Canonical(resource)}", null, "MSG_" + status.ToUpperInvariant(), false);

    private void Listing(SetMatch? match)
    {
        var listed = match?.Listed ?? default;
        var status = listed.Extension("http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status")
            ?? (listed.Extension("http://hl7.org/fhir/StructureDefinition/valueset-deprecated") == "true" ? "deprecated" : null);
        if (status is not ("deprecated" or "withdrawn")) return;
        Issues.Add(new("warning", "business-rule", "code-comment", $"The presence of the concept '{coding.Code}' in the system '{coding.System}' in the value set {match!.Set.Canonical} is marked with a status of {status} and its use should be reviewed", coding.At("code"), "CONCEPT_DEPRECATED_IN_VALUESET", false));
    }

    /// <summary>What keeps a code out that the set has as such: not active, or not to be chosen.</summary>
    private void Restrictions(FhirElement set, string name, bool isOneOfSeveral)
    {
        if (!IsFound || Concept is not { } concept) return;
        if (concept.IsInactive && (terms.Flag("activeOnly") == true || set["compose"].Text("inactive") == "false"))
        {
            Issues.Add(new("error", "business-rule", "code-rule", $"The concept '{concept.Code}' is valid but is not active", coding.At("code"), "STATUS_CODE_WARNING_CODE"));
            NotInSet(name, isOneOfSeveral);
            IsFound = false;
        }

        if (AbstractIssue() is not { } issue) return;
        Issues.Add(issue);
        NotInSet(name, isOneOfSeveral);
        IsFound = false;
    }

    private TerminologyIssue? AbstractIssue() => Concept is { IsAbstract: true } concept && terms.Flag("abstract") == false
        ? new("error", "business-rule", "code-rule", $"Code '{System!.Url}#{concept.Code}' is abstract, and not allowed in this context", coding.At("code"), "ABSTRACT_CODE_NOT_ALLOWED")
        : null;
}
