using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AppProxy.Tests.EndToEnd.SignIn;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>A device with one passkey, and the browser that asks it (Web Authentication level 3): it can be told to lie.</summary>
internal sealed partial class Passkey : IDisposable
{
    private const byte UserPresent = 0x01;
    private const byte UserVerifiedFlag = 0x04;
    private const byte HasCredential = 0x40;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _id = RandomNumberGenerator.GetBytes(32);
    private string _user = "";
    private uint _count;

    /// <summary>Where the browser says that the page is from.</summary>
    public string Origin { get; set; } = "";

    /// <summary>Whether the device checked who uses it.</summary>
    public bool IsUserVerified { get; set; } = true;

    /// <summary>Base64url of whom the device says the passkey is; its own user where null.</summary>
    public string? UserHandle { get; set; }

    /// <summary>The host for which the device says to sign; the page's where null.</summary>
    public string? Host { get; set; }

    /// <summary>Answers a page on which a passkey can be added.</summary>
    public string Create(BrowserAnswer page)
    {
        var options = OptionsOf(page);
        _user = (string)options["user"]!["id"]!;
        var point = _key.ExportParameters(false).Q;
        // COSE_Key (RFC 9053 section 7.1.1): EC2, ES256, P-256, x, y.
        byte[] cose = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
        var data = Data((string)options["rp"]!["id"]!, HasCredential, [.. new byte[16], 0, (byte)_id.Length, .. _id, .. cose]);
        // { "fmt": "none", "attStmt": {}, "authData": … }
        byte[] attestation = [0xA3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xA0, 0x68, .. "authData"u8, 0x58, (byte)data.Length, .. data];
        return Write(new JsonObject
        {
            ["clientDataJSON"] = WebEncoders.Base64UrlEncode(ClientData("webauthn.create", options)),
            ["attestationObject"] = WebEncoders.Base64UrlEncode(attestation),
            ["transports"] = new JsonArray("internal"),
        });
    }

    /// <summary>Answers a sign-in page.</summary>
    public string Use(BrowserAnswer page)
    {
        var options = OptionsOf(page);
        var client = ClientData("webauthn.get", options);
        _count++;
        var data = Data(Host ?? (string)options["rpId"]!, 0, []);
        return Write(new JsonObject
        {
            ["clientDataJSON"] = WebEncoders.Base64UrlEncode(client),
            ["authenticatorData"] = WebEncoders.Base64UrlEncode(data),
            ["signature"] = WebEncoders.Base64UrlEncode(_key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            ["userHandle"] = UserHandle ?? _user,
        });
    }

    public void Dispose() => _key.Dispose();

    /// <summary>Web Authentication level 3 section 6.1.</summary>
    private byte[] Data(string host, byte flags, byte[] credential)
    {
        var count = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(count, _count);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(host)), (byte)(flags | UserPresent | (IsUserVerified ? UserVerifiedFlag : 0)), .. count, .. credential];
    }

    private byte[] ClientData(string type, JsonNode options) => Encoding.UTF8.GetBytes(
        new JsonObject { ["type"] = type, ["challenge"] = (string)options["challenge"]!, ["origin"] = Origin, ["crossOrigin"] = false }.ToJsonString());

    private string Write(JsonObject response) => new JsonObject
    {
        ["id"] = WebEncoders.Base64UrlEncode(_id),
        ["rawId"] = WebEncoders.Base64UrlEncode(_id),
        ["type"] = "public-key",
        ["clientExtensionResults"] = new JsonObject(),
        ["response"] = response,
    }.ToJsonString();

    private static JsonNode OptionsOf(BrowserAnswer page) => JsonNode.Parse(WebUtility.HtmlDecode(Options().Match(page.Body).Groups[1].Value))!;

    [GeneratedRegex("data-options=\"([^\"]*)\"")]
    private static partial Regex Options();
}
