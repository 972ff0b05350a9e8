namespace AppProxy.Tests.EndToEnd.Trust;

/// <summary>Lets something else happen when the first call of a path is about to be sent.</summary>
internal sealed class InterruptedHandler(string path, Func<Task> happens) : DelegatingHandler(new SocketsHttpHandler())
{
    private int _calls;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.AbsolutePath != path || Interlocked.Increment(ref _calls) > 1)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        await happens();
        return await base.SendAsync(request, cancellationToken);
    }
}
