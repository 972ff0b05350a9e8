using System.Collections.Concurrent;
using FluentAssertions;
using Microsoft.AspNetCore.Http;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>An app that answers each request at once with its method and path, and knows how often it ran each.</summary>
internal sealed class CountingApp
{
    private readonly ConcurrentDictionary<string, int> _runs = new();

    public async Task HandleAsync(HttpContext context)
    {
        var name = context.Request.Method + context.Request.Path;
        _runs.AddOrUpdate(name, 1, static (_, count) => count + 1);
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);

        // With its length it is one message on the way back; otherwise a client may have a part of it when a connector dies.
        context.Response.ContentLength = name.Length;
        await context.Response.WriteAsync(name);
    }

    /// <summary>Nothing is missing and nothing came that was not asked for; what may not run twice did not.</summary>
    public void ShouldHaveRun(long requests)
    {
        _runs.Should().HaveCount((int)requests);
        _runs.Where(static run => run.Key.StartsWith("POST", StringComparison.Ordinal) && run.Value != 1).Should().BeEmpty();
    }
}
