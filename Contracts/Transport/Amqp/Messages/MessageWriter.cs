using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Messages;

/// <summary>Sections that are written in more than one place.</summary>
internal static class MessageWriter
{
    /// <summary>A properties section that holds a group-id, the eleventh field, and nothing else.</summary>
    public static void WriteGroupId(ref AmqpWriter writer, string groupId)
    {
        // A session id has at most 128 characters, so at most 384 bytes: too long for the short list.
        var properties = writer.BeginList(Descriptor.Properties);
        for (var i = 0; i < 10; i++)
        {
            writer.WriteNull();
        }

        writer.WriteString(groupId);
        writer.EndCompound(properties, 11);
    }
}
