using System.Runtime.CompilerServices;
using AppProxy.Connector.Execution;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Http1;

/// <summary>Calls one app over HTTP/1.1, on connections that it keeps.</summary>
internal sealed class Http1Client : IAppClient
{
    private readonly Http1Options _options;
    private readonly Http1Target _target;
    private readonly AppDialer _dialer;
    private readonly Http1Pool _pool;
    private readonly AppFaults _faults;

    public Http1Client(Http1Options options, Http1Target target, AppFaults faults, TimeProvider time)
    {
        _options = options;
        _target = target;
        _faults = faults;
        _dialer = new AppDialer(options, faults, time);
        _pool = new Http1Pool(options, _dialer, faults, time);
    }

    /// <summary>Connections that wait for a call.</summary>
    public int Idle => _pool.Idle;

    public ValueTask<IAppResponse> SendAsync(in RequestHead head, in AppCall call, CancellationToken cancellationToken) =>
        SendAsync(RequestHeadWriter.Write(head, call, _target), cancellationToken);

    /// <summary>Opens a connection for a call to come, unless one is there or callers stand in line for one.</summary>
    /// <exception cref="Http1Exception">There is none to be had.</exception>
    public ValueTask PrepareAsync(CancellationToken cancellationToken) => _pool.Idle > 0 || _options.MaxConnections > 0 ? ValueTask.CompletedTask : OpenAsync(cancellationToken);

    private async ValueTask OpenAsync(CancellationToken cancellationToken) => _pool.Add(await _dialer.DialAsync(cancellationToken));

    /// <summary>Asks an app with TLS which version it chooses; when it is this one, the connection is kept for the call to come.</summary>
    public async ValueTask<bool> ChoosesHttp2Async(CancellationToken cancellationToken)
    {
        var (stream, isHttp2) = await _dialer.DialEitherAsync(cancellationToken);
        if (isHttp2)
        {
            stream.Close();
        }
        else
        {
            _pool.Add(stream);
        }

        return isHttp2;
    }

    /// <summary>Keeps no connection from now on; calls go on, on connections of their own.</summary>
    public void Drain() => _pool.Drain();

    public void Dispose() => _pool.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IAppResponse> SendAsync(Http1Request request, CancellationToken cancellationToken)
    {
        using var sent = request;
        var mustBeFresh = false;
        while (true)
        {
            var connection = await _pool.RentAsync(request.ClientConnection, mustBeFresh, cancellationToken);
            var wasUsed = connection.IsReused;
            var response = new Http1Response(connection, _pool, request, _options, _faults);
            try
            {
                await response.BeginAsync(cancellationToken);
                return response;
            }
            catch (Exception failure)
            {
                await response.DisposeAsync();

                // RFC 9112 section 9.3.1: the app closed an idle connection while the request was on its way to it. Only what may run twice is sent again.
                if (!wasUsed || mustBeFresh || response.HasBegun || !request.IsReplayable || failure is not Http1Exception { Error: Http1Error.Aborted })
                {
                    throw;
                }

                mustBeFresh = true;
            }
        }
    }
}
