using FhirBridge.Api.Interactions;
using FhirBridge.Api.Interactions.Bundles;
using FhirBridge.Api.Interactions.Facade;
using FhirBridge.Api.Interactions.Operations;
using FhirBridge.Api.Interactions.Shared;

namespace FhirBridge.Api.Http;

/// <summary>The whole FHIR surface: two faces, one table each. Templates are relative to the face's base.</summary>
public static class Surface
{
    /// <summary><c>/fhir</c>: the shared record.</summary>
    public static readonly Route[] Shared =
    [
        new("GET", "metadata", "capabilities", Access.Open, ' ', Metadata.RunAsync),
        new("GET", "{type}/{id}", "read", Access.Scoped, 'r', SharedRead.ReadAsync),
        new("GET", "", "search-system", Access.PerEntry, ' ', SharedSearch.SearchAsync),
        new("POST", "_search", "search-system", Access.PerEntry, ' ', SharedSearch.SearchAsync),
        new("GET", "{type}", "search-type", Access.Scoped, 's', SharedSearch.SearchAsync),
        new("POST", "{type}/_search", "search-type", Access.Scoped, 's', SharedSearch.SearchAsync),
        new("POST", "{type}", "create", Access.Scoped, 'c', SharedWrite.CreateAsync, BodyKind.Resource),
        new("PUT", "{type}/{id}", "update", Access.Scoped, 'u', SharedWrite.UpdateAsync, BodyKind.Resource),
        new("PATCH", "{type}/{id}", "patch", Access.Scoped, 'u', SharedWrite.PatchAsync, BodyKind.Patch),
        new("DELETE", "{type}/{id}", "delete", Access.Scoped, 'd', SharedWrite.DeleteAsync),
        new("GET", "Patient/{id}/$everything", "everything", Access.Scoped, 'r', Everything.RunAsync),
        new("POST", "{type}/$validate", "validate", Access.Token, ' ', ValidateOperation.RunAsync, BodyKind.Judged),
        new("POST", "{type}/{id}/$validate", "validate", Access.Scoped, 'r', ValidateOperation.OnInstanceAsync, BodyKind.Judged),
        new("GET", "{type}/{id}/$validate", "validate", Access.Scoped, 'r', ValidateOperation.OnInstanceAsync),
        new("POST", "$fhirpath", "fhirpath", Access.Token, ' ', FhirPathOperation.RunAsync, BodyKind.Evaluated),
        new("GET", "ValueSet/$expand", "expand", Access.Token, ' ', TerminologyOperation.ExpandAsync),
        new("POST", "ValueSet/$expand", "expand", Access.Token, ' ', TerminologyOperation.ExpandAsync, BodyKind.Asked),
        new("GET", "ValueSet/{id}/$expand", "expand", Access.Token, ' ', TerminologyOperation.ExpandAsync),
        new("POST", "ValueSet/{id}/$expand", "expand", Access.Token, ' ', TerminologyOperation.ExpandAsync, BodyKind.Asked),
        new("GET", "ValueSet/$validate-code", "validate-code", Access.Token, ' ', TerminologyOperation.ValidateInValueSetAsync),
        new("POST", "ValueSet/$validate-code", "validate-code", Access.Token, ' ', TerminologyOperation.ValidateInValueSetAsync, BodyKind.Asked),
        new("GET", "ValueSet/{id}/$validate-code", "validate-code", Access.Token, ' ', TerminologyOperation.ValidateInValueSetAsync),
        new("POST", "ValueSet/{id}/$validate-code", "validate-code", Access.Token, ' ', TerminologyOperation.ValidateInValueSetAsync, BodyKind.Asked),
        new("GET", "CodeSystem/$validate-code", "validate-code", Access.Token, ' ', TerminologyOperation.ValidateInCodeSystemAsync),
        new("POST", "CodeSystem/$validate-code", "validate-code", Access.Token, ' ', TerminologyOperation.ValidateInCodeSystemAsync, BodyKind.Asked),
        new("GET", "CodeSystem/{id}/$validate-code", "validate-code", Access.Token, ' ', TerminologyOperation.ValidateInCodeSystemAsync),
        new("POST", "CodeSystem/{id}/$validate-code", "validate-code", Access.Token, ' ', TerminologyOperation.ValidateInCodeSystemAsync, BodyKind.Asked),
        new("GET", "CodeSystem/$lookup", "lookup", Access.Token, ' ', TerminologyOperation.LookupAsync),
        new("POST", "CodeSystem/$lookup", "lookup", Access.Token, ' ', TerminologyOperation.LookupAsync, BodyKind.Asked),
        new("GET", "CodeSystem/$subsumes", "subsumes", Access.Token, ' ', TerminologyOperation.SubsumesAsync),
        new("POST", "CodeSystem/$subsumes", "subsumes", Access.Token, ' ', TerminologyOperation.SubsumesAsync, BodyKind.Asked),
        new("GET", "CodeSystem/{id}/$subsumes", "subsumes", Access.Token, ' ', TerminologyOperation.SubsumesAsync),
        new("POST", "CodeSystem/{id}/$subsumes", "subsumes", Access.Token, ' ', TerminologyOperation.SubsumesAsync, BodyKind.Asked),
        new("GET", "ConceptMap/$translate", "translate", Access.Token, ' ', TerminologyOperation.TranslateAsync),
        new("POST", "ConceptMap/$translate", "translate", Access.Token, ' ', TerminologyOperation.TranslateAsync, BodyKind.Asked),
        new("GET", "ConceptMap/{id}/$translate", "translate", Access.Token, ' ', TerminologyOperation.TranslateAsync),
        new("POST", "ConceptMap/{id}/$translate", "translate", Access.Token, ' ', TerminologyOperation.TranslateAsync, BodyKind.Asked),
        new("POST", "ValueSet/$batch-validate-code", "batch-validate-code", Access.Token, ' ', TerminologyOperation.ValidateBatchAsync, BodyKind.Asked),
        new("POST", "", "batch", Access.PerEntry, ' ', BundleInteraction.RunAsync, BodyKind.Resource),
    ];

