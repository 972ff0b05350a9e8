using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Catalogue;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Relay;

/// <summary>
/// Writes the client's headers into a frame as the app shall see them: without those that concern only the client's connection, with
/// our own account of where the request came from instead of anything the client says about it.
/// </summary>
internal readonly struct RequestFields(HttpContext context, PublishedApp app, bool keepUpgrade, ExtendedConnect? extended) : IFieldSource
{
    public int WriteTo(FrameBuffer frame)
    {
        var request = context.Request;
        var connection = request.Headers.Connection;
        var count = 0;
        foreach (var (name, values) in request.Headers)
        {
            if (IsOurs(name) || (extended is not null && ExtendedConnect.IsHandshakeField(name)) || (!(keepUpgrade && IsUpgrade(name)) && (HopByHop.IsConnectionField(name) || IsNamedBy(connection, name))))
            {
                continue;
            }

            foreach (var value in values)
            {
                frame.Field(name, value ?? "");
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

        frame.Field("X-Forwarded-For", context.Connection.RemoteIpAddress?.ToString() ?? "unknown");
        frame.Field("X-Forwarded-Proto", request.Scheme);
        frame.Field("X-Forwarded-Host", request.Host.Value ?? "");
        count += 3;
        if (app.ExternalPath.Length > 1)
        {
            frame.Field("X-Forwarded-Prefix", app.ExternalPath.TrimEnd('/'));
            count++;
        }

        return count;
    }

    /// <summary>What only we may say, and what was between the client and us (Expect was answered here).</summary>
    private static bool IsOurs(string name) => name.Length switch
    {
        4 => Is(name, HeaderNames.Host),
        6 => Is(name, HeaderNames.Expect),
        9 => Is(name, "Forwarded"),
        15 => Is(name, "X-Forwarded-For"),
        16 => Is(name, "X-Forwarded-Host"),
        17 => Is(name, "X-Forwarded-Proto"),
        18 => Is(name, "X-Forwarded-Prefix"),
        _ => name[0] == ':',
    };

    private static bool IsUpgrade(string name) => Is(name, HeaderNames.Upgrade);

    private static bool Is(string name, string field) => name.Equals(field, StringComparison.OrdinalIgnoreCase);

    private static bool IsNamedBy(StringValues connection, string name)
    {
        foreach (var options in connection)
        {
            // The two usual options name no field.
            if (options is not null && !Is(options, "keep-alive") && !Is(options, "close") && HopByHop.Lists(options, name))
            {
                return true;
            }
        }

        return false;
    }
}
