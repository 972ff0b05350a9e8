using System.Collections.Concurrent;
using System.Text.Json;

namespace AppProxy.Gateway.Demo.SampleApp;

/// <summary>Who is in the chat, and what is said to all of them.</summary>
internal sealed class ChatRoom
{
    private readonly ConcurrentDictionary<ChatMember, bool> _members = new();
    private int _guests;

    public ChatMember Join()
    {
        var member = new ChatMember("Guest " + Interlocked.Increment(ref _guests));
        _members[member] = true;
        Tell(new ChatMessage(member.Name, null, "joined"));
        return member;
    }

    public void Say(ChatMember member, string text) => Tell(new ChatMessage(member.Name, text, null));

    public void Leave(ChatMember member)
    {
        _members.TryRemove(member, out _);
        Tell(new ChatMessage(member.Name, null, "left"));
    }

    private void Tell(ChatMessage message)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message, SampleJsonContext.Default.ChatMessage);
        foreach (var member in _members.Keys)
        {
            member.Tell(json);
        }
    }
}
