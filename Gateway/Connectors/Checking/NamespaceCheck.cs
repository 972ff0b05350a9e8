using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Publishing;

namespace AppProxy.Gateway.Connectors.Checking;

/// <summary>
/// Checks a namespace as gateway and connectors use it:
/// <para>1. it is reached, with TLS;</para>
/// <para>2. the gateway signs in there;</para>
/// <para>then for each group</para>
/// <para>3. what connectors' rules open;</para>
/// <para>4. its three queues;</para>
/// <para>5. with what its messages are sealed;</para>
/// <para>6. a message there, and one back.</para>
/// </summary>
internal sealed class NamespaceCheck(NamespaceCheckOptions options)
{
    private const string Reach = "reach";
    private const string SignIn = "sign-in";

    /// <summary>Azure's word for a namespace that takes no shared access signatures.</summary>
    private const string LocalAuthDisabled = "LocalAuthDisabled";

    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(5);

    private readonly IReadOnlyList<QueueKey> _known = [.. options.Rules.Where(static rule => rule.Value.HasRules).SelectMany(static rule => QueueKey.Of(rule.Key, rule.Value))];

    private TimeProvider Time => options.Transport.Time;

    public async Task<BrokerReport> RunAsync(CancellationToken cancellationToken)
    {
        var report = new BrokerReport { Broker = options.Connection.ToString(), TestedAt = Time.GetUtcNow() };

        // 1.
        await using var gateway = await ConnectAsync(report, cancellationToken);
        if (gateway is null)
        {
            return report;
        }

        // 2.
        var own = new List<OwnLinks>();
        foreach (var group in options.Groups)
        {
            own.Add(new OwnLinks(
                group,
                await LinkProbe.SendAsync(gateway, EntityNames.Requests(group), cancellationToken),
                await LinkProbe.SendAsync(gateway, EntityNames.Uplinks(group), cancellationToken),
                await LinkProbe.ListenAsync(gateway, GroupEntity.Replies(group), cancellationToken)));
        }

        var isSignedIn = !own.TrueForAll(static links => links.AreAllRefused);
        report.Steps.Add(isSignedIn ? DescribeSignIn() : await DescribeRefusalAsync(own[0].Requests, cancellationToken));
        foreach (var links in own)
        {
            await AddGroupAsync(report, gateway, links, isSignedIn, cancellationToken);
        }

        return report;
    }

    private async Task AddGroupAsync(BrokerReport report, ITransport gateway, OwnLinks own, bool isSignedIn, CancellationToken cancellationToken)
    {
        var (group, steps) = (own.Group, report.Steps);
        var keys = options.Rules.TryGetValue(group, out var rule) && rule.HasRules ? QueueKey.Of(group, rule) : null;

        // 3.
        IReadOnlyList<QueueKey> taken = [];
        if (keys is not null)
        {
            taken = await RightsCheck.AddAsync(steps, $"rules {group}", keys, _known, ConnectAsAsync, OnKeyRefused, cancellationToken);
        }
        else
        {
            steps.Add(DescribeConnectors(group, rule?.SealingKey is not null));
        }

        if (!isSignedIn)
        {
            steps.Add(TestStep.Skip($"queues {group}", "They could not be looked at, since the gateway did not get in."));
            await SealingCheck.AddAsync(steps, group, options, cancellationToken);
            return;
        }

        // 4.
        await using var requests = await TryConnectAsAsync(taken, EntityNames.Requests(group), cancellationToken);
        await using var uplinks = await TryConnectAsAsync(taken, EntityNames.Uplinks(group), cancellationToken);
        await using var replies = await TryConnectAsAsync(taken, EntityNames.Replies(group), cancellationToken);
        var onRequests = await LinkProbe.ListenAsync(requests ?? gateway, GroupEntity.Requests(group), cancellationToken);
        var onUplinks = await LinkProbe.ListenAsync(uplinks ?? gateway, GroupEntity.Uplinks(group), cancellationToken);
        TestStep[] queues =
        [
            EntityCheck.ToStep(GroupEntity.Requests(group), own.Requests, onRequests),
            EntityCheck.ToStep(GroupEntity.Uplinks(group), own.Uplinks, onUplinks),
            EntityCheck.ToStep(GroupEntity.Replies(group), own.Replies, own.Replies),
        ];
        steps.AddRange(queues);

        // 5.
        var secret = await SealingCheck.AddAsync(steps, group, options, cancellationToken);

        // 6.
        var step = $"round trip {group}";
        var mayAnswer = (await LinkProbe.SendAsync(replies ?? gateway, EntityNames.Replies(group), cancellationToken)).IsOpen;
        if (secret is null || queues.Any(static queue => queue.State == StepState.Failed))
        {
            steps.Add(TestStep.Skip(step, "No message was sent, since what it needs is not there."));
        }
        else if (!onUplinks.IsOpen || !mayAnswer)
        {
            steps.Add(TestStep.Skip(step, "No message was sent: only a connector's own rights take it there and back, and they are not known here."));
        }
        else
        {
            await AddRoundTripAsync(report, step, group, new RoundTrip(group, secret, Time, options.Transport.OperationTimeout), gateway, uplinks ?? gateway, replies ?? gateway, cancellationToken);
        }
    }

