using AppProxy.Gateway.Processes;

namespace AppProxy.Gateway.Certificates;

/// <summary>
/// Certificates in a folder and the folders in it: PEM with the key in the file or beside it, or PFX. Looked at again and again, and not
/// watched: what clients of ACME, Kubernetes and network drives do (links to links, other machines) reaches no watcher on every system.
/// </summary>
internal sealed class CertificateFolder(string path, Func<string, IEnumerable<string>> filesOf) : ICertificateSource
{
    private const int MostOctets = 1024 * 1024;
    private const string WholeChain = "fullchain.pem";

    private readonly string _path = Path.GetFullPath(path);
    private string? _read;
    private string? _seen;

    public CertificateFolder(string path)
        : this(path, System.IO.Directory.EnumerateFiles)
    {
    }

    public string Name => _path;

    public Task<IReadOnlyList<CertificateReading>?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var unreadable = new List<CertificateReading>();
            var files = List(unreadable);
            var state = string.Join('\n', [.. files.Select(static file => $"{file}|{FileState.Of(file)}"), .. unreadable.Select(static folder => folder.Source)]);
            var isSettled = _read is null || state == _seen;
            _seen = state;
            if (state == _read || !isSettled)
            {
                // What was written within this second may be half of it.
                return Task.FromResult<IReadOnlyList<CertificateReading>?>(null);
            }

            _read = state;
            return Task.FromResult<IReadOnlyList<CertificateReading>?>([.. files.Where(IsCertificate).Select(file => Read(file, files)).OfType<CertificateReading>(), .. unreadable]);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Hidden ones are what Kubernetes keeps versions in, and what editors leave.</summary>
    /// <param name="unreadable">Grows by each folder below that cannot be looked into, and hurts no other.</param>
    private List<string> List(List<CertificateReading> unreadable)
    {
        static bool IsShown(string path) => !Path.GetFileName(path).StartsWith('.');
        var files = filesOf(_path).Where(IsShown).ToList();
        foreach (var folder in System.IO.Directory.EnumerateDirectories(_path).Where(IsShown).Order(StringComparer.Ordinal))
        {
            try
            {
                files.AddRange(filesOf(folder).Where(IsShown));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                unreadable.Add(new CertificateReading(folder, null, $"is a folder that cannot be read: {failure.Message}"));
            }
        }

        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static bool IsCertificate(string path) => Path.GetExtension(path).ToUpperInvariant() is ".PEM" or ".CRT" or ".CER" or ".PFX" or ".P12";

    private static CertificateReading? Read(string path, List<string> files)
    {
        try
        {
            if (Load(path) is not { } content || (CertificateReader.IsPem(content) && !CertificateReader.HasCertificate(content)))
            {
                // A key, which is read with its certificate.
                return null;
            }

            var folder = Path.GetDirectoryName(path)!;
            var name = Path.Combine(folder, Path.GetFileNameWithoutExtension(path));
            var password = files.Contains(name + ".password") ? File.ReadAllText(name + ".password").Trim() : null;
            string? keyPath = null;
            if (CertificateReader.IsPem(content) && !CertificateReader.HasKey(content))
            {
                // Of what certbot writes, one file has the whole chain; the others are its parts.
                if (Path.GetFileName(path) != WholeChain && files.Contains(Path.Combine(folder, WholeChain)))
                {
                    return null;
                }

                string[] places = [name + ".key", name + "-key.pem", Path.Combine(folder, "privkey.pem")];
                keyPath = Array.Find(places, files.Contains);
                if (keyPath is null)
                {
                    return CertificateReader.IsAuthority(content) ? null
                        : throw new CertificateException($"comes without its private key: lay it beside as {Path.GetFileNameWithoutExtension(path)}.key");
                }
            }

            var read = CertificateReader.Read(path, content, keyPath is null ? null : Load(keyPath), password);
            return new CertificateReading(path, read, IsOpenToAll(keyPath ?? path) ? $"has a private key that everybody on this machine may read: chmod 600 {keyPath ?? path}" : null);
        }
        catch (CertificateException problem)
        {
            return new CertificateReading(path, null, problem.Message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new CertificateReading(path, null, $"cannot be read: {failure.Message}");
        }
    }

    private static byte[] Load(string path)
        => new FileInfo(path).Length <= MostOctets ? File.ReadAllBytes(path) : throw new CertificateException("is larger than any certificate: take it out of the folder");

    private static bool IsOpenToAll(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & UnixFileMode.OtherRead) != 0;
}
