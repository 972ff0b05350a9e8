namespace AppProxy.Testing;

/// <summary>What is spoken on one side of a <see cref="TestEnvironment"/>: between clients and gateway, or connector and app.</summary>
public enum TestProtocol
{
    /// <summary>HTTP/1.1, plain.</summary>
    Http1,

    /// <summary>HTTP/2 without TLS, by prior knowledge.</summary>
    Http2,

    /// <summary>TLS, under which both sides agree on HTTP/2.</summary>
    Https2,

    /// <summary>TLS and HTTP/1.1.</summary>
    Https1,
}
