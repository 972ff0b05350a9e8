namespace AppProxy.Gateway.Catalogue;

internal static class CatalogueServices
{
    /// <summary>Adds the store, which loads as the first thing at the start: call it before other hosted services are added.</summary>
    public static IServiceCollection AddCatalogue(this IServiceCollection services, CatalogueOptions options)
        => services
            .AddSingleton(options)
            .AddSingleton<CatalogueStore>()
            .AddHostedService(provider => provider.GetRequiredService<CatalogueStore>());
}
