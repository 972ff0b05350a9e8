using System.Security.Cryptography;

namespace AppProxy.Contracts.Identity.Sealing;

/// <summary>Opens what one link of somebody sealed, and remembers what came.</summary>
internal sealed class LinkOpener : IDisposable
{
    private readonly Lock _gate = new();
    private readonly AesGcm _cipher;
    private readonly CounterWindow _window;
    private bool _isDisposed;

    /// <param name="linkKey">Of the link (<see cref="GroupSecret.DeriveLink"/>).</param>
    /// <param name="window">How many counters are remembered.</param>
    public LinkOpener(ReadOnlySpan<byte> linkKey, int window)
    {
        _cipher = new AesGcm(linkKey, SealedHeader.TagSize);
        _window = new CounterWindow(window);
    }

    /// <summary>When something of it was opened last, in seconds since 1970.</summary>
    public long UsedAt { get; private set; }

    /// <summary>Opens a message in place.</summary>
    /// <param name="header">As read from the message.</param>
    /// <param name="message">All of it; the part between header and tag is plain afterwards.</param>
    /// <param name="sessionId">Where it came from.</param>
    /// <param name="isOnce">Whether it is delivered once only; else it counts when <see cref="Done"/> says so.</param>
    /// <param name="now">Seconds since 1970.</param>
    public SealingFault Open(in SealedHeader header, Span<byte> message, string? sessionId, bool isOnce, long now)
    {
        Span<byte> associatedData = stackalloc byte[SealedText.MaxAssociatedData];
        Span<byte> nonce = stackalloc byte[SealedText.NonceSize];
        if (!SealedText.TryWriteSession(sessionId, associatedData, out var length))
        {
            return SealingFault.Forged;
        }

        message[..SealedHeader.Size].CopyTo(associatedData);
        SealedText.WriteNonce(header.Counter, nonce);
        lock (_gate)
        {
            if (_isDisposed || !_window.IsNew(header.Counter))
            {
                return SealingFault.Replayed;
            }

            var text = message[SealedHeader.Size..^SealedHeader.TagSize];
            try
            {
                _cipher.Decrypt(nonce, text, message[^SealedHeader.TagSize..], text, associatedData[..length]);
            }
            catch (AuthenticationTagMismatchException)
            {
                return SealingFault.Forged;
            }

            UsedAt = now;
            if (isOnce)
            {
                _window.Add(header.Counter);
            }

            return SealingFault.None;
        }
    }

    /// <summary>What was locked is taken for good: from now on it is a replay.</summary>
    public void Done(ulong counter)
    {
        lock (_gate)
        {
            _window.Add(counter);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _cipher.Dispose();
        }
    }
}
