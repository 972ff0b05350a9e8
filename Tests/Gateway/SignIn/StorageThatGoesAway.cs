using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Threading.Channels;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.Storage;

namespace AppProxy.Tests.Gateway.SignIn;

/// <summary>Where sessions are kept, which can be taken away or held up, and tells of each look at what ended and each save of when sessions were used.</summary>
[SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
internal class StorageThatGoesAway : DispatchProxy
{
    private readonly Channel<DateTimeOffset> _looks = Channel.CreateUnbounded<DateTimeOffset>();
    private readonly Channel<int> _touches = Channel.CreateUnbounded<int>();
    private readonly Channel<int> _saved = Channel.CreateUnbounded<int>();
    private ISessionStorage _inner = null!;
    private volatile bool _isAway;

    /// <summary>Since when it was asked what ended, in order; also while it was away.</summary>
    public ChannelReader<DateTimeOffset> Looks => _looks.Reader;

    /// <summary>Of how many sessions it was to save when they were used; also while it was away.</summary>
    public ChannelReader<int> Touches => _touches.Reader;

    /// <summary>Of how many it did.</summary>
    public ChannelReader<int> Saved => _saved.Reader;

    /// <summary>What each such save waits for.</summary>
    public Task TouchesWaitFor { get; set; } = Task.CompletedTask;

    /// <summary>New sessions are not passed on: a test puts them in, all at once.</summary>
    public bool IsFilledByTest { get; set; }

    public bool IsAway
    {
        get => _isAway;
        set => _isAway = value;
    }

    public static (ISessionStorage Storage, StorageThatGoesAway Control) Around(ISessionStorage inner)
    {
        var storage = Create<ISessionStorage, StorageThatGoesAway>();
        var control = (StorageThatGoesAway)storage;
        control._inner = inner;
        return (storage, control);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(ISessionStorage.FindEndedAsync))
        {
            _looks.Writer.TryWrite((DateTimeOffset)args![0]!);
        }

        if (targetMethod.Name == nameof(ISessionStorage.TouchAsync))
        {
            _touches.Writer.TryWrite(((IReadOnlyCollection<(Guid, DateTimeOffset)>)args![0]!).Count);
        }

        return IsAway ? throw new StoreException("the test's store", "is away")
            : targetMethod.Name == nameof(ISessionStorage.TouchAsync) ? TouchAsync((IReadOnlyCollection<(Guid, DateTimeOffset)>)args![0]!, (CancellationToken)args[1]!)
            : targetMethod.Name == nameof(ISessionStorage.AddAsync) && IsFilledByTest ? Task.CompletedTask
            : targetMethod.Invoke(_inner, args);
    }

    private async Task TouchAsync(IReadOnlyCollection<(Guid, DateTimeOffset)> seen, CancellationToken cancellationToken)
    {
        await TouchesWaitFor;
        await _inner.TouchAsync(seen, cancellationToken);
        _saved.Writer.TryWrite(seen.Count);
    }
}
