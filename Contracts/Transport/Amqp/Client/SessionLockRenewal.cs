using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Connections;

namespace AppProxy.Contracts.Transport.Amqp.Client;

/// <summary>
/// Keeps a session's lock with a broker that lets it run out: asks $management at half of what is left. A failure is tried again; when the
/// lock is lost the broker detaches the receiver, which is how its owner learns of it.
/// </summary>
internal sealed class SessionLockRenewal : IAsyncDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly AmqpSession _session;
    private readonly string _queue;
    private readonly string _sessionId;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    public SessionLockRenewal(AmqpSession session, string queue, string sessionId, DateTimeOffset lockedUntil, TimeProvider time)
    {
        _session = session;
        _queue = queue;
        _sessionId = sessionId;
        _time = time;
        _loop = RenewAsync(lockedUntil);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task RenewAsync(DateTimeOffset lockedUntil)
    {
        RequestLinks? links = null;
        try
        {
            while (true)
            {
                var half = (lockedUntil - _time.GetUtcNow()) / 2;
                await Task.Delay(half > Shortest ? half : Shortest, _time, _stopping.Token);
                links ??= await RequestLinks.OpenAsync(_session, _queue + Dialect.ManagementSuffix, _stopping.Token);
                var reply = await links.AskAsync(
                    new AmqpMap { { "operation", Dialect.RenewSessionLock } },
                    new AmqpMap { { "session-id", _sessionId } },
                    _stopping.Token);
                if (reply.ApplicationProperties["statusCode"].Integer == 200 && reply.Body.Map?["expiration"].Integer is { } expiration)
                {
                    lockedUntil = DateTimeOffset.FromUnixTimeMilliseconds(expiration);
                }
            }
        }
        catch (Exception)
        {
            // Stopped, or the links are gone with the connection.
        }

        links?.Close();
    }
}
