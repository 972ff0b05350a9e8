using System.Collections.Concurrent;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Contracts.Transport.Amqp.Client;

/// <summary>
/// Claims-based security: puts a token for each queue before its first link, and again at half of its life for as long as the connection
/// lasts. When that fails it tries again until the token has run out; then the broker takes the links away, and their owner sees that.
/// </summary>
internal sealed class TokenKeeper : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    private readonly IBrokerTokenProvider _provider;
    private readonly TimeProvider _time;
    private readonly string _host;
    private readonly TimeSpan _timeout;
    private readonly Lazy<Task<RequestLinks>> _links;
    private readonly ConcurrentDictionary<string, Lazy<Task>> _authorized = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentBag<Task> _renewals = [];
    private readonly CancellationTokenSource _stopping = new();

    public TokenKeeper(AmqpSession session, IBrokerTokenProvider provider, AmqpTransportOptions options)
    {
        _provider = provider;
        _time = options.Time;
        _host = options.Endpoint.Host;
        _timeout = options.OperationTimeout;
        _links = new(() => RequestLinks.OpenAsync(session, Dialect.CbsNode, _stopping.Token));
    }

    /// <summary>Makes sure that the broker has a token for <paramref name="queue"/>.</summary>
    public async Task AuthorizeAsync(string queue, CancellationToken cancellationToken)
    {
        var authorized = _authorized.GetOrAdd(queue, name => new Lazy<Task>(() => BeginAsync(name)));
        try
        {
            await authorized.Value.WaitAsync(cancellationToken);
        }
        catch (Exception) when (authorized.Value.IsFaulted || authorized.Value.IsCanceled)
        {
            // The next link to this queue tries anew.
            _authorized.TryRemove(new(queue, authorized));
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_renewals);
        _stopping.Dispose();
    }

    private async Task BeginAsync(string queue)
    {
        var token = await PutAsync(queue);
        _renewals.Add(RenewAsync(queue, token));
    }

    private async Task RenewAsync(string queue, BrokerToken token)
    {
        var retry = FirstRetry;
        var wait = HalfLife(token);
        try
        {
            while (true)
            {
                await Task.Delay(wait, _time, _stopping.Token);
                try
                {
                    token = await PutAsync(queue);
                    wait = HalfLife(token);
                    retry = FirstRetry;
                }
                catch (Exception) when (!_stopping.IsCancellationRequested && token.ExpiresAt > _time.GetUtcNow())
                {
                    wait = retry;
                    retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
                }
            }
        }
        catch (Exception)
        {
            // Stopping, or the token is over: the broker detaches the links, which is how their owner learns of it.
            _authorized.TryRemove(queue, out _);
        }
    }

    private async Task<BrokerToken> PutAsync(string queue)
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
        try
        {
            // Always amqps, as the official .NET client has it, so that a token is the same for each way in.
            var audience = $"amqps://{_host}/{queue}";
            var token = await _provider.GetTokenAsync(audience, limit.Token);
            var links = await _links.Value.WaitAsync(limit.Token);
            var reply = await links.AskAsync(
                new AmqpMap
                {
                    { "operation", Dialect.PutToken },
                    { "type", token.Kind == BrokerTokenKind.JsonWebToken ? Dialect.JwtTokenType : Dialect.SasTokenType },
                    { "name", audience },
                    { "expiration", AmqpValue.Timestamp(token.ExpiresAt) },
                },
                token.Value,
                limit.Token);
            var status = reply.ApplicationProperties["status-code"].Integer ?? 500;
            return status is 200 or 202 ? token : throw Refused(status, queue);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new TransportException(TransportFailure.Timeout, $"The broker did not take a token for {queue} in time.");
        }
    }

    private static TransportException Refused(long status, string queue)
    {
        var failure = status switch
        {
            404 => TransportFailure.EntityNotFound,
            403 => TransportFailure.QuotaExceeded,
            >= 500 => TransportFailure.ServerBusy,
            _ => TransportFailure.Unauthorized,
        };
        return new TransportException(failure, $"The broker refused the token for {queue} ({status}).");
    }

    private TimeSpan HalfLife(BrokerToken token)
    {
        var half = (token.ExpiresAt - _time.GetUtcNow()) / 2;
        return half > FirstRetry ? half : FirstRetry;
    }
}
