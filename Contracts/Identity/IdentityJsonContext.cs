using System.Text.Json.Serialization;
using AppProxy.Contracts.Identity.Sealing;

namespace AppProxy.Contracts.Identity;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ConnectorCall))]
[JsonSerializable(typeof(GatewayAnswer))]
[JsonSerializable(typeof(CallRefusal))]
[JsonSerializable(typeof(GatewayClock))]
[JsonSerializable(typeof(GatewayKeys))]
[JsonSerializable(typeof(PresenceReport))]
[JsonSerializable(typeof(AppSettings))]
[JsonSerializable(typeof(Assertion))]
[JsonSerializable(typeof(KeySet))]
[JsonSerializable(typeof(HeldKeys))]
internal sealed partial class IdentityJsonContext : JsonSerializerContext;
