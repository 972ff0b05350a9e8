using AppProxy.Contracts.Identity.Sealing;

namespace AppProxy.Connector.Enrollment;

/// <summary>The group's keys of an enrolled connector, which come with its access to the broker.</summary>
internal sealed class EnrolledSealingKeys(EnrolledConnector connector, TimeProvider time)
    : ConnectorSealingKeys(Guid.TryParse(connector.Identity.Id, out var id) ? id : Guid.Empty, time), IDisposable
{
    /// <summary>Whoever writes to a queue can make us ask, but not more often.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = time;
    private readonly SemaphoreSlim _turn = new(1);
    private long? _askedAt;
    private int _answers;

    /// <exception cref="GatewayCallException">The gateway gives none.</exception>
    public override async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var answers = Volatile.Read(ref _answers);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (answers != _answers)
            {
                // Who was before us asked for us too.
                return;
            }

            if (_askedAt is { } before && Interval - _time.GetElapsedTime(before) is var rest && rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, _time, cancellationToken);
            }

            _askedAt = _time.GetTimestamp();
            await connector.GetBrokerAccessAsync(cancellationToken);
            _answers++;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
