using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.InProcess;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Gateway.Relay;

namespace AppProxy.Gateway.Hosting;

/// <summary>The embedded broker as the relay uses it: in process, with the queues of each group made as DESIGN.md section 3 says.</summary>
internal sealed class EmbeddedBroker(QueueEngine engine) : IRelayTransport
{
    /// <summary>A reply or uplink frame that nobody fetched by then belongs to an instance that is gone.</summary>
    private static readonly TimeSpan SessionMessageLife = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A connector settles with its first frame, 20 ms after it began at the latest, so a lock that lasts longer is held by one that is
    /// frozen. Far below an app's wait for a connector, so that another one still answers in time.
    /// </summary>
    private static readonly TimeSpan LockDuration = TimeSpan.FromSeconds(10);

    public ValueTask<ITransport> ConnectAsync(string group, CancellationToken cancellationToken)
    {
        CreateQueues(group);
        return ValueTask.FromResult<ITransport>(new InProcessTransport(engine));
    }

    private void CreateQueues(string group)
    {
        engine.GetOrCreate(new QueueOptions { Name = EntityNames.Requests(group), LockDuration = LockDuration, MaxDeliveryCount = 5 });
        foreach (var name in (string[])[EntityNames.Replies(group), EntityNames.Uplinks(group)])
        {
            engine.GetOrCreate(new QueueOptions
            {
                Name = name,
                RequiresSession = true,
                DefaultMessageTimeToLive = SessionMessageLife,
                MaxSizeInBytes = 512L * 1024 * 1024,
                DeadLettering = false,
            });
        }
    }
}
