using System.Text.Json.Serialization;

namespace AppProxy.Contracts.Identity;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ConnectorCall))]
[JsonSerializable(typeof(GatewayAnswer))]
[JsonSerializable(typeof(CallRefusal))]
[JsonSerializable(typeof(GatewayKeys))]
[JsonSerializable(typeof(PresenceReport))]
[JsonSerializable(typeof(AppSettings))]
[JsonSerializable(typeof(Assertion))]
[JsonSerializable(typeof(KeySet))]
internal sealed partial class IdentityJsonContext : JsonSerializerContext;
