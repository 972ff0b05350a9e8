using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Architecture;

/// <summary>Who may know whom (DESIGN.md section 7), on the compiled assemblies.</summary>
[TestFixture]
internal sealed class WallTests
{
    private static readonly Lazy<IReadOnlyList<IType>> Types = new(() =>
        [.. new ArchLoader().LoadAssemblies([.. Assemblies.All]).Build().Types.Where(type => IsOurs(type) || type.FullName == "Program")]);

    [Test]
    public void Gateway_and_connector_never_see_each_other()
    {
        ReferencesOf("AppProxy.Gateway").Should().NotContain("AppProxy.Connector");
        ReferencesOf("AppProxy.Connector").Should().NotContain("AppProxy.Gateway");
    }

    [Test]
    public void Contracts_sees_neither_of_them_and_no_web_server()
        => ReferencesOf("AppProxy.Contracts").Should().NotContain(name => name.StartsWith("AppProxy.", StringComparison.Ordinal) || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Test]
    public void The_connector_has_no_web_server()
        => ReferencesOf("AppProxy.Connector").Should().NotContain(name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Test]
    public void The_broker_sees_nothing_of_ours_but_the_transport_seam()
    {
        var broker = In("AppProxy.Gateway.Broker");

        Directory.Exists(Path.Combine(Repository.Root, "Gateway", "Broker")).Should().Be(broker.Count > 0, "this test must look at the broker wherever it moves");
        Dependencies(broker, target => !IsIn(target, "AppProxy.Gateway.Broker") && !IsIn(target, "AppProxy.Contracts.Transport")).Should().BeEmpty();
    }

    [Test]
    public void Only_the_start_the_commands_and_the_demo_depend_on_hosting()
    {
        var others = Types.Value
            .Where(type => type.FullName.Split('+')[0] != "Program" && !IsHosting(type) && !IsIn(type, "AppProxy.Gateway.Commands") && !IsIn(type, "AppProxy.Gateway.Demo"))
            .ToList();

        Dependencies(others, IsHosting).Should().BeEmpty();
    }

    [Test]
    public void The_walls_are_looked_at()
        => Types.Value.Should().Contain(type => type.FullName == "AppProxy.Contracts.Transport.ITransport")
            .And.Contain(type => type.FullName == "AppProxy.Gateway.Demo.DemoHost")
            .And.Contain(type => type.FullName == "AppProxy.Connector.Hosting.ParentLifetime");

    private static IEnumerable<string> ReferencesOf(string assembly)
        => Assemblies.All.Single(candidate => candidate.GetName().Name == assembly).GetReferencedAssemblies().Select(name => name.Name!);

    private static List<IType> In(string name) => [.. Types.Value.Where(type => IsIn(type, name))];

    private static IEnumerable<string> Dependencies(IEnumerable<IType> from, Func<IType, bool> to)
        => from.SelectMany(type => type.Dependencies)
            .Where(dependency => IsOurs(dependency.Target) && to(dependency.Target))
            .Select(dependency => $"{dependency.Origin.FullName} depends on {dependency.Target.FullName}")
            .Distinct();

    private static bool IsHosting(IType type) => IsIn(type, "AppProxy.Gateway.Hosting") || IsIn(type, "AppProxy.Connector.Hosting");

    private static bool IsOurs(IType type) => IsIn(type, "AppProxy");

    private static bool IsIn(IType type, string name)
        => type.FullName.StartsWith(name, StringComparison.Ordinal) && type.FullName.Length > name.Length && type.FullName[name.Length] == '.';
}
