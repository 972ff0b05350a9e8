using AppProxy.Contracts.Exchanges;

namespace AppProxy.Connector.Execution;

/// <summary>A request's body on its way to the app, piece by piece.</summary>
internal interface IRequestBody
{
    /// <summary>The trailer section, for <see cref="Contracts.Frames.FieldLines.TryRead"/>; null when there is none. Once the body has ended.</summary>
    ReadOnlyMemory<byte>? Trailers { get; }

    /// <summary>The next piece, when one is at hand. Its reader releases it.</summary>
    bool TryRead(out BodySlice slice);

    /// <summary>The app's connection has taken so many octets.</summary>
    void Consume(int count);

    /// <summary>Waits for the next piece (true) or the end of the whole body (false).</summary>
    /// <exception cref="RequestBodyBrokenException">The body broke off: the app must not take the part for the whole.</exception>
    ValueTask<bool> WaitAsync();

    /// <summary>Nobody reads on: ends a wait by <see cref="RequestBodyBrokenException"/>.</summary>
    void Stop();
}
