using AppProxy.Contracts.Exchanges;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>An exchange's response body as a stream, for what reads streams. Reading only.</summary>
/// <remarks>Holds one slice of the body at a time, until it is read or this is disposed.</remarks>
internal sealed class ExchangeBodyStream(InboundBody body) : Stream
{
    private BodySlice _slice;
    private ReadOnlyMemory<byte> _rest;
    private byte[] _peeked = [];
    private int _peekedRead;
    private bool _hasSlice;

    /// <summary>How many octets were taken from the body since this was asked last.</summary>
    public int Taken { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The first octets, which are still read afterwards; fewer where the body has no more.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PeekAsync(int count)
    {
        var peeked = new byte[count];
        var length = await this.ReadAtLeastAsync(peeked, count, throwOnEndOfStream: false);
        _peeked = peeked[..length];
        return _peeked;
    }

    /// <exception cref="BodyBrokenException">The body breaks off.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_peekedRead < _peeked.Length)
        {
            var peeked = Math.Min(buffer.Length, _peeked.Length - _peekedRead);
            _peeked.AsMemory(_peekedRead, peeked).CopyTo(buffer);
            _peekedRead += peeked;
            return peeked;
        }

        while (_rest.IsEmpty)
        {
            Release();
            if (body.TryRead(out _slice))
            {
                _hasSlice = true;
                _rest = _slice.Octets;
            }
            else if (!await body.WaitAsync())
            {
                return body.Failure == ExchangeFailure.None ? 0 : throw new BodyBrokenException(body.Failure);
            }
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        Taken += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        Release();
        base.Dispose(disposing);
    }

    private void Release()
    {
        if (_hasSlice)
        {
            _hasSlice = false;
            _rest = default;
            _slice.Release();
        }
    }
}
