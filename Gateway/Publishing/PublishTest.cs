using System.Net;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Connectors.Roster;

namespace AppProxy.Gateway.Publishing;

/// <summary>
/// Goes the way of a client through the gateway that runs, and says at each place how it is:
/// <para>1. the external host's name;</para>
/// <para>2. the gateway there, and the certificate that it shows;</para>
/// <para>3. the connectors of the app's group, and whether they reach the app, as they said last;</para>
/// <para>4. the app's answer;</para>
/// <para>5. internal names that are left in it.</para>
/// </summary>
/// <param name="options">What to test.</param>
/// <param name="catalogue">Where internal names are known from.</param>
/// <param name="roster">Connectors and what they said; null where no store knows them.</param>
/// <param name="time">The clock.</param>
internal sealed class PublishTest(PublishTestOptions options, CatalogueSnapshot catalogue, Func<CancellationToken, Task<ConnectorRoster>>? roster, TimeProvider time)
{
    public async Task<PublishReport> RunAsync(CancellationToken cancellationToken)
    {
        var report = new PublishReport { App = options.App.Id, DisplayName = options.App.DisplayName, Url = options.Url.AbsoluteUri, TestedAt = time.GetUtcNow() };

        // 1.
        var where = await ResolveAsync(report, cancellationToken);

        // 2.
        await using var door = new GatewayDoor(options, where, report.Milliseconds, time);
        var isOpen = await door.TryOpenAsync(report.Steps, cancellationToken);

        // 3.
        var connectors = report.Steps.Count;
        var isReached = await AddConnectorsAsync(report, cancellationToken);

        // 4. and 5.
        if (!isOpen)
        {
            report.Steps.Add(TestStep.Skip("answer", "No request could be made."));
            return report;
        }

        using var client = door.CreateClient();
        if (await GatewayAnswer.AddAsync(client, options, report, time, cancellationToken))
        {
            var isAnswered = await AppAnswer.AddAsync(client, options, catalogue, report, time, cancellationToken);
            if (isAnswered && !isReached)
            {
                Soften(report.Steps, connectors);
            }
        }

        return report;
    }

    /// <summary>Connectors that do not enrol are in no roster: where one of them answered, those that enrolled and are away need only a look.</summary>
    private static void Soften(List<TestStep> steps, int from)
    {
        for (var i = from; i < steps.Count; i++)
        {
            if (steps[i] is { Step: ConnectorRoster.Connectors or ConnectorRoster.Reach, State: StepState.Failed } step)
            {
                steps[i] = step with { State = StepState.Warning };
            }
        }
    }

    private async Task<List<EndPoint>> ResolveAsync(PublishReport report, CancellationToken cancellationToken)
    {
        const string Step = "name";
        var (host, port) = (options.Url.IdnHost, options.Url.Port);
        List<EndPoint> Or(IEnumerable<IPAddress> found) => options.Gateway is { } given ? [given] : [.. found.Select(address => new IPEndPoint(address, port))];
        if (LoopbackHost.IsLoopback(host))
        {
            report.Steps.Add(TestStep.Ok(Step, $"{host} is this machine for every client, which needs no DNS."));
            return Or([IPAddress.Loopback]);
        }

        if (IPAddress.TryParse(host, out var itself))
        {
            report.Steps.Add(TestStep.Ok(Step, $"{host} is an address, which needs no DNS."));
            return Or([itself]);
        }

        var began = time.GetTimestamp();
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10), time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            var addresses = await Dns.GetHostAddressesAsync(host, limit.Token);
            report.Milliseconds.Name = time.GetElapsedTime(began).TotalMilliseconds;
            report.Steps.Add(TestStep.Ok(Step, $"{host} is {string.Join(", ", addresses.Select(static address => address.ToString()))}{(options.Gateway is { } given ? $"; the gateway was asked at {given} all the same" : "")}."));
            return Or(addresses);
        }
        catch (Exception failure) when (failure is System.Net.Sockets.SocketException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var elsewhere = options.Gateway?.ToString() ?? $"this machine, {IPAddress.Loopback}:{port}";
            report.Steps.Add(TestStep.Fail(
                Step,
                $"{host} is no name that this machine's DNS knows, so clients will not find the app. The rest was tested at {elsewhere}.",
                $"Add a DNS record for {host} with the gateway's public address (A, AAAA) or name (CNAME)."));
            return Or([IPAddress.Loopback]);
        }
    }

    private async Task<bool> AddConnectorsAsync(PublishReport report, CancellationToken cancellationToken)
    {
        if (roster is null)
        {
            report.Steps.Add(TestStep.Skip(ConnectorRoster.Connectors, "Without a store nothing is known of single connectors.", "Give --store or Gateway:Store, and let connectors enrol."));
            return false;
        }

        try
        {
            return (await roster(cancellationToken)).AddTo(report, options.App, time.GetUtcNow());
        }
        catch (Storage.StoreException failure)
        {
            report.Steps.Add(TestStep.Skip(ConnectorRoster.Connectors, failure.Message, "Mend the store: sessions and enrolment need it too."));
            return false;
        }
    }
}
