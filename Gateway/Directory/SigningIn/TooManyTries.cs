using System.Globalization;
using AppProxy.Gateway.Pages;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>Tells who tried too often how long to wait: programs by <c>Retry-After</c>, people in words besides.</summary>
internal static class TooManyTries
{
    /// <summary>In seconds (RFC 9110 section 10.2.3); none would be no wait.</summary>
    public static long SetRetryAfter(HttpContext context, TimeSpan wait)
    {
        // Rounded first: a count that is not quite whole is no second more.
        var seconds = Math.Max(1, (long)Math.Ceiling(Math.Round(wait.TotalSeconds, 3)));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return seconds;
    }

    /// <param name="what">What was too often, in the reader's language.</param>
    public static string Tell(HttpContext context, Language texts, string what, TimeSpan wait)
    {
        var minutes = (SetRetryAfter(context, wait) + 59) / 60;
        return what + ' ' + (minutes == 1 ? texts["Directory_TryInAMinute"] : texts.Format("Directory_TryInMinutes", minutes));
    }
}
