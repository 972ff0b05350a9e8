namespace AppProxy.Connector.Enrollment;

/// <summary>Unix: the mode of the file is the guard, and the key lies in it as it is.</summary>
internal sealed class FileModeProtection : IKeyProtection
{
    public string Protect(byte[] key) => Convert.ToBase64String(key);

    public byte[] Unprotect(string text) => Convert.FromBase64String(text);
}
