namespace AppProxy.Tests.Conformance.Transport;

/// <summary>An implementation of the seam, and how to get one for a test.</summary>
public sealed record TransportKind(Type Transport, Func<ITransportUnderTest> Create)
{
    /// <summary>Tells apart several ways of one implementation.</summary>
    public string Wire { get; init; } = "";

    public override string ToString() => Transport.Name + Wire;
}
