using System.Security.Cryptography;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Processes;

namespace AppProxy.Gateway.Keys;

/// <summary>
/// The gateway's own keys: made at the first start, shared by all gateways of one store, and rotated without a gap. A new key is known to all
/// before it signs; the one before it is accepted for a day, longer than anything that it signed lives.
/// </summary>
internal sealed partial class SigningKeys(ISigningKeyVault vault, TimeProvider time, ILogger<SigningKeys> logger) : WatchedState(Interval, time, logger)
{
    /// <summary>How often keys are looked for that another gateway or a command made.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>From a key's making to its first signature: every gateway has looked by then.</summary>
    public static readonly TimeSpan Announcement = TimeSpan.FromMinutes(1);

    /// <summary>How long a key is accepted after its successor signs.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromDays(1);

    private string? _reported;

    /// <summary>Oldest first.</summary>
    private volatile IReadOnlyList<SigningKey> _keys = [];

    private volatile IReadOnlyList<string> _successions = [];

    /// <summary>Ids of all keys that there ever were.</summary>
    private volatile HashSet<string> _ids = [];

    /// <summary>The key that signs now.</summary>
    /// <exception cref="InvalidOperationException">Not loaded yet.</exception>
    public SigningKey Current => FindCurrent(_keys) ?? throw new InvalidOperationException("The gateway's keys are not loaded.");

    /// <summary>Keys that are accepted now: the one that signs, the one before it while that counts, and those announced.</summary>
    public IReadOnlyList<SigningKey> Accepted
    {
        get
        {
            var keys = _keys;
            var now = Time.GetUtcNow();
            return [.. keys.Where((_, index) => index == keys.Count - 1 || keys[index + 1].SignsFrom + Overlap > now)];
        }
    }

    /// <summary>For who pinned an older key: each key's word for its successor, oldest first.</summary>
    public IReadOnlyList<string> Successions => _successions;

    /// <summary>Whether this is, or ever was, the id of a key of this gateway: whether somebody means us.</summary>
    public bool IsOurs(string id) => _ids.Contains(id);

    /// <summary>The accepted key with this id; null when there is none.</summary>
    public SigningKey? Find(string? id)
    {
        foreach (var key in Accepted)
        {
            if (key.Id == id)
            {
                return key;
            }
        }

        return null;
    }

    /// <summary>Reads the keys, and makes the first one where there is none.</summary>
    /// <exception cref="KeyException">They cannot be read or kept.</exception>
    public override async Task LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await vault.ReadAsync(cancellationToken);
        if (stored.Count == 0)
        {
            var now = Time.GetUtcNow();
            var first = SigningKey.Create(1, now, now);
            if (await vault.TryAddAsync(first.Stored, cancellationToken))
            {
                LogCreated(first.Id, vault.Name);
            }

            stored = await vault.ReadAsync(cancellationToken);
        }

        Take(stored);
    }

    /// <summary>Makes the next key, which signs after <see cref="Announcement"/>, and forgets the private keys of those that nobody accepts any more.</summary>
    /// <exception cref="KeyException">The keys cannot be kept, or the last rotation is still under way.</exception>
    public async Task<SigningKey> RotateAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        var now = Time.GetUtcNow();
        var last = _keys[^1];
        if (last.SignsFrom > now)
        {
            throw new KeyException(vault.Name, $"the last rotation is under way: key {last.Id} signs from {last.SignsFrom:u}");
        }

        var next = SigningKey.Create(last.Stored.Sequence + 1, now, now + Announcement);
        var stored = next.Stored with { Succession = KeySuccession.Write(last.Credentials, next.PublicKey, now) };
        if (!await vault.TryAddAsync(stored, cancellationToken))
        {
            throw new KeyException(vault.Name, "the keys were rotated by somebody else at the same moment");
        }

        await vault.EraseBeforeAsync(last.Stored.Sequence, cancellationToken);
        await LoadAsync(cancellationToken);
        LogRotated(next.Id, next.SignsFrom);
        return next;
    }

    protected override async Task LookAgainAsync(CancellationToken cancellationToken)
    {
        try
        {
            Take(await vault.ReadAsync(cancellationToken));
            _reported = null;
        }
        catch (KeyException exception)
        {
            // The keys at hand go on; what is wrong with the store is told once.
            if (_reported != exception.Message)
            {
                _reported = exception.Message;
                LogUnreadable(exception.Message);
            }
        }
    }

    /// <summary>Keys that are known already stay the objects they are: signature providers are cached by them.</summary>
    private void Take(IReadOnlyList<StoredSigningKey> stored)
    {
        var known = _keys;
        var usable = stored.Where(static key => key.PrivateKey is not null).ToList();
        _ids = stored.Select(static key => key.Id).ToHashSet(StringComparer.Ordinal);
        _successions = [.. stored.Select(static key => key.Succession).OfType<string>()];
        if (known.Select(static key => key.Id).SequenceEqual(usable.Select(static key => key.Id)))
        {
            return;
        }

        try
        {
            _keys = [.. usable.Select(key => known.FirstOrDefault(other => other.Id == key.Id) ?? SigningKey.Read(key))];
        }
        catch (CryptographicException exception)
        {
            throw new KeyException(vault.Name, $"one of the gateway's keys cannot be read: {exception.Message} Restore a backup", exception);
        }
    }

    private SigningKey? FindCurrent(IReadOnlyList<SigningKey> keys)
    {
        var now = Time.GetUtcNow();
        for (var i = keys.Count - 1; i >= 0; i--)
        {
            if (keys[i].SignsFrom <= now || i == 0)
            {
                return keys[i];
            }
        }

        return null;
    }

    [LoggerMessage(4201, LogLevel.Information, "The gateway's first signing key is {KeyId}, kept in {Vault}")]
    private partial void LogCreated(string keyId, string vault);

    [LoggerMessage(4202, LogLevel.Information, "The gateway has a new signing key, {KeyId}, which signs from {SignsFrom:u}")]
    private partial void LogRotated(string keyId, DateTimeOffset signsFrom);

    [LoggerMessage(4203, LogLevel.Warning, "The gateway's keys cannot be read again, and stay as they are: {Reason}")]
    private partial void LogUnreadable(string reason);
}
