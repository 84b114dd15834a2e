namespace FhirBridge.Fhir.Profiles;

/// <summary>What the elements of a differential come to on top of their base.</summary>
/// <param name="Made">The StructureDefinition with its snapshot, or why there can be none.</param>
/// <param name="Faults">What contradicts the base, in the differential itself and in those of bases that have no snapshot.</param>
/// <param name="Stated">By the id of an element of the snapshot: the element of a differential that states something of it.</param>
internal sealed record SnapshotJudgement(Result<FhirElement> Made, IReadOnlyList<DifferentialFault> Faults, IReadOnlyDictionary<string, FhirElement> Stated);

/// <summary>A statement that cannot be kept.</summary>
/// <param name="Source">The StructureDefinition that makes it.</param>
/// <param name="Element">The element of its differential.</param>
/// <param name="Problem">What is wrong, with the id of the element.</param>
internal sealed record DifferentialFault(FhirElement Source, FhirElement Element, Problem Problem);
