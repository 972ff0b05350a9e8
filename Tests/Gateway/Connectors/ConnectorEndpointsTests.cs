using System.Net;
using System.Text;
using System.Text.Json;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Keys;
using AppProxy.Tests.EndToEnd;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Connectors;

[TestFixture]
internal sealed class ConnectorEndpointsTests
{
    private const int Guard = 20_000;

    [TestCase("http", "192.0.2.1", CallFault.HttpsRequired, 403)]
    [TestCase("http", "127.0.0.1", CallFault.NotAvailable, 501)]
    [TestCase("http", "::1", CallFault.NotAvailable, 501)]
    [TestCase("https", "192.0.2.1", CallFault.NotAvailable, 501)]
    [CancelAfter(Guard)]
    public async Task Plain_http_is_for_this_machine(string scheme, string client, CallFault fault, int status, CancellationToken cancellation)
    {
        var (code, refusal) = await PostAsync(scheme, client, HttpMethods.Post, cancellation);

        code.Should().Be(status);
        refusal.Code.Should().Be(fault);
        refusal.Message.Should().NotBeEmpty();
    }

    [Test, CancelAfter(Guard)]
    public async Task There_is_nothing_to_be_read(CancellationToken cancellation)
        => (await PostAsync("https", "192.0.2.1", HttpMethods.Get, cancellation)).Refusal.Code.Should().Be(CallFault.BadRequest);

    [Test, CancelAfter(Guard)]
    public async Task Refusals_are_told_once_a_second_of_each_kind(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider();
        var log = new LogRecorder();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(log.CreateProvider()));
        using var keys = await KeysAsync(cancellation);
        var endpoints = new ConnectorEndpoints(keys, time, factory.CreateLogger<ConnectorEndpoints>());

        for (var call = 0; call < 5; call++)
        {
            await endpoints.InvokeAsync(Context("https", "192.0.2.1", HttpMethods.Get));
            await endpoints.InvokeAsync(Context("http", "192.0.2.1", HttpMethods.Post));
        }

        log.Entries.Should().HaveCount(2);
        time.Advance(TimeSpan.FromSeconds(1));
        await endpoints.InvokeAsync(Context("https", "192.0.2.1", HttpMethods.Get));
        log.Entries.Should().HaveCount(3);
        log.Entries.Last().Text.Should().Contain("and 4 like it");
    }

    private static async Task<SigningKeys> KeysAsync(CancellationToken cancellation)
    {
        var keys = new SigningKeys(new MemoryKeyVault(), TimeProvider.System, NullLogger<SigningKeys>.Instance);
        await keys.LoadAsync(cancellation);
        return keys;
    }

    private static DefaultHttpContext Context(string scheme, string client, string method)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Scheme = scheme;
        context.Request.Path = ConnectorPaths.Token;
        context.Connection.RemoteIpAddress = IPAddress.Parse(client);
        return context;
    }

    private static async Task<(int Status, CallRefusal Refusal)> PostAsync(string scheme, string client, string method, CancellationToken cancellation)
    {
        using var keys = await KeysAsync(cancellation);
        using var answer = new MemoryStream();
        var context = Context(scheme, client, method);
        context.Response.Body = answer;

        await new ConnectorEndpoints(keys, TimeProvider.System, NullLogger<ConnectorEndpoints>.Instance).InvokeAsync(context);

        return (context.Response.StatusCode, JsonSerializer.Deserialize(Encoding.UTF8.GetString(answer.ToArray()), IdentityJsonContext.Default.CallRefusal)!);
    }
}
