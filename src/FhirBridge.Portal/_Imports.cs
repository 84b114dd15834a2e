namespace FhirBridge.Portal;
