using System.Text.Json.Serialization;

namespace AppProxy.Gateway.Publishing;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(PublishReport))]
internal sealed partial class PublishJsonContext : JsonSerializerContext;
