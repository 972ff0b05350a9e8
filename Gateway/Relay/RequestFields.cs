using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay.Origin;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Relay;

/// <summary>
/// Writes the client's headers into a frame as the app shall see them: without those that concern only the client's connection, with
/// our own account of where the request came from instead of anything the client says about it.
/// </summary>
internal readonly struct RequestFields(HttpContext context, GatewayExchange exchange, ExtendedConnect? extended) : IFieldSource
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
            if (IsOurs(name) || (!exchange.AsksToContinue && Is(name, HeaderNames.Expect)) || (extended is not null && ExtendedConnect.IsHandshakeField(name)) || (!(keepUpgrade && IsUpgrade(name)) && (HopByHop.IsConnectionField(name) || IsNamedBy(connection, name))))
            {
                continue;
            }

            foreach (var value in values)
            {
                frame.Field(name, Is(name, "Destination") ? Destination(value) : value ?? "");
                count++;
            }
        }

        count += extended?.WriteTo(frame) ?? 0;
        if (!app.IsTranslateHostHeaderEnabled)
        {
            // Without it the connector names the internal host.
            frame.Field(HeaderNames.Host, request.Host.Value ?? "");
            count++;
        }

        return count + OriginFields.Write(frame, context, app);
    }

    /// <summary>
    /// Where WebDAV copies or moves to (RFC 4918 section 10.3). Within the app it becomes a path like the request's own, of which the connector makes
    /// a URL that the app knows; anything else is for the app to refuse.
    /// </summary>
    private string Destination(string? value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && Is(url.Authority, context.Request.Host.Value ?? "") && RequestTarget.TryBelow(exchange.App, value, out var below)
            ? below
            : value ?? "";

    /// <summary>What only we may say, and what was between the client and us (RFC 9110 section 11.7).</summary>
    private static bool IsOurs(string name) => name.Length switch
    {
        4 => Is(name, HeaderNames.Host),
        19 => Is(name, HeaderNames.ProxyAuthorization),
        _ => name[0] == ':' || OriginFields.IsOurs(name),
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
