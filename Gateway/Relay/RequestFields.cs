using System.Buffers;
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
    /// <summary>Characters; longer Cookie fields are taken apart in a rented buffer.</summary>
    private const int OnStack = 1024;

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
            if (OwnCookies.AreIn(value))
            {
                count += WriteOthers(frame, name, value!);
                continue;
            }

            frame.Field(name, value ?? "");
            count++;
        }

        return count;
    }

    private static int WriteOthers(FrameBuffer frame, string name, string value)
    {
        var rented = value.Length * 2 > OnStack ? ArrayPool<char>.Shared.Rent(value.Length * 2) : null;
        var others = OwnCookies.Without(value, rented is null ? stackalloc char[OnStack] : rented);
        if (!others.IsEmpty)
        {
            frame.Field(name, others);
        }

        var count = others.IsEmpty ? 0 : 1;
        if (rented is not null)
        {
            // Other people's requests use it next.
            ArrayPool<char>.Shared.Return(rented, clearArray: true);
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