    private static async Task AddRoundTripAsync(
        BrokerReport report, string step, string group, RoundTrip trip, ITransport gateway, ITransport uplinks, ITransport replies, CancellationToken cancellationToken)
    {
        try
        {
            var took = (await trip.RunAsync(gateway, uplinks, replies, cancellationToken)).TotalMilliseconds;
            report.Milliseconds.RoundTrip[group] = took;
            report.Steps.Add(TestStep.Ok(step, string.Create(CultureInfo.InvariantCulture, $"A sealed message went to a connector's place and one came back in {took:0.#} ms.")));
        }
        catch (TransportException failure)
        {
            report.Steps.Add(TestStep.Fail(step, $"A message went astray: {failure.Message.TrimEnd('.')}.", "Look at the queues' limits, forwarding and message life, and at the namespace's metrics for throttling."));
        }
    }

    private async Task<ITransport?> ConnectAsync(BrokerReport report, CancellationToken cancellationToken)
    {
        var endpoint = options.Transport.Endpoint;
        var port = endpoint.Port > 0 ? endpoint.Port : endpoint.Scheme == "amqps" ? 5671 : 5672;
        var place = string.Create(CultureInfo.InvariantCulture, $"{endpoint.Host}:{port}");
        try
        {
            var began = Time.GetTimestamp();
            var transport = await ServiceBusTransport.ConnectAsync(options.Transport, cancellationToken);
            report.Milliseconds.Connection = Time.GetElapsedTime(began).TotalMilliseconds;
            report.Steps.Add(
                endpoint.Scheme == "amqps" ? TestStep.Ok(Reach, $"{place} answers, with TLS.")
                : endpoint.IsLoopback ? TestStep.Ok(Reach, $"{place} answers, without TLS: it is on this machine.")
                : TestStep.Warn(Reach, $"{place} answers, without TLS: keys and who talks to whom can be read on the way.", "Take UseDevelopmentEmulator out of Gateway:ServiceBus."));
            return transport;
        }
        catch (TransportException failure)
        {
            report.Steps.Add(failure.GetBaseException() switch
            {
                AuthenticationException tls => TestStep.Fail(
                    Reach, $"{place} makes no TLS connection: {tls.Message.ReplaceLineEndings(" ").TrimEnd('.')}.", "If a proxy opens TLS on the way, have it let this name through; if nothing there speaks TLS, correct Endpoint in Gateway:ServiceBus."),
                SocketException socket => TestStep.Fail(
                    Reach, $"{place} cannot be reached: {socket.Message.TrimEnd('.')}.", $"Correct Endpoint in Gateway:ServiceBus, or let the gateway out to port {port} in the firewall, and in the namespace's own network rules."),
                _ => TestStep.Fail(
                    Reach, $"{place} does not answer as a broker: {failure.Message.TrimEnd('.')}.", $"Correct Endpoint in Gateway:ServiceBus, or let the gateway out to port {port} in the firewall."),
            });
            return null;
        }
    }

    private TestStep DescribeSignIn()
    {
        if (options.Connection.UsesWorkloadIdentity)
        {
            return TestStep.Ok(SignIn, "The gateway signs in with the identity that this machine has in Microsoft Entra ID.");
        }

        return SharedAccessSignature.TryParse(options.Connection.SharedAccessSignature ?? "", out var signature)
            ? TestStep.Warn(SignIn, $"The gateway signs in with a signature of rule '{signature.KeyName}', which ends at {signature.ExpiresAt:u}.", "Nothing renews it: give SharedAccessKeyName and SharedAccessKey, or Authentication=ManagedIdentity.")
            : TestStep.Ok(SignIn, $"The gateway signs in with the key of rule '{options.Connection.SharedAccessKeyName}'.");
    }

