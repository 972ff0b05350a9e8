using System.Security.Cryptography;
using System.Text;

namespace AppProxy.Gateway.Broker.Amqp.Authorization;

/// <summary>Compares secrets in a time that tells nothing about them, not even their length.</summary>
internal static class KeyComparer
{
    public static bool AreEqual(string expected, string given) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(expected)), SHA256.HashData(Encoding.UTF8.GetBytes(given)));
}
