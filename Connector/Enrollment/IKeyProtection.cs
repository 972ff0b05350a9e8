namespace AppProxy.Connector.Enrollment;

/// <summary>How the operating system guards a private key that lies in a file.</summary>
internal interface IKeyProtection
{
    /// <summary>A PKCS #8 key as text for the file.</summary>
    string Protect(byte[] key);

    /// <exception cref="System.Security.Cryptography.CryptographicException">Not protected by this user on this machine.</exception>
    /// <exception cref="FormatException">No key.</exception>
    byte[] Unprotect(string text);

    /// <summary>What this system has.</summary>
    static IKeyProtection Create() => OperatingSystem.IsWindows() ? new DataProtectionApi() : new FileModeProtection();
}
