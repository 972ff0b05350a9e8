using AppProxy.Gateway.Storage;
using FluentAssertions;
using Microsoft.Data.Sqlite;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Storage;

[TestFixture]
internal sealed class StoreExceptionTests
{
    private static readonly Exception Servers = new SqliteException("database is locked", 5);
    private static readonly Exception Ours = new InvalidOperationException("a bug");

    [Test]
    public void What_a_server_throws_is_the_stores_also_in_a_bundle()
    {
        StoreException.IsStores(Servers).Should().BeTrue();
        StoreException.IsStores(new InvalidOperationException("no connection", Servers)).Should().BeTrue();
        StoreException.IsStores(new AggregateException(Servers, new TimeoutException())).Should().BeTrue();
    }

    [Test]
    public void What_is_our_own_fault_is_not()
    {
        StoreException.IsStores(Ours).Should().BeFalse();
        StoreException.IsStores(new AggregateException(Servers, Ours)).Should().BeFalse();
        StoreException.IsStores(new AggregateException()).Should().BeFalse();
    }
}
