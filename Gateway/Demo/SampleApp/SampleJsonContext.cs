using System.Text.Json.Serialization;

namespace AppProxy.Gateway.Demo.SampleApp;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(TimeAnswer))]
[JsonSerializable(typeof(EchoAnswer))]
[JsonSerializable(typeof(UploadAnswer))]
[JsonSerializable(typeof(ChatMessage))]
internal sealed partial class SampleJsonContext : JsonSerializerContext;

internal sealed record TimeAnswer(DateTimeOffset Time);

internal sealed record EchoAnswer(string Method, string Path, string Query, Dictionary<string, string> Headers, long BodyLength, string? Body);

internal sealed record UploadAnswer(long Bytes, string Sha256);

/// <summary>A message, or with no text an event such as "joined".</summary>
internal sealed record ChatMessage(string From, string? Text, string? Event);
