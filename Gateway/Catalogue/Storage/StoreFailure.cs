using System.Data.Common;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>What a server throws when it is away, full, locked or refuses us, told as the operator's.</summary>
internal static class StoreFailure
{
    public static bool IsStores(Exception exception)
        => exception is DbException or DbUpdateException or SocketException or IOException or UnauthorizedAccessException or TimeoutException or JsonException
            || (exception is InvalidOperationException && exception.InnerException is DbException or SocketException or TimeoutException);

    public static CatalogueException Describe(StoreConnection connection, Exception exception)
        => CatalogueException.Because(connection.Name, "the store", "cannot be used: " + exception.GetBaseException().Message.ReplaceLineEndings(" "));
}
