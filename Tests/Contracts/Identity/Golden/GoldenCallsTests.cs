using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Tests.Architecture;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Identity.Golden;

/// <summary>
/// What connectors and gateways of different releases say to each other over HTTPS, and sealed messages: approved texts of each version are read by
/// today's code, and what it writes still has all that they have. Files of a released version are never changed.
/// </summary>
[TestFixture]
internal sealed class GoldenCallsTests : IRefusalCounter
{
    private static readonly string Root = Path.Combine(Repository.Root, "Tests", "Contracts", "Identity", "Golden");

    private static IEnumerable<TestCaseData> Approved => Directory.EnumerateFiles(Root, "*.json", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(static file => new TestCaseData(Path.GetRelativePath(Root, file)));

    [TestCaseSource(nameof(Approved))]
    public void What_another_release_says_is_understood_and_said_again(string file)
    {
        var approved = JsonNode.Parse(File.ReadAllText(Path.Combine(Root, file)))!;
        var type = TypeOf(Path.GetFileNameWithoutExtension(file));

        var again = JsonSerializer.SerializeToNode(approved.Deserialize(type), type);

        Missing(approved, again, "").Should().BeEmpty("a release before this one looks for it");
    }

    [TestCaseSource(nameof(Approved))]
    public void What_a_later_release_adds_is_passed_over(string file)
    {
        var approved = JsonNode.Parse(File.ReadAllText(Path.Combine(Root, file)))!.AsObject();
        var type = TypeOf(Path.GetFileNameWithoutExtension(file));
        var before = JsonSerializer.Serialize(approved.Deserialize(type), type);

        approved["ofALaterRelease"] = new JsonObject { ["x"] = 1 };

        JsonSerializer.Serialize(approved.Deserialize(type), type).Should().Be(before);
    }

    [Test]
    public void A_sealed_message_of_the_first_version_is_opened()
    {
        var keys = new TestKeys(new GroupSecret([.. Enumerable.Range(0, GroupSecret.Size).Select(static i => (byte)i)]));
        var seal = new GroupSeal("default", keys, this, NullLogger.Instance);
        var approved = Path.Combine(Root, "v1", "sealed.hex");
        if (!File.Exists(approved))
        {
            using var sealer = seal.CreateSealer("uplinks.default");
            var made = new byte[5 + SealedHeader.Overhead];
            sealer.TrySeal("hello"u8, "session", made);
            var received = Path.Combine(TestContext.CurrentContext.WorkDirectory, "sealed.received.hex");
            File.WriteAllText(received, Convert.ToHexStringLower(made) + "\n");
            Assert.Fail($"Copy {received} over {approved}.");
        }

        var message = Convert.FromHexString(File.ReadAllText(approved).Trim());

        seal.TryOpen("uplinks.default", "session", message, isOnce: true, out _).Should().Be(SealingFault.None);
        message.AsSpan(SealedHeader.Size, 5).SequenceEqual("hello"u8).Should().BeTrue();
    }

    public void Refused(string group, string queue, SealingFault fault)
    {
    }

    private static JsonTypeInfo TypeOf(string name) => name.Split('-')[0] switch
    {
        "call" => IdentityJsonContext.Default.ConnectorCall,
        "answer" => IdentityJsonContext.Default.GatewayAnswer,
        "refusal" => IdentityJsonContext.Default.CallRefusal,
        "keys" => IdentityJsonContext.Default.GatewayKeys,
        "held" => IdentityJsonContext.Default.HeldKeys,
        _ => throw new InvalidOperationException($"Nobody has said what {name} is."),
    };

    private static IEnumerable<string> Missing(JsonNode? approved, JsonNode? written, string path) => approved switch
    {
        JsonObject members => members.SelectMany(member => written is JsonObject other && other.ContainsKey(member.Key)
            ? Missing(member.Value, other[member.Key], $"{path}.{member.Key}")
            : [$"{path}.{member.Key}"]),
        JsonArray items => written is JsonArray others && others.Count == items.Count ? items.Zip(others).SelectMany((pair, index) => Missing(pair.First, pair.Second, $"{path}[{index}]")) : [path],
        _ => JsonNode.DeepEquals(approved, written) ? [] : [path],
    };

    private sealed class TestKeys(GroupSecret secret) : ISealingKeys
    {
        public DateTimeOffset Now { get; } = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).GetUtcNow();

        public SealingKey Current { get; } = new(secret.Id, Guid.Empty, secret.Down);

        public SealingFault Check(in SealedHeader header) => header.KeyId == secret.Id ? SealingFault.None : SealingFault.UnknownKey;

        public byte[] OpeningKeyOf(in SealedHeader header) => secret.Down;

        public Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
