namespace AppProxy.Tests.EndToEnd;

/// <summary>A point that one side of a test reaches and the other waits for.</summary>
internal sealed class Signal
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsSet => _reached.Task.IsCompleted;

    public void Set() => _reached.TrySetResult();

    public Task WaitAsync(CancellationToken cancellationToken) => _reached.Task.WaitAsync(cancellationToken);
}
