using AppProxy.Connector.Hosting;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Gateway.Broker.InProcess;

namespace AppProxy.Testing;

/// <summary>Stands between a connector and the way in which it really connects.</summary>
internal sealed class TestCable(BrokerConnector connector) : BrokerConnector
{
    private readonly Lock _gate = new();
    private ITransport? _transport;
    private bool _isPulled;
    private TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Refused
    {
        get
        {
            lock (_gate)
            {
                return _refused.Task;
            }
        }
    }

    public Task Connected
    {
        get
        {
            lock (_gate)
            {
                return _connected.Task;
            }
        }
    }

    public override async ValueTask<ITransport> ConnectAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_isPulled)
            {
                _refused.TrySetResult();
                throw new TransportException(TransportFailure.ConnectionLost, "The cable is pulled out.");
            }
        }

        var transport = await connector.ConnectAsync(cancellationToken);
        lock (_gate)
        {
            _transport = transport;
            if (_isPulled)
            {
                Cut(transport);
            }

            _connected.TrySetResult();
            return transport;
        }
    }

    public void Pull()
    {
        lock (_gate)
        {
            _isPulled = true;
            _refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_transport is { } transport)
            {
                Cut(transport);
            }
        }
    }

    public void Plug()
    {
        lock (_gate)
        {
            _isPulled = false;
        }
    }

    private static void Cut(ITransport transport)
    {
        switch (transport)
        {
            case AmqpTransport amqp:
                amqp.Abort();
                break;
            case InProcessTransport inProcess:
                inProcess.Abort("The cable was pulled out.");
                break;
        }
    }
}
