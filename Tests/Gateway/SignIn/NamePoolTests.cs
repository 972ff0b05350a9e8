using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.SignIn;

[TestFixture]
internal sealed class NamePoolTests
{
    [Test]
    public void People_of_one_group_share_its_name()
    {
        var pool = new NamePool();

        var (one, two) = (pool.Share(Person("alice")), pool.Share(Person("bob")));

        one.Groups[0].Should().Be("sales").And.BeSameAs(two.Groups[0]);
        one.AuthenticationMethods[0].Should().BeSameAs(two.AuthenticationMethods[0]);
        one.Subject.Should().BeSameAs(one.Id);
        (one.Id, two.Id).Should().Be(("alice", "bob"));
    }

    /// <summary>As out of a token: each string of its own.</summary>
    private static SignedInUser Person(string name) => new()
    {
        Id = new string(name.AsSpan()),
        Subject = new string(name.AsSpan()),
        UserPrincipalName = name,
        DisplayName = name,
        Groups = [new string("sales".AsSpan())],
        AuthenticationMethods = [new string("mfa".AsSpan())],
    };
}
