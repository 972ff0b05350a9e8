using System.CommandLine;
using System.Globalization;
using AppProxy.Gateway.Access.Requests;

namespace AppProxy.Gateway.Commands;

/// <summary>The verbs about people who ask for apps.</summary>
internal static class AccessRequestCommands
{
    public static Command Create() => new("requests", "People who ask for apps.")
    {
        CreateList(),
        CreateDecide("approve", "Assigns the person to the app; gateways know within seconds.", isApproved: true),
        CreateDecide("deny", "Says no; the person can ask again after a day.", isApproved: false),
    };

    private static Command CreateList()
    {
        var all = new Option<bool>("--all") { Description = "Also those that were decided on." };
        var store = StoreOption.Create();
        var list = new Command("list", "Lists who waits for an answer, oldest first.") { all, store };
        list.SetAction(async (parsed, cancellationToken) =>
        {
            var choice = await StoreChoice.OpenAsync(parsed.GetValue(store), cancellationToken);
            var requests = await new AccessRequests(choice.Store, TimeProvider.System).ListAsync(parsed.GetValue(all), cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            foreach (var request in requests)
            {
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{request.Id}  {request.State,-8}  {DateTimeOffset.FromUnixTimeMilliseconds(request.RequestedAt):yyyy-MM-dd HH:mm}Z  {request.ApplicationId}  {request.UserPrincipalName} ({request.DisplayName})"));
                if (request.Reason.Length > 0)
                {
                    output.WriteLine("              " + request.Reason);
                }
            }

            if (requests.Count == 0)
            {
                output.WriteLine("Nobody waits for an answer.");
            }
        });
        return list;
    }

    private static Command CreateDecide(string name, string description, bool isApproved)
    {
        var id = new Argument<string>("id") { Description = "As 'access requests list' tells it." };
        var store = StoreOption.Create();
        var decide = new Command(name, description) { id, store };
        decide.SetAction(async (parsed, cancellationToken) =>
        {
            var wanted = parsed.GetRequiredValue(id);
            var choice = await StoreChoice.OpenAsync(parsed.GetValue(store), cancellationToken);
            var outcome = await new AccessRequests(choice.Store, TimeProvider.System).DecideAsync(wanted, isApproved, cancellationToken);
            if (outcome == DecideOutcome.Decided)
            {
                await CommandAudit.WriteAsync(choice.Store, $"access requests {name} {wanted}", cancellationToken);
            }

            parsed.InvocationConfiguration.Output.WriteLine(outcome switch
            {
                DecideOutcome.Decided => $"{wanted}: {(isApproved ? "approved" : "denied")}",
                DecideOutcome.DecidedBefore => throw new CommandException($"'{wanted}' was decided on already; 'access requests list --all' tells how"),
                DecideOutcome.NoSuchApp => throw new CommandException($"'{wanted}' is about an app that the store does not have: assign the person where the app is published"),
                _ => throw new CommandException($"'{wanted}' is no request; 'access requests list' tells their ids"),
            });
        });
        return decide;
    }
}
