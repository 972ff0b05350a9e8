using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AppProxy.Contracts.Identity;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Connector.Enrollment;

/// <summary>Calls the gateway over HTTPS: each call signed with the connector's key, each answer believed only with the gateway's signature.</summary>
internal sealed class GatewayClient : IDisposable
{
    /// <summary>Settings of ten thousand apps.</summary>
    private const int MaxAnswer = 16 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Uri _gateway;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <summary>The gateway's clock less ours, learnt when it says, and signs, that they differ too much.</summary>
    private TimeSpan _offset;

    /// <param name="gateway">Where the gateway is; https, or http on loopback.</param>
    /// <param name="time">Clock.</param>
    /// <param name="handler">How to get there; null for the system's ways, its proxy settings included.</param>
    public GatewayClient(Uri gateway, TimeProvider time, HttpMessageHandler? handler = null)
    {
        _gateway = gateway;
        _time = time;
        _client = new HttpClient(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(10) })
        {
            BaseAddress = gateway,
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswer,
        };
    }

    /// <summary>This process start.</summary>
    public string Instance { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The gateway's keys as it tells them to anybody: worth nothing without a pin.</summary>
    /// <exception cref="GatewayCallException">No answer.</exception>
    public async Task<GatewayKeys> ReadKeysAsync(CancellationToken cancellationToken)
        => (await SendAsync(new HttpRequestMessage(HttpMethod.Get, ConnectorPaths.Keys), static body => Parse(body, IdentityJsonContext.Default.GatewayKeys), cancellationToken))!;

    /// <summary>Makes a call, once more where clocks differ.</summary>
    /// <param name="call">The call, but for what is filled in here.</param>
    /// <param name="credentials">The connector's key.</param>
    /// <param name="gatewayKey">The gateway's key, pinned.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer, and the key that signed it: another one than was pinned where that vouched for it.</returns>
    /// <exception cref="GatewayCallException">No answer, or not the gateway's.</exception>
    public async Task<(GatewayAnswer Answer, JsonWebKey GatewayKey)> CallAsync(ConnectorCall call, SigningCredentials credentials, JsonWebKey gatewayKey, CancellationToken cancellationToken)
    {
        var (answer, signedBy) = await CallAsync(call, credentials, gatewayKey, body => CreatePost(call.Path, body), cancellationToken);
        return (answer!, signedBy);
    }

    /// <summary>As <see cref="CallAsync(ConnectorCall, SigningCredentials, JsonWebKey, CancellationToken)"/>, to read something that has versions.</summary>
    /// <param name="unless">The version that one has.</param>
    /// <returns>No answer where there is no other version.</returns>
    /// <exception cref="GatewayCallException">No answer, or not the gateway's.</exception>
    public Task<(GatewayAnswer? Answer, JsonWebKey GatewayKey)> ReadAsync(
        ConnectorCall call, SigningCredentials credentials, JsonWebKey gatewayKey, long unless, CancellationToken cancellationToken)
        => CallAsync(call, credentials, gatewayKey, body => CreateGet(call.Path, body, unless), cancellationToken);

    private async Task<(GatewayAnswer? Answer, JsonWebKey GatewayKey)> CallAsync(
        ConnectorCall call, SigningCredentials credentials, JsonWebKey gatewayKey, Func<string, HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            call = call with
            {
                Id = Guid.NewGuid().ToString("N"),
                IssuedAt = (_time.GetUtcNow() + _offset).ToUnixTimeSeconds(),
                Audience = gatewayKey.Kid,
                Instance = Instance,
            };
            var body = SignedJson.Sign(call, IdentityJsonContext.Default.ConnectorCall, ConnectorCall.TokenType, credentials);
            try
            {
                var answer = await SendAsync(create(body), static text => text, cancellationToken);
                return answer is null ? (null, gatewayKey) : await VerifyAsync(answer, call.Id, gatewayKey, cancellationToken);
            }
            catch (GatewayCallException skewed) when (skewed.Fault == CallFault.ClockSkewed && attempt == 1)
            {
                if (!await TrySetClockAsync(skewed.Clock, call.Id, gatewayKey, cancellationToken))
                {
                    throw new GatewayCallException(
                        CallFault.ClockSkewed, $"{skewed.Message.TrimEnd('.')}, and what time it is comes without the gateway's signature, so it is not believed: set this machine's clock, or update the gateway if it is older than this connector.", skewed);
                }
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private static T Parse<T>(string body, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException();
        }
        catch (JsonException exception)
        {
            throw new FormatException("no answer of a gateway", exception);
        }
    }

    private async Task<(GatewayAnswer Answer, JsonWebKey GatewayKey)> VerifyAsync(string text, string callId, JsonWebKey gatewayKey, CancellationToken cancellationToken)
    {
        var (answer, signedBy) = await VerifyAsync(text, IdentityJsonContext.Default.GatewayAnswer, GatewayAnswer.TokenType, gatewayKey, cancellationToken);
        return answer is not null && answer.InResponseTo == callId
            ? (answer, signedBy)
            : throw new GatewayCallException(null, $"{_gateway}: the answer is not signed with the key of the gateway that this connector trusts. Something on the way answers in its place, or the gateway lost its keys: then enrol again.") { IsForged = true };
    }

    private async Task<(T? Document, JsonWebKey GatewayKey)> VerifyAsync<T>(string text, JsonTypeInfo<T> type, string tokenType, JsonWebKey gatewayKey, CancellationToken cancellationToken)
        where T : class
    {
        var document = await SignedJson.VerifyAsync(text, type, tokenType, gatewayKey);
        if (document is null)
        {
            // The gateway signs with a later key, perhaps.
            var keys = await ReadKeysAsync(cancellationToken);
            gatewayKey = await KeySuccession.FollowAsync(gatewayKey, keys.Successions);
            document = await SignedJson.VerifyAsync(text, type, tokenType, gatewayKey);
        }

        return (document, gatewayKey);
    }

    /// <summary>Goes by the gateway's clock from now on, if it is the gateway that says so, and now.</summary>
    private async Task<bool> TrySetClockAsync(string? text, string callId, JsonWebKey gatewayKey, CancellationToken cancellationToken)
    {
        if (text is null
            || (await VerifyAsync(text, IdentityJsonContext.Default.GatewayClock, GatewayClock.TokenType, gatewayKey, cancellationToken)).Document is not { } clock
            || clock.InResponseTo != callId)
        {
            return false;
        }

        _offset = DateTimeOffset.FromUnixTimeSeconds(clock.Time) - _time.GetUtcNow();
        return true;
    }

    private static HttpRequestMessage CreatePost(string path, string body)
        => new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(ConnectorPaths.MediaType)) };

    private static HttpRequestMessage CreateGet(string path, string call, long unless) => new(HttpMethod.Get, path)
    {
        Headers =
        {
            Authorization = new AuthenticationHeaderValue("Bearer", call),
            IfNoneMatch = { new EntityTagHeaderValue(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"{unless}\"")) },
        },
    };

    /// <summary>Null when nothing has changed.</summary>
    private async Task<T?> SendAsync<T>(HttpRequestMessage message, Func<string, T> read, CancellationToken cancellationToken)
        where T : class
    {
        using var request = message;
        using var patience = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var response = await _client.SendAsync(request, either.Token);
            if (response.StatusCode == HttpStatusCode.NotModified && request.Headers.IfNoneMatch.Count > 0)
            {
                return null;
            }

            var text = await response.Content.ReadAsStringAsync(either.Token);
            return response.StatusCode == HttpStatusCode.OK ? read(text) : throw Refused(text);
        }
        catch (FormatException exception)
        {
            throw NoGateway(exception);
        }
        catch (HttpRequestException exception)
        {
            throw new GatewayCallException(
                null,
                exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded
                    ? $"{_gateway}: the answer is larger than {MaxAnswer / (1024 * 1024)} MB. If these are the settings of the group's apps, publish some of them through another group, or say less with each: relay.backEnd.trustedCertificateAuthorities may be most of it."
                    : exception.InnerException is AuthenticationException
                    ? $"{_gateway}: the gateway's certificate is not trusted here: {exception.GetBaseException().Message} Add its issuer to this machine's trusted authorities, or check the address."
                    : $"{_gateway}: the gateway cannot be reached: {exception.GetBaseException().Message.TrimEnd('.')}. Check the address, and that this machine may connect to it.",
                exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GatewayCallException(null, $"{_gateway}: the gateway does not answer in time.", exception);
        }
    }

    private GatewayCallException Refused(string text)
    {
        CallRefusal refusal;
        try
        {
            refusal = Parse(text, IdentityJsonContext.Default.CallRefusal);
        }
        catch (FormatException exception)
        {
            return NoGateway(exception);
        }

        return new GatewayCallException(refusal.Code, $"{_gateway}: {refusal.Message}") { Clock = refusal.Clock };
    }

    private GatewayCallException NoGateway(Exception exception)
        => new(null, $"{_gateway}: what answers there is no gateway that connectors can enrol with. Check the address: it is the gateway's own, not that of a published app.", exception);
}
