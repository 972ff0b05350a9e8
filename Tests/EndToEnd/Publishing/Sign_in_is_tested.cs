using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Publishing;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Publishing;

/// <summary>How far a publish test gets where people must sign in.</summary>
public sealed class Sign_in_is_tested : SignInTest
{
    [Test, CancelAfter(SignInGuard)]
    public async Task Up_to_the_sign_in_and_it_says_so(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, only: "app");

        var report = await TestAsync(proxy, null, cancellation);

        report.Steps.Single(static step => step.Step == "sign-in").Should().Be(TestStep.Ok("sign-in", "People are sent to gateway.localhost to sign in."));
        report.Steps.Single(static step => step.Step == "answer").Should().Match<TestStep>(step => step.State == StepState.NotTested && step.Advice!.StartsWith("Give an access token"));
    }

    [Test, CancelAfter(SignInGuard)]
    public async Task A_token_that_is_none_is_told(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, only: "app");

        var report = await TestAsync(proxy, "nonsense", cancellation);

        report.Steps.Single(static step => step.Step == "sign-in").Should().Match<TestStep>(step => step.State == StepState.Failed && step.Text.StartsWith("The access token was not taken"));
        report.ToJson().Should().NotContain("nonsense");
    }

    private static Task<PublishReport> TestAsync(TestEnvironment proxy, string? token, CancellationToken cancellation)
    {
        var catalogue = proxy.GatewayServices.GetRequiredService<CatalogueStore>().Current;
        var app = catalogue.Apps.Single();
        return new PublishTest(new PublishTestOptions { App = app, Url = new Uri(app.ExternalUrl.ToString()), Token = token }, catalogue, null, TimeProvider.System).RunAsync(cancellation);
    }
}
