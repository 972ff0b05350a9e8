namespace AppProxy.Tests.Conformance.Transport;

/// <summary>An implementation of the seam, and how to get one for a test.</summary>
public sealed record TransportKind(Type Transport, Func<ITransportUnderTest> Create)
{
    public override string ToString() => Transport.Name;
}
