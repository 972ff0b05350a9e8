using Microsoft.AspNetCore.Http;

namespace AppProxy.Testing;

/// <summary>One app to publish: to be started, or at a URL where it runs already.</summary>
internal sealed record TestApp(RequestDelegate? Handler, Uri? Url, TestProtocol Protocol, string ExternalPath, string InternalPath);
