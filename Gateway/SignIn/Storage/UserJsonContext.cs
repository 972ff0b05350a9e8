using System.Text.Json.Serialization;

namespace AppProxy.Gateway.SignIn.Storage;

/// <summary>A person as a column.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(SignedInUser))]
internal sealed partial class UserJsonContext : JsonSerializerContext;
