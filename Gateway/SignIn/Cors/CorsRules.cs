using System.Globalization;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.SignIn.Cors;

/// <summary>
/// Answers CORS preflights (Fetch, section "CORS protocol") by the app's <c>corsConfigurations</c>: browsers send them without cookies, so they can never be
/// signed in. And lets scripts of allowed origins read why they were refused.
/// </summary>
internal static class CorsRules
{
    public static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.Origin.Count == 1 && request.Headers.AccessControlRequestMethod.Count == 1;

    /// <summary>Whether the app names the origin that asks: a star is anybody, and anybody does not come with a person's cookies.</summary>
    public static bool IsNamed(HttpRequest request, PublishedApp app) =>
        Find(request, app) is { } rule && rule.AllowedOrigins.Contains(request.Headers.Origin.ToString());

    /// <returns>Whether it was answered; an app that says nothing about other origins leaves it to sign-in.</returns>
    public static bool TryAnswer(HttpContext context, PublishedApp app)
    {
        if (Find(context.Request, app) is not { } rule)
        {
            return false;
        }

        var asked = context.Request.Headers;
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
        var fields = asked.AccessControlRequestHeaders.SelectMany(static value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        if (!Lists(rule.AllowedOrigins, asked.Origin.ToString(), StringComparison.Ordinal)
            || !Lists(rule.AllowedMethods, asked.AccessControlRequestMethod.ToString(), StringComparison.Ordinal)
            || !fields.All(field => rule.AllowedHeaders.Any(allowed => Covers(allowed, field))))
        {
            // Without the fields that would allow it, the browser asks no further.
            response.StatusCode = StatusCodes.Status403Forbidden;
            return true;
        }

        response.StatusCode = StatusCodes.Status204NoContent;
        Allow(context, rule);
        response.Headers.AccessControlAllowMethods = asked.AccessControlRequestMethod;
        if (asked.AccessControlRequestHeaders.Count > 0)
        {
            response.Headers.AccessControlAllowHeaders = asked.AccessControlRequestHeaders;
        }

        response.Headers.AccessControlMaxAge = ((long)rule.MaxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>For answers of ours.</summary>
    public static void LetRead(HttpContext context, PublishedApp app)
    {
        var origin = context.Request.Headers.Origin;
        if (origin.Count == 1 && Find(context.Request, app) is { } rule && Lists(rule.AllowedOrigins, origin.ToString(), StringComparison.Ordinal))
        {
            context.Response.Headers.Vary = "Origin";
            Allow(context, rule);
        }
    }

    /// <summary>Who is named may come with cookies; whoever else a star lets in, without.</summary>
    private static void Allow(HttpContext context, CorsConfiguration rule)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (!rule.AllowedOrigins.Contains(origin))
        {
            context.Response.Headers.AccessControlAllowOrigin = "*";
            return;
        }

        context.Response.Headers.AccessControlAllowOrigin = origin;
        context.Response.Headers.AccessControlAllowCredentials = "true";
    }

    /// <summary>The longest resource that the path is at or below.</summary>
    private static CorsConfiguration? Find(HttpRequest request, PublishedApp app)
    {
        var path = request.Path.Value.AsSpan();
        var below = path.Length >= app.ExternalPath.Length ? path[(app.ExternalPath.Length - 1)..] : "/";
        CorsConfiguration? longest = null;
        foreach (var rule in app.CorsConfigurations)
        {
            var resource = rule.Resource.AsSpan().TrimEnd('/');
            if (below.StartsWith(resource, StringComparison.Ordinal) && (below.Length == resource.Length || below[resource.Length] == '/')
                && rule.Resource.Length > (longest?.Resource.Length ?? 0))
            {
                longest = rule;
            }
        }

        return longest;
    }

    private static bool Lists(EquatableList<string> allowed, string value, StringComparison comparison) => allowed.Any(known => known == "*" || known.Equals(value, comparison));

    private static bool Covers(string allowed, string field) =>
        allowed.EndsWith('*') ? field.StartsWith(allowed[..^1], StringComparison.OrdinalIgnoreCase) : field.Equals(allowed, StringComparison.OrdinalIgnoreCase);
}
