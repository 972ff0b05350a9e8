using System.Security.Cryptography;
using System.Text.Json;
using AppProxy.Contracts.Settings;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Connector.Enrollment;

/// <summary>The file that holds the connector's identity.</summary>
internal sealed class IdentityFile(string path, IKeyProtection protection)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public bool Exists => File.Exists(Path);

    /// <exception cref="EnrollmentException">Missing, unreadable, or open to others.</exception>
    public ConnectorIdentity Read()
    {
        if (!Exists)
        {
            throw new EnrollmentException($"{Path}: this connector is not enrolled: run 'enroll' with a token that the gateway's operator made.");
        }

        if (SecretFile.IsOpenToOthers(Path))
        {
            throw new EnrollmentException($"{Path}: others than its owner may read the connector's key: take the right away (chmod 600 {Path}), and enrol again if somebody may have read it.");
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path), ConnectorIdentityJsonContext.Default.ConnectorIdentity) ?? throw new JsonException("It is empty.");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Unreadable(exception);
        }
    }

    /// <exception cref="EnrollmentException">Cannot be written.</exception>
    public void Write(ConnectorIdentity identity)
    {
        try
        {
            SecretFile.Replace(Path, Serialize(identity));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(exception);
        }
    }

    /// <summary>As <see cref="Write"/>, where there is no identity yet; false when somebody else has made one meanwhile, which stays.</summary>
    /// <exception cref="EnrollmentException">Cannot be written.</exception>
    public bool TryCreate(ConnectorIdentity identity)
    {
        try
        {
            return SecretFile.TryCreate(Path, Serialize(identity));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(exception);
        }
    }

    /// <summary>Whether it holds the identity of this connector still: it may have been enrolled again while it ran.</summary>
    /// <exception cref="EnrollmentException">Unreadable, or open to others.</exception>
    public bool Holds(string id) => Exists && Read().Id == id;

    public string Protect(ECDsa key) => protection.Protect(key.ExportPkcs8PrivateKey());

    /// <summary>For signing with one of the identity's keys.</summary>
    /// <exception cref="EnrollmentException">It is none, or another user's.</exception>
    public ECDsa OpenKey(string text)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(protection.Unprotect(text), out _);
            return key;
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            key.Dispose();
            throw Unreadable(exception);
        }
    }

    private static byte[] Serialize(ConnectorIdentity identity) => JsonSerializer.SerializeToUtf8Bytes(identity, ConnectorIdentityJsonContext.Default.ConnectorIdentity);

    private EnrollmentException Unwritable(Exception exception)
        => new($"{Path}: the connector's identity cannot be written: {exception.Message} Let the connector write there, or name another file with Connector:Identity.", exception);

    private EnrollmentException Unreadable(Exception exception)
        => new($"{Path}: the connector's identity cannot be read: {exception.Message} Enrol again, with a new token and --replace.", exception);
}
