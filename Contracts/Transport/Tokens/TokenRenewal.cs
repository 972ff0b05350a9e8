using System.Collections.Concurrent;
using AppProxy.Contracts.Transport.Amqp;

namespace AppProxy.Contracts.Transport.Tokens;

/// <summary>
/// Puts a token for each queue before its first link, and again at half of its life for as long as the connection lasts. When that fails it
/// tries again, later each time, until the token has run out; then the conversation is over. Not every broker takes the links away then: a token may
/// be good for longer there than whoever gave it meant it to be.
/// </summary>
/// <param name="node">Where tokens are put.</param>
/// <param name="provider">Gives them.</param>
/// <param name="options">The transport's.</param>
/// <param name="ended">Ends the conversation. It must not wait for this.</param>
internal sealed class TokenRenewal(IClaimsNode node, IBrokerTokenProvider provider, AmqpTransportOptions options, Action<TransportException> ended) : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    /// <summary>Share of the wait.</summary>
    private const double Jitter = 0.2;

    private readonly ConcurrentDictionary<string, Lazy<Task>> _authorized = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentBag<Task> _renewals = [];
    private readonly CancellationTokenSource _stopping = new();

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
                await Task.Delay(wait, options.Time, _stopping.Token);
                try
                {
                    token = await PutAsync(queue);
                    wait = HalfLife(token);
                    retry = FirstRetry;
                }
                catch (Exception) when (!_stopping.IsCancellationRequested && token.ExpiresAt > options.Time.GetUtcNow())
                {
                    var left = token.ExpiresAt - options.Time.GetUtcNow();
                    wait = retry < left ? retry : left > TimeSpan.Zero ? left : TimeSpan.Zero;
                    retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
                }
            }
        }
        catch (Exception failure)
        {
            _authorized.TryRemove(queue, out _);
            if (!_stopping.IsCancellationRequested)
            {
                ended(new TransportException(TransportFailure.Unauthorized, $"The token for {queue} has run out, and there is no other: {failure.Message}", failure));
            }
        }
    }

    private async Task<BrokerToken> PutAsync(string queue)
    {
        using var timeout = new CancellationTokenSource(options.OperationTimeout, options.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
        try
        {
            // Always amqps, as the official .NET client has it, so that a token is the same for each way in.
            var audience = $"amqps://{options.Endpoint.Host}/{queue}";
            var token = await provider.GetTokenAsync(audience, limit.Token);
            var answer = await node.PutTokenAsync(audience, token, limit.Token);
            return answer.Status is 200 or 202 ? token : throw Refused(answer, queue);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new TransportException(TransportFailure.Timeout, $"The broker did not take a token for {queue} in time.");
        }
    }

    private static TransportException Refused(ClaimsAnswer answer, string queue)
    {
        var failure = answer.Status switch
        {
            404 => TransportFailure.EntityNotFound,
            403 => TransportFailure.QuotaExceeded,
            >= 500 => TransportFailure.ServerBusy,
            _ => TransportFailure.Unauthorized,
        };
        return new TransportException(failure, string.IsNullOrEmpty(answer.Description)
            ? $"The broker refused the token for {queue} ({answer.Status})."
            : $"The broker refused the token for {queue} ({answer.Status}): {answer.Description.ReplaceLineEndings(" ")}");
    }

    /// <summary>A little before, by chance: clients that came together do not come back together.</summary>
    private TimeSpan HalfLife(BrokerToken token)
    {
        var half = (token.ExpiresAt - options.Time.GetUtcNow()) / 2 * (1 - (Random.Shared.NextDouble() * Jitter));
        return half > FirstRetry ? half : FirstRetry;
    }
}
