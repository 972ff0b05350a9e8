using System.ComponentModel.DataAnnotations;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using AppProxy.Gateway.Catalogue.Reading;

namespace AppProxy.Gateway.Catalogue.Schema;

/// <summary>JSON Schema of an apps file, made from the documents that it is read into: what an editor helps with is what the gateway takes.</summary>
internal static class CatalogueSchema
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write()
    {
        var schema = CatalogueJsonContext.Default.CatalogueDocument.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Complete }).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Published apps of AppProxy");
        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonNode Complete(JsonSchemaExporterContext context, JsonNode node)
    {
        if (node is not JsonObject schema)
        {
            return node;
        }

        if (schema["properties"] is JsonObject properties)
        {
            CompleteObject(context, schema, properties);
        }

        var attributes = context.PropertyInfo?.AttributeProvider?.GetCustomAttributes(inherit: true) ?? [];
        if (attributes.OfType<AllowedValuesAttribute>().FirstOrDefault() is { } allowed)
        {
            // Null is what is left out.
            schema["enum"] = new JsonArray([.. allowed.Values.Select(static value => (JsonNode?)JsonValue.Create((string?)value)), null]);
        }

        if (attributes.OfType<RegularExpressionAttribute>().FirstOrDefault() is { } pattern)
        {
            schema["pattern"] = pattern.Pattern;
        }

        return schema;
    }

    /// <summary>A mistyped name is a mistake; what Graph says besides is let pass.</summary>
    private static void CompleteObject(JsonSchemaExporterContext context, JsonObject schema, JsonObject properties)
    {
        foreach (var name in GraphNames.Of(context.TypeInfo.Type).Order(StringComparer.Ordinal))
        {
            properties.TryAdd(name, JsonValue.Create(true));
        }

        var required = context.TypeInfo.Properties.Where(static property => property.AttributeProvider?.IsDefined(typeof(RequiredAttribute), inherit: true) == true)
            .Select(static property => (JsonNode?)JsonValue.Create(property.Name)).ToArray();
        if (required.Length > 0)
        {
            schema["required"] = new JsonArray(required);
        }

        schema["patternProperties"] = new JsonObject { ["@odata\\."] = true };
        schema["additionalProperties"] = false;
    }
}
