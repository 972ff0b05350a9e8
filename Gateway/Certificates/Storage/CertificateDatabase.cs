using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Certificates.Storage;

/// <summary>Certificates in the store, which all gateways that use it show.</summary>
internal sealed class CertificateDatabase(StoreConnection connection, TimeProvider time) : ICertificateSource
{
    private bool _isUpgraded;
    private (int Count, long Revision)? _read;

    public string Name => connection.Name;

    public async Task<IReadOnlyList<CertificateReading>?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!_isUpgraded)
            {
                await StoreSchema.UpgradeAsync(connection, cancellationToken);
                _isUpgraded = true;
            }

            return await connection.UseAsync(async context =>
            {
                var rows = context.Set<CertificateRow>().AsNoTracking();
                var found = await rows.GroupBy(static _ => 1).Select(static all => new { Count = all.Count(), Revision = all.Max(static row => row.Revision) }).SingleOrDefaultAsync(cancellationToken);
                var state = (found?.Count ?? 0, found?.Revision ?? 0);
                if (_read == state)
                {
                    return null;
                }

                List<CertificateReading> readings = [.. (await rows.OrderBy(static row => row.Id).ToListAsync(cancellationToken)).Select(Read)];
                _read = state;
                return readings;
            });
        }
        catch (StoreException failure)
        {
            throw new CertificateException(failure.Reason, failure);
        }
    }

    /// <summary>Keeps a certificate under a name, in the place of one that has it.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public Task<bool> SaveAsync(string name, HostCertificate certificate, CancellationToken cancellationToken) => connection.UseAsync(async context =>
    {
        var last = await context.Set<CertificateRow>().MaxAsync(static row => (long?)row.Revision, cancellationToken) ?? 0;
        var revision = Math.Max(last + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
        var pem = string.Join('\n', certificate.Chain.Prepend(certificate.Own).Select(static each => each.ExportCertificatePem())) + "\n";
        var row = await context.Set<CertificateRow>().FindAsync([name], cancellationToken);
        if (row is null)
        {
            context.Add(new CertificateRow { Id = name, Certificates = pem, PrivateKey = ExportKey(certificate.Own), Revision = revision });
        }
        else
        {
            (row.Certificates, row.PrivateKey, row.Revision) = (pem, ExportKey(certificate.Own), revision);
        }

        await context.SaveChangesAsync(cancellationToken);
        return row is not null;
    });

    /// <returns>False where there is none of that name.</returns>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public Task<bool> RemoveAsync(string name, CancellationToken cancellationToken) => connection.UseAsync(
        async context => await context.Set<CertificateRow>().Where(row => row.Id == name).ExecuteDeleteAsync(cancellationToken) > 0);

    private static CertificateReading Read(CertificateRow row)
    {
        var source = $"'{row.Id}' of the store";
        try
        {
            return new CertificateReading(source, CertificateReader.Read(source, Encoding.ASCII.GetBytes(row.Certificates), Encoding.ASCII.GetBytes(row.PrivateKey), null));
        }
        catch (CertificateException problem)
        {
            return new CertificateReading(source, null, problem.Message);
        }
    }

    private static string ExportKey(X509Certificate2 certificate)
    {
        using var key = (AsymmetricAlgorithm?)certificate.GetECDsaPrivateKey() ?? certificate.GetRSAPrivateKey()
            ?? throw new CertificateException("has a private key of a kind that TLS servers do not use: have one issued with an RSA or an elliptic curve key");
        return key.ExportPkcs8PrivateKeyPem();
    }
}
