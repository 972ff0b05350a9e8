using System.Net;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Publishing;

/// <summary>What to test, and how.</summary>
internal sealed record PublishTestOptions
{
    /// <summary>The app as reached by <see cref="Url"/>.</summary>
    public required PublishedApp App { get; init; }

    /// <summary>What is asked for, as a client would.</summary>
    public required Uri Url { get; init; }

    /// <summary>Where to find the gateway in place of where the name leads.</summary>
    public EndPoint? Gateway { get; init; }

    /// <summary>Authorities to trust in place of the system's; null for these.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>An access token, to get past pre-authentication. Secret.</summary>
    public string? Token { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From when on an answer is worth a look.</summary>
    public TimeSpan Slow { get; init; } = TimeSpan.FromSeconds(2);
}
