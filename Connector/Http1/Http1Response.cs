using System.Runtime.CompilerServices;
using AppProxy.Connector.Execution;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Http1;

/// <summary>
/// One call on one connection:
/// <para>1. the request is sent, and goes on being sent while</para>
/// <para>2. heads are read, interim ones are handed over, until the final one has come;</para>
/// <para>3. the body is read as its reader asks for it, into the reader's memory;</para>
/// <para>4. disposed, it waits for the upload or breaks it off, and gives the connection back when it is as it was before.</para>
/// </summary>
/// <remarks>Owns the connection until disposed.</remarks>
internal sealed class Http1Response : IAppResponse
{
    private const int MaxInterim = 32;

    private readonly Http1Connection _connection;
    private readonly Http1Pool _pool;
    private readonly Http1Request _request;
    private readonly Http1Options _options;
    private readonly AppFaults _faults;
    private readonly Http1Upload _upload;
    private Task _uploading = Task.CompletedTask;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private ResponseHeadReader _head;
    private ChunkedDecoder? _chunks;
    private long _left;
    private int _stray;
    private bool _endsByClose;
    private bool _isWaitLeft;

    public Http1Response(Http1Connection connection, Http1Pool pool, Http1Request request, Http1Options options, AppFaults faults)
    {
        _connection = connection;
        _pool = pool;
        _request = request;
        _options = options;
        _faults = faults;
        _upload = new Http1Upload(connection, request);
    }

    public int Status => _head.Status;

    public ReadOnlySpan<byte> Reason => _head.Reason(_connection.Kept);

    public bool IsUpgraded { get; private set; }

    public long? Length { get; private set; }

    public bool IsEnded { get; private set; }

    public bool IsUploadOpen =>
        _request.Body is not null && !_upload.IsComplete && _upload.Failure is null && _head.KeepsAlive && Status is >= 200 and < 300 && Length is not null;

    /// <summary>Whether anything of a response came: from then on nothing is sent again.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Steps 1 and 2.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static connection => ((Http1Connection)connection!).Stream.Abort(), _connection);
        _uploading = _upload.RunAsync();
        try
        {
            var interim = 0;
            while (await ReadHeadAsync() && _head.IsInterim)
            {
                if (++interim > MaxInterim)
                {
                    throw Invalid(Http1Error.TooManyInterim);
                }

                if (Status != 100 || _request.AsksToContinue)
                {
                    _request.Interim?.Add(Status, _head.Fields(_connection.Unread));
                }

                _connection.Skip(_head.Length);
            }
        }
        catch (Exception failure) when (Http1Connection.IsGone(failure) && failure is not Http1Exception { Error: not Http1Error.Aborted })
        {
            throw Ended(failure);
        }

