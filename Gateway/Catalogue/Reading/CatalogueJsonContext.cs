using System.Text.Json.Serialization;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>The shape of the apps file, made at compile time; <see cref="DocumentReader"/> reads along it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CatalogueDocument))]
internal sealed partial class CatalogueJsonContext : JsonSerializerContext;
