using System.Net.Sockets;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Demo;
using AppProxy.Gateway.Hosting;
using AppProxy.Gateway.Keys;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace AppProxy.Gateway.Commands;

/// <summary>Tells failures that the person at the keyboard can mend, and needs no stack trace for, from ours.</summary>
internal static class StartFailure
{
    /// <summary>What to tell, a line for each mistake; null for a failure that is ours.</summary>
    public static string? Describe(Exception failure)
    {
        switch (failure)
        {
            case DemoException or CatalogueException or CommandException or StoreException or KeyException or GroupKeyException:
                return failure.Message;
            case OptionsValidationException mistakes:
                return string.Join('\n', mistakes.Failures);
            case InvalidDataException unreadable:
                return $"{unreadable.Message.TrimEnd('.')}: {unreadable.GetBaseException().Message}";
            case FormatException { Source: "Microsoft.Extensions.Configuration.CommandLine" }:
                return failure.Message;
            case ListenException listen:
                return SocketHint(listen, listen.Setting) ?? $"{listen.Setting}: {listen.Message}";
            default:
                return SocketHint(failure, "--urls");
        }
    }

    private static string? SocketHint(Exception failure, string setting)
    {
        for (var exception = failure; exception is not null; exception = exception.InnerException)
        {
            switch (exception)
            {
                case AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }:
                    return $"{Outermost(failure)} Stop what listens there, or choose another port with {setting}.";
                case SocketException { SocketErrorCode: SocketError.AccessDenied }:
                    return $"{Outermost(failure)} This user may not listen there: choose a port above 1024 with {setting}.";
                case SocketException { SocketErrorCode: SocketError.AddressNotAvailable }:
                    return $"{Outermost(failure)} This machine has no such address: choose another with {setting}.";
            }
        }

        return null;
    }

    /// <summary>The server's own message names the address.</summary>
    private static string Outermost(Exception failure) => failure.Message.ReplaceLineEndings(" ").TrimEnd('.') + ".";
}
