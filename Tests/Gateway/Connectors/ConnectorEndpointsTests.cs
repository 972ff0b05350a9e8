using System.Net;
using System.Text;
using System.Text.Json;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Keys;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
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

    private static async Task<(int Status, CallRefusal Refusal)> PostAsync(string scheme, string client, string method, CancellationToken cancellation)
    {
        using var keys = new SigningKeys(new MemoryKeyVault(), TimeProvider.System, NullLogger<SigningKeys>.Instance);
        await keys.LoadAsync(cancellation);
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Scheme = scheme;
        context.Request.Path = ConnectorPaths.Token;
        context.Connection.RemoteIpAddress = IPAddress.Parse(client);
        context.Response.Body = answer;

        await new ConnectorEndpoints(keys, NullLogger<ConnectorEndpoints>.Instance).InvokeAsync(context);

        return (context.Response.StatusCode, JsonSerializer.Deserialize(Encoding.UTF8.GetString(answer.ToArray()), IdentityJsonContext.Default.CallRefusal)!);
    }
}
