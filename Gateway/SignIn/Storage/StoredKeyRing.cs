using System.Xml.Linq;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.SignIn.Storage;

/// <summary>Keeps ASP.NET Core's key ring in the store, so that what one gateway protects another one can read.</summary>
/// <remarks>The package that does this wants the context from the container, for which ours is too short-lived.</remarks>
internal sealed class StoredKeyRing(StoreConnection connection) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var context = connection.CreateContext();
        return [.. context.Set<DataProtectionKeyRow>().AsNoTracking().Select(static row => row.Xml).AsEnumerable().Select(XElement.Parse)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var context = connection.CreateContext();
        context.Add(new DataProtectionKeyRow { Id = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
        context.SaveChanges();
    }
}
