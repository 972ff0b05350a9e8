using System.CommandLine;
using System.Globalization;
using AppProxy.Gateway.Certificates;
using AppProxy.Gateway.Certificates.Storage;

namespace AppProxy.Gateway.Commands;

/// <summary>The verbs about certificates in the store. A running gateway shows what they did within seconds.</summary>
internal static class CertificateCommands
{
    private const int LongestName = 100;

    public static Command Create() => new("certificates", "Certificates of the hosts that apps are published under.") { CreateAdd(), CreateList(), CreateRemove() };

    private static Command CreateAdd()
    {
        var file = new Option<string>("--file", "-f") { Description = "The certificate with its chain, its own first: PEM or PFX.", HelpName = "FILE", Required = true };
        var key = new Option<string?>("--key") { Description = "PEM of the private key, where it is not in the file itself.", HelpName = "FILE" };
        var password = new Option<string?>("--password-file") { Description = "A file with the password of the PFX, or of an encrypted key.", HelpName = "FILE" };
        var name = new Option<string?>("--name") { Description = "What to call it; without it, its first host. One that has the name is replaced.", HelpName = "NAME" };
        var store = StoreOption.Create();
        var add = new Command("add", "Puts a certificate with its private key into the store.") { file, key, password, name, store };
        add.SetAction(async (parsed, cancellationToken) =>
        {
            var choice = await StoreChoice.OpenAsync(parsed.GetValue(store), cancellationToken);
            var path = Path.GetFullPath(parsed.GetRequiredValue(file));
            var read = ReadCertificate(path, parsed.GetValue(key), parsed.GetValue(password));
            if (read.NotAfter < TimeProvider.System.GetUtcNow())
            {
                throw new CommandException($"{path}: ended at {read.NotAfter:u}. Have it renewed");
            }

            var called = parsed.GetValue(name) ?? read.Title;
            if (called.Length > LongestName || string.IsNullOrWhiteSpace(called))
            {
                throw new CommandException($"--name must have 1 to {LongestName} characters");
            }

            bool isReplaced;
            try
            {
                isReplaced = await new CertificateDatabase(choice.Store, TimeProvider.System).SaveAsync(called, read, cancellationToken);
            }
            catch (CertificateException problem)
            {
                throw new CommandException($"{path}: {problem.Message}", problem);
            }

            await CommandAudit.WriteAsync(choice.Store, $"certificates add {called}", cancellationToken);
            parsed.InvocationConfiguration.Output.WriteLine(
                $"{(isReplaced ? "Replaced" : "Added")} '{called}' for {string.Join(", ", read.Names)}, good until {read.NotAfter:u}. Gateways show it within seconds.");
        });
        return add;
    }

    private static Command CreateList()
    {
        var store = StoreOption.Create();
        var list = new Command("list", "Lists the certificates of the store, and of the folder that is configured, those that end first on top. Exit code 1: one has ended, or cannot be used.") { store };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var choice = await StoreChoice.OpenAsync(parsed.GetValue(store), cancellationToken);
            List<ICertificateSource> sources = [new CertificateDatabase(choice.Store, TimeProvider.System)];
            if (choice.Configuration["Gateway:Certificates:Folder"] is { } folder)
            {
                sources.Add(new CertificateFolder(folder));
            }

            var readings = new List<CertificateReading>();
            foreach (var source in sources)
            {
                try
                {
                    readings.AddRange(await source.ReadAsync(cancellationToken) ?? []);
                }
                catch (CertificateException problem)
                {
                    readings.Add(new CertificateReading(source.Name, null, problem.Message));
                }
            }

            return Write(readings, parsed.InvocationConfiguration.Output, TimeProvider.System.GetUtcNow());
        });
        return list;
    }

    private static Command CreateRemove()
    {
        var name = new Argument<string>("name") { Description = "What it is called in the store." };
        var store = StoreOption.Create();
        var remove = new Command("remove", "Takes a certificate and its private key out of the store.") { name, store };
        remove.SetAction(async (parsed, cancellationToken) =>
        {
            var choice = await StoreChoice.OpenAsync(parsed.GetValue(store), cancellationToken);
            var called = parsed.GetRequiredValue(name);
            if (!await new CertificateDatabase(choice.Store, TimeProvider.System).RemoveAsync(called, cancellationToken))
            {
                throw new CommandException($"No certificate of the store is called '{called}'; 'certificates list' tells their names");
            }

            await CommandAudit.WriteAsync(choice.Store, $"certificates remove {called}", cancellationToken);
            parsed.InvocationConfiguration.Output.WriteLine($"Removed '{called}'. Gateways stop showing it within seconds; backups from before still hold its private key.");
        });
        return remove;
    }

    private static HostCertificate ReadCertificate(string path, string? key, string? password)
    {
        try
        {
            return CertificateReader.Read(path, Load(path)!, Load(key), Load(password) is { } text ? System.Text.Encoding.UTF8.GetString(text).Trim() : null);
        }
        catch (CertificateException problem)
        {
            throw new CommandException($"{path}: {problem.Message}", problem);
        }
    }

    private static byte[]? Load(string? path) => path is null ? null : InputFile.Read(path);

    private static int Write(List<CertificateReading> readings, TextWriter output, DateTimeOffset now)
    {
        var found = readings.Where(static reading => reading.Certificate is not null).OrderBy(static reading => reading.Certificate!.NotAfter).ToList();
        foreach (var (reading, certificate) in found.Select(static reading => (reading, reading.Certificate!)))
        {
            var days = Math.Floor((certificate.NotAfter - now).TotalDays);
            var state = days < 0 ? "ENDED" : now < certificate.NotBefore ? "NOT YET" : string.Create(CultureInfo.InvariantCulture, $"{days} days");
            output.WriteLine($"{state,-9} {certificate.NotAfter:u}  {string.Join(", ", certificate.Names)}  ({reading.Source}, by {certificate.Own.Issuer})");
        }

        foreach (var reading in readings.Where(static reading => reading.Problem is not null))
        {
            output.WriteLine($"PROBLEM   {reading.Source} {reading.Problem}");
        }

        if (readings.Count == 0)
        {
            output.WriteLine("There is no certificate.");
        }

        return readings.Exists(static reading => reading.Certificate is null) || found.Exists(reading => reading.Certificate!.NotAfter < now) ? 1 : 0;
    }
}
