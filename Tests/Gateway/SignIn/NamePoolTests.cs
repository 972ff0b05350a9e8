using System.Globalization;
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

    [Test]
    public void Claims_share_their_names_and_not_what_is_a_person_s_own()
    {
        var pool = new NamePool();
        var (one, two) = (pool.Share(Person("alice")), pool.Share(Person("bob")));

        one.Claims[0].Key.Should().BeSameAs(two.Claims[0].Key);
        one.Claims[0].Value.Should().Be("Bern").And.NotBeSameAs(two.Claims[0].Value);
    }

    [Test]
    public void It_is_bounded_and_begins_anew()
    {
        var pool = new NamePool();
        var first = pool.Get("first");
        for (var i = 0; i < 100_000; i++)
        {
            pool.Get(i.ToString(CultureInfo.InvariantCulture));
        }

        var again = new string("first".AsSpan());
        pool.Get(again).Should().BeSameAs(again).And.NotBeSameAs(first);
        pool.Get("first").Should().BeSameAs(again);
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
        Claims = [KeyValuePair.Create(new string("city".AsSpan()), new string("Bern".AsSpan()))],
    };
}
