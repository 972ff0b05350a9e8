using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Diagnostics;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>From where a session began, so that its person knows it again.</summary>
/// <param name="Address">Null where it is not known.</param>
/// <param name="UserAgent">As the browser said, cut.</param>
internal sealed record SessionClient(string? Address, string? UserAgent)
{
    public const int MaxUserAgent = 256;

    public static SessionClient Of(HttpContext context)
    {
        var agent = context.Request.Headers.UserAgent.ToString();
        return new SessionClient(
            AuditAddress.Of(context),
            agent.Length == 0 ? null : PrintableText.Cut(agent, MaxUserAgent));
    }
}
