using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace AppProxy.Fuzz.Running;

/// <summary>An input at which the code under test threw what it does not document.</summary>
/// <param name="Kind">Short name of the exception.</param>
/// <param name="Key">The same for the same exception from the same method.</param>
/// <param name="Input">The input.</param>
/// <param name="Description">Exception with stack, for a person.</param>
internal sealed record Finding(string Kind, string Key, byte[] Input, string Description)
{
    public static Finding Of(Exception exception, ReadOnlySpan<byte> input)
    {
        var kind = exception.GetType().Name;
        var where = new StackTrace(exception).GetFrames()
            .Select(frame => frame.GetMethod())
            .FirstOrDefault(method => method?.DeclaringType?.FullName?.StartsWith("AppProxy.", StringComparison.Ordinal) == true);
        var place = $"{kind} {where?.DeclaringType?.FullName} {where?.Name}";
        return new Finding(kind, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(place)))[..12], input.ToArray(), exception.ToString());
    }
}
