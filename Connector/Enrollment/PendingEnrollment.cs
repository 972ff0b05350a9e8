using System.Security.Cryptography;
using System.Text.Json;
using AppProxy.Contracts.Settings;

namespace AppProxy.Connector.Enrollment;

/// <summary>
/// The key of an enrolment, kept before the gateway hears of it: if the answer is lost, asking again with the same token and key gets the same identity,
/// and a token that is good once is not gone.
/// </summary>
internal sealed class PendingEnrollment(IdentityFile file, string tokenId)
{
    private readonly string _path = file.Path + ".pending";

    /// <summary>The key that was drawn for this token before, or a new one.</summary>
    /// <exception cref="EnrollmentException">It cannot be kept.</exception>
    public ECDsa OpenKey()
    {
        if (Find() is { } found)
        {
            return found;
        }

        var drawn = ConnectorIdentity.CreateKey();
        try
        {
            SecretFile.Replace(_path, JsonSerializer.SerializeToUtf8Bytes(new PendingKey(tokenId, file.Protect(drawn)), ConnectorIdentityJsonContext.Default.PendingKey));
            return drawn;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            drawn.Dispose();
            throw new EnrollmentException($"{_path}: the connector's key cannot be written: {exception.Message} Let the connector write there, or name another file with Connector:Identity.", exception);
        }
    }

    /// <summary>It came to an end, good or bad.</summary>
    public void Forget()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Its owner's alone, and overwritten by the next.
        }
    }

    private ECDsa? Find()
    {
        try
        {
            return File.Exists(_path) && !SecretFile.IsOpenToOthers(_path)
                && JsonSerializer.Deserialize(File.ReadAllBytes(_path), ConnectorIdentityJsonContext.Default.PendingKey) is { } pending && pending.TokenId == tokenId
                ? file.OpenKey(pending.PrivateKey)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or EnrollmentException)
        {
            // Cut short, or somebody else's: another one takes its place.
            return null;
        }
    }
}

/// <summary>What is kept of it.</summary>
/// <param name="TokenId">Of the one-time token.</param>
/// <param name="PrivateKey">As <see cref="IKeyProtection"/> leaves it. Secret.</param>
internal sealed record PendingKey(string TokenId, string PrivateKey)
{
    /// <summary>Without the key.</summary>
    public override string ToString() => TokenId;
}