    /// <summary><c>/members/{member}/fhir</c>: a member's own facade.</summary>
    public static readonly Route[] Facade =
    [
        new("GET", "metadata", "capabilities", Access.Open, ' ', Metadata.RunAsync),
        new("GET", "{type}/{id}", "read", Access.Scoped, 'r', FacadeRead.ReadAsync),
        new("GET", "{type}/{id}/_history/{vid}", "vread", Access.Scoped, 'r', FacadeRead.VreadAsync),
        new("GET", "{type}/{id}/_history", "history-instance", Access.Scoped, 'r', FacadeRead.HistoryAsync),
        new("GET", "", "search-system", Access.PerEntry, ' ', FacadeSearch.SearchAsync),
        new("POST", "_search", "search-system", Access.PerEntry, ' ', FacadeSearch.SearchAsync),
        new("GET", "{type}", "search-type", Access.Scoped, 's', FacadeSearch.SearchAsync),
        new("POST", "{type}/_search", "search-type", Access.Scoped, 's', FacadeSearch.SearchAsync),
        new("POST", "{type}", "create", Access.Scoped, 'c', FacadeWrite.CreateAsync, BodyKind.Resource),
        new("PUT", "{type}/{id}", "update", Access.Scoped, 'u', FacadeWrite.UpdateAsync, BodyKind.Resource),
        new("PATCH", "{type}/{id}", "patch", Access.Scoped, 'u', FacadePatch.PatchAsync, BodyKind.Patch),
        new("DELETE", "{type}/{id}", "delete", Access.Scoped, 'd', FacadeWrite.DeleteAsync),
        new("POST", "{type}/$validate", "validate", Access.Token, ' ', ValidateOperation.RunAsync, BodyKind.Judged),
        new("POST", "{type}/{id}/$validate", "validate", Access.Scoped, 'r', ValidateOperation.OnInstanceAsync, BodyKind.Judged),
        new("GET", "{type}/{id}/$validate", "validate", Access.Scoped, 'r', ValidateOperation.OnInstanceAsync),
        new("GET", "ValueSet/$expand", "expand", Access.Token, ' ', TerminologyOperation.ExpandAsync),
        new("POST", "ValueSet/$expand", "expand", Access.Token, ' ', TerminologyOperation.ExpandAsync, BodyKind.Asked),
        new("GET", "ValueSet/{id}/$expand", "expand", Access.Scoped, 'r', TerminologyOperation.ExpandAsync),
        new("POST", "ValueSet/{id}/$expand", "expand", Access.Scoped, 'r', TerminologyOperation.ExpandAsync, BodyKind.Asked),
        new("GET", "ValueSet/$validate-code", "validate-code", Access.Token, ' ', TerminologyOperation.ValidateInValueSetAsync),
        new("POST", "ValueSet/$validate-code", "validate-code", Access.Token, ' ', TerminologyOperation.ValidateInValueSetAsync, BodyKind.Asked),
        new("GET", "ValueSet/{id}/$validate-code", "validate-code", Access.Scoped, 'r', TerminologyOperation.ValidateInValueSetAsync),
        new("POST", "ValueSet/{id}/$validate-code", "validate-code", Access.Scoped, 'r', TerminologyOperation.ValidateInValueSetAsync, BodyKind.Asked),
        new("GET", "CodeSystem/$validate-code", "validate-code", Access.Token, ' ', TerminologyOperation.ValidateInCodeSystemAsync),
        new("POST", "CodeSystem/$validate-code", "validate-code", Access.Token, ' ', TerminologyOperation.ValidateInCodeSystemAsync, BodyKind.Asked),
        new("GET", "CodeSystem/{id}/$validate-code", "validate-code", Access.Scoped, 'r', TerminologyOperation.ValidateInCodeSystemAsync),
        new("POST", "CodeSystem/{id}/$validate-code", "validate-code", Access.Scoped, 'r', TerminologyOperation.ValidateInCodeSystemAsync, BodyKind.Asked),
        new("GET", "CodeSystem/$lookup", "lookup", Access.Token, ' ', TerminologyOperation.LookupAsync),
        new("POST", "CodeSystem/$lookup", "lookup", Access.Token, ' ', TerminologyOperation.LookupAsync, BodyKind.Asked),
        new("GET", "CodeSystem/$subsumes", "subsumes", Access.Token, ' ', TerminologyOperation.SubsumesAsync),
        new("POST", "CodeSystem/$subsumes", "subsumes", Access.Token, ' ', TerminologyOperation.SubsumesAsync, BodyKind.Asked),
        new("GET", "CodeSystem/{id}/$subsumes", "subsumes", Access.Scoped, 'r', TerminologyOperation.SubsumesAsync),
        new("POST", "CodeSystem/{id}/$subsumes", "subsumes", Access.Scoped, 'r', TerminologyOperation.SubsumesAsync, BodyKind.Asked),
        new("GET", "ConceptMap/$translate", "translate", Access.Token, ' ', TerminologyOperation.TranslateAsync),
        new("POST", "ConceptMap/$translate", "translate", Access.Token, ' ', TerminologyOperation.TranslateAsync, BodyKind.Asked),
        new("GET", "ConceptMap/{id}/$translate", "translate", Access.Scoped, 'r', TerminologyOperation.TranslateAsync),
        new("POST", "ConceptMap/{id}/$translate", "translate", Access.Scoped, 'r', TerminologyOperation.TranslateAsync, BodyKind.Asked),
        new("POST", "ValueSet/$batch-validate-code", "batch-validate-code", Access.Token, ' ', TerminologyOperation.ValidateBatchAsync, BodyKind.Asked),
        new("POST", "", "transaction", Access.PerEntry, ' ', BundleInteraction.RunAsync, BodyKind.Resource),
    ];
}
