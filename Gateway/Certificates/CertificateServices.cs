using AppProxy.Gateway.Certificates.Storage;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Certificates;

internal static class CertificateServices
{
    /// <summary>Adds <see cref="HostCertificates"/>, loaded before anything serves.</summary>
    /// <param name="services">Where.</param>
    /// <param name="options">The operator's.</param>
    /// <param name="store">Holds certificates too, if there is one.</param>
    /// <param name="ownHosts">Host names of the gateway itself.</param>
    public static IServiceCollection AddCertificates(this IServiceCollection services, CertificateOptions options, StoreConnection? store, IReadOnlyList<string> ownHosts)
    {
        services.AddSingleton(provider => new HostCertificates(
            [
                .. options.Folder is { } folder ? [new CertificateFolder(folder)] : (ICertificateSource[])[],
                .. store is not null ? [new CertificateDatabase(store, provider.GetRequiredService<TimeProvider>())] : (ICertificateSource[])[],
            ],
            ownHosts,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<HostCertificates>>()));
        services.AddHostedService(static provider => provider.GetRequiredService<HostCertificates>());
        services.AddHostedService<CertificateExpiry>();
        if (options.AcmeChallenges is { } challenges)
        {
            services.AddSingleton(new AcmeChallenges(challenges));
        }

        return services;
    }
}
