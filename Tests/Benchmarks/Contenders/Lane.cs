namespace AppProxy.Benchmarks.Contenders;

/// <summary>Plain HTTP on every leg, or TLS on the first and the last. Each lane has processes of its own.</summary>
internal enum Lane
{
    Plain,
    Tls,
}
