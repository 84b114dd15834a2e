using FhirBridge.Api.Demo;
using FhirBridge.Api.DemoAuthorization;
using FhirBridge.Consent;
using FhirBridge.Mapping;

namespace FhirBridge.Api.Hosting;

/// <summary>Loads the demo network at first start in Development, and prints what a newcomer needs.</summary>
internal static class DemoHost
{
    /// <summary>Loads through the service's own public address.</summary>
    public static async Task RunAsync(WebApplication app)
    {
        var address = app.Urls.FirstOrDefault();
        if (address is null) return;
        var root = new Uri(address.Replace("0.0.0.0", "localhost", StringComparison.Ordinal).Replace("[::]", "localhost", StringComparison.Ordinal).Replace("//*", "//localhost", StringComparison.Ordinal).Replace("//+", "//localhost", StringComparison.Ordinal).TrimEnd('/') + "/");
        using var http = new HttpClient { BaseAddress = root };
        try
        {
            var loaded = await new DemoLoader(http, new Tokens(app, root), Console.Out).LoadAsync(app.Lifetime.ApplicationStopping).ConfigureAwait(false);
            var catalogue = app.Services.GetRequiredService<DemoCatalogue>();
            Console.WriteLine(DemoWelcome.Text(root, loaded.AnnaId, [.. catalogue.Personas.Select(p => new DemoSignIn(p.Id, p.Name, p.Role))]));
        }
        catch (DemoLoadException e)
        {
            await Console.Error.WriteLineAsync("The demo network could not be loaded: " + e.Message).ConfigureAwait(false);
        }
    }

    private sealed class Tokens(WebApplication app, Uri root) : IDemoTokens
    {
        public async Task<string> TokenForAsync(string personaKey, CancellationToken cancellation)
        {
            var catalogue = app.Services.GetRequiredService<DemoCatalogue>();
            var persona = catalogue.Persona(personaKey) ?? throw new DemoLoadException($"the demo has no persona '{personaKey}'");
            var issued = await app.Services.GetRequiredService<DemoTokens>()
                .ForPersonAsync(persona, "demo-loader", root.GetLeftPart(UriPartial.Authority), persona.Scope, null, cancellation).ConfigureAwait(false);
            return issued?.Access ?? throw new DemoLoadException($"the persona '{personaKey}' is not in the network yet");
        }
    }
}

/// <summary>Finds the demo's people by business identifier; a RelatedPerson is found in the record of the person that the demo is about, as that person sees it.</summary>
internal sealed class DemoDirectory(Bridge bridge, DemoCatalogue catalogue) : IDemoDirectory
{
    public async ValueTask<string?> FindAsync(string type, string system, string value, CancellationToken cancel)
    {
        var grant = Counsel.ForSystem(SystemPurpose.Identity);
        if (type != "RelatedPerson")
        {
            var found = await bridge.Vault.FindByIdentifierAsync(grant, type, [PatientIdentity.Normalise(system, value)], cancel).ConfigureAwait(false);
            return found.Count == 1 ? $"{type}/{found[0]}" : null;
        }

        var identifier = catalogue.Patient.Identifier;
        var bar = identifier.LastIndexOf('|');
        var patients = await bridge.Vault.FindByIdentifierAsync(grant, "Patient", [PatientIdentity.Normalise(identifier[..bar], identifier[(bar + 1)..])], cancel).ConfigureAwait(false);
        if (patients.Count != 1) return null;
        var record = new RecordId(patients[0]);
        var self = new Caller { Subject = "demo", ClientId = "demo", Person = record.Reference, Identities = [record.Reference], Scopes = SmartScopes.Parse("patient/*.rs"), LaunchPatient = record };
        var snapshot = await bridge.Vault.CounselAsync(Counsel.ForSystem(SystemPurpose.Counsel), record, cancel).ConfigureAwait(false);
        var view = await bridge.Vault.OpenAsync(Counsel.ForRecord(self, snapshot, new AccessRequest(ConsentActions.Access, bridge.Time.GetUtcNow(), bridge.Consent)), cancel).ConfigureAwait(false);
        return view.Contributions.FirstOrDefault(c => c.Key.Type == type && c.Index.Of("identifier").Any(i => i.System == system && i.Value == value))?.Facts.Reference;
    }
}
