using Microsoft.Extensions.Hosting;

namespace AppProxy.Testing;

/// <summary>One connector of a <see cref="TestEnvironment"/>, and the cable between it and the broker, which can be pulled out.</summary>
public sealed class TestConnector : IAsyncDisposable
{
    private readonly TestCable _cable;
    private IHost? _host;

    internal TestConnector(IHost host, TestCable cable)
    {
        _host = host;
        _cable = cable;
    }

    /// <summary>What the connector is made of, while it runs.</summary>
    public IServiceProvider Services => (_host ?? throw new InvalidOperationException("The connector is stopped.")).Services;

    /// <summary>Cuts the connection to the broker without a word, and lets no new one come up until <see cref="Reconnect"/>.</summary>
    public void Disconnect() => _cable.Pull();

    /// <summary>Cuts the connection to the broker without a word; the connector may come back at once.</summary>
    public void DropConnection()
    {
        _cable.Pull();
        _cable.Plug();
    }

    /// <summary>Lets connections come up again.</summary>
    public void Reconnect() => _cable.Plug();

    /// <summary>Completes when the connector has tried in vain to come back since <see cref="Disconnect"/>.</summary>
    public Task WaitForRefusedAsync(CancellationToken cancellationToken = default) => _cable.Refused.WaitAsync(cancellationToken);

    /// <summary>Completes when a connection is up.</summary>
    public Task WaitForConnectedAsync(CancellationToken cancellationToken = default) => _cable.Connected.WaitAsync(cancellationToken);

    /// <summary>Stops it as an operator does: it finishes what it has.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _host, null) is { } host)
        {
            using (host)
            {
                await host.StopAsync(cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // What a test left running there is of no interest any more.
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
        await StopAsync(hurry.Token);
    }
}
