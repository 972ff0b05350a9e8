using System.Text;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.SignIn.HandOff;

/// <summary>Keeps a form that a person sent with a session that had expired, so that what they typed is not lost.</summary>
internal sealed class RequestKeeper(ISessionStorage storage, TimeProvider time)
{
    /// <summary>As much as a person types.</summary>
    public const int MaxBody = 64 * 1024;

    /// <summary>Of one person: tabs in which they were typing. A program that sends on and on fills nothing.</summary>
    private const int MostKept = 5;

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Whether it may be kept: a plain form of the app's own page. One that another site sent would come back as if the app's page had sent it.
    /// </summary>
    public static bool IsKeepable(HttpRequest request) =>
        HttpMethods.IsPost(request.Method)
        && request.ContentLength is > 0 and <= MaxBody
        && request.ContentType?.Split(';')[0].Trim().Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true
        && Navigation.IsSameOrigin(request);

    /// <returns>Its id; null when it broke off.</returns>
    public async Task<Guid?> KeepAsync(HttpContext context, string subject, string target)
    {
        var body = new byte[context.Request.ContentLength!.Value];
        try
        {
            await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
        }
        catch (IOException)
        {
            return null;
        }

        var kept = new KeptRequest(Guid.NewGuid(), subject, RequestHost.Of(context.Request), target, Encoding.ASCII.GetString(body), time.GetUtcNow() + Life);
        await storage.AddKeptAsync(kept, MostKept, context.RequestAborted);
        return kept.Id;
    }

    /// <summary>Takes out what was kept, for nobody but who sent it, and only there.</summary>
    public async Task<KeptRequest?> TakeAsync(Guid id, Session session, string host, CancellationToken cancellationToken) =>
        await storage.TakeKeptAsync(id, cancellationToken) is { } kept
        && kept.Subject == session.User.Subject && kept.Host == host && kept.ExpiresAt > time.GetUtcNow()
            ? kept
            : null;
}
