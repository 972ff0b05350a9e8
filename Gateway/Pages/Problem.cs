using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AppProxy.Gateway.Pages;

/// <summary>Problem details (RFC 9457), for clients that are no browser showing a page.</summary>
/// <param name="Type">A URN that names the kind.</param>
/// <param name="Title">A sentence for people.</param>
/// <param name="Reference">What the log knows it by.</param>
internal sealed partial record Problem(string Type, string Title, int Status, string Reference)
{
    /// <summary>What is missing, where it is one thing that can be named.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }

    /// <summary>Whether the client shows what it gets to a person.</summary>
    public static bool IsPageWanted(HttpRequest request)
    {
        foreach (var accept in request.Headers.Accept)
        {
            if (accept?.Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase) == true)
            {
                return true;
            }
        }

        return false;
    }

    public Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = MediaTypeNames.Application.ProblemJson;
        return context.Response.WriteAsync(JsonSerializer.Serialize(this, ProblemJsonContext.Default.Problem));
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Problem))]
    private sealed partial class ProblemJsonContext : JsonSerializerContext;
}
