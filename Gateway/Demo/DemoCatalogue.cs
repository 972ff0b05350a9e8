using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AppProxy.Gateway.Demo;

/// <summary>Writes the demo's published app as an operator would.</summary>
internal static class DemoCatalogue
{
    public static string Write(string displayName, Uri externalUrl, Uri internalUrl)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("applications");
            writer.WriteStartObject();
            writer.WriteString("displayName", displayName);
            writer.WriteStartObject("onPremisesPublishing");
            writer.WriteString("externalUrl", externalUrl.AbsoluteUri);
            writer.WriteString("internalUrl", internalUrl.AbsoluteUri);
            // Open on purpose: the sample app harms nobody, and another app is allowed on loopback only.
            writer.WriteString("externalAuthenticationType", "passthru");
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
