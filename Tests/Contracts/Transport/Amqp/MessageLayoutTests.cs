using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Messages;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Transport.Amqp;

[TestFixture]
public sealed class MessageLayoutTests
{
    [Test]
    public void The_sections_of_a_message_are_found()
    {
        var writer = new AmqpWriter(default);
        var header = writer.BeginShortList(Descriptor.Header);
        writer.WriteBoolean(true);
        writer.WriteUByte(4);
        writer.WriteUInt(60_000);
        writer.WriteNull();
        writer.WriteUInt(2);
        writer.EndShortList(header, 5);
        writer.WriteDescriptor(Descriptor.MessageAnnotations);
        writer.WriteMap(new AmqpMap().With("x-opt-other", 1).With("x-opt-enqueued-time", AmqpValue.Timestamp(DateTimeOffset.UnixEpoch.AddSeconds(5))));
        var bare = writer.Position;
        MessageWriter.WriteGroupId(ref writer, "session-ü");
        writer.WriteDataHead(3);
        writer.WriteRaw([7, 8, 9]);
        var message = writer.Written.ToArray();
        writer.Dispose();

        var layout = MessageLayout.Read(message);

        layout.TimeToLive.Should().Be(60_000);
        layout.DeliveryCount.Should().Be(2);
        layout.BareStart.Should().Be(bare);
        layout.BodyKind.Should().Be(BodyKind.Data);
        message.AsSpan(layout.BodyStart, layout.BodyLength).ToArray().Should().Equal(7, 8, 9);
        layout.FindTimestamp(message, "x-opt-enqueued-time"u8).Should().Be(5_000);
        layout.FindTimestamp(message, "x-opt-missing"u8).Should().BeNull();
        System.Text.Encoding.UTF8.GetString(layout.ReadGroupId(message)).Should().Be("session-ü");
    }

    [Test]
    public void A_body_in_pieces_is_put_together()
    {
        byte[] message = [0, 0x53, 0x75, 0xa0, 2, 1, 2, 0, 0x53, 0x75, 0xb0, 0, 0, 0, 1, 3, 0, 0x53, 0x75, 0xa0, 2, 4, 5];
        var layout = MessageLayout.Read(message);
        layout.BodyKind.Should().Be(BodyKind.ManyData);

        var length = DataBody.Join(message, layout);

        message.AsSpan(layout.BodyStart, length).ToArray().Should().Equal(1, 2, 3, 4, 5);
    }

    [Test]
    public void A_message_without_a_body_has_none()
    {
        var layout = MessageLayout.Read([]);
        layout.BodyKind.Should().Be(BodyKind.None);
        layout.BodyLength.Should().Be(0);
    }

    [TestCase(new byte[] { 0, 0x53, 0x79, 0x45 })]
    [TestCase(new byte[] { 0, 0x53, 0x75, 0xa0, 9, 1 })]
    [TestCase(new byte[] { 0x40 })]
    public void What_is_no_message_is_refused(byte[] bytes)
    {
        var read = () => MessageLayout.Read(bytes);
        read.Should().Throw<AmqpException>();
    }

    [Test]
    public void A_request_comes_back_as_it_went()
    {
        var request = new ValueMessage
        {
            MessageId = 7ul,
            ReplyTo = "here",
            ApplicationProperties = new AmqpMap { { "operation", "put-token" } },
            Body = "token",
        };

        var read = ValueMessage.Read(request.Encode());

        read.MessageId.Type.Should().Be(AmqpType.ULong);
        read.MessageId.Integer.Should().Be(7);
        read.ReplyTo.Should().Be("here");
        read.ApplicationProperties["operation"].Text.Should().Be("put-token");
        read.Body.Text.Should().Be("token");
    }
}
