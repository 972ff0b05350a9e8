using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Settings;

namespace AppProxy.Connector.Assertions;

internal static class AssertionServices
{
    /// <summary>Assertions are verified by a connector that knows which gateway it trusts: by enrolment, or by a pin.</summary>
    public static IServiceCollection AddAssertions(this IServiceCollection services, ConnectorOptions options)
    {
        if (!options.UsesKey || options.GatewayKey is not null)
        {
            services.AddSingleton(provider => options.UsesKey
                ? GatewayPin.Of(options, provider.GetRequiredService<TimeProvider>(), provider.GetService<HttpMessageHandler>())!
                : GatewayPin.Of(provider.GetRequiredService<IdentityFile>(), provider.GetRequiredService<TimeProvider>(), provider.GetService<HttpMessageHandler>()));
            services.AddSingleton<GatewayKeyRing>();
        }

        services.AddSingleton<AssertionVerifier>();
        services.AddHostedService<GatewayKeyWatch>();
        return services;
    }
}
