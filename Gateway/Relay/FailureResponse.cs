using System.Globalization;
using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.Relay.Translation;

namespace AppProxy.Gateway.Relay;

/// <summary>Tells the client what went wrong: a page for people, problem details (RFC 9457) for everything else, both with a reference.</summary>
internal static class FailureResponse
{
    public const string ErrorHeader = "AppProxy-Error";

    public const string ReferenceHeader = "AppProxy-Reference";

    public static Task WriteAsync(HttpContext context, PublishedApp? app, FailureDescription failure, ExchangeId reference)
    {
        var response = context.Response;
        response.Clear();
        response.StatusCode = failure.Status;
        response.Headers[ErrorHeader] = failure.Token;
        response.Headers[ReferenceHeader] = reference.ToString();
        response.Headers.CacheControl = "no-store";
        if (failure.RetryAfter > 0)
        {
            response.Headers.RetryAfter = failure.RetryAfter.ToString(CultureInfo.InvariantCulture);
        }

        if (app is not null)
        {
            FieldRules.ApplyTransportSecurity(app, context);
        }

        return Problem.IsPageWanted(context.Request)
            ? WritePageAsync(context, app, failure, reference)
            : new Problem($"urn:appproxy:error:{failure.Token}", failure.Text, failure.Status, reference.ToString()).WriteAsync(context);
    }

    private static Task WritePageAsync(HttpContext context, PublishedApp? app, FailureDescription failure, ExchangeId reference)
    {
        var name = app?.DisplayName ?? context.Request.Host.Host;
        if (FailurePage.Find(app, failure.Status) is { } own)
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.Headers.ContentSecurityPolicy = FailurePage.Policy;
            return context.Response.WriteAsync(FailurePage.Write(own, name, failure, reference));
        }

        return new Page(
            string.Create(CultureInfo.InvariantCulture, $"{name} is not available ({failure.Status})"),
            $"""
            <h1>{Page.Encode(name)} is not available right now</h1>
            <p>{Page.Encode(failure.Text)}</p>
            <p><a href="">Try again</a></p>
            <dl>
            <dt>Reason</dt><dd>{failure.Token}</dd>
            <dt>Reference</dt><dd>{reference}</dd>
            </dl>
            """).WriteAsync(context);
    }
}
