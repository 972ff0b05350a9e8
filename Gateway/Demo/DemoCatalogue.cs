using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AppProxy.Gateway.Demo;

/// <summary>Writes the demo's published apps as an operator would.</summary>
internal static class DemoCatalogue
{
    public static string Write(DemoOptions options, Uri internalUrl)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("applications");
            WriteApp(writer, options.InternalUrl is null ? "Sample app" : "Your app", options.ExternalUrl, internalUrl, options.IsSignInOn ? [DemoPerson.Alice, DemoPerson.Bob] : null);
            if (options is { IsSignInOn: true, InternalUrl: null })
            {
                WriteApp(writer, "Sample app, for Alice", options.SecondUrl, internalUrl, [DemoPerson.Alice]);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    /// <param name="people">Who may open it; null is anybody, on purpose: the sample app harms nobody, and another app is allowed on loopback only.</param>
    private static void WriteApp(Utf8JsonWriter writer, string displayName, Uri externalUrl, Uri internalUrl, string[]? people)
    {
        writer.WriteStartObject();
        writer.WriteString("displayName", displayName);
        if (people is not null)
        {
            writer.WriteStartArray("appRoleAssignedTo");
            foreach (var person in people)
            {
                writer.WriteStartObject();
                writer.WriteString("principalId", person);
                writer.WriteString("principalType", "User");
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteStartObject("onPremisesPublishing");
        writer.WriteString("externalUrl", externalUrl.AbsoluteUri);
        writer.WriteString("internalUrl", internalUrl.AbsoluteUri);
        writer.WriteString("externalAuthenticationType", people is null ? "passthru" : "aadPreAuthentication");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
