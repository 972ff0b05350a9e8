using System.Text;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Fuzz.Targets;

/// <summary>Texts by which somebody signs in: anybody may put a token, and a connection string is pasted by hand.</summary>
internal static class CredentialTargets
{
    public static void ReadSignature(ReadOnlySpan<byte> input)
    {
        if (SharedAccessSignature.TryParse(Encoding.UTF8.GetString(input), out var signature))
        {
            signature.Covers("amqps://ns.example/queue");
            signature.IsSignedWith("key");
        }
    }

    public static void ReadConnectionString(ReadOnlySpan<byte> input)
    {
        if (ServiceBusConnectionString.TryParse(Encoding.UTF8.GetString(input), out var connectionString, out var mistakes))
        {
            connectionString.ToTransportOptions(TimeProvider.System);
        }
        else if (mistakes.Count == 0)
        {
            throw new InvalidOperationException("Refused without a mistake.");
        }
    }
}
