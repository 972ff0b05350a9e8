using System.Text.Json.Serialization;

namespace AppProxy.Gateway.Keys;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(List<StoredSigningKey>))]
internal sealed partial class KeyJsonContext : JsonSerializerContext;
