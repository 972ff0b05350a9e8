using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Demo;

/// <summary>Its options, good and bad.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class The_demo_is_told_what_to_do
{
    [Test]
    public async Task An_app_of_ones_own_is_published(CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.Run(static context => context.Response.WriteAsync("mine: " + context.Request.Path));
        await app.StartAsync(cancellation);

        await using var demo = await RunningDemo.StartAsync(cancellation, "--internal-url", app.Urls.Single() + "/base");
        using var client = demo.CreateClient();

        (await client.GetStringAsync("/there", cancellation)).Should().Be("mine: /base/there");
        demo.Program.Output.Should().Contain("published OPEN");
    }

    [TestCase("demo", "--bogus")]
    [TestCase("demmo")]
    [TestCase("demo", "--urls", "localhost:80x")]
    [TestCase("demo", "--internal-url", "http://localhost:5000/", "--urls", "http://0.0.0.0:8080")]
    public async Task What_is_wrong_is_one_line_and_exit_code_2(params string[] arguments)
    {
        var cancellation = TestContext.CurrentContext.CancellationToken;
        await using var demo = await RunningProgram.RunAsync(ProductExecutables.Gateway, arguments, cancellation);

        IsOneLineAndExitCode2(demo);
    }

    [Test]
    public async Task A_port_in_use_is_one_line_and_exit_code_2(CancellationToken cancellation)
    {
        using var occupied = new TcpListener(IPAddress.Loopback, 0);
        occupied.Start();
        var url = string.Create(CultureInfo.InvariantCulture, $"http://{occupied.LocalEndpoint}");

        await using var demo = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["demo", "--urls", url], cancellation);

        IsOneLineAndExitCode2(demo);
        demo.Errors.Should().Contain(url).And.Contain("in use");
    }

    private static void IsOneLineAndExitCode2(RunningProgram demo)
    {
        demo.Exited.Result.Should().Be(2, demo.Output + demo.Errors);
        demo.Errors.Trim().Should().NotBeEmpty().And.NotContain("\n");
        demo.Output.Should().NotContain("   at ", "a stack trace helps nobody at a keyboard");
    }
}
