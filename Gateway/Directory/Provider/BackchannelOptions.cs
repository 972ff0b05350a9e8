using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>The one thing in which sign-in with the directory differs from any other: how its provider is reached.</summary>
internal sealed class BackchannelOptions(DirectoryBackchannel backchannel) : IConfigureNamedOptions<OpenIdConnectOptions>
{
    public void Configure(OpenIdConnectOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, OpenIdConnectOptions options) => options.BackchannelHttpHandler = backchannel;
}
