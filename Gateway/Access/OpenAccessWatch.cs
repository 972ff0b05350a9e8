using System.Threading.Channels;
using AppProxy.Contracts.Exchanges;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Access;

/// <summary>When assignments or policies change, what is open already (WebSockets, event streams, transfers) of people who may no longer open the app is ended.</summary>
internal sealed class OpenAccessWatch(CatalogueStore catalogue, GroupRelays groups, Authorization authorization) : BackgroundService
{
    /// <summary>Changes that come in a row are looked at once.</summary>
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        void OnChanged(CatalogueSnapshot snapshot) => _changed.Writer.TryWrite(true);
        catalogue.Changed += OnChanged;
        try
        {
            await foreach (var _ in _changed.Reader.ReadAllAsync(stoppingToken))
            {
                Look();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
        finally
        {
            catalogue.Changed -= OnChanged;
        }
    }

    private void Look()
    {
        foreach (var exchange in groups.All.SelectMany(static group => group.Exchanges))
        {
            if (exchange.Admission is ICaller caller && !MayGoOn(authorization.Decide(exchange.App, caller, exchange.ClientAddress)))
            {
                exchange.End(ExchangeFailure.AccessRevoked);
            }
        }
    }

    /// <summary>That a sign-in grows old ends nothing: it is asked for anew with the next request.</summary>
    private static bool MayGoOn(AccessDecision decision) => decision.Outcome == AccessOutcome.Granted || decision is { Outcome: AccessOutcome.StepUp, NeedsTwoSteps: false };
}
