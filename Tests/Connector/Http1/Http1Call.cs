using System.Net;
using System.Text;
using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Execution;
using AppProxy.Connector.Http1;
using AppProxy.Connector.Tls;
using AppProxy.Contracts.Frames;
using AppProxy.Tests.EndToEnd;
using AppProxy.Tests.Gateway.Catalogue;
using Microsoft.Extensions.DependencyInjection;

namespace AppProxy.Tests.Connector.Http1;

/// <summary>Our client in front of one app, with what it said of that app's faults.</summary>
internal sealed class Http1Call : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public Http1Call(Uri app, Func<Http1Options, Http1Options>? configure = null, TimeProvider? time = null, bool checksCertificate = false)
    {
        var faults = new AppFaults(ActivatorUtilities.CreateInstance<ConnectorMeter>(_services), Log);
        var tls = app.Scheme == "https" ? new AppTls("app", new AppTlsModel { ServerName = app.IdnHost, ChecksCertificate = checksCertificate }, faults) : null;
        var options = new Http1Options { App = "app", Host = app.IdnHost, Port = app.Port, Tls = tls };
        Client = new Http1Client(configure?.Invoke(options) ?? options, new Http1Target(app), faults, time ?? TimeProvider.System);
    }

    public Http1Client Client { get; }

    public RecordingLogger<AppFaults> Log { get; } = new();

    /// <summary>Sends a request with field lines as "Name: value".</summary>
    public ValueTask<IAppResponse> SendAsync(
        string method,
        string target,
        CancellationToken cancellationToken,
        FrameFlags flags = FrameFlags.None,
        IRequestBody? body = null,
        byte[]? wholeBody = null,
        IInterimResponses? interim = null,
        params string[] fields)
    {
        using var frame = new FrameBuffer(1024);
        frame.RequestHead(
            flags, ExchangeId.None, default, 0,
            new RequestHead { Method = Encoding.Latin1.GetBytes(method), Target = Encoding.Latin1.GetBytes(target), AppId = "app"u8 },
            new Fields(fields));
        if (MessageReader.TryOpen(frame.WrittenSpan.ToArray(), out var reader) != FrameError.None || !reader.TryRead(out var written)
            || RequestHead.TryRead(written.Payload.Span, flags, out var head) != FrameError.None)
        {
            throw new InvalidOperationException("The frame can't be read.");
        }

        return Client.SendAsync(head, new AppCall(flags, wholeBody, body, interim, null), cancellationToken);
    }

    /// <summary>Sends a GET, and says what came as one line of text: status, fields, body, trailers; or the error.</summary>
    public async Task<string> GetAsync(CancellationToken cancellationToken, string method = "GET")
    {
        try
        {
            await using var response = await SendAsync(method, "/", cancellationToken, FrameFlags.Replayable);
            return await DescribeAsync(response);
        }
        catch (Http1Exception failure)
        {
            return failure.Error.ToString();
        }
    }

    public static async Task<string> DescribeAsync(IAppResponse response)
    {
        var text = new StringBuilder().Append(response.Status).Append(' ').Append(Encoding.Latin1.GetString(response.Reason));
        Append(text, new AppFields(response));
        text.Append(" => ");
        var buffer = new byte[100];
        while (await response.ReadAsync(buffer) is var count and > 0)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        Append(text, new AppTrailers(response));
        return text.ToString();
    }

    public static async Task<string> ReadToEndAsync(IAppResponse response)
    {
        var text = new StringBuilder();
        var buffer = new byte[100];
        while (await response.ReadAsync(buffer) is var count and > 0)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    public void Dispose()
    {
        Client.Dispose();
        _services.Dispose();
    }

    /// <summary>An app that answers every request on a connection with the same octets.</summary>
    public static RawApp Answering(string octets, bool closes = false) => new(async (connection, stop) =>
    {
        do
        {
            await RawApp.ReadHeadAsync(connection, stop);
            await connection.WriteAsync(Encoding.Latin1.GetBytes(octets), stop);
        }
        while (!closes);
    });

    private static void Append<TFields>(StringBuilder text, TFields source)
        where TFields : IFieldSource
    {
        using var frame = new FrameBuffer(1024);
        frame.End(ExchangeId.None, default, 0, 0, source);
        if (!MessageReader.TryOpen(frame.WrittenSpan.ToArray(), out var reader).Equals(FrameError.None) || !reader.TryRead(out var written)
            || EndPayload.TryRead(written.Payload.Span, out var end) != FrameError.None)
        {
            throw new InvalidOperationException("The frame can't be read.");
        }

        foreach (var line in end.Trailers)
        {
            text.Append('|').Append(Encoding.Latin1.GetString(line.Name)).Append('=').Append(Encoding.Latin1.GetString(line.Value));
        }
    }

    private readonly struct Fields(string[] lines) : IFieldSource
    {
        public int WriteTo(FrameBuffer frame)
        {
            foreach (var line in lines)
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                frame.Field(line[..colon], line[(colon + 1)..].Trim(' '));
            }

            return lines.Length;
        }
    }
}
