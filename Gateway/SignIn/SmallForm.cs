using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.SignIn;

/// <summary>A form of a page as browsers send it: of a size that is known before, and of the kind whose fields are text.</summary>
internal static class SmallForm
{
    private const string Kind = "application/x-www-form-urlencoded";

    /// <param name="request">Its form is read once: who asks for it afterwards gets what was read.</param>
    /// <param name="most">Octets.</param>
    /// <returns>Null where there is none, or none of that size, or its fields are more or longer than anybody fills in.</returns>
    public static async Task<IFormCollection?> ReadAsync(HttpRequest request, int most)
    {
        if (request.ContentLength is not { } length || length > most
            || !MediaTypeHeaderValue.TryParse(request.ContentType, out var kind) || !kind.MediaType.Equals(Kind, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        try
        {
            return await request.ReadFormAsync(request.HttpContext.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
