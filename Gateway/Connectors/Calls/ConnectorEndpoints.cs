using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json;
using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Processes;
using AppProxy.Gateway.Connectors.Enrolling;
using AppProxy.Gateway.Connectors.Tokens;
using AppProxy.Gateway.Keys;
using AppProxy.Gateway.Storage;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Connectors.Calls;

/// <summary>What connectors call on the gateway's own host: each answer is signed, each refusal says why.</summary>
internal sealed partial class ConnectorEndpoints(SigningKeys keys, TimeProvider time, ILogger<ConnectorEndpoints> logger, ConnectorCalls? calls = null)
{
    /// <summary>A report on ten thousand apps.</summary>
    private const int MaxReport = 1024 * 1024;

    /// <summary>Any other call is a small part of it.</summary>
    private const int MaxCall = 64 * 1024;

    /// <summary>Until a call is here whole. Whoever takes longer holds a place that others need.</summary>
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Of each fault its own, so that one kind of noise does not hide another.</summary>
    private readonly LogPace[] _paces = [.. Enum.GetValues<CallFault>().Select(static _ => new LogPace())];

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
            if (_paces[(int)refused.Fault].TryPass(time.GetUtcNow().ToUnixTimeSeconds(), out var unlogged))
            {
                LogRefused(context.Request.Path, context.Connection.RemoteIpAddress, refused.Fault, unlogged, refused.Message);
            }

            await RefuseAsync(
                context,
                refused.Fault,
                refused.Message,
                refused.Clock is { } clock ? SignedJson.Sign(clock, IdentityJsonContext.Default.GatewayClock, GatewayClock.TokenType, keys.Current.Credentials) : null);
        }
        catch (StoreException unusable)
        {
            LogUnavailable(unusable.Message);
            await RefuseAsync(context, CallFault.Unavailable, "The gateway cannot reach its store; its log says why.");
        }
    }

    private static Task RefuseAsync(HttpContext context, CallFault fault, string message, string? clock = null)
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
            JsonSerializer.Serialize(new CallRefusal { Code = fault, Message = message, Clock = clock }, IdentityJsonContext.Default.CallRefusal), context.RequestAborted);
    }

    private async Task<string> ReadBodyAsync(HttpContext context, int limit)
    {
        if (context.Request.ContentLength > limit)
        {
            throw TooLong();
        }

        using var body = new MemoryStream();
        var reader = context.Request.BodyReader;
        using var timeout = new CancellationTokenSource(ReadTimeout, time);
        await using var giveUp = timeout.Token.UnsafeRegister(static pipe => ((PipeReader)pipe!).CancelPendingRead(), reader);
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            var isTooLong = body.Length + read.Buffer.Length > limit;
            foreach (var piece in isTooLong ? default : read.Buffer)
            {
                body.Write(piece.Span);
            }

            reader.AdvanceTo(read.Buffer.End);
            if (isTooLong)
            {
                throw TooLong();
            }

            if (read.IsCompleted)
            {
                return Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
            }

            if (read.IsCanceled)
            {
                throw new CallRefusedException(CallFault.BadRequest, "The call did not arrive in time.");
            }
        }
    }

    private static CallRefusedException TooLong() => new(CallFault.BadRequest, "The call is too long.");

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
        var path = request.Path.Value;
        if (path is not (ConnectorPaths.Enroll or ConnectorPaths.Token or ConnectorPaths.Key or ConnectorPaths.Presence))
        {
            throw NothingThere();
        }

        var body = await ReadBodyAsync(context, path == ConnectorPaths.Presence ? MaxReport : MaxCall);
        return path switch
        {
            ConnectorPaths.Enroll => await calls.EnrollAsync(body, context.RequestAborted),
            ConnectorPaths.Token => await calls.GrantAccessAsync(body, context.RequestAborted),
            ConnectorPaths.Key => await calls.ChangeKeyAsync(body, context.RequestAborted),
            ConnectorPaths.Presence => await calls.NotePresenceAsync(body, context.RequestAborted),
            _ => throw NothingThere(),
        };
    }

    private static CallRefusedException NothingThere() => new(CallFault.BadRequest, "There is nothing at this path.");

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

    [LoggerMessage(4301, LogLevel.Warning, "A connector's call to {Path} from {Client} is refused ({Fault}), and {Unlogged} like it before that are only counted: {Reason}")]
    private partial void LogRefused(PathString path, IPAddress? client, CallFault fault, long unlogged, string reason);

    [LoggerMessage(4302, LogLevel.Error, "A connector's call cannot be answered: {Reason}")]
    private partial void LogUnavailable(string reason);
}
