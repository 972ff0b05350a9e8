using System.Text.Json.Serialization;

namespace AppProxy.Benchmarks.Load;

/// <summary>Orders and reports as they cross standard input and output, one line each.</summary>
[JsonSerializable(typeof(LoadOrder))]
[JsonSerializable(typeof(LoadReport))]
internal sealed partial class LoadJson : JsonSerializerContext;
