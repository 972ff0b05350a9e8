using AppProxy.Gateway.Directory;
using AppProxy.Gateway.Hosting;
using AppProxy.Gateway.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.OfDirectory;

[TestFixture]
internal sealed class DirectoryOptionsTests
{
    [Test]
    public void Is_off_unless_it_is_asked_for()
    {
        var signIn = new SignInOptions();
        var mistakes = new List<string>();

        new DirectoryOptions().Apply(signIn, ["gateway.example.com"], hasStore: true, mistakes);

        signIn.IsConfigured.Should().BeFalse();
        mistakes.Should().BeEmpty();
    }

    [Test]
    public void Is_the_provider_on_the_gateways_own_host()
    {
        var signIn = new SignInOptions();
        var mistakes = new List<string>();

        new DirectoryOptions { IsEnabled = true }.Apply(signIn, ["gateway.example.com"], hasStore: true, mistakes);
        signIn.Check(["gateway.example.com"], mistakes);

        mistakes.Should().BeEmpty();
        signIn.Authority.Should().Be("https://gateway.example.com/directory");
        signIn.TwoStepsAcr.Should().Be("urn:appproxy:two-steps");
    }

    [Test]
    public void Says_what_it_needs_and_what_it_does_not_go_with()
    {
        var mistakes = new List<string>();
        new DirectoryOptions { IsEnabled = true }.Apply(new SignInOptions(), ["gateway.example.com"], hasStore: false, mistakes);
        new DirectoryOptions { IsEnabled = true }.Apply(new SignInOptions { Authority = "https://login.example.com/" }, [], hasStore: true, mistakes);

        mistakes.Should().HaveCount(2);
        mistakes[0].Should().Contain("needs a place for its users: give Gateway:Store");
        mistakes[1].Should().Contain("are both given");
    }

    [Test]
    public async Task With_another_provider_there_is_nothing_of_it()
    {
        await using var gateway = GatewayHost.Build([], static builder =>
        {
            builder.IgnoreSettingsFiles();
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Gateway:SignIn:Authority"] = "https://login.example.com/",
                ["Gateway:SignIn:ClientId"] = "appproxy",
                ["Gateway:SignIn:Origin"] = "https://gateway.example.com",
            });
            builder.Services.AddSingleton(new AppProxy.Gateway.Catalogue.CatalogueOptions { Json = """{ "applications": [] }""" });
        });

        gateway.Services.GetService<DirectoryEndpoints>().Should().BeNull();
        gateway.Services.GetService<IOptionsMonitor<OpenIddict.Server.OpenIddictServerOptions>>()!.CurrentValue.SigningCredentials.Should().BeEmpty();
    }
}
