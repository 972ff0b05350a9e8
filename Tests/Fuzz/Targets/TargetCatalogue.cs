using System.Buffers;
using System.Text;
using AppProxy.Fuzz.Planted;

namespace AppProxy.Fuzz.Targets;

/// <summary>The one list of what is fuzzed. Targets call the code under test directly; which copy of it that is, decides who loaded this class.</summary>
internal static class TargetCatalogue
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new() { Name = "message", Run = static (input, _) => FrameTargets.ReadMessage(input) },
        new() { Name = "payload", Run = static (input, _) => FrameTargets.ReadPayload(input) },
        new() { Name = "amqp-performative", Run = static (input, _) => AmqpTargets.ReadPerformative(input) },
        new() { Name = "amqp-message", Run = static (input, _) => AmqpTargets.ReadMessage(input) },
        new()
        {
            Name = "http1-response",
            Run = static (input, _) => Http1Targets.ReadResponse(input),
            Dictionary = Words("HTTP/1.1 200 OK\r\n", "HTTP/1.0 ", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "\r\n", "\r\n\r\n", "0\r\n", "5;a=b\r\n"),
        },
        new()
        {
            Name = "shared-access-signature",
            Run = static (input, _) => CredentialTargets.ReadSignature(input),
            Dictionary = Words("SharedAccessSignature ", "&sr=", "&sig=", "&se=", "&skn=", "%2f", "://", "[", "]:"),
        },
        new()
        {
            Name = "connection-string",
            Run = static (input, _) => CredentialTargets.ReadConnectionString(input),
            Dictionary = Words("Endpoint=", "sb://", "SharedAccessKeyName=", "SharedAccessKey=", "SharedAccessSignature=", "EntityPath=", "UseDevelopmentEmulator=", "true", ";"),
        },
        new()
        {
            Name = "planted-throw",
            IsPlanted = true,
            Run = static (input, _) =>
            {
                try
                {
                    PlantedParser.Parse(input);
                }
                catch (FormatException)
                {
                    // What the planted parser documents.
                }
            },
        },
        new() { Name = "planted-hang", IsPlanted = true, Run = static (input, _) => PlantedParser.ParseWithHang(input) },
        new() { Name = "planted-overread", IsPlanted = true, Run = static (input, _) => PlantedParser.ParseWithOverread(input) },
    ];

    public static FuzzTarget Find(string name) =>
        All.FirstOrDefault(target => target.Name == name) ?? throw new ArgumentException($"There is no target named {name}.", nameof(name));

    /// <summary>Found by name from outside the context in which this copy lives.</summary>
    public static ReadOnlySpanAction<byte, object?> RunOf(string name) => Find(name).Run;

    private static byte[][] Words(params string[] words) => [.. words.Select(Encoding.UTF8.GetBytes)];
}
