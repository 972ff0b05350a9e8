using System.CommandLine;
using System.Globalization;
using AppProxy.Gateway.Directory;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Importing;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace AppProxy.Gateway.Commands;

/// <summary>The verbs about the directory's users and groups. They work on the store, as all others do, and running gateways see what they did within seconds.</summary>
internal static class UserCommands
{
    public static Command Create() => new("users", "People of the gateway's own directory, and their groups.")
    {
        CreateFirstOwner(), CreateAdd(), CreateList(), CreateChange("disable", "Lets somebody in no more, and ends their sessions.", static (directory, user, stop) => directory.SetDisabledAsync(user, true, stop), "is disabled; their sessions end within seconds"),
        CreateChange("enable", "Lets somebody in again.", static (directory, user, stop) => directory.SetDisabledAsync(user, false, stop), "is enabled"),
        CreateReset(), CreateRequireMfa(), UserRecordCommands.CreateChange(), UserRecordCommands.CreateRemove(), CreateImport(), CreateGroups(), ClientCommands.Create(),
    };

    private static Command CreateFirstOwner()
    {
        var gateway = Gateway();
        return Create("first-owner", $"Prints a link for the first owner: once, for {DirectoryLinks.OwnerLifetime.TotalMinutes} minutes, and only while there is none.", [gateway], async (parsed, directory, output, choice, stop) =>
        {
            var secret = await directory.InviteOwnerAsync(stop);
            WriteLink(output, "Open this to become the owner:", LinkOf(choice, parsed.GetValue(gateway), secret), DirectoryLinks.OwnerLifetime);
        });
    }

    private static Command CreateAdd()
    {
        var name = Name();
        var displayName = new Option<string?>("--name") { Description = "What people call them.", HelpName = "NAME" };
        var email = new Option<string?>("--email") { Description = "Their address; without it the user name, where it is one.", HelpName = "ADDRESS" };
        var groups = new Option<string[]>("--group") { Description = "A group that they are in; several are allowed.", HelpName = "GROUP", DefaultValueFactory = static _ => [] };
        var mfa = new Option<bool>("--require-mfa") { Description = "They must use two-step verification." };
        var gateway = Gateway();
        return Create("add", "Adds somebody, and prints a link with which they choose a password.", [name, displayName, email, groups, mfa, gateway], async (parsed, directory, output, choice, stop) =>
        {
            var given = parsed.GetRequiredValue(name);
            var user = new DirectoryUser
            {
                UserName = given,
                DisplayName = parsed.GetValue(displayName) ?? "",
                Email = parsed.GetValue(email) ?? (given.Contains('@', StringComparison.Ordinal) ? given : null),
                MustUseTwoSteps = parsed.GetValue(mfa),
            };
            var secret = await directory.AddAsync(user, parsed.GetRequiredValue(groups), stop);
            WriteLink(output, $"'{given}' is added. With this they choose a password:", LinkOf(choice, parsed.GetValue(gateway), secret), DirectoryLinks.PasswordLifetime);
        });
    }

    private static Command CreateList() => Create("list", "Lists everybody.", [], static async (_, directory, output, _, stop) =>
    {
        var everybody = await directory.ListAsync(stop);
        var width = everybody.Select(static one => one.User.UserName!.Length).Append(9).Max();
        output.WriteLine($"{"USER NAME".PadRight(width)}  STATE     TWO STEPS  PASSKEYS  NAME, GROUPS");
        foreach (var (user, groups, passkeys) in everybody)
        {
            var state = user.IsDisabled ? "disabled" : user.PasswordHash is null ? "invited" : user.IsOwner ? "owner" : "enabled";
            var steps = (user.TwoFactorEnabled ? "on" : "off") + (user.MustUseTwoSteps ? ", must" : "");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{user.UserName!.PadRight(width)}  {state,-8}  {steps,-9}  {passkeys,-8}  {user.Name}{(groups.Count > 0 ? ", " : "")}{string.Join(", ", groups)}"));
        }
    });

    private static Command CreateReset()
    {
        var name = Name();
        var lost = new Option<bool>("--two-steps") { Description = "Takes the second step away too: the authenticator, recovery codes and passkeys, for who lost them." };
        var gateway = Gateway();
        return Create("reset", "Takes the password away, ends all sessions, and prints a link with which they choose another.", [name, lost, gateway], async (parsed, directory, output, choice, stop) =>
        {
            var user = await directory.GetAsync(parsed.GetRequiredValue(name));
            var secret = await directory.ResetAsync(user, parsed.GetValue(lost), stop);
            WriteLink(output, $"'{user.UserName}' has no password now. With this they choose one:", LinkOf(choice, parsed.GetValue(gateway), secret), DirectoryLinks.PasswordLifetime);
        });
    }

    private static Command CreateRequireMfa()
    {
        var name = Name();
        var off = new Option<bool>("--off") { Description = "Asks for it no more." };
        return Create("require-mfa", "Asks somebody for two-step verification at every sign-in; they set it up at the next.", [name, off], async (parsed, directory, output, _, stop) =>
        {
            var user = await directory.GetAsync(parsed.GetRequiredValue(name));
            await directory.SetMustUseTwoStepsAsync(user, !parsed.GetValue(off), stop);
            output.WriteLine($"'{user.UserName}' {(user.MustUseTwoSteps ? "must" : "need not")} use two-step verification.");
        });
    }

