using System.Text.Json;
using AppProxy.Contracts.Settings;

namespace AppProxy.Gateway.Keys;

/// <summary>Keys in a file that only its owner reads, for a gateway without a store. One gateway uses it at a time.</summary>
internal sealed class FileKeyVault(string path) : ISigningKeyVault
{
    private readonly string _path = Path.GetFullPath(path);

    public string Name => _path;

    public Task<IReadOnlyList<StoredSigningKey>> ReadAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<StoredSigningKey>>(Read());

    public Task<bool> TryAddAsync(StoredSigningKey key, CancellationToken cancellationToken)
    {
        var keys = Read();
        if (keys.Exists(other => other.Sequence == key.Sequence))
        {
            return Task.FromResult(false);
        }

        return Task.FromResult(Write([.. keys, key], isFirst: keys.Count == 0));
    }

    public Task EraseBeforeAsync(int sequence, CancellationToken cancellationToken)
    {
        Write([.. Read().Select(key => key.Sequence < sequence ? key with { PrivateKey = null } : key)]);
        return Task.CompletedTask;
    }

    private List<StoredSigningKey> Read()
    {
        if (!File.Exists(_path))
        {
            return [];
        }

        if (SecretFile.IsOpenToOthers(_path))
        {
            throw new KeyException(_path, $"the gateway's keys can be read by others than their owner. Take the right away (chmod 600 {_path}), and rotate the keys if somebody may have read them");
        }

        try
        {
            using var file = File.OpenRead(_path);
            return JsonSerializer.Deserialize(file, KeyJsonContext.Default.ListStoredSigningKey) ?? throw new JsonException("It is empty.");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new KeyException(_path, $"the gateway's keys cannot be read: {exception.Message} Bring the file back from a backup", exception);
        }
    }

    /// <returns>False where somebody else was first.</returns>
    private bool Write(List<StoredSigningKey> keys, bool isFirst = false)
    {
        try
        {
            var content = JsonSerializer.SerializeToUtf8Bytes(keys, KeyJsonContext.Default.ListStoredSigningKey);
            if (isFirst)
            {
                return SecretFile.TryCreate(_path, content);
            }

            SecretFile.Replace(_path, content);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyException(_path, $"the gateway's keys cannot be kept here: {exception.Message} Let the gateway write there, or name another file with Gateway:Keys, or use a store", exception);
        }
    }
}
