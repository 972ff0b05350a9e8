using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Commands;
using AppProxy.Gateway.Demo;
using AppProxy.Gateway.Demo.SampleApp;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using NUnit.Framework;
using CommandLine = AppProxy.Gateway.Commands.CommandLine;

namespace AppProxy.Tests.Gateway.Commands;

[TestFixture]
internal sealed class CommandLineTests
{
    private readonly StringWriter _error = new();
    private readonly StringWriter _output = new();
    private string[]? _hostArguments;
    private DemoOptions? _demoOptions;

    [SetUp]
    public void Forget()
    {
        _error.GetStringBuilder().Clear();
        _output.GetStringBuilder().Clear();
        _hostArguments = null;
        _demoOptions = null;
    }

    [TestCase]
    [TestCase("--urls", "http://localhost:1")]
    [TestCase("--Catalogue:Path=apps.json")]
    [TestCase("/Catalogue:Path", "apps.json")]
    [TestCase("Catalogue:Path=apps.json")]
    [TestCase("--Anything", "demo")]
    public async Task Without_a_verb_the_host_runs_with_its_configuration(params string[] args)
    {
        (await RunAsync(args)).Should().Be(7);
        _hostArguments.Should().Equal(args);
    }

    [Test]
    public async Task Demo_has_defaults()
    {
        (await RunAsync("demo")).Should().Be(0);
        _demoOptions.Should().Be(new DemoOptions { Url = new Uri("http://localhost:8080/"), InternalUrl = null, Connectors = 1, IsSignInOn = true });
        _demoOptions!.ExternalUrl.Should().Be(new Uri("http://app.localhost:8080/"));
    }

    [TestCase("http://localhost:9000")]
    [TestCase("http://127.0.0.1:9000")]
    [TestCase("http://[::1]:9000/")]
    public async Task Demo_takes_an_app_on_loopback(string urls)
    {
        (await RunAsync("demo", "--urls", urls, "--internal-url", "http://10.0.0.1:5000/app", "--connectors", "3")).Should().Be(0);
        _demoOptions.Should().Be(new DemoOptions { Url = new Uri(urls), InternalUrl = new Uri("http://10.0.0.1:5000/app/"), Connectors = 3 });
        _demoOptions!.ExternalUrl.Should().Be(new Uri("http://app.localhost:9000/"));
    }

    [TestCase("demo", "--bogus")]
    [TestCase("demo", "extra")]
    [TestCase("demmo")]
    [TestCase("demo", "--urls")]
    [TestCase("demo", "--urls", "localhost")]
    [TestCase("demo", "--urls", "http://localhost:80x")]
    [TestCase("demo", "--urls", "http://localhost:0")]
    [TestCase("demo", "--urls", "http://localhost:8080/path")]
    [TestCase("demo", "--urls", "http://localhost:8080;http://localhost:8081")]
    [TestCase("demo", "--urls", "https://localhost:8443")]
    [TestCase("demo", "--internal-url", "localhost:5000")]
    [TestCase("demo", "--internal-url", "http://me:secret@localhost:5000/")]
    [TestCase("demo", "--internal-url", "http://localhost:5000/", "--urls", "http://0.0.0.0:8080")]
    [TestCase("demo", "--sign-in", "--urls", "http://0.0.0.0:8080")]
    [TestCase("demo", "--internal-url", "http://localhost:5000/", "--urls", "http://gateway.example:8080")]
    [TestCase("demo", "--internal-url", "http://localhost:5000/", "--urls", "http://localhost.example:8080")]
    [TestCase("demo", "--connectors", "0")]
    [TestCase("demo", "--connectors", "17")]
    [TestCase("demo", "--connectors", "many")]
    public async Task What_is_wrong_is_one_line_and_exit_code_2(params string[] args)
    {
        (await RunAsync(args)).Should().Be(2);
        _demoOptions.Should().BeNull();
        OneLine().Should().NotBeEmpty().And.NotContain("secret");
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_port_in_use_is_one_line_and_exit_code_2(CancellationToken cancellationToken)
    {
        using var occupied = new TcpListener(IPAddress.Loopback, 0);
        occupied.Start();
        var url = $"http://{occupied.LocalEndpoint}";
        var commandLine = Create(runHost: async _ =>
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls(url);
            await using var app = builder.Build();
            app.Run(_ => Task.CompletedTask);
            await app.StartAsync(cancellationToken);
            return 0;
        });

        (await commandLine.RunAsync([])).Should().Be(2);
        OneLine().Should().Contain(url).And.Contain("in use").And.Contain("--urls");
    }

    [Test]
    public async Task A_bad_catalogue_is_told_without_a_stack_trace()
    {
        var commandLine = Create(runHost: _ => throw new CatalogueException("apps.json", [new CatalogueFinding("$.applications", 3, "must be a list, [ … ]")]));

        (await commandLine.RunAsync([])).Should().Be(2);
        OneLine().Should().Be("apps.json: line 3, $.applications: must be a list, [ … ]");
    }

    [Test]
    public async Task Our_own_faults_are_not_hidden()
    {
        var commandLine = Create(runHost: _ => throw new InvalidOperationException("bug"));
        await commandLine.Invoking(line => line.RunAsync([])).Should().ThrowAsync<InvalidOperationException>();
    }

    [Test]
    public async Task Help_names_the_verbs()
    {
        (await RunAsync("--help")).Should().Be(0);
        _output.ToString().Should().Contain("demo");
    }

    private Task<int> RunAsync(params string[] args) => Create().RunAsync(args);

    private CommandLine Create(Func<string[], Task<int>>? runHost = null)
        => new(
            runHost ?? (args =>
            {
                _hostArguments = args;
                return Task.FromResult(7);
            }),
            (options, _, _) =>
            {
                _demoOptions = options;
                return Task.FromResult(0);
            },
            new InvocationConfiguration { Output = _output, Error = _error });

    private string OneLine()
    {
        var text = _error.ToString().TrimEnd();
        text.Should().NotContain("\n");
        return text;
    }
}
