using System.Globalization;
using System.Security.Claims;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>Somebody who signed in to the directory, in one browser.</summary>
internal sealed class DirectorySession(DirectoryUser user, ClaimsPrincipal cookie)
{
    public const string Method = "amr";
    public const string Session = "sid";
    public const string Time = "auth_time_ms";

    public DirectoryUser User { get; } = user;

    /// <summary>The cookie's content.</summary>
    public ClaimsPrincipal Principal { get; } = cookie;

    /// <summary>For <c>sid</c>.</summary>
    public string Id { get; } = cookie.FindFirst(Session)?.Value ?? "";

    public IReadOnlyList<string> Methods { get; } = [.. cookie.FindAll(Method).Select(static claim => claim.Value)];

    public DateTimeOffset AuthenticatedAt { get; } =
        long.TryParse(cookie.FindFirst(Time)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : DateTimeOffset.UnixEpoch;

    public bool IsTwoSteps => Methods.Contains(TwoSteps.Method);
}
