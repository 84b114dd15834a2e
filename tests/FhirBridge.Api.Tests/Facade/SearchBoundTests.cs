using System.Reflection;
using System.Text.Json.Nodes;
using FhirBridge.Api.Tests.Http;
using FhirBridge.Storage;
using Microsoft.Extensions.DependencyInjection;
using static FhirBridge.Api.Tests.Http.TestService;

namespace FhirBridge.Api.Tests.Facade;

/// <summary>What a search on a facade would have to look at too many rows for is refused: no page is cut short, and nothing is left out of what is included.</summary>
public sealed class SearchBoundTests
{
    [Fact]
    public async Task Search_ThatLooksAtTooMuch_IsRefused_AndPagesAreFull()
    {
        var rows = new Limit();
        await using var service = await (await TestService.StartWithAsync(TimeProvider.System, services =>
        {
            var own = services.Last(d => d.ServiceType == typeof(IVault)).ImplementationFactory!;
            services.AddSingleton(p => BoundVault.Make((IVault)own(p), rows));
        })).WithMembersAsync("hospital");
        var token = service.Member("hospital");
        await service.PatientAsync("hospital", "anna");
        for (var i = 0; i < 30; i++)
        {
            (await service.PutAsync($"members/hospital/fhir/Observation/o{i}", token, new JsonObject
            {
                ["resourceType"] = "Observation", ["id"] = $"o{i}", ["status"] = i % 10 == 0 ? "amended" : "final", ["code"] = new JsonObject { ["text"] = "x" }, ["subject"] = Reference("Patient/anna"),
            })).Is(201);
        }

        async Task<Answer> Ask(string query) => await service.GetAsync("members/hospital/fhir/" + query, token);
        foreach (var query in new[] { "Observation?status:not=final&_count=2", "Patient?_id=anna&_revinclude=Observation:subject", "Patient?_id=anna&_revinclude=*" })
        {
            rows.Rows = 10;
            (await Ask(query)).Is(400, "too-costly");
        }

        rows.Rows = 30;
        var page = (await Ask("Observation?status:not=final&_count=2")).Is(200);
        Assert.Equal(2, page.Entries().Count);
        Assert.Equal(31, (await Ask("Patient?_id=anna&_revinclude=Observation:subject")).Is(200).Json["entry"]!.AsArray().Count);
        rows.Rows = 1_000;
        Assert.Equal(31, (await Ask("Patient?_id=anna&_revinclude=*")).Is(200).Json["entry"]!.AsArray().Count);
    }

    internal sealed class Limit
    {
        public long Rows { get; set; } = long.MaxValue;
    }

    /// <summary>A vault of which every search may look at so many rows only.</summary>
    public class BoundVault : DispatchProxy
    {
        private IVault inner = null!;
        private Limit limit = null!;

        internal static IVault Make(IVault inner, Limit limit)
        {
            var vault = Create<IVault, BoundVault>();
            (((BoundVault)(object)vault).inner, ((BoundVault)(object)vault).limit) = (inner, limit);
            return vault;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Invoke(
            inner, BindingFlags.DoNotWrapExceptions, null, args?.Select(a => a is PageRequest page ? page with { Budget = new ReadBudget(limit.Rows) } : a).ToArray(), null);
    }
}
