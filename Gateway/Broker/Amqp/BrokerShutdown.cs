namespace AppProxy.Gateway.Broker.Amqp;

/// <summary>
/// Ends the broker's connections before the web server stops, which would otherwise wait for them and then cut them off without the word
/// that makes clients connect again. A stop that is in a hurry cuts them off, and fails no more than the others' do.
/// </summary>
internal sealed class BrokerShutdown(AmqpBroker broker) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => broker.StopAsync(cancellationToken).AsTask();

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
