using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay.Origin;
using AppProxy.Gateway.Relay.Translation;
using AppProxy.Gateway.Relay.Translation.Bodies;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Relay;

/// <summary>
/// Writes the client's headers into a frame as the app shall see them: without those that concern only the client's connection, with
/// our own account of where the request came from instead of anything the client says about it.
/// </summary>
internal readonly struct RequestFields(HttpContext context, GatewayExchange exchange, CatalogueSnapshot catalogue, UrlMaps maps, ExtendedConnect? extended) : IFieldSource
{
    public int WriteTo(FrameBuffer frame)
    {
        var request = context.Request;
        var connection = request.Headers.Connection;
        var keepUpgrade = exchange.Flags.HasFlag(FrameFlags.Upgrade);
        var app = exchange.App;
        var count = 0;
        foreach (var (name, values) in request.Headers)
        {
            if (IsOurs(name) || (!exchange.AsksToContinue && Is(name, HeaderNames.Expect)) || (extended is not null && ExtendedConnect.IsHandshakeField(name)) || (!(keepUpgrade && IsUpgrade(name)) && (HopByHop.IsConnectionField(name) || IsNamedBy(connection, name)))
                || FieldRules.Replaces(app.Relay.RequestHeaders, name))
            {
                continue;
            }

            if (name.Length == 6 && Is(name, HeaderNames.Cookie))
            {
                count += WriteCookies(frame, name, values);
                continue;
            }

            foreach (var value in values)
            {
                if (ForApp(name, value ?? "") is { } forApp)
                {
                    frame.Field(name, forApp);
                    count++;
                }
            }
        }

        count += extended?.WriteTo(frame) ?? 0;
        // Without it the connector names the internal host.
        if ((app.IsTranslateHostHeaderEnabled ? RequestUrls.HostOf(app, request) : request.Host.ToUriComponent()) is { } host)
        {
            frame.Field(HeaderNames.Host, host);
            count++;
        }

        return count + OriginFields.Write(frame, context, app) + FieldRules.Write(frame, app.Relay.RequestHeaders);
    }

    /// <summary>All but the gateway's own.</summary>
    private static int WriteCookies(FrameBuffer frame, string name, StringValues values)
    {
        var count = 0;
        foreach (var value in values)
        {
            if ((OwnCookies.AreIn(value) ? OwnCookies.Without(value!) : value ?? "") is { } kept)
            {
                frame.Field(name, kept);
                count++;
            }
        }

        return count;
    }

    /// <summary>The value as the app gets it; null where it does not get the field.</summary>
    private string? ForApp(string name, string value)
        => RequestUrls.Concerns(name) ? RequestUrls.Translate(name, value, catalogue, exchange.App, context.Request)
            : exchange.App.IsTranslateLinksInBodyEnabled && BodyRequestFields.Concerns(name) ? BodyRequestFields.Translate(name, value, context.Request, maps.Of(catalogue), exchange.App)
            : value;

    /// <summary>What only we may say, and what was between the client and us (RFC 9110 section 11.7).</summary>
    private static bool IsOurs(string name) => name.Length switch
    {
        4 => Is(name, HeaderNames.Host),
        19 => Is(name, HeaderNames.ProxyAuthorization) || IdentityFields.AreIn(name),
        _ => name[0] == ':' || IdentityFields.AreIn(name),
    };

    private static bool IsUpgrade(string name) => Is(name, HeaderNames.Upgrade);

    private static bool Is(string name, string field) => name.Equals(field, StringComparison.OrdinalIgnoreCase);

    private static bool IsNamedBy(StringValues connection, string name)
    {
        foreach (var options in connection)
        {
            // What the usual options are read as (see the front door) names no field.
            if (!string.IsNullOrEmpty(options) && options != "close, keep-alive" && HopByHop.Lists(options, name))
            {
                return true;
            }
        }

        return false;
    }
}