    private async Task<TestStep> DescribeRefusalAsync(LinkAnswer answer, CancellationToken cancellationToken)
    {
        const string UseIdentity = "Give Endpoint=…;Authentication=ManagedIdentity as Gateway:ServiceBus, leave the keys of Gateway:ServiceBusRules out, and give connectors identities of their own (Gateway/Connectors/README.md).";
        if (options.Connection.UsesWorkloadIdentity)
        {
            return TestStep.Fail(
                SignIn,
                $"The identity that this machine has is refused: {answer.Words}.",
                "Give it the roles Azure Service Bus Data Sender on requests and uplinks, and Azure Service Bus Data Receiver on replies, of each group; a role takes some minutes.");
        }

        if (answer.Words.Contains(LocalAuthDisabled, StringComparison.Ordinal))
        {
            return TestStep.Fail(SignIn, "Local authentication is off in the namespace: it takes no keys.", UseIdentity);
        }

        return options.Identity is { } identity && await IsTakenAsync(identity(), cancellationToken)
            ? TestStep.Fail(SignIn, "Local authentication is off in the namespace: it refuses the key, and takes the identity that this machine has.", UseIdentity)
            : TestStep.Fail(
                SignIn,
                $"The key of rule '{options.Connection.SharedAccessKeyName}' is refused: {answer.Words}.",
                "Copy the connection string once more (az servicebus namespace authorization-rule keys list), and see that this machine's clock is right. If local authentication is off in the namespace: Authentication=ManagedIdentity.");
    }

    private async Task<bool> IsTakenAsync(IBrokerTokenProvider identity, CancellationToken cancellationToken)
    {
        try
        {
            await using var transport = await ServiceBusTransport.ConnectAsync(options.Transport with { TokenProvider = identity }, cancellationToken);
            var answer = await LinkProbe.SendAsync(transport, EntityNames.Requests(options.Groups[0]), cancellationToken);
            return answer.IsOpen || answer.IsMissing;
        }
        catch (TransportException)
        {
            return false;
        }
    }

    private TestStep DescribeConnectors(string group, bool hasSealingKey)
    {
        var step = $"rules {group}";
        return options.Connection.UsesWorkloadIdentity
            ? TestStep.Skip(
                step,
                $"Connectors of group '{group}' sign in with identities of their own, since the gateway has no rules for them. What these may do is not seen from here.",
                $"Give each Azure Service Bus Data Receiver on {EntityNames.Requests(group)} and {EntityNames.Uplinks(group)}, Azure Service Bus Data Sender on {EntityNames.Replies(group)}, and nothing else.")
            : hasSealingKey
                ? TestStep.Skip(step, $"Connectors of group '{group}' sign in with a connection string of theirs (Connector:Broker:ConnectionString), which is not known here.")
                : TestStep.Warn(
                    step,
                    $"The gateway has no rules for group '{group}', so connectors that enrol get no tokens.",
                    $"Give Gateway:ServiceBusRules:{group} with the keys of rules on its three queues; where the namespace takes no keys, Authentication=ManagedIdentity as Gateway:ServiceBus.");
    }

    private string OnKeyRefused(LinkAnswer answer) =>
        options.Connection.UsesWorkloadIdentity || answer.Words.Contains(LocalAuthDisabled, StringComparison.Ordinal)
            ? "Where local authentication is off in the namespace, leave the keys out: connectors then use identities of their own. Else copy the key once more."
            : "Copy the key once more (az servicebus queue authorization-rule keys list), and see that its rule has that right on that queue.";

    private async Task<ITransport> ConnectAsAsync(QueueKey key, CancellationToken cancellationToken)
        => await ServiceBusTransport.ConnectAsync(options.Transport with { TokenProvider = new SharedAccessKeyTokenProvider(key.Name, key.Key, Time, TokenLife) }, cancellationToken);

    /// <summary>As a connector, where its key is known and taken.</summary>
    private async Task<ITransport?> TryConnectAsAsync(IReadOnlyList<QueueKey> taken, string queue, CancellationToken cancellationToken)
    {
        try
        {
            return taken.FirstOrDefault(key => key.Entity.Name == queue) is { } key ? await ConnectAsAsync(key, cancellationToken) : null;
        }
        catch (TransportException)
        {
            // The gateway's own link tells what there is to tell.
            return null;
        }
    }

    /// <summary>What the broker said to the gateway's own links.</summary>
    private sealed record OwnLinks(string Group, LinkAnswer Requests, LinkAnswer Uplinks, LinkAnswer Replies)
    {
        public bool AreAllRefused => Requests.IsUnauthorized && Uplinks.IsUnauthorized && Replies.IsUnauthorized;
    }
}