    private static Command CreateImport()
    {
        var file = new Argument<string>("file") { Description = "CSV with a head (userName,displayName,email,active,groups), or SCIM's JSON." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Says what would be done, and does nothing." };
        return Create("import", "Brings in people and groups of another directory: adds and changes, all or nothing, and removes nobody.", [file, dryRun], async (parsed, directory, output, _, stop) =>
        {
            var path = parsed.GetRequiredValue(file);
            var isDryRun = parsed.GetValue(dryRun);
            var (added, changed) = await directory.ImportAsync(UserImport.Read(InputFile.Read(path), path), isDryRun, stop);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{added} added, {changed} changed{(isDryRun ? " (not done: --dry-run)" : "")}."));
            if (added > 0 && !isDryRun)
            {
                output.WriteLine("They have no passwords: 'users reset NAME' prints a link for each.");
            }
        });
    }

    private static Command CreateGroups()
    {
        var group = new Argument<string>("group") { Description = "Name of the group, as assignments and policies name it." };
        var name = Name();
        return new Command("groups", "Groups of people. Connector groups are another matter: 'groups list'.")
        {
            Create("add", "Makes a group.", [group], async (parsed, directory, output, _, _) =>
            {
                await directory.AddGroupAsync(parsed.GetRequiredValue(group));
                output.WriteLine($"Group '{parsed.GetRequiredValue(group)}' is there.");
            }),
            Create("remove", "Removes a group; its people stay.", [group], async (parsed, directory, output, _, stop) =>
            {
                await directory.RemoveGroupAsync(parsed.GetRequiredValue(group), stop);
                output.WriteLine($"Group '{parsed.GetRequiredValue(group)}' is gone.");
            }),
            Create("list", "Lists the groups.", [], static async (_, directory, output, _, stop) =>
            {
                foreach (var (known, members) in await directory.ListGroupsAsync(stop))
                {
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{known} ({members})"));
                }
            }),
            CreateMember("join", "Puts somebody into a group.", isMember: true, group, name),
            CreateMember("leave", "Takes somebody out of a group.", isMember: false, group, name),
        };
    }

    private static Command CreateMember(string verb, string description, bool isMember, Argument<string> group, Argument<string> name)
        => Create(verb, description, [group, name], async (parsed, directory, output, _, stop) =>
        {
            var user = await directory.GetAsync(parsed.GetRequiredValue(name));
            await directory.SetMemberAsync(user, parsed.GetRequiredValue(group), isMember, stop);
            output.WriteLine($"'{user.UserName}' is {(isMember ? "in" : "not in")} group '{parsed.GetRequiredValue(group)}'.");
        });

    private static Command CreateChange(string verb, string description, Func<DirectoryAdministration, DirectoryUser, CancellationToken, Task> change, string done)
    {
        var name = Name();
        return Create(verb, description, [name], async (parsed, directory, output, _, stop) =>
        {
            var user = await directory.GetAsync(parsed.GetRequiredValue(name));
            await change(directory, user, stop);
            output.WriteLine($"'{user.UserName}' {done}.");
        });
    }

    private static Command Create(string verb, string description, IReadOnlyList<Symbol> symbols, Func<ParseResult, DirectoryAdministration, TextWriter, StoreChoice, CancellationToken, Task> run)
        => CreateOn<DirectoryAdministration>(verb, description, symbols, run);

    /// <summary>A verb that works on the store with a service of the directory, and is audited where it changes something.</summary>
    internal static Command CreateOn<T>(string verb, string description, IReadOnlyList<Symbol> symbols, Func<ParseResult, T, TextWriter, StoreChoice, CancellationToken, Task> run)
        where T : notnull
    {
        var store = StoreOption.Create();
        var command = new Command(verb, description) { store };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        command.SetAction(async (parsed, stop) =>
        {
            var choice = await StoreChoice.OpenAsync(parsed.GetValue(store), stop);
            await using var services = DirectoryScope.Create(choice.Store);
            await using var scope = services.CreateAsyncScope();
            try
            {
                await run(parsed, scope.ServiceProvider.GetRequiredService<T>(), parsed.InvocationConfiguration.Output, choice, stop);
                if (verb != "list")
                {
                    // As it was typed: there is no secret in it. Options stand where they were given.
                    var typed = parsed.Tokens.Where(token => token.Value != parsed.GetValue(store) && token.Value != StoreOption.Name).Select(static token => token.Value);
                    await CommandAudit.WriteAsync(choice.Store, string.Join(' ', typed), stop);
                }
            }
            catch (DirectoryException mistake)
            {
                throw new CommandException(mistake.Message, mistake);
            }
            catch (Exception away) when (StoreException.IsStores(away))
            {
                throw choice.Store.Unusable(away);
            }
        });
        return command;
    }

    internal static Argument<string> Name() => new("name") { Description = "The user name, or the id." };

    private static Option<string?> Gateway() => new("--gateway") { Description = "Where browsers reach the gateway; without it Gateway:SignIn:Origin, or the first of Gateway:OwnHosts.", HelpName = "URL" };

    private static string LinkOf(StoreChoice choice, string? gateway, string secret)
    {
        var origin = gateway ?? choice.FindAddress() ?? "https://<the gateway>";
        return $"{origin.TrimEnd('/')}{DirectoryPaths.Root}{DirectoryPaths.Link}?secret={secret}";
    }

    private static void WriteLink(TextWriter output, string what, string link, TimeSpan lifetime)
    {
        output.WriteLine(what);
        output.WriteLine();
        output.WriteLine("  " + link);
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"It works once, until {TimeProvider.System.GetUtcNow() + lifetime:u}."));
    }
}
