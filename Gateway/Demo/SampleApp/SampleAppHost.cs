using System.Net;

namespace AppProxy.Gateway.Demo.SampleApp;

/// <summary>An internal app to publish in the demo and in tests, on its own server at a free loopback port.</summary>
internal sealed class SampleAppHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SampleAppHost(WebApplication app, Uri url)
    {
        _app = app;
        Url = url;
    }

    /// <summary>The internal URL.</summary>
    public Uri Url { get; }

    public static async Task<SampleAppHost> StartAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        // Empty, so that settings meant for the gateway (ASPNETCORE_URLS, appsettings.json) do not reach this server.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.AddServerHeader = false;
            // An upload may be of any size, and may be as slow as its client.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<ChatRoom>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(2));

        var app = builder.Build();
        app.Use(SecurityHeaders.AddAsync);
        app.UseWebSockets();
        Pages.Map(app);
        ApiEndpoints.Map(app);
        UploadEndpoint.Map(app);
        DownloadEndpoints.Map(app);
        ClockEndpoint.Map(app);
        ChatEndpoint.Map(app);

        await app.StartAsync(cancellationToken);
        return new SampleAppHost(app, new Uri(app.Urls.Single() + "/"));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
