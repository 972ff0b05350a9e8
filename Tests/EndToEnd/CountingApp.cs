using System.Globalization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace AppProxy.Tests.EndToEnd;

/// <summary>Answers when it is told to, and counts.</summary>
internal sealed class CountingApp
{
    private readonly Channel<int> _called = Channel.CreateUnbounded<int>();
    private readonly Signal _answer = new();
    private int _calls;
    private int _posts;

    public int Calls => Volatile.Read(ref _calls);

    public int Posts => Volatile.Read(ref _posts);

    public Signal Aborted { get; } = new();

    public ValueTask<int> WaitForCallAsync(CancellationToken cancellation) => _called.Reader.ReadAsync(cancellation);

    public void Answer() => _answer.Set();

    public async Task AnswerAsync(HttpContext context)
    {
        var call = Interlocked.Increment(ref _calls);
        if (HttpMethods.IsPost(context.Request.Method))
        {
            Interlocked.Increment(ref _posts);
        }

        context.RequestAborted.Register(Aborted.Set);
        if (context.Request.Query.ContainsKey("begin"))
        {
            await context.Response.WriteAsync("begun ");
        }

        _called.Writer.TryWrite(call);
        if (context.Request.Query.ContainsKey("wait"))
        {
            await _answer.WaitAsync(CancellationToken.None);
        }

        if (context.Request.Query.TryGetValue("size", out var size))
        {
            await context.Response.Body.WriteAsync(new byte[int.Parse(size.ToString(), CultureInfo.InvariantCulture)]);
        }
        else
        {
            await context.Response.WriteAsync("call " + call.ToString(CultureInfo.InvariantCulture));
        }
    }
}
