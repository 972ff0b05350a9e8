using System.Text.Json;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.SignIn.Storage;

/// <summary>A person as a column: JSON, compressed, in base64. Groups are many, and their ids are long.</summary>
internal static class UserColumn
{
    public static string Write(SignedInUser user) => Convert.ToBase64String(CompactToken.Pack(JsonSerializer.Serialize(user, UserJsonContext.Default.SignedInUser)));

    /// <summary>Rows of before are JSON as it is.</summary>
    public static SignedInUser Read(string column) =>
        JsonSerializer.Deserialize(column.StartsWith('{') ? column : CompactToken.Unpack(Convert.FromBase64String(column)), UserJsonContext.Default.SignedInUser)!;
}
