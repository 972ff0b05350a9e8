using System.Diagnostics;
using AppProxy.Connector.Diagnostics;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Testing;
using AppProxy.Tests.Diagnostics;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Tracing;

[TestFixture]
[CancelAfter(Guard)]
[NonParallelizable]
internal sealed class A_request_is_one_trace : EndToEndTest
{
    private const string Client = "AppProxy.Tests.Client";
    private const string ServerSource = "Microsoft.AspNetCore";

    [Test]
    public async Task From_the_client_over_gateway_and_connector_to_the_app(CancellationToken cancellation)
    {
        using var spans = new TraceRecorder(Client, ServerSource, GatewayTracing.SourceName, ConnectorTracing.SourceName);
        var proxy = await StartAsync(static options => options.Publish("app", TellTraceAsync), cancellation);
        using var source = new ActivitySource(Client);
        using var client = source.StartActivity("client", ActivityKind.Client)!;

        var seen = await AskAsync(proxy, client.Id!, "vendor=1", cancellation);

        var relay = await spans.WaitForAsync(static span => span.Source.Name == GatewayTracing.SourceName, cancellation);
        var call = await spans.WaitForAsync(static span => span.Source.Name == ConnectorTracing.SourceName, cancellation);
        var server = await spans.WaitForAsync(span => span.Source.Name == ServerSource && span.SpanId == relay.ParentSpanId, cancellation);
        server.ParentSpanId.Should().Be(client.SpanId);
        call.ParentSpanId.Should().Be(relay.SpanId);
        seen.Should().Be($"{call.Id} vendor=1");
        (await spans.WaitForAsync(span => span.Source.Name == ServerSource && span.ParentSpanId == call.SpanId, cancellation))
            .TraceId.Should().Be(client.TraceId, "the app continues the same trace");
        Describe(relay).Should().BeEquivalentTo(ApprovedNames.Of("Gateway", "span"));
        Describe(call).Should().BeEquivalentTo(ApprovedNames.Of("Connector", "span"));
        relay.Status.Should().Be(ActivityStatusCode.Unset);
    }

    [Test]
    public async Task A_failure_is_told_on_the_span(CancellationToken cancellation)
    {
        using var spans = new TraceRecorder(GatewayTracing.SourceName);
        var proxy = await StartAsync(
            static options =>
            {
                options.Connectors = 0;
                options.Relay["waitForConnector"] = "00:00:00.1";
                options.Publish("app", TellTraceAsync);
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        (await client.GetAsync("/", cancellation)).Dispose();

        var relay = await spans.WaitForAsync(static _ => true, cancellation);
        relay.Status.Should().Be(ActivityStatusCode.Error);
        relay.StatusDescription.Should().Be("no-connector");
    }

    [Test]
    public async Task While_nobody_listens_the_client_s_own_passes_untouched(CancellationToken cancellation)
    {
        const string Own = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        var proxy = await StartAsync(static options => options.Publish("app", TellTraceAsync), cancellation);

        (await AskAsync(proxy, Own, "vendor=1,other=2", cancellation)).Should().Be(Own + " vendor=1,other=2");
    }

    [TestCase("Gateway")]
    [TestCase("Connector")]
    public void The_readme_explains_every_span(string side)
    {
        var readme = ApprovedNames.ReadmeOf(side);
        foreach (var line in ApprovedNames.Of(side, "span"))
        {
            line.Split(' ').Where(static word => word.Contains('.', StringComparison.Ordinal))
                .Where(name => !readme.Contains($"`{name}`", StringComparison.Ordinal)).Should().BeEmpty();
        }

        readme.Should().Contain(side == "Gateway" ? $"`{GatewayTracing.SourceName}`" : $"`{ConnectorTracing.SourceName}`");
    }

    private static Task TellTraceAsync(HttpContext context)
        => context.Response.WriteAsync($"{context.Request.Headers.TraceParent} {context.Request.Headers.TraceState}");

    private static async Task<string> AskAsync(TestEnvironment proxy, string traceParent, string traceState, CancellationToken cancellation)
    {
        using var client = proxy.CreateClient("app");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("traceparent", traceParent);
        request.Headers.TryAddWithoutValidation("tracestate", traceState);
        using var answer = await client.SendAsync(request, cancellation);
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    private static IEnumerable<string> Describe(Activity span)
        => [$"span {span.OperationName} {span.Kind} {string.Join(' ', span.TagObjects.Select(static tag => tag.Key).Order(StringComparer.Ordinal))}"];
}
