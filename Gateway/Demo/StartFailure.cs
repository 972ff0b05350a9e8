using System.Net.Sockets;
using AppProxy.Gateway.Catalogue;
using Microsoft.AspNetCore.Connections;

namespace AppProxy.Gateway.Demo;

/// <summary>Tells failures that the person at the keyboard can mend, and needs no stack trace for, from ours.</summary>
internal static class StartFailure
{
    /// <summary>What to tell; null for a failure that is ours.</summary>
    public static string? Describe(Exception failure)
    {
        for (var exception = failure; exception is not null; exception = exception.InnerException)
        {
            switch (exception)
            {
                case DemoException or CatalogueException:
                    return exception.Message;
                case AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }:
                    return $"{Outermost(failure)} Stop what listens there, or choose another port with --urls.";
                case SocketException { SocketErrorCode: SocketError.AccessDenied }:
                    return $"{Outermost(failure)} This user may not listen there: choose a port above 1024 with --urls.";
                case SocketException { SocketErrorCode: SocketError.AddressNotAvailable }:
                    return $"{Outermost(failure)} This machine has no such address: choose another with --urls.";
            }
        }

        return null;
    }

    /// <summary>The server's own message names the address.</summary>
    private static string Outermost(Exception failure) => failure.Message.ReplaceLineEndings(" ").TrimEnd('.') + ".";
}
