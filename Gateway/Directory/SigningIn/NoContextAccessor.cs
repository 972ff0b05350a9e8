using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>The real one costs every exchange of the gateway an ambient value; the directory hands the context over itself.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class NoContextAccessor : IHttpContextAccessor
{
    public HttpContext? HttpContext
    {
        get => null;
        set
        {
            // The server offers it with each request.
        }
    }
}
