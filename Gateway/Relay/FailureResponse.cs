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

        var texts = Language.Of(context.Request);
        var heading = texts.TryGet("Failure_Heading_" + failure.Token, out _) ? "Failure_Heading_" + failure.Token : "Failure_Heading";
        return new Page(
            texts.Format("Failure_Title", name, failure.Status),
            $"""
            <h1>{texts.Html(heading, Page.Encode(name))}</h1>
            <p>{Page.Encode(texts.TryGet("Failure_" + failure.Token, out var text) ? text : failure.Text)}</p>
            <p class="actions"><a class="button" href="">{texts.Html("Failure_Retry")}</a></p>
            <dl>
            <dt>{texts.Html("Fact_Reason")}</dt><dd>{failure.Token}</dd>
            <dt>{texts.Html("Fact_Reference")}</dt><dd>{reference}</dd>
            </dl>
            """)
        {
            Language = texts,
        }.WriteAsync(context);
    }
}
