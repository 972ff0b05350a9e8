using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Keys;

internal static class KeyServices
{
    /// <summary>Beside the apps file.</summary>
    public const string DefaultFile = "appproxy.keys.json";

    /// <summary>Adds <see cref="SigningKeys"/>, loaded before anything serves.</summary>
    /// <param name="services">Where.</param>
    /// <param name="store">Keeps the keys, if there is one; its tables are brought up to date first.</param>
    /// <param name="file">Keeps them otherwise; null for keys that live as long as the process.</param>
    public static IServiceCollection AddKeys(this IServiceCollection services, StoreConnection? store, string? file)
        => services
            .AddSingleton<ISigningKeyVault>(store is not null ? new StoreKeyVault(store) : file is not null ? new FileKeyVault(file) : new MemoryKeyVault())
            .AddSingleton<SigningKeys>()
            .AddHostedService(provider => provider.GetRequiredService<SigningKeys>());
}