        _connection.Keep(_head.Length);
        Frame();
    }

    public int WriteFields(FrameBuffer frame)
    {
        var count = 0;
        var hasLength = false;
        var fields = _head.Fields(_connection.Kept);
        foreach (var line in fields)
        {
            if (IsOfConnection(fields, line.Name))
            {
                continue;
            }

            if (FieldSection.Is(line.Name, "Content-Length"u8))
            {
                // Said once, and never where RFC 9110 section 8.6 forbids it.
                if (hasLength || Status is 204 or < 200)
                {
                    continue;
                }

                hasLength = true;
            }

            frame.Field(line.Name, line.Value);
            count++;
        }

        _connection.Forget();
        return count;
    }

    public int WriteTrailers(FrameBuffer frame)
    {
        var count = 0;
        if (_chunks is { IsEnded: true } chunks)
        {
            foreach (var line in chunks.Trailers)
            {
                if (TrailerNames.MayPass(line.Name))
                {
                    frame.Field(line.Name, line.Value);
                    count++;
                }
            }
        }

        return count;
    }

    public ValueTask WaitAsync() =>
        IsEnded || _connection.UnreadLength > 0 ? ValueTask.CompletedTask : _connection.Stream.WaitAsync();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> destination)
    {
        if (IsEnded)
        {
            return 0;
        }

        try
        {
            var count = _chunks is null ? await ReadPlainAsync(destination) : await ReadChunkedAsync(_chunks, destination);
            if (count == 0 && !IsEnded)
            {
                IsEnded = _endsByClose;
                return IsEnded ? 0 : throw new Http1Exception(Http1Error.Aborted);
            }

            return count;
        }
        catch (Exception failure) when (Http1Connection.IsGone(failure) && failure is not Http1Exception { Error: not Http1Error.Aborted })
        {
            throw Ended(failure);
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets) => _connection.Stream.SendAsync(octets);

    public async ValueTask WaitForUploadAsync()
    {
        // Whatever the app does now, be it hanging up, says that it wants no more.
        _isWaitLeft = true;
        await Task.WhenAny(_uploading, _connection.Stream.WaitAsync().AsTask());
    }

    /// <summary>Step 4.</summary>
    public async ValueTask DisposeAsync()
    {
        // Waits for a cancellation under way: from here on nobody but us touches the connection.
        await _registration.DisposeAsync();
        var stray = _connection.UnreadLength + _stray;
        if (IsEnded && !IsUpgraded && stray > 0)
        {
            _faults.StrayOctets(_options.App, stray);
        }

        var isReusable = IsEnded && _head.KeepsAlive && (!_request.AuthenticatesConnection || _request.ClientConnection is not null) && _upload.IsComplete && stray == 0 && !_endsByClose && !_isWaitLeft && !_cancellation.IsCancellationRequested;
        if (!_upload.IsComplete)
        {
            // The app must not take the part for the whole, so the connection goes first.
            _connection.Stream.Abort();
            _request.Body?.Stop();
        }

        await _uploading;
        await _connection.EndAsync(isReusable);
        if (isReusable)
        {
            _pool.Return(_connection, _request.ClientConnection);
        }
        else
        {
            _pool.Closed();
        }
    }

    /// <summary>Reads one head, which then lies at the beginning of what is unread.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReadHeadAsync()
    {
        _head = new ResponseHeadReader(_options.MaxHeadLength);
        while (true)
        {
            var progress = _head.Read(_connection.Unread);
            if (progress == ReadProgress.Done)
            {
                return true;
            }

            if (progress == ReadProgress.Failed)
            {
                throw Invalid(_head.Error);
            }

            if (await _connection.FillAsync() == 0)
            {
                throw new Http1Exception(Http1Error.Aborted);
            }

            HasBegun = true;
        }
    }

    /// <summary>How the body ends (RFC 9112 section 6.3).</summary>
    private void Frame()
    {
        if (Status == 101)
        {
            if (!_request.IsUpgrade)
            {
                throw Invalid(Http1Error.Upgrade);
            }

            IsUpgraded = _endsByClose = true;
            _left = long.MaxValue;
        }
        else if (_request.IsHead || Status is 204 or 304)
        {
            IsEnded = true;
            Length = 0;
        }
        else if (_head.IsChunked)
        {
            _chunks = new ChunkedDecoder(_options.MaxHeadLength);
        }
        else if (_head.ContentLength >= 0)
        {
            Length = _left = _head.ContentLength;
            IsEnded = _left == 0;
        }
        else
        {
            _endsByClose = true;
            _left = long.MaxValue;
        }
    }

    private async ValueTask<int> ReadPlainAsync(Memory<byte> destination)
    {
        var room = (int)Math.Min(destination.Length, _left);
        var count = _connection.Take(destination.Span[..room]);
        if (count < room && (count == 0 || _connection.Stream.HasOctets))
        {
            count += await _connection.Stream.ReceiveAsync(destination[count..room]);
        }

        if (!_endsByClose)
        {
            _left -= count;
            IsEnded = _left == 0;
        }

        return count;
    }

    /// <summary>
    /// Within a large chunk octets go straight to where they belong. Otherwise chunks are read with their framing into the reader's memory, many at once,
    /// and moved together there: moving costs less than a read for each.
    /// </summary>
    private async ValueTask<int> ReadChunkedAsync(ChunkedDecoder chunks, Memory<byte> destination)
    {
        Decode(chunks, _connection.Unread, destination.Span, out var consumed, out var count);
        _connection.Skip(consumed);
        while (!IsEnded && count < destination.Length && (count == 0 || _connection.Stream.HasOctets))
        {
            var rest = destination[count..];
            var isWithin = chunks.Left >= rest.Length;
            var received = await _connection.Stream.ReceiveAsync(rest);
            if (received == 0)
            {
                break;
            }

            if (isWithin)
            {
                chunks.Pass(received);
                count += received;
            }
            else
            {
                Decode(chunks, rest.Span[..received], rest.Span, out consumed, out var written);
                count += written;
                _stray = received - consumed;
            }
        }

        return count;
    }

    private void Decode(ChunkedDecoder chunks, ReadOnlySpan<byte> source, Span<byte> destination, out int consumed, out int written)
    {
        if (!chunks.TryDecode(source, destination, out consumed, out written))
        {
            throw Invalid(chunks.Error);
        }

        IsEnded = chunks.IsEnded;
    }

    private bool IsOfConnection(in FieldSection fields, ReadOnlySpan<byte> name)
    {
        if (IsUpgraded && FieldSection.Is(name, "Upgrade"u8))
        {
            return false;
        }

        return HopByHop.IsConnectionField(name) || (_head.HasConnectionOptions && fields.IsNamedByConnection(name));
    }

    private Http1Exception Invalid(Http1Error error)
    {
        var invalid = new Http1Exception(error);
        if (invalid.IsInvalidResponse)
        {
            _faults.InvalidResponse(_options.App, error);
        }

        return invalid;
    }

    /// <summary>Why the connection ended: whoever cancelled, or broke the request's body, did it; otherwise the app.</summary>
    private Exception Ended(Exception failure) =>
        _upload.Failure is RequestBodyBrokenException broken ? broken
        : _cancellation.IsCancellationRequested ? new OperationCanceledException(_cancellation)
        : failure as Http1Exception ?? new Http1Exception(Http1Error.Aborted, failure);
}
