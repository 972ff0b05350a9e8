using System.Security.Cryptography;

namespace AppProxy.Contracts.Identity.Sealing;

/// <summary>Seals what goes out on one link, under a key of that link only; takes a new one when the group's key changes, and long before AES-GCM is worn out.</summary>
/// <param name="keys">The group's.</param>
/// <param name="queue">Where the link leads.</param>
internal sealed class LinkSealer(ISealingKeys keys, string queue) : IDisposable
{
    /// <summary>64 GB under one key: far from where ciphertext could be told from noise (RFC 8446 section 5.5 allows 2^24.5 records of 16 KB).</summary>
    private const long MaxOctets = 64L * 1024 * 1024 * 1024;

    private const ulong MaxMessages = 1 << 24;

    private readonly Lock _gate = new();
    private SealingKey? _key;
    private AesGcm? _cipher;
    private Guid _link;
    private ulong _counter;
    private long _octets;
    private bool _isDisposed;

    /// <summary>Seals a message: the encryption is the copy into <paramref name="destination"/>, which holds <see cref="SealedHeader.Overhead"/> more.</summary>
    /// <returns>False when the session's name is too long.</returns>
    /// <exception cref="ObjectDisposedException">The link is closed.</exception>
    public bool TrySeal(ReadOnlySpan<byte> message, string? sessionId, Span<byte> destination)
    {
        Span<byte> associatedData = stackalloc byte[SealedText.MaxAssociatedData];
        Span<byte> nonce = stackalloc byte[SealedText.NonceSize];
        if (!SealedText.TryWriteSession(sessionId, associatedData, out var length))
        {
            return false;
        }

        var current = keys.Current;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_cipher is null || _key?.Id != current.Id || _counter == MaxMessages || _octets > MaxOctets)
            {
                Begin(current);
            }

            var header = new SealedHeader(current.Id, keys.Now.ToUnixTimeSeconds(), current.Sealer, _link, _counter);
            header.Write(associatedData);
            header.Write(destination);
            SealedText.WriteNonce(_counter, nonce);

            // Used up before it is used.
            _counter++;
            _octets += message.Length;
            _cipher!.Encrypt(
                nonce, message, destination.Slice(SealedHeader.Size, message.Length), destination.Slice(SealedHeader.Size + message.Length, SealedHeader.TagSize), associatedData[..length]);
        }

        return true;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _cipher?.Dispose();
        }
    }

    private void Begin(SealingKey key)
    {
        _cipher?.Dispose();
        Span<byte> linkKey = stackalloc byte[GroupSecret.Size];
        _link = Guid.NewGuid();
        GroupSecret.DeriveLink(key.Key, _link, queue, linkKey);
        _cipher = new AesGcm(linkKey, SealedHeader.TagSize);
        CryptographicOperations.ZeroMemory(linkKey);
        _key = key;
        _counter = 0;
        _octets = 0;
    }
}
