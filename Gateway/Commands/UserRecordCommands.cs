using System.CommandLine;
using AppProxy.Gateway.Directory.Accounts;

namespace AppProxy.Gateway.Commands;

/// <summary>The verbs that change what the directory knows of somebody, and that remove them.</summary>
internal static class UserRecordCommands
{
    public static Command CreateChange()
    {
        var name = UserCommands.Name();
        var userName = new Option<string?>("--user-name") { Description = "What they sign in with from now on.", HelpName = "USER" };
        var displayName = new Option<string?>("--name") { Description = "What people call them.", HelpName = "NAME" };
        var email = new Option<string?>("--email") { Description = "Their address; an empty one takes it away.", HelpName = "ADDRESS" };
        return UserCommands.CreateOn<UserRecords>("change", "Changes somebody's user name, name or address. They sign in again unseen.", [name, userName, displayName, email], async (parsed, records, output, _, stop) =>
        {
            var user = await records.GetAsync(parsed.GetRequiredValue(name));
            var before = user.UserName!;
            if (parsed.GetValue(userName) is null && parsed.GetValue(displayName) is null && parsed.GetValue(email) is null)
            {
                throw new DirectoryException("Say what to change: --user-name, --name, --email");
            }

            await records.ChangeAsync(user, parsed.GetValue(userName), parsed.GetValue(displayName), parsed.GetValue(email), stop);
            output.WriteLine($"'{user.UserName}' is changed.");
            if (before != user.UserName)
            {
                output.WriteLine($"Assignments and policies that name '{before}' do not follow: 'export' tells which there are.");
            }
        });
    }

    public static Command CreateRemove()
    {
        var name = UserCommands.Name();
        var yes = new Option<bool>("--yes") { Description = "Really: it cannot be taken back." };
        return UserCommands.CreateOn<UserRecords>("remove", "Removes somebody for good, with password, second steps and groups, and ends their sessions.", [name, yes], async (parsed, records, output, _, stop) =>
        {
            var user = await records.GetAsync(parsed.GetRequiredValue(name));
            if (!parsed.GetValue(yes))
            {
                throw new DirectoryException($"Removing '{user.UserName}' cannot be taken back: add --yes, or keep them out with 'users disable {user.UserName}'");
            }

            await records.RemoveAsync(user, stop);
            output.WriteLine($"'{user.UserName}' is removed; their sessions end within seconds.");
            output.WriteLine("Assignments and policies that name them stay, and would be for whoever gets that name next: 'export' tells which there are.");
            if (user.IsOwner)
            {
                output.WriteLine("That was the owner: 'users first-owner' prints a link for another.");
            }
        });
    }
}
