using FhirBridge.Api.Http;
using FhirBridge.Fhir;
using FhirBridge.Fhir.Views;

namespace FhirBridge.Api.Interactions.Operations;

/// <summary>What $validate is asked: a resource, by itself or in Parameters, and how to judge it; the parameters may stand in the URL as well.</summary>
/// <param name="HasResource">True when a resource was sent, be it one that cannot be read.</param>
/// <param name="Resource">The resource in a tree of its own; null when none was sent or when it cannot be read.</param>
/// <param name="Faults">What its reader found.</param>
/// <param name="Mode">The mode; null when none was given.</param>
/// <param name="Profiles">Canonicals to conform to.</param>
internal sealed record ValidateInput(bool HasResource, ElementTree? Resource, IReadOnlyList<Problem> Faults, string? Mode, IReadOnlyList<string> Profiles)
{
    /// <summary>Reads the request. Problems: Parameters that are none of the operation.</summary>
    internal static Result<ValidateInput> Read(FhirRequest request)
    {
        var modes = request.Query.Where(p => p.Key == "mode").Select(p => p.Value).ToList();
        var profiles = request.Query.Where(p => p.Key == "profile").Select(p => p.Value).ToList();
        if (request.Query.FirstOrDefault(p => p.Key is not ("mode" or "profile" or "_format" or "_pretty")) is { Key: { } unknown }) return Unknown(unknown, null);

        // Parameters may be what is to be validated; without a resource in them they are.
        var isCall = request.Body?.Root is { Type: "Parameters" } root && (request.Type != "Parameters" || IsCall(root));
        if (!isCall)
        {
            var sent = request.Body is not null || request.BodyProblems.Count > 0;
            return Built(sent, request.Body, request.BodyProblems, modes, profiles);
        }

        FhirElement resource = default;
        foreach (var p in new ParametersView(request.Body!.Root).Parameter)
        {
            switch (p.Name)
            {
                case "resource" when p.Resource.Exists && !resource.Exists:
                    resource = p.Resource;
                    break;
                case "mode" when p.Value.Value is { } mode:
                    modes.Add(mode);
                    break;
                case "profile" when p.Value.Value is { } profile:
                    profiles.Add(profile);
                    break;
                case "resource" or "mode" or "profile":
                    return Problems.BadRequest.With($"'{p.Name}' is {(p.Name == "resource" ? "one resource" : "a value")}", p.Element.Path);
                default:
                    return Unknown(p.Name ?? "", p.Element.Path + ".name");
            }
        }

        // What is wrong with the call itself is no fault of the resource.
        var path = resource.Path + ".";
        var own = request.BodyProblems.Where(p => !resource.Exists || p.Expression?.StartsWith(path, StringComparison.Ordinal) != true && p.Expression != resource.Path).ToList();
        if (own.Count > 0) return Result<ValidateInput>.Fail(own);
        return resource.Exists
            ? Built(true, FhirJson.ReadTrusted(resource.Raw.ToArray()).Value, [.. request.BodyProblems.Select(p => p with { Expression = resource.Type + p.Expression![resource.Path.Length..] })], modes, profiles)
            : Built(false, null, [], modes, profiles);
    }

    private static Result<ValidateInput> Built(bool sent, ElementTree? resource, IReadOnlyList<Problem> faults, List<string> modes, List<string> profiles) =>
        modes.Count > 1 ? Problems.BadRequest.With("'mode' stands once") : new ValidateInput(sent, resource, faults, modes.Count == 0 ? null : modes[0], profiles);

    private static bool IsCall(FhirElement parameters) =>
        parameters.Children("parameter").Any(p => p.Text("name") == "resource" && p["resource"].Exists) || (parameters["parameter"].Exists && parameters.Children("parameter").All(p => p.Text("name") is "mode" or "profile"));

    private static Problem Unknown(string name, string? path) => Problems.UnknownParameter.With($"$validate has no parameter '{(name.Length > 50 ? name[..50] : name)}': it takes resource, mode and profile", path);
}
