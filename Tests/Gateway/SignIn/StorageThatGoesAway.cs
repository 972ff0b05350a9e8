using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Threading.Channels;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.Storage;

namespace AppProxy.Tests.Gateway.SignIn;

/// <summary>Where sessions are kept, which can be taken away, and tells of each look at what ended.</summary>
[SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
internal class StorageThatGoesAway : DispatchProxy
{
    private readonly Channel<DateTimeOffset> _looks = Channel.CreateUnbounded<DateTimeOffset>();
    private ISessionStorage _inner = null!;
    private volatile bool _isAway;

    /// <summary>Since when it was asked what ended, in order; also while it was away.</summary>
    public ChannelReader<DateTimeOffset> Looks => _looks.Reader;

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

        return IsAway ? throw new StoreException("the test's store", "is away") : targetMethod.Invoke(_inner, args);
    }
}
