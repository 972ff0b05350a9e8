using System.Reflection;
using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

[TestFixture]
public sealed class Every_transport_is_listed
{
    [Test]
    public void An_implementation_that_forgot_to_join_fails()
    {
        string[] product = ["AppProxy.Contracts", "AppProxy.Gateway", "AppProxy.Connector"];

        var implementations = product.Select(Assembly.Load).SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false } && typeof(ITransport).IsAssignableFrom(type));

        implementations.Should().BeEquivalentTo(new TransportsUnderTest().Select(kind => kind.Transport).Distinct());
    }
}
