using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Publishing;

namespace AppProxy.Gateway.Commands;

/// <summary>The verb about one published app: whether it is well published.</summary>
internal static class AppCommands
{
    public static Command Create() => new("apps", "Published apps.") { CreateTest() };

    private static Command CreateTest()
    {
        var name = new Argument<string>("name") { Description = "Id of the app, or its display name." };
        var url = new Option<string?>("--url") { Description = "Which of its external URLs to ask for; needed for a wildcard. Without it, externalUrl.", HelpName = "URL" };
        var gateway = new Option<string?>("--gateway") { Description = "Where to find the gateway in place of where the external name leads.", HelpName = "HOST[:PORT]" };
        var authorities = new Option<string?>("--ca") { Description = "PEM of the authority to trust in place of the system's.", HelpName = "FILE" };
        var token = new Option<string?>("--token-file") { Description = "A file with an access token, to test past the sign-in.", HelpName = "FILE" };
        var timeout = new Option<double>("--timeout") { Description = "Seconds to wait for the answer.", DefaultValueFactory = static _ => 30 };
        var slow = new Option<double>("--slow") { Description = "Seconds from which on an answer is slow.", DefaultValueFactory = static _ => 2 };
        var json = new Option<bool>("--json") { Description = "Writes the report as JSON." };
        var file = new Option<string?>("--file", "-f") { Description = "An apps file in place of the store.", HelpName = "FILE" };
        var store = StoreOption.Create();
        var test = new Command("test", "Goes a client's way through the gateway that runs to the app, and says at each place how it is. Exit code 1: something failed.")
        {
            name, url, gateway, authorities, token, timeout, slow, json, file, store,
        };
        test.SetAction(async (parsed, cancellationToken) =>
        {
            var snapshot = await AccessCommands.ReadAsync(parsed.GetValue(file), parsed.GetValue(store), cancellationToken);
            var (app, asked) = Choose(snapshot, parsed.GetRequiredValue(name), parsed.GetValue(url));
            var options = new PublishTestOptions
            {
                App = app,
                Url = asked,
                Gateway = ReadEndpoint(parsed.GetValue(gateway), asked.Port),
                Authorities = ReadAuthorities(parsed.GetValue(authorities)),
                Token = ReadText("--token-file", parsed.GetValue(token))?.Trim(),
                Timeout = ReadSeconds("--timeout", parsed.GetValue(timeout)),
                Slow = ReadSeconds("--slow", parsed.GetValue(slow)),
            };
            var known = StoreChoice.Read(parsed.GetValue(store)).Store;
            var report = await new PublishTest(
                options,
                snapshot,
                known.IsMissing ? null : token => ConnectorRoster.ReadAsync(new ConnectorDatabase(known, TimeProvider.System), token),
                TimeProvider.System).RunAsync(cancellationToken);
            if (parsed.GetValue(json))
            {
                parsed.InvocationConfiguration.Output.WriteLine(report.ToJson());
            }
            else
            {
                report.Write(parsed.InvocationConfiguration.Output);
            }

            return report.IsWell ? 0 : 1;
        });
        return test;
    }

    private static (PublishedApp App, Uri Url) Choose(CatalogueSnapshot snapshot, string name, string? url)
    {
        var found = snapshot.TryGet(name, out var byId) ? [byId] : snapshot.Apps.Where(app => string.Equals(app.DisplayName, name, StringComparison.OrdinalIgnoreCase)).ToList();
        if (found is not [var app])
        {
            throw new CommandException(found.Count > 1
                ? $"Several apps are called '{name}': give the id of one, {string.Join(" or ", found.Select(static each => each.Id))}"
                : $"No app is called '{name}'.{ClosestName.Suggest(name, snapshot.Apps.SelectMany(static known => (string[])[known.Id, known.DisplayName]))}");
        }

        if (url is null)
        {
            return app.ExternalUrl.IsWildcard
                ? throw new CommandException($"'{app.DisplayName}' is published under {app.ExternalUrl}: say with --url which of the names to test")
                : (app, new Uri(app.ExternalUrl.ToString()));
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var asked) || (asked.Scheme != Uri.UriSchemeHttps && asked.Scheme != Uri.UriSchemeHttp))
        {
            throw new CommandException($"--url '{url}' is no URL: give one such as https://app.example.com/page");
        }

        return snapshot.Matcher.TryMatch(asked.Scheme, HostString.FromUriComponent(asked), Uri.UnescapeDataString(asked.AbsolutePath), out var route) && route.Id == app.Id
            ? (route, asked)
            : throw new CommandException($"--url '{url}' is none of '{app.DisplayName}': {(route is null ? "no app is published there" : $"it is of '{route.DisplayName}'")}");
    }

    private static EndPoint? ReadEndpoint(string? text, int port)
    {
        if (text is null)
        {
            return null;
        }

        var host = new HostString(text);
        return Uri.CheckHostName(host.Host.Trim('[', ']')) == UriHostNameType.Unknown
            ? throw new CommandException($"--gateway '{text}' must be a host or an address, and may have a port: 192.0.2.7:8443")
            : IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) ? new IPEndPoint(address, host.Port ?? port) : new DnsEndPoint(host.Host, host.Port ?? port);
    }

    private static X509Certificate2Collection? ReadAuthorities(string? path)
    {
        if (ReadText("--ca", path) is not { } pem)
        {
            return null;
        }

        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(pem);
        }
        catch (CryptographicException failure)
        {
            throw new CommandException($"--ca {path}: a certificate cannot be read: {failure.Message}", failure);
        }

        return found.Count > 0 ? found : throw new CommandException($"--ca {path}: holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
    }

    private static string? ReadText(string option, string? path) => path is null ? null : new StreamReader(new MemoryStream(InputFile.Read(path, option))).ReadToEnd();

    private static TimeSpan ReadSeconds(string option, double seconds)
        => seconds is > 0 and <= 3600 ? TimeSpan.FromSeconds(seconds) : throw new CommandException($"{option} must be a number of seconds from 0.1 to 3600");
}
