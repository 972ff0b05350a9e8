using System.Text;
using AppProxy.Contracts.Frames;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Frames;

[TestFixture]
internal sealed class TargetNameTests
{
    [TestCase("wiki", "wiki", ""), TestCase("shop.docs", "shop.docs", ""), TestCase("wild:a", "wild", "a"), TestCase("wild:a.b-c.d_e", "wild", "a.b-c.d_e"), TestCase("wild:xn--bcher-kva", "wild", "xn--bcher-kva")]
    public void A_name_is_an_id_and_perhaps_labels(string text, string id, string star)
    {
        TargetName.TrySplit(Encoding.Latin1.GetBytes(text), out var found, out var labels).Should().BeTrue();

        Encoding.Latin1.GetString(found).Should().Be(id);
        Encoding.Latin1.GetString(labels).Should().Be(star);
    }

    [TestCase(""), TestCase("."), TestCase("a."), TestCase(".a"), TestCase("a..b"), TestCase("evil.com/"), TestCase("evil.com#"), TestCase("evil.com?"), TestCase("a.b@c"), TestCase("user:pass@evil"), TestCase("a:80"),
     TestCase("evil.com\\"), TestCase("a b"), TestCase("a\r\nb"), TestCase("a%2eb"), TestCase("A"), TestCase("b\u00fccher"), TestCase("-a"), TestCase("a-"), TestCase("*"), TestCase("[::1]"), TestCase("a\0")]
    public void What_can_be_no_part_of_a_name_is_refused(string star)
    {
        TargetName.IsStar(Encoding.Latin1.GetBytes(star)).Should().BeFalse();
        TargetName.TrySplit(Encoding.Latin1.GetBytes("wild:" + star), out _, out _).Should().BeFalse();
    }

    [Test]
    public void Labels_and_names_have_their_lengths()
    {
        TargetName.IsStar(Encoding.Latin1.GetBytes(new string('a', 63))).Should().BeTrue();
        TargetName.IsStar(Encoding.Latin1.GetBytes(new string('a', 64))).Should().BeFalse();
        TargetName.IsStar(Encoding.Latin1.GetBytes(string.Join('.', Enumerable.Repeat("abc", 63)))).Should().BeTrue();
        TargetName.IsStar(Encoding.Latin1.GetBytes(string.Join('.', Enumerable.Repeat("abc", 64)))).Should().BeFalse();
    }
}
