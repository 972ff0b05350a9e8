using System.Globalization;
using AppProxy.Gateway.Storage;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
using Microsoft.AspNetCore.Http;

namespace AppProxy.Tests.EndToEnd.Portal;

/// <summary>Starts a gateway with a store and apps of all kinds: alice has some, bob has others.</summary>
public abstract class PortalTest : SignInTest
{
    private protected const string Icon =
        "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA0OCA0OCI+PHNjcmlwdD5kb2N1bWVudC50aXRsZT0iaXQgcmFuIjwvc2NyaXB0PjxyZWN0IHdpZHRoPSI0OCIgaGVpZ2h0PSI0OCIgcng9IjEwIiBmaWxsPSIjMGE3ZDVjIi8+PGNpcmNsZSBjeD0iMjQiIGN5PSIyNCIgcj0iMTEiIGZpbGw9IiNmZmQ5NjYiLz48L3N2Zz4=";

    private static readonly string[] Hidden = ["HideApp"];

    protected PortalTest() => Store = StoreConnection.Parse(Use(new StoreFolder()).File);

    /// <summary>The store, for what operators do.</summary>
    private protected StoreConnection Store { get; }

    private protected async Task<TestEnvironment> StartPortalAsync(CancellationToken cancellationToken, Action<TestEnvironmentOptions>? configure = null)
    {
        await StoreSchema.UpgradeAsync(Store, cancellationToken);
        return await StartSignInAsync(
            cancellationToken,
            options =>
            {
                options.GatewaySettings["Gateway:Store"] = Store.File;
                options.Application["appRoleAssignmentRequired"] = true;
                options.Changes["holidays"] = static app =>
                {
                    app["displayName"] = "Holiday planner";
                    app["description"] = "Ask for days off, and see who is away.";
                    app["info"] = new { logoUrl = Icon };
                    app["appRoleAssignedTo"] = Assigned("sales", "Group");
                };
                options.Changes["wiki"] = static app =>
                {
                    app["displayName"] = "Wiki <b>of</b> all & sundry";
                    app["description"] = "<script>document.title = 'it ran'</script>What everybody knows, \"written\" down.";
                    app["appRoleAssignedTo"] = Assigned("alice@corp.test", "User");
                };
                options.Changes["payroll"] = static app =>
                {
                    app["displayName"] = "Payroll";
                    app["appRoleAssignedTo"] = Assigned("bob@corp.test", "User");
                };
                options.Changes["orders"] = static app =>
                {
                    app["displayName"] = "Orders";
                    app["description"] = "Everything that was bought, and is on its way.";
                    app["relay"] = new { maintenance = new { message = "Back at nine." } };
                    app["appRoleAssignedTo"] = Assigned("sales", "Group");
                };
                options.Changes["news"] = static app =>
                {
                    app["displayName"] = "News";
                    ((Dictionary<string, object>)app["onPremisesPublishing"])["externalAuthenticationType"] = "passthru";
                };
                options.Changes["back"] = static app =>
                {
                    app["displayName"] = "Interface for machines";
                    app["tags"] = Hidden;
                    app["appRoleAssignedTo"] = Assigned("sales", "Group");
                };
                foreach (var name in options.Changes.Keys)
                {
                    options.Publish(name, context => WritePageAsync(context, name));
                }

                configure?.Invoke(options);
            },
            only: "holidays");
    }

    private static object[] Assigned(string principal, string type) => [new { principalId = principal, principalType = type }];

    private static Task WritePageAsync(HttpContext context, string name)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"<!doctype html><html lang=en><title>{name}</title><h1>This is {name}</h1><p>{context.Request.Path}</p></html>"));
    }
}
