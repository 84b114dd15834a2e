using FhirBridge.Api.Http;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace FhirBridge.Api.Hosting;

/// <summary><c>/swagger</c>: the surface tables as OpenAPI, so that it cannot say what is not so.</summary>
internal static class ApiDocumentation
{
    /// <summary>Adds the generator.</summary>
    public static void AddApiDocumentation(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc("v1", new OpenApiInfo
            {
                Title = "FhirBridge",
                Version = "v1",
                Description = "FHIR R4 (4.0.1). The resources themselves, their search parameters and operations are described by the CapabilityStatement at /fhir/metadata.",
            });

            // The endpoints are described from the tables below, not from their delegates.
            options.DocInclusionPredicate((_, _) => false);
            options.AddSecurityDefinition("bearer", new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" });
            options.DocumentFilter<SurfaceDocument>();
        });
    }

    /// <summary>Serves document and page.</summary>
    public static void UseApiDocumentation(this WebApplication app)
    {
        app.UseSwagger();
        app.UseSwaggerUI(options => options.SwaggerEndpoint("/swagger/v1/swagger.json", "FhirBridge"));
    }

    private sealed class SurfaceDocument : IDocumentFilter
    {
        public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
        {
            Add(swaggerDoc, "/fhir", "Shared record", Surface.Shared);
            Add(swaggerDoc, "/members/{member}/fhir", "Member facade", Surface.Facade);
        }

        private static void Add(OpenApiDocument document, string root, string tag, Http.Route[] table)
        {
            document.Tags ??= new HashSet<OpenApiTag>();
            document.Tags.Add(new OpenApiTag { Name = tag });
            foreach (var group in table.GroupBy(r => $"{root}/{r.Template}".TrimEnd('/')))
            {
                var path = new OpenApiPathItem { Operations = [] };
                foreach (var route in group) path.Operations[new HttpMethod(route.Method)] = Operation(document, group.Key, tag, route);
                document.Paths.Add(group.Key, path);
            }
        }

        private static OpenApiOperation Operation(OpenApiDocument document, string path, string tag, Http.Route route)
        {
            var fhir = new Dictionary<string, OpenApiMediaType> { [Formats.Json] = new OpenApiMediaType(), [Formats.Xml] = new OpenApiMediaType() };
            var operation = new OpenApiOperation
            {
                Summary = route.Name,
                Description = route.Access switch
                {
                    Access.Open => "Open to anybody.",
                    Access.PerEntry => "Each entry needs the scope of its own interaction.",
                    Access.Token => "Needs a token, of whatever scope: nothing stored is read or written.",
                    _ => $"Needs a SMART scope with '{route.Scope}' on the type.",
                },
                Tags = new HashSet<OpenApiTagReference> { new(tag, document) },
                Parameters = [.. path.Split('/').Where(s => s.StartsWith('{')).Select(s => (IOpenApiParameter)new OpenApiParameter
                {
                    Name = s.Trim('{', '}'), In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                })],
                Responses = new OpenApiResponses
                {
                    ["2XX"] = new OpenApiResponse { Description = "A resource, a Bundle, or nothing.", Content = fhir },
                    ["default"] = new OpenApiResponse { Description = "An OperationOutcome.", Content = fhir },
                },
            };
            if (route.Body != BodyKind.None) operation.RequestBody = new OpenApiRequestBody { Required = true, Content = route.Body == BodyKind.Patch ? Formats.Patches.ToDictionary(f => f, _ => new OpenApiMediaType()) : fhir };
            if (route.Access != Access.Open) operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
            return operation;
        }
    }
}
