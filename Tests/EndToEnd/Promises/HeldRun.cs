using Microsoft.AspNetCore.Http;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>One request in the hands of a <see cref="HeldApp"/>.</summary>
internal sealed class HeldRun(HttpContext context)
{
    private readonly Signal _end = new();
    private readonly Signal _aborted = new();

    public string Path { get; } = context.Request.Path;

    public string Method { get; } = context.Request.Method;

    /// <summary>Writes and sends a piece of the answer.</summary>
    public async Task WriteAsync(string text)
    {
        await context.Response.WriteAsync(text);
        await context.Response.Body.FlushAsync();
    }

    public void PromiseLength(long length) => context.Response.ContentLength = length;

    /// <summary>Answers, and is done.</summary>
    public async Task AnswerAsync(string text)
    {
        await WriteAsync(text);
        _end.Set();
    }

    /// <summary>Whoever called the app is gone.</summary>
    public void OnAborted()
    {
        _aborted.Set();
        _end.Set();
    }

    public Task WaitForAbortAsync(CancellationToken cancellationToken) => _aborted.WaitAsync(cancellationToken);

    public Task WaitForEndAsync() => _end.WaitAsync(CancellationToken.None);
}
