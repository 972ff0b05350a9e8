using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Publishing;

namespace AppProxy.Gateway.Connectors.Checking;

/// <summary>What there is to check with the embedded broker: that it is reached, and what connectors' keys open. Queues and sessions it makes itself.</summary>
internal sealed class EmbeddedCheck(EmbeddedCheckOptions options)
{
    public async Task<BrokerReport> RunAsync(CancellationToken cancellationToken)
    {
        var report = new BrokerReport { Broker = options.Transport?.Endpoint.ToString() ?? "the embedded broker", TestedAt = options.Time.GetUtcNow() };
        report.Steps.Add(TestStep.Ok("broker", "The broker is the gateway's own: it makes each group's queues itself, and TLS stands in for sealing."));
        if (await IsReachedAsync(report, cancellationToken))
        {
            List<QueueKey> known = [.. options.Keys.SelectMany(static keys => keys)];
            foreach (var keys in options.Keys)
            {
                await RightsCheck.AddAsync(
                    report.Steps, $"key {keys[0].Name}", keys, known, ConnectAsAsync,
                    static _ => "The gateway that answers has other settings: restart it with these, or correct Gateway:Broker:ConnectorKeys.", cancellationToken);
            }
        }

        report.Steps.Add(TestStep.Ok("enrolled", "Connectors that enrol get tokens of the gateway for their group's queues, for five minutes each: connectors list tells who is there."));
        return report;
    }

    private async Task<bool> IsReachedAsync(BrokerReport report, CancellationToken cancellationToken)
    {
        const string Step = "reach";
        if (options.Transport is not { } transport)
        {
            report.Steps.Add(TestStep.Skip(Step, "Where the gateway is reached is not known: connectors come to its own https port.", "Give --gateway https://… to try it."));
            return false;
        }

        try
        {
            var began = options.Time.GetTimestamp();
            await using var connection = await ServiceBusTransport.ConnectAsync(transport, cancellationToken);
            report.Milliseconds.Connection = options.Time.GetElapsedTime(began).TotalMilliseconds;
            var isSecure = transport.Endpoint.Scheme is "amqps" or "wss";
            report.Steps.Add(TestStep.Ok(Step, $"A gateway's broker answers, {(isSecure ? "with" : "without")} TLS."));
            return true;
        }
        catch (TransportException failure)
        {
            report.Steps.Add(TestStep.Fail(
                Step,
                $"No broker answers there: {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}.",
                "Start the gateway; or give --gateway, as connectors have it in Connector:Gateway, and let them through the firewall and proxies (WebSockets) on the way."));
            return false;
        }
    }

    private async Task<ITransport> ConnectAsAsync(QueueKey key, CancellationToken cancellationToken)
        => await ServiceBusTransport.ConnectAsync(options.Transport! with { TokenProvider = new SharedAccessKeyTokenProvider(key.Name, key.Key, options.Time) }, cancellationToken);
}
