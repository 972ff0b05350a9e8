using System.Reflection;
using FluentAssertions;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace AppProxy.Tests.Architecture;

[TestFixture]
internal sealed class LogEventTests
{
    private static IEnumerable<Assembly> Products => Assemblies.All;

    [TestCaseSource(nameof(Products))]
    public void Event_ids_are_given_and_unique(Assembly assembly)
    {
        var events = assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => (Id: method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId, Name: $"{method.DeclaringType!.FullName}.{method.Name}"))
            .Where(log => log.Id is not null)
            .ToList();

        events.Where(log => log.Id <= 0).Should().BeEmpty("an id is part of what operators search for");
        events.GroupBy(log => log.Id).Where(same => same.Count() > 1)
            .Select(same => $"{same.Key}: {string.Join(", ", same.Select(log => log.Name))}").Should().BeEmpty();
    }

    [Test]
    public void The_attributes_are_found_at_all()
        => typeof(AppProxy.Gateway.Catalogue.CatalogueStore).GetMethods(BindingFlags.Instance | BindingFlags.NonPublic)
            .Should().Contain(method => method.GetCustomAttribute<LoggerMessageAttribute>() != null);
}
