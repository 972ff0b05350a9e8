using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Enrolling;
using AppProxy.Gateway.Connectors.Tokens;
using AppProxy.Gateway.Keys;
using AppProxy.Gateway.Storage;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Connectors.Calls;

/// <summary>What connectors call on the gateway's own host: each answer is signed, each refusal says why.</summary>
internal sealed partial class ConnectorEndpoints(SigningKeys keys, ILogger<ConnectorEndpoints> logger, ConnectorCalls? calls = null)
{
    /// <summary>A report on ten thousand apps.</summary>
    private const int MaxBody = 1024 * 1024;

    private const string Scheme = "Bearer ";

    /// <summary>Whether it is one of our paths.</summary>
    public static bool Owns(PathString path) => path.StartsWithSegments(ConnectorPaths.Prefix, StringComparison.Ordinal);

    public async Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        try
        {
            if (context.Request.Path.Value == ConnectorPaths.Keys && HttpMethods.IsGet(context.Request.Method))
            {
                await WriteKeysAsync(context);
                return;
            }

            if (context.Request.Path.Value == ConnectorPaths.KeySet && HttpMethods.IsGet(context.Request.Method))
            {
                await WriteKeySetAsync(context);
                return;
            }

            var answer = context.Request.Path.Value == ConnectorPaths.Settings ? await AnswerSettingsAsync(context) : await AnswerAsync(context);
            if (answer is null)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            context.Response.ContentType = ConnectorPaths.MediaType;
            await context.Response.WriteAsync(SignedJson.Sign(answer, IdentityJsonContext.Default.GatewayAnswer, GatewayAnswer.TokenType, keys.Current.Credentials), context.RequestAborted);
        }
        catch (CallRefusedException refused)
        {
            LogRefused(context.Request.Path, context.Connection.RemoteIpAddress, refused.Fault, refused.Message);
            await RefuseAsync(context, refused.Fault, refused.Message);
        }
        catch (StoreException unusable)
        {
            LogUnavailable(unusable.Message);
            await RefuseAsync(context, CallFault.Unavailable, "The gateway cannot reach its store; its log says why.");
        }
    }

    private static Task RefuseAsync(HttpContext context, CallFault fault, string message)
    {
        context.Response.StatusCode = fault switch
        {
            CallFault.BadRequest => StatusCodes.Status400BadRequest,
            CallFault.ClockSkewed or CallFault.Replayed or CallFault.ConnectorUnknown => StatusCodes.Status401Unauthorized,
            CallFault.NotAvailable => StatusCodes.Status501NotImplemented,
            CallFault.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status403Forbidden,
        };
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(
            JsonSerializer.Serialize(new CallRefusal { Code = fault, Message = message }, IdentityJsonContext.Default.CallRefusal), context.RequestAborted);
    }

    private static async Task<string> ReadBodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        var piece = new byte[4 * 1024];
        int length;
        while ((length = await context.Request.Body.ReadAsync(piece, context.RequestAborted)) > 0)
        {
            if (body.Length + length > MaxBody)
            {
                throw new CallRefusedException(CallFault.BadRequest, "The call is too long.");
            }

            body.Write(piece, 0, length);
        }

        return Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
    }

    private Task WriteKeysAsync(HttpContext context)
    {
        var answer = new GatewayKeys { Keys = [.. keys.Accepted.Select(static key => new PublicPoint(key.PublicKey.X, key.PublicKey.Y))], Successions = keys.Successions };
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(answer, IdentityJsonContext.Default.GatewayKeys), context.RequestAborted);
    }

    private Task WriteKeySetAsync(HttpContext context)
    {
        var answer = new KeySet([.. keys.Accepted.Select(static key => key.PublicKey).Select(static key => new PublishedKey(key.Kty, key.Crv, key.X, key.Y, key.Use, key.Alg, key.Kid))]);
        context.Response.ContentType = "application/jwk-set+json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(answer, IdentityJsonContext.Default.KeySet), context.RequestAborted);
    }

    private static EntityTagHeaderValue TagOf(long version) => new(string.Create(CultureInfo.InvariantCulture, $"\"{version}\""));

    private async Task<GatewayAnswer?> AnswerSettingsAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) || request.Headers.Authorization.ToString() is not { } authorization
            || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new CallRefusedException(CallFault.BadRequest, "Settings are read with GET, and the call in the field Authorization, as a bearer token.");
        }

        var known = request.GetTypedHeaders().IfNoneMatch;
        var answer = await Calls(context).ReadSettingsAsync(
            authorization[Scheme.Length..].Trim(), version => known.Any(tag => tag.Compare(TagOf(version), useStrongComparison: false)), context.RequestAborted);
        if (answer?.Settings is { } settings)
        {
            context.Response.GetTypedHeaders().ETag = TagOf(settings.Version);
        }

        return answer;
    }

    private async Task<GatewayAnswer> AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method))
        {
            throw new CallRefusedException(CallFault.BadRequest, "There is nothing to be read here.");
        }

        var calls = Calls(context);
        var body = await ReadBodyAsync(context);
        return request.Path.Value switch
        {
            ConnectorPaths.Enroll => await calls.EnrollAsync(body, context.RequestAborted),
            ConnectorPaths.Token => await calls.GrantAccessAsync(body, context.RequestAborted),
            ConnectorPaths.Key => await calls.ChangeKeyAsync(body, context.RequestAborted),
            ConnectorPaths.Presence => await calls.NotePresenceAsync(body, context.RequestAborted),
            _ => throw new CallRefusedException(CallFault.BadRequest, "There is nothing at this path."),
        };
    }

    /// <exception cref="CallRefusedException">Nobody may call, or not this way.</exception>
    private ConnectorCalls Calls(HttpContext context)
    {
        var request = context.Request;
        if (!request.IsHttps && context.Connection.RemoteIpAddress is { } client && !IPAddress.IsLoopback(client))
        {
            throw new CallRefusedException(CallFault.HttpsRequired, "Connectors call over https; plain http is for this machine only.");
        }

        if (calls is null)
        {
            throw new CallRefusedException(CallFault.NotAvailable, "This gateway has no store to keep connectors in: set Gateway:Store, or use Gateway:Broker:ConnectorKeys.");
        }

        return calls;
    }

    [LoggerMessage(4301, LogLevel.Warning, "A connector's call to {Path} from {Client} is refused ({Fault}): {Reason}")]
    private partial void LogRefused(PathString path, IPAddress? client, CallFault fault, string reason);

    [LoggerMessage(4302, LogLevel.Error, "A connector's call cannot be answered: {Reason}")]
    private partial void LogUnavailable(string reason);
}
